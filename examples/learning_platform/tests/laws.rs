//! The laws that every chain keeps, on documents of every version.
//!
//! Types say what the latest versions are, and what some steps take. The rest is here: what documents of
//! older versions were, as the programs of their time have stored them.

use serde_json::{Map, Value, json};
use versioned_testkit::laws::Laws;

versioned_testkit::check_all!(
    lock = "examples/learning_platform/versioned.lock",
    golden = "examples/learning_platform/golden",
    laws = super::configure,
);

fn configure(laws: Laws) -> Laws {
    match laws.entity() {
        "collection" => laws.schema("collection_contents", 1, object(&[])),
        "exploration" => (41..=45).fold(laws.keeps_bytes("states"), |laws, version| {
            laws.schema("states", version, map_of(state(version)))
        }),
        "question" => {
            let laws = laws.keeps_bytes("question_state_data");
            (41..=45).fold(laws, |laws, version| {
                laws.schema("question_state_data", version, state(version))
            })
        }
        "skill" => skills(laws),
        "story" => stories(laws),
        "topic" => topics(laws),
        _ => laws,
    }
}

fn object(members: &[(&str, Value)]) -> Value {
    let names: Vec<&str> = members.iter().map(|(name, _)| *name).collect();
    let properties: Map<String, Value> =
        members.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
    json!({"type": "object", "properties": properties, "required": names, "additionalProperties": false})
}

fn list_of(element: Value) -> Value {
    container("array", "items", element)
}

fn map_of(member: Value) -> Value {
    container("object", "additionalProperties", member)
}

fn container(kind: &str, keyword: &str, part: Value) -> Value {
    [("type".to_owned(), kind.into()), (keyword.to_owned(), part)].into_iter().collect()
}

fn text() -> Value {
    json!({"type": "string"})
}

fn text_or_null() -> Value {
    json!({"type": ["string", "null"]})
}

fn number() -> Value {
    json!({"type": "integer", "minimum": 0})
}

fn html() -> Value {
    object(&[("content_id", text()), ("html", text())])
}

/// A state of an exploration, or of a question.
fn state(version: u32) -> Value {
    let by_content = |name| object(&[(name, map_of(map_of(object(&[("filename", text())]))))]);
    let mut members = vec![
        ("content", html()),
        ("interaction", json!({"anyOf": interactions(version)})),
        ("param_changes", list_of(json!({"type": "object"}))),
        ("classifier_model_id", text_or_null()),
        ("recorded_voiceovers", by_content("voiceovers_mapping")),
        ("written_translations", by_content("translations_mapping")),
        ("solicit_answer_details", json!({"type": "boolean"})),
        ("next_content_id_index", number()),
    ];
    if version >= 44 {
        members.push(("card_is_checkpoint", json!({"type": "boolean"})));
    }
    if version >= 45 {
        members.push(("linked_skill_id", text_or_null()));
    }
    object(&members)
}

/// What a learner does: choose, calculate, or something else.
fn interactions(version: u32) -> [Value; 4] {
    let interaction = |ids: Value, arguments: Value, groups: Value, solution: Value| {
        object(&[
            ("id", json!({"enum": ids})),
            ("customization_args", arguments),
            ("answer_groups", groups),
            ("solution", solution),
        ])
    };
    let rows = object(&[("rows", object(&[("value", number())]))]);
    let no_answers = || list_of(json!(false));
    let other = interaction(json!(["TextInput"]), rows, no_answers(), Value::Bool(true));
    let none = interaction(
        json!([null, "EndExploration"]),
        object(&[]),
        no_answers(),
        json!({"const": null}),
    );

    let mut arguments = vec![("placeholder", object(&[("value", text())]))];
    if version >= 43 {
        let fraction = object(&[("value", json!({"type": "boolean"}))]);
        arguments.push(("useFractionForDivision", fraction));
    }
    let ids = json!(["NumericExpressionInput", "AlgebraicExpressionInput", "MathEquationInput"]);
    let mathematical = interaction(ids, object(&arguments), no_answers(), Value::Bool(true));

    let choices = object(&[("choices", object(&[("value", list_of(html()))]))]);
    let ordering = || list_of(list_of(text()));
    let rule = |name: &str, inputs: &[(&str, Value)]| {
        object(&[("rule_type", json!({"const": name})), ("inputs", object(inputs))])
    };
    let rules = json!({"anyOf": [
        rule("IsEqualToOrdering", &[("x", ordering())]),
        rule("HasElementXBeforeElementY", &[("x", text()), ("y", text())]),
    ]});
    let outcome = object(&[("dest", text()), ("feedback", html())]);
    let group = object(&[("rule_specs", list_of(rules)), ("outcome", outcome)]);
    let solution = json!({"anyOf": [{"type": "null"}, object(&[("correct_answer", ordering())])]});
    let ids = json!(["DragAndDropSortInput", "ItemSelectionInput"]);
    let choosing = interaction(ids, choices, list_of(group), solution);
    [none, other, mathematical, choosing]
}

fn skills(laws: Laws) -> Laws {
    let voiceovers = || {
        let of_content = map_of(object(&[("filename", text())]));
        object(&[("voiceovers_mapping", map_of(of_content))])
    };
    let contents = |explanation: Value, example: Value| {
        object(&[
            ("explanation", explanation),
            ("worked_examples", list_of(example)),
            ("recorded_voiceovers", voiceovers()),
        ])
    };
    let example = object(&[("question", html()), ("explanation", html())]);
    let misconception = |more: &[(&str, Value)]| {
        // Some ids were stored as texts.
        let id =
            json!({"anyOf": [number(), {"type": "string", "pattern": "^(0|[1-9][0-9]{0,8})$"}]});
        let members = [("id", id), ("name", text()), ("notes", text()), ("feedback", text())];
        list_of(object(&[&members[..], more].concat()))
    };
    let difficulty = || ("difficulty", json!({"enum": ["Easy", "Medium", "Hard"]}));
    laws.keeps_bytes("misconceptions")
        .schema("skill_contents", 1, contents(text(), text()))
        .schema("skill_contents", 2, contents(html(), html()))
        .schema("skill_contents", 3, contents(html(), example))
        .schema("misconceptions", 1, misconception(&[]))
        .schema(
            "misconceptions",
            2,
            misconception(&[("must_be_addressed", json!({"type": "boolean"}))]),
        )
        .schema("rubrics", 1, list_of(object(&[difficulty(), ("explanation", text())])))
        .schema("rubrics", 2, list_of(object(&[difficulty(), ("explanations", list_of(text()))])))
}

fn stories(laws: Laws) -> Laws {
    let contents = |more: &[(&str, Value)]| {
        let members = [
            ("id", text()),
            ("title", text()),
            ("outline", text()),
            ("exploration_id", text_or_null()),
            ("destination_node_ids", list_of(text())),
            ("acquired_skill_ids", list_of(text())),
            ("prerequisite_skill_ids", list_of(text())),
        ];
        let node = object(&[&members[..], more].concat());
        object(&[
            ("nodes", list_of(node)),
            ("initial_node_id", text_or_null()),
            ("next_node_id", text()),
        ])
    };
    let thumbnail =
        [("thumbnail_filename", text_or_null()), ("thumbnail_bg_color", text_or_null())];
    laws.schema("story_contents", 1, contents(&[]))
        .schema("story_contents", 2, contents(&thumbnail))
        // The files that the story names are all there.
        .fetched_for("thumbnail_sizes", |story| {
            let id = story["id"].as_str().unwrap_or_default();
            let nodes = story["story_contents"]["nodes"].as_array().into_iter().flatten();
            let files = nodes.filter_map(|node| node["thumbnail_filename"].as_str());
            let sizes = files.map(|file| (format!("story/{id}/{file}"), file.len().into()));
            Value::Object(sizes.collect())
        })
}

fn topics(laws: Laws) -> Laws {
    let subtopics = |more: &[(&str, Value)]| {
        // The address is made of the title.
        let title = json!({"type": "string", "pattern": "^[A-Z][a-z]+( [A-Za-z]+)*$"});
        let members = [("id", number()), ("title", title), ("skill_ids", list_of(text()))];
        object(&[&members[..], more].concat())
    };
    let thumbnail =
        |schema: Value| [("thumbnail_filename", schema.clone()), ("thumbnail_bg_color", schema)];
    let no_thumbnail = thumbnail(json!({"const": null}));
    let both = |more: &[(&str, Value)]| {
        let [none, some] = [&no_thumbnail, &thumbnail(text())];
        let branches = [none, some].map(|it| subtopics(&[&it[..], more].concat()));
        list_of(json!({"anyOf": branches}))
    };
    let reference = object(&[("story_id", text())]);
    laws.schema("subtopics", 1, list_of(subtopics(&[])))
        .schema("subtopics", 2, both(&[]))
        .schema("subtopics", 3, both(&[("url_fragment", text())]))
        .schema("canonical_stories", 1, list_of(text()))
        .schema("canonical_stories", 2, list_of(reference.clone()))
        .schema("additional_stories", 1, list_of(text()))
        .schema("additional_stories", 2, list_of(reference))
}
