//! The rules of the notebook's conversions, each on a small document.

use serde_json::{Value, json};
use versioned_core::{BaseVersionedDomainObject, MigrationError, SchemaVersion};

use super::{
    difference::first_difference,
    notebook::{Format, FormatError, Notebook},
};

/// Converts a document by one step from `from`.
fn convert(from: u32, notebook: &Value) -> Result<Value, MigrationError> {
    let step = SchemaVersion::new(from)..=SchemaVersion::new(from + 1);
    let declaration = Notebook::schema_versioned_attributes();
    let converted = declaration.convert("notebook", &notebook.to_string(), step, &[])?;
    Ok(serde_json::from_str(&converted).unwrap())
}

fn check(from: u32, notebook: &Value, expect: &Value) {
    let found = convert(from, notebook).unwrap();
    assert_eq!(first_difference(&found, expect), None);
}

fn check_refused(from: u32, notebook: &Value, expect_pointer: &str, expect_reason: &str) {
    let error = convert(from, notebook).unwrap_err();
    assert_eq!(error.pointer().map_or("", |pointer| pointer.as_str()), expect_pointer, "{error}");
    let reason = std::error::Error::source(&error).unwrap().to_string();
    assert!(reason.contains(expect_reason), "{reason}");
}

/// Converts one cell of format 3 to format 4.
fn check_cell(cell: &Value, expect: &Value) {
    let notebook = json!({
        "nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": [cell]}],
    });
    let expect = json!({
        "nbformat": 4, "nbformat_minor": 0, "cells": [expect],
        "metadata": {"orig_nbformat": 3, "orig_nbformat_minor": 0},
    });
    check(3, &notebook, &expect);
}

fn check_output(output: &Value, expect: &Value) {
    check_cell(
        &json!({"cell_type": "code", "input": "x", "outputs": [output]}),
        &json!({
            "cell_type": "code", "source": "x", "outputs": [expect],
            "metadata": {}, "execution_count": null,
        }),
    );
}

#[test]
fn a_document_of_format_2_gets_cell_metadata_and_remembers_where_it_came_from() {
    check(
        2,
        &json!({"nbformat": 2, "metadata": {"name": "n"}, "worksheets": [{"cells": [
            {"cell_type": "markdown", "source": "a"},
            {"cell_type": "markdown", "source": "b", "metadata": {"kept": 1}},
        ]}]}),
        &json!({"nbformat": 3, "nbformat_minor": 0, "orig_nbformat": 2, "metadata": {"name": "n"},
        "worksheets": [{"cells": [
            {"cell_type": "markdown", "source": "a", "metadata": {}},
            {"cell_type": "markdown", "source": "b", "metadata": {"kept": 1}},
        ]}]}),
    );
}

#[test]
fn the_cells_of_all_worksheets_become_one_list() {
    let cell = |text: &str| json!({"cell_type": "raw", "source": text, "metadata": {}});
    check(
        3,
        &json!({
            "nbformat": 3, "nbformat_minor": 0, "orig_nbformat": 2,
            "metadata": {"name": "n", "signature": "s", "kept": true},
            "worksheets": [
                {"cells": [cell("a"), cell("b")]}, {"cells": []}, {"cells": [cell("c")]},
            ],
        }),
        &json!({
            "nbformat": 4, "nbformat_minor": 0, "cells": [cell("a"), cell("b"), cell("c")],
            "metadata": {"kept": true, "orig_nbformat": 2, "orig_nbformat_minor": 0},
        }),
    );
}

#[test]
fn a_code_cell_renames_its_members() {
    check_cell(
        &json!({
            "cell_type": "code", "language": "python", "collapsed": true, "prompt_number": 7,
            "input": ["a\n", "b"], "metadata": {"kept": 1}, "outputs": [],
        }),
        &json!({
            "cell_type": "code", "execution_count": 7, "source": ["a\n", "b"],
            "metadata": {"kept": 1, "collapsed": true}, "outputs": [],
        }),
    );
}

#[test]
fn a_code_cell_without_input_has_an_empty_source() {
    check_cell(
        &json!({"cell_type": "code", "source": "of no meaning", "outputs": []}),
        &json!({
            "cell_type": "code", "source": "", "metadata": {}, "execution_count": null,
            "outputs": [],
        }),
    );
}

#[test]
fn a_list_that_is_no_text_stays() {
    check_output(
        &json!({"output_type": "display_data", "own": ["a", 1]}),
        &json!({"output_type": "display_data", "metadata": {}, "data": {"own": ["a", 1]}}),
    );
}

// A text with a lone surrogate cannot be read: to leave it without its line end would change the
// program, and to give it another text would too.
#[test]
fn a_line_that_cannot_be_read_is_refused_where_it_needs_a_line_end() {
    let notebook = |first: &str| {
        let cell =
            format!(r#"{{"cell_type": "raw", "metadata": {{}}, "source": ["{first}", "b"]}}"#);
        format!(r#"{{"metadata": {{}}, "worksheets": [{{"cells": [{cell}]}}]}}"#)
    };
    let step = || SchemaVersion::new(3)..=SchemaVersion::new(4);
    let declaration = Notebook::schema_versioned_attributes();
    let error = declaration.convert("notebook", &notebook(r"\ud800"), step(), &[]).unwrap_err();
    let pointer = error.pointer().map(|pointer| pointer.as_str());
    assert_eq!(pointer, Some("/worksheets/0/cells/0/source/0"));
    let converted = declaration.convert("notebook", &notebook("a"), step(), &[]).unwrap();
    assert!(converted.contains(r#"["a\n","b"]"#), "{converted}");
}

// A list means lines up to format 3 and pieces from format 4 on: left as it is, the program would
// lose its line ends.
#[test]
fn lines_without_ends_get_them() {
    check_cell(
        &json!({"cell_type": "markdown", "source": ["a", "", "b"]}),
        &json!({"cell_type": "markdown", "source": ["a\n", "\n", "b"], "metadata": {}}),
    );
    check_cell(
        &json!({"cell_type": "raw", "source": "s", "rendered": ["a", "b"], "metadata": {}}),
        &json!({"cell_type": "raw", "source": "s", "rendered": ["a\n", "b"], "metadata": {}}),
    );
    check_output(
        &json!({"output_type": "stream", "stream": "stderr", "text": ["a", "b"]}),
        &json!({"output_type": "stream", "name": "stderr", "text": ["a\n", "b"]}),
    );
    check_output(
        &json!({"output_type": "display_data", "html": ["<p>", "</p>"]}),
        &json!({
            "output_type": "display_data", "metadata": {},
            "data": {"text/html": ["<p>\n", "</p>"]},
        }),
    );
}

#[test]
fn a_heading_becomes_one_line_of_markdown() {
    check_cell(
        &json!({"cell_type": "heading", "level": 3, "source": ["two", "lines"]}),
        &json!({"cell_type": "markdown", "source": "### two lines", "metadata": {}}),
    );
    check_cell(
        &json!({"cell_type": "heading", "source": "a\r\nb\rc\n"}),
        &json!({"cell_type": "markdown", "source": "# a b c", "metadata": {}}),
    );
}

#[test]
fn an_html_cell_becomes_markdown() {
    check_cell(
        &json!({"cell_type": "html", "source": "<b>x</b>"}),
        &json!({"cell_type": "markdown", "source": "<b>x</b>", "metadata": {}}),
    );
}

#[test]
fn results_are_keyed_by_mime_type_in_data_and_metadata() {
    check_output(
        &json!({
            "output_type": "pyout", "prompt_number": 4, "metadata": {"png": {"width": 9}},
            "text": "t", "html": "h", "svg": "s", "png": "p", "jpeg": "j", "latex": "l",
            "javascript": "js", "json": ["{\"a\":", " [1, 2.50]}"], "other": "o",
        }),
        &json!({
            "output_type": "execute_result", "execution_count": 4,
            "metadata": {"image/png": {"width": 9}},
            "data": {
                "text/plain": "t", "text/html": "h", "image/svg+xml": "s", "image/png": "p",
                "image/jpeg": "j", "text/latex": "l", "application/javascript": "js",
                "application/json": {"a": [1, 2.5]}, "other": "o",
            },
        }),
    );
}

#[test]
fn errors_and_streams_are_renamed() {
    check_output(
        &json!({"output_type": "pyerr", "ename": "E", "evalue": "v", "traceback": ["a", "b"]}),
        &json!({"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["a", "b"]}),
    );
    check_output(
        &json!({"output_type": "stream", "text": "t"}),
        &json!({"output_type": "stream", "name": "stdout", "text": "t"}),
    );
}

#[test]
fn every_cell_gets_an_id_and_keeps_one_that_it_has() {
    let with_id = |id: &str| json!({"cell_type": "raw", "source": "", "metadata": {}, "id": id});
    let without = json!({"cell_type": "raw", "source": "", "metadata": {}});
    check(
        4,
        &json!({"nbformat": 4, "nbformat_minor": 2, "metadata": {},
            "cells": [without, without, with_id("cell-1"), with_id("mine")]}),
        &json!({"nbformat": 4, "nbformat_minor": 5, "metadata": {"orig_nbformat_minor": 2},
            "cells": [with_id("cell-0"), with_id("cell-1-1"), with_id("cell-1"), with_id("mine")]}),
    );
}

#[test]
fn damaged_documents_are_refused_with_the_place_of_the_damage() {
    let refused = check_refused;
    let v3 = |worksheets: Value| json!({"nbformat": 3, "metadata": {}, "worksheets": worksheets});
    let v3_cell = |cell: Value| v3(json!([{"cells": []}, {"cells": [cell]}]));
    refused(2, &json!([]), "", "expected an object, found a list");
    refused(3, &json!({"worksheets": []}), "", "`metadata` is missing");
    refused(3, &json!({"metadata": {}}), "", "`worksheets` is missing");
    refused(3, &v3(json!([{}])), "/worksheets/0", "`cells` is missing");
    refused(
        3,
        &v3(json!([{"cells": 1}])),
        "/worksheets/0/cells",
        "expected a list, found a number",
    );
    refused(3, &v3_cell(json!({})), "/worksheets/1/cells/0", "`cell_type` is missing");
    refused(
        3,
        &v3_cell(json!({"cell_type": "raw", "metadata": 1})),
        "/worksheets/1/cells/0/metadata",
        "expected an object, found a number",
    );
    refused(
        2,
        &json!({"worksheets": [{"cells": [{"metadata": []}]}]}),
        "/worksheets/0/cells/0/metadata",
        "expected an object, found a list",
    );
    refused(3, &v3_cell(json!(null)), "/worksheets/1/cells/0", "expected an object, found null");
    refused(
        3,
        &v3_cell(json!({"cell_type": "heading", "level": 7})),
        "/worksheets/1/cells/0/level",
        "not one of 1 to 6",
    );
    refused(
        3,
        &v3_cell(json!({"cell_type": "heading", "source": ["a", 1]})),
        "/worksheets/1/cells/0/source/1",
        "expected a text, found a number",
    );
    refused(
        3,
        &v3_cell(json!({"cell_type": "code", "outputs": [{"output_type": "pyout", "json": "{"}]})),
        "/worksheets/1/cells/0/outputs/0/json",
        "cannot be read",
    );
    let v4 = |minor: Value, cells: Value| {
        let metadata = json!({});
        json!({"nbformat": 4, "nbformat_minor": minor, "metadata": metadata, "cells": cells})
    };
    refused(4, &v4(json!(5), json!([])), "/nbformat_minor", "not one of 0 to 4");
    refused(4, &v4(json!("2"), json!([])), "/nbformat_minor", "found a text");
    refused(4, &v4(json!(2), json!([{"id": 1}])), "/cells/0/id", "expected a text, found a number");
    refused(4, &v4(json!(2), json!([null])), "/cells/0", "expected an object, found null");
    refused(4, &v4(json!(2), json!([{"id": "a"}, {"id": "a"}])), "/cells/1/id", "another cell's");
}

#[test]
fn formats_map_to_one_number_and_unknown_ones_to_unknown_numbers() {
    let check = |json: &str, expect: u32| {
        let format = Format::of_file(json).unwrap();
        assert_eq!(format.schema_version(), SchemaVersion::new(expect), "{json}");
    };
    check(r#"{"nbformat": 1}"#, 1);
    check(r#"{"nbformat": 2}"#, 2);
    check(r#"{"nbformat": 3, "nbformat_minor": 1, "metadata": {}}"#, 3);
    check(r#"{"nbformat": 4, "nbformat_minor": 0}"#, 4);
    check(r#"{"nbformat": 4, "nbformat_minor": 4}"#, 4);
    check(r#"{"nbformat": 4, "nbformat_minor": 5}"#, 5);
    check(r#"{"nbformat": 4, "nbformat_minor": 6}"#, 6);
    check(r#"{"nbformat": 5, "nbformat_minor": 0}"#, 5_000_000);
}

#[test]
fn a_file_whose_format_cannot_be_told_is_refused() {
    let refusal = |json: &str| Format::of_file(json).unwrap_err();
    assert!(matches!(refusal("{}"), FormatError::MajorMissing));
    assert!(matches!(refusal(r#"{"nbformat": 4}"#), FormatError::MinorMissing { major: 4 }));
    assert!(matches!(refusal(r#"{"nbformat": "4"}"#), FormatError::Unreadable { .. }));
    assert!(matches!(refusal("{"), FormatError::Unreadable { .. }));
}
