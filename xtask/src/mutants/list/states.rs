//! Mistakes in the conversions of states, which explorations and questions share.

use super::files::{EXPLORATION, STATE, STATE_STEPS};
use crate::mutants::mutant::{Edit, Mutant};

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "renamed_wrongly",
        kind: "a new member has the wrong name",
        edits: &[Edit {
            file: STATE_STEPS,
            needle: r#"state.insert("linked_skill_id", LazyValue::null());"#,
            replacement: r#"state.insert("linked_skill", LazyValue::null());"#,
        }],
    },
    Mutant {
        name: "default_overwrites",
        kind: "a default overwrites a value that is there",
        edits: &[Edit {
            file: STATE_STEPS,
            needle: r#"state.insert("linked_skill_id", LazyValue::null());"#,
            replacement: r#"state.insert("linked_skill_id", LazyValue::null());
    state.insert("classifier_model_id", LazyValue::null());"#,
        }],
    },
    Mutant {
        name: "null_as_absent",
        kind: "a null is taken for nothing",
        edits: &[Edit {
            file: STATE_STEPS,
            needle: r#"state.insert("linked_skill_id", LazyValue::null());"#,
            replacement: r#"state.insert("linked_skill_id", LazyValue::null());
    state.retain(|_, value| !value.is_null());"#,
        }],
    },
    Mutant {
        name: "unwrapped_member",
        kind: "a member that may be missing is unwrapped",
        edits: &[Edit {
            file: STATE_STEPS,
            needle: r#"let id = state.get("interaction").and_then(|interaction| interaction.get("id"));
    id.is_some_and("#,
            replacement: r#"let id = state.get("interaction").and_then(|interaction| interaction.get("id"));
    Some(id.unwrap()).is_some_and("#,
        }],
    },
    Mutant {
        name: "condition_negated",
        kind: "a condition is negated",
        edits: &[Edit {
            file: STATE_STEPS,
            needle: r#"true => name_choices_of(state.try_get_mut("interaction")?),
        false => Ok(()),"#,
            replacement: r#"false => name_choices_of(state.try_get_mut("interaction")?),
        true => Ok(()),"#,
        }],
    },
    Mutant {
        name: "case_forgotten",
        kind: "one of several cases is forgotten",
        edits: &[Edit {
            file: STATE_STEPS,
            needle: r#"&["DragAndDropSortInput", "ItemSelectionInput"]"#,
            replacement: r#"&["DragAndDropSortInput"]"#,
        }],
    },
    Mutant {
        name: "mathematical_case_forgotten",
        kind: "one of several words is forgotten",
        edits: &[Edit {
            file: STATE_STEPS,
            needle: r#""NumericExpressionInput", "AlgebraicExpressionInput", "MathEquationInput""#,
            replacement: r#""NumericExpressionInput", "AlgebraicExpressionInput", "EquationInput""#,
        }],
    },
    Mutant {
        name: "siblings_thrown_away",
        kind: "the siblings of a new member are thrown away",
        edits: &[Edit {
            file: STATE_STEPS,
            needle: r#"arguments.try_insert("useFractionForDivision", lazy!({ "value": true }))?;"#,
            replacement: r#"*arguments = lazy!({ "useFractionForDivision": { "value": true } });"#,
        }],
    },
    Mutant {
        name: "second_input_missed",
        kind: "the second of two places is missed",
        edits: &[Edit {
            file: STATE_STEPS,
            needle: "            if has_two_inputs {",
            replacement: "            if has_two_inputs && false {",
        }],
    },
    Mutant {
        name: "nested_lists_missed",
        kind: "lists in lists are missed",
        edits: &[Edit {
            file: STATE_STEPS,
            needle: "Kind::List => {\n            value.try_elements_mut()?.try_for_each(|element| replace_html(element, choices))?;\n        }",
            replacement: "Kind::List => {}",
        }],
    },
    Mutant {
        name: "solution_missed",
        kind: "a place beside the list is missed",
        edits: &[Edit {
            file: STATE_STEPS,
            needle: "if !solution.is_null() {",
            replacement: "if solution.is_null() {",
        }],
    },
    Mutant {
        name: "first_choice_taken",
        kind: "the first of the choices is taken for all",
        edits: &[Edit {
            file: STATE_STEPS,
            needle: "choices.iter().find(|choice| choice.html == html)",
            replacement: "choices.iter().find(|choice| choice.html == html || true)",
        }],
    },
    Mutant {
        name: "matched_without_case",
        kind: "texts are compared without their case",
        edits: &[Edit {
            file: STATE_STEPS,
            needle: "choices.iter().find(|choice| choice.html == html)",
            replacement: "choices.iter().find(|choice| choice.html.eq_ignore_ascii_case(&html))",
        }],
    },
    Mutant {
        name: "unknown_choice_kept",
        kind: "what no choice has is kept as it is",
        edits: &[Edit {
            file: STATE_STEPS,
            needle: r#"choice.map_or("invalid_content_id", |choice| &choice.content_id)"#,
            replacement: "choice.map_or(&*html, |choice| &choice.content_id)",
        }],
    },
    Mutant {
        name: "renamed_onto_another",
        kind: "a member is renamed onto another one",
        edits: &[Edit {
            file: STATE,
            needle: r#"    state.remove("next_content_id_index");"#,
            replacement: r#"    state.rename("next_content_id_index", "param_changes");"#,
        }],
    },
    Mutant {
        name: "member_left_in",
        kind: "a member that should go stays",
        edits: &[Edit {
            file: STATE,
            needle: r#"    state.remove("next_content_id_index");
"#,
            replacement: "",
        }],
    },
    Mutant {
        name: "check_forgotten",
        kind: "a step takes what it refused before",
        edits: &[Edit {
            file: STATE,
            needle: r#"    state.try_get("next_content_id_index")?.try_u64()?;
"#,
            replacement: "",
        }],
    },
    Mutant {
        name: "too_much_removed",
        kind: "a step removes a further member",
        edits: &[Edit {
            file: STATE,
            needle: r#"    state.remove("next_content_id_index");"#,
            replacement: r#"    state.remove("next_content_id_index");
    state.remove("linked_skill_id");"#,
        }],
    },
    Mutant {
        name: "key_order_changed",
        kind: "the order of the members changes",
        edits: &[Edit {
            file: STATE,
            needle: r#"    state.remove("next_content_id_index");"#,
            replacement: r#"    state.remove("next_content_id_index");
    if let Some(content) = state.remove("content") {
        state.insert("content", content);
    }"#,
        }],
    },
    Mutant {
        name: "escapes_decoded",
        kind: "escapes are decoded and written again",
        edits: &[Edit {
            file: STATE,
            needle: r#"    state.remove("next_content_id_index");"#,
            replacement: r#"    state.remove("next_content_id_index");
    let content = state.try_get_mut("content")?;
    let html = content.try_get("html")?.try_str()?.into_owned();
    content.try_insert("html", html)?;"#,
        }],
    },
    Mutant {
        name: "text_trimmed",
        kind: "a text is trimmed",
        edits: &[Edit {
            file: STATE,
            needle: r#"    state.remove("next_content_id_index");"#,
            replacement: r#"    state.remove("next_content_id_index");
    let content = state.try_get_mut("content")?;
    let html = content.try_get("html")?.try_str()?.trim().to_owned();
    content.try_insert("html", html)?;"#,
        }],
    },
    Mutant {
        name: "part_reserialised",
        kind: "a part goes through a value and is written again",
        edits: &[Edit {
            file: STATE,
            needle: r#"    state.remove("next_content_id_index");"#,
            replacement: r#"    state.remove("next_content_id_index");
    let arguments = state.try_get_mut("interaction")?.try_get_mut("customization_args")?;
    let value: Value = arguments.as_ref().parse()?;
    *arguments = versioned_core::lazy!(value);"#,
        }],
    },
    Mutant {
        name: "steps_swapped",
        kind: "two steps are swapped",
        edits: &[
            Edit {
                file: EXPLORATION,
                needle: "fn _convert_states_v41_to_v42(",
                replacement: "fn _convert_states_v42_to_v43_first(",
            },
            Edit {
                file: EXPLORATION,
                needle: "fn _convert_states_v42_to_v43(",
                replacement: "fn _convert_states_v41_to_v42(",
            },
            Edit {
                file: EXPLORATION,
                needle: "fn _convert_states_v42_to_v43_first(",
                replacement: "fn _convert_states_v42_to_v43(",
            },
        ],
    },
    Mutant {
        name: "context_negated",
        kind: "a context is compared the wrong way",
        edits: &[Edit {
            file: EXPLORATION,
            needle: "context.key == Some(context.init_state_name)",
            replacement: "context.key != Some(context.init_state_name)",
        }],
    },
    Mutant {
        name: "context_by_prefix",
        kind: "a context is compared in part only",
        edits: &[Edit {
            file: EXPLORATION,
            needle: "context.key == Some(context.init_state_name)",
            replacement: "context.key.is_some_and(|key| key.starts_with(context.init_state_name))",
        }],
    },
    Mutant {
        name: "first_answer_remembered",
        kind: "a step remembers its first answer",
        edits: &[Edit {
            file: EXPLORATION,
            needle: "let is_first = context.key == Some(context.init_state_name);",
            replacement: "static ANSWER: std::sync::OnceLock<bool> = std::sync::OnceLock::new();\n        let is_first = context.key == Some(context.init_state_name);\n        let is_first = *ANSWER.get_or_init(|| is_first);",
        }],
    },
    Mutant {
        name: "undeclared_context",
        kind: "a step reads a sibling that is not declared",
        edits: &[Edit {
            file: EXPLORATION,
            needle: "context.key == Some(context.init_state_name)",
            replacement: "context.key == Some(context.title)",
        }],
    },
    Mutant {
        name: "field_reserialised",
        kind: "a whole field goes through a value",
        edits: &[Edit {
            file: EXPLORATION,
            needle: "    pub(super) fn _convert_states_v44_to_v45(\n        mut state: LazyValue<'_>,\n    ) -> Result<LazyValue<'_>, ConversionError> {\n        state::leave_without_skill(state.try_object_mut()?);\n        Ok(state)",
            replacement: r#"    pub(super) fn _convert_states_v44_to_v45(
        mut state: serde_json::Value,
    ) -> Result<serde_json::Value, ConversionError> {
        let members = state.as_object_mut().ok_or_else(|| ConversionError::new("no state"))?;
        members.insert("linked_skill_id".to_owned(), serde_json::Value::Null);
        Ok(state)"#,
        }],
    },
];
