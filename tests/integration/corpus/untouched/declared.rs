//! What the steps of the examples may do to their documents.

use super::{
    raw::Raw,
    steps::{
        Effect::{self, Adds, AppendsTo, Changes, MovesWithin, Opens},
        Place, Rule, Step, decode,
    },
};

/// The steps of the exploration, from version 41 on.
pub(super) const EXPLORATION: [Step; 4] = [
    &[
        always("states_schema_version", Changes),
        when("states * interaction answer_groups", Opens, |it| names_choices(it.out(1))),
        when("states * interaction answer_groups * rule_specs", Opens, |it| {
            names_choices(it.out(3))
        }),
        when("states * interaction answer_groups * rule_specs * inputs x", Changes, |it| {
            names_choices(it.out(6))
        }),
        when("states * interaction answer_groups * rule_specs * inputs y", Changes, |it| {
            names_choices(it.out(6))
                && it.out(2).string("rule_type") == Some("HasElementXBeforeElementY")
        }),
        when("states * interaction solution correct_answer", Changes, |it| {
            names_choices(it.out(2))
        }),
    ],
    &[
        always("states_schema_version", Changes),
        when("states * interaction customization_args useFractionForDivision", Changes, |it| {
            is_mathematical(it.out(2))
        }),
        when("states * interaction customization_args", Opens, |it| is_mathematical(it.out(1))),
    ],
    &[
        always("states_schema_version", Changes),
        always("states *", Opens),
        always("states * card_is_checkpoint", Changes),
    ],
    &[
        always("states_schema_version", Changes),
        always("states *", Opens),
        always("states * linked_skill_id", Changes),
    ],
];

/// The steps of the notebook, from version 2 on.
pub(super) const NOTEBOOK: [Step; 3] = [
    &[
        always("notebook_schema_version", Changes),
        always("notebook nbformat", Changes),
        always("notebook nbformat_minor", Changes),
        always("notebook orig_nbformat", Changes),
        always("notebook worksheets", Opens),
        always("notebook worksheets *", Opens),
        always("notebook worksheets * cells", Opens),
        always("notebook worksheets * cells *", Opens),
        always("notebook worksheets * cells * metadata", Adds),
    ],
    &[
        always("notebook_schema_version", Changes),
        always("notebook nbformat", Changes),
        always("notebook nbformat_minor", Changes),
        always("notebook orig_nbformat", Changes),
        always("notebook orig_nbformat_minor", Changes),
        always("notebook metadata", Opens),
        always("notebook metadata name", Changes),
        always("notebook metadata signature", Changes),
        always("notebook metadata orig_nbformat", Changes),
        always("notebook metadata orig_nbformat_minor", Changes),
        always("notebook worksheets", Opens),
        always("notebook worksheets *", Opens),
        // Format 4 has no place for what else a worksheet has.
        when("notebook worksheets * *", Changes, |it| !it.value.text.starts_with('[')),
        always("notebook worksheets * cells", Opens),
        always("notebook worksheets * cells *", AppendsTo(&["notebook", "cells"])),
        always("notebook worksheets * cells * metadata", Adds),
        // Cells.
        when(CELL_MEMBER_TYPE, Changes, |it| cell_is(it.out(1), &["heading", "html"])),
        when("notebook worksheets * cells * level", Changes, is_heading),
        when("notebook worksheets * cells * source", Changes, |it| {
            cell_is(it.out(1), &["heading", "code"]) || implies_line_ends(it.value)
        }),
        when("notebook worksheets * cells * rendered", Changes, |it| implies_line_ends(it.value)),
        when("notebook worksheets * cells * language", Changes, is_code),
        when("notebook worksheets * cells * collapsed", COLLAPSED, is_code),
        when("notebook worksheets * cells * metadata", Opens, |it| is_collapsible(it.out(1))),
        when("notebook worksheets * cells * metadata collapsed", Changes, |it| {
            is_collapsible(it.out(2))
        }),
        when("notebook worksheets * cells * input", Changes, |it| {
            is_code(it) && implies_line_ends(it.value)
        }),
        when("notebook worksheets * cells * input", SOURCE, is_code),
        when("notebook worksheets * cells * execution_count", Changes, is_code),
        when("notebook worksheets * cells * execution_count", Adds, |it| {
            cell_is(it.value, &["code"])
        }),
        when("notebook worksheets * cells * prompt_number", COUNT, is_code),
        when("notebook worksheets * cells * outputs", Opens, is_code),
        // Outputs.
        when("notebook worksheets * cells * outputs *", Opens, |it| cell_is(it.out(2), &["code"])),
        when("notebook worksheets * cells * outputs * output_type", Changes, |it| {
            output_is(it.out(1), &["pyout", "pyerr"])
        }),
        when("notebook worksheets * cells * outputs * stream", NAME, is_of_stream),
        when("notebook worksheets * cells * outputs * name", Changes, is_of_stream),
        when("notebook worksheets * cells * outputs * name", Adds, |it| {
            output_is(it.value, &["stream"])
        }),
        when("notebook worksheets * cells * outputs * text", Changes, |it| {
            is_of_stream(it) && implies_line_ends(it.value)
        }),
        when("notebook worksheets * cells * outputs * execution_count", Changes, is_of_pyout),
        when("notebook worksheets * cells * outputs * prompt_number", COUNT, is_of_pyout),
        when("notebook worksheets * cells * outputs * metadata", Adds, |it| is_result(it.value)),
        when("notebook worksheets * cells * outputs * metadata *", BY_MIME_TYPE, |it| {
            is_result(it.out(2))
        }),
        when("notebook worksheets * cells * outputs * json", Changes, is_of_result),
        when("notebook worksheets * cells * outputs * application/json", Changes, is_of_result),
        when("notebook worksheets * cells * outputs * *", Changes, |it| {
            is_of_result(it) && implies_line_ends(it.value)
        }),
        when("notebook worksheets * cells * outputs * *", DATA, is_of_result),
        when("notebook worksheets * cells * outputs * data", Adds, |it| is_result(it.value)),
    ],
    &[
        always("notebook_schema_version", Changes),
        always("notebook nbformat_minor", Changes),
        always("notebook metadata", Opens),
        always("notebook metadata orig_nbformat_minor", Changes),
        always("notebook cells", Opens),
        always("notebook cells *", Opens),
        always("notebook cells * id", Adds),
    ],
];

const CELL_MEMBER_TYPE: &str = "notebook worksheets * cells * cell_type";

const COLLAPSED: Effect = MovesWithin(|_| path(&["metadata", "collapsed"]));
const SOURCE: Effect = MovesWithin(|_| path(&["source"]));
const COUNT: Effect = MovesWithin(|_| path(&["execution_count"]));
const NAME: Effect = MovesWithin(|_| path(&["name"]));
const BY_MIME_TYPE: Effect = MovesWithin(|key| path(&[mime_type(key)]));
const DATA: Effect = MovesWithin(|key| match key {
    "output_type" | "execution_count" | "metadata" => path(&[key]),
    _ => path(&["data", mime_type(key)]),
});

const fn always(pattern: &'static str, effect: Effect) -> Rule {
    when(pattern, effect, |_| true)
}

const fn when(pattern: &'static str, effect: Effect, when: fn(&Place<'_, '_>) -> bool) -> Rule {
    Rule { pattern, effect, when }
}

fn path(keys: &[&str]) -> Vec<String> {
    keys.iter().map(|key| (*key).to_owned()).collect()
}

fn names_choices(interaction: &Raw<'_>) -> bool {
    let id = interaction.string("id");
    id.is_some_and(|id| ["DragAndDropSortInput", "ItemSelectionInput"].contains(&id))
}

fn is_mathematical(interaction: &Raw<'_>) -> bool {
    let ids = ["NumericExpressionInput", "AlgebraicExpressionInput", "MathEquationInput"];
    interaction.string("id").is_some_and(|id| ids.contains(&id))
}

fn cell_is(cell: &Raw<'_>, types: &[&str]) -> bool {
    cell.string("cell_type").is_some_and(|found| types.contains(&found))
}

fn is_code(member: &Place<'_, '_>) -> bool {
    cell_is(member.out(1), &["code"])
}

fn is_collapsible(cell: &Raw<'_>) -> bool {
    cell_is(cell, &["code"]) && cell.get("collapsed").is_some()
}

fn is_heading(member: &Place<'_, '_>) -> bool {
    cell_is(member.out(1), &["heading"])
}

fn output_is(output: &Raw<'_>, types: &[&str]) -> bool {
    output.string("output_type").is_some_and(|found| types.contains(&found))
}

fn is_result(output: &Raw<'_>) -> bool {
    output_is(output, &["pyout", "display_data"])
}

fn is_of_result(member: &Place<'_, '_>) -> bool {
    is_result(member.out(1))
}

fn is_of_pyout(member: &Place<'_, '_>) -> bool {
    output_is(member.out(1), &["pyout"])
}

fn is_of_stream(member: &Place<'_, '_>) -> bool {
    output_is(member.out(1), &["stream"])
}

/// A list of at least two lines, of which the first has no line end.
fn implies_line_ends(value: &Raw<'_>) -> bool {
    let lines: Option<Vec<String>> = value
        .parts
        .iter()
        .map(|part| part.value.text.strip_prefix('"')?.strip_suffix('"').and_then(decode))
        .collect();
    value.text.starts_with('[')
        && lines.is_some_and(|lines| lines.len() > 1 && !lines[0].ends_with(['\n', '\r']))
}

fn mime_type(short_name: &str) -> &str {
    match short_name {
        "text" => "text/plain",
        "html" => "text/html",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpeg" => "image/jpeg",
        "latex" => "text/latex",
        "javascript" => "application/javascript",
        "json" => "application/json",
        other => other,
    }
}
