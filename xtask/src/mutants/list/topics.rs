//! Mistakes in the conversions of topics and collections.

use super::files::{COLLECTION_STEPS, TOPIC_STEPS};
use crate::mutants::mutant::{Edit, Mutant};

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "members_swapped",
        kind: "two members of one type are swapped",
        edits: &[Edit {
            file: TOPIC_STEPS,
            needle: "(Some(filename), Some(bg_color)) => Some(Thumbnail { filename, bg_color })",
            replacement: "(Some(filename), Some(bg_color)) => Some(Thumbnail { filename: bg_color, bg_color: filename })",
        }],
    },
    Mutant {
        name: "undeclared_loss",
        kind: "a member is dropped without being declared",
        edits: &[Edit {
            file: TOPIC_STEPS,
            needle: "Ok(Subtopic { id, title, url_fragment, skill_ids, thumbnail })",
            replacement: "let skill_ids = skill_ids.into_iter().take(0).collect();\n        Ok(Subtopic { id, title, url_fragment, skill_ids, thumbnail })",
        }],
    },
    Mutant {
        name: "declared_move_dropped",
        kind: "what a declaration calls moved is dropped",
        edits: &[Edit {
            file: TOPIC_STEPS,
            needle: "(Some(filename), Some(bg_color)) => Some(Thumbnail { filename, bg_color })",
            replacement: "(Some(_), Some(_)) => None",
        }],
    },
    Mutant {
        name: "empty_as_absent",
        kind: "an empty text is taken for nothing",
        edits: &[Edit {
            file: TOPIC_STEPS,
            needle: "(Some(filename), Some(bg_color)) => Some",
            replacement: "(Some(filename), Some(_)) if filename.is_empty() => None,\n            (Some(filename), Some(bg_color)) => Some",
        }],
    },
    Mutant {
        name: "half_a_pair_accepted",
        kind: "half of a pair is dropped instead of refused",
        edits: &[Edit {
            file: TOPIC_STEPS,
            needle: "(None, None) => None,",
            replacement: "(None, _) => None,",
        }],
    },
    Mutant {
        name: "list_sorted",
        kind: "a list is sorted",
        edits: &[Edit {
            file: TOPIC_STEPS,
            needle: "Ok(Subtopic { id, title, url_fragment, skill_ids, thumbnail })",
            replacement: "let mut skill_ids = skill_ids;\n        skill_ids.sort();\n        Ok(Subtopic { id, title, url_fragment, skill_ids, thumbnail })",
        }],
    },
    Mutant {
        name: "text_lowercased",
        kind: "a text is written in small letters",
        edits: &[Edit {
            file: TOPIC_STEPS,
            needle: "Ok(Subtopic { id, title, url_fragment, skill_ids, thumbnail })",
            replacement: "let title = title.to_lowercase();\n        Ok(Subtopic { id, title, url_fragment, skill_ids, thumbnail })",
        }],
    },
    Mutant {
        name: "text_cut",
        kind: "a text is cut",
        edits: &[Edit {
            file: TOPIC_STEPS,
            needle: "Ok(Subtopic { id, title, url_fragment, skill_ids, thumbnail })",
            replacement: "let title = title.chars().take(8).collect();\n        Ok(Subtopic { id, title, url_fragment, skill_ids, thumbnail })",
        }],
    },
    Mutant {
        name: "id_renumbered",
        kind: "ids are counted anew",
        edits: &[Edit {
            file: TOPIC_STEPS,
            needle: "Ok(Subtopic { id, title, url_fragment, skill_ids, thumbnail })",
            replacement: "let id = id + 1;\n        Ok(Subtopic { id, title, url_fragment, skill_ids, thumbnail })",
        }],
    },
    Mutant {
        name: "separator_changed",
        kind: "a derived text has another separator",
        edits: &[Edit {
            file: TOPIC_STEPS,
            needle: r#"words.join("-")"#,
            replacement: r#"words.join("_")"#,
        }],
    },
    Mutant {
        name: "letters_widened",
        kind: "a derived text has other letters",
        edits: &[Edit {
            file: TOPIC_STEPS,
            needle: "!character.is_ascii_lowercase()",
            replacement: "!character.is_alphanumeric()",
        }],
    },
    Mutant {
        name: "refusal_becomes_empty",
        kind: "a refusal becomes an empty text",
        edits: &[Edit {
            file: TOPIC_STEPS,
            needle: r#"(!words.is_empty()).then(|| words.join("-"))"#,
            replacement: r#"Some(words.join("-"))"#,
        }],
    },
    Mutant {
        name: "panic_instead_of_refusal",
        kind: "a refusal becomes a panic",
        edits: &[Edit {
            file: TOPIC_STEPS,
            needle: r#"let address = url_fragment(&title.try_str()?).ok_or_else(|| {
            let topic = context.id;
            title.refuse(format!("nothing in the title can be in an address below `{topic}`"))
        })?;"#,
            replacement: "let address = url_fragment(&title.try_str()?).unwrap();",
        }],
    },
    Mutant {
        name: "flag_inverted",
        kind: "a new flag has the wrong value",
        edits: &[Edit {
            file: TOPIC_STEPS,
            needle: r#""story_is_published".to_owned(), false.into()"#,
            replacement: r#""story_is_published".to_owned(), true.into()"#,
        }],
    },
    Mutant {
        name: "wrapped_under_another_name",
        kind: "a value is wrapped under another name",
        edits: &[Edit {
            file: TOPIC_STEPS,
            needle: r#"lazy!({ "story_id": story_id })"#,
            replacement: r#"lazy!({ "id": story_id })"#,
        }],
    },
    Mutant {
        name: "new_member_missed",
        kind: "one of two new members is missed",
        edits: &[Edit {
            file: TOPIC_STEPS,
            needle: r#"        subtopic.try_insert("thumbnail_bg_color", LazyValue::null())?;
"#,
            replacement: "",
        }],
    },
    Mutant {
        name: "empty_instead_of_null",
        kind: "an empty text stands where a null should",
        edits: &[Edit {
            file: TOPIC_STEPS,
            needle: r#"subtopic.try_insert("thumbnail_filename", LazyValue::null())?;"#,
            replacement: r#"subtopic.try_insert("thumbnail_filename", "")?;"#,
        }],
    },
    Mutant {
        name: "hash_order",
        kind: "the order of a hash set reaches the value",
        edits: &[Edit {
            file: COLLECTION_STEPS,
            needle: "let names: BTreeSet<String> = nodes",
            replacement: "let names: std::collections::HashSet<String> = nodes",
        }],
    },
    Mutant {
        name: "lists_swapped",
        kind: "two lists are swapped between the steps",
        edits: &[Edit {
            file: COLLECTION_STEPS,
            needle: "            prerequisite_skill_ids: ids_of(node.prerequisite_skills),\n            acquired_skill_ids: ids_of(node.acquired_skills),",
            replacement: "            prerequisite_skill_ids: ids_of(node.acquired_skills),\n            acquired_skill_ids: ids_of(node.prerequisite_skills),",
        }],
    },
    Mutant {
        name: "one_of_two_lists_read",
        kind: "only one of two lists is read",
        edits: &[Edit {
            file: COLLECTION_STEPS,
            needle: "node.prerequisite_skills.iter().chain(&node.acquired_skills)",
            replacement: "node.prerequisite_skills.iter().chain(&[])",
        }],
    },
    Mutant {
        name: "next_number_wrong",
        kind: "the next number is off by one",
        edits: &[Edit {
            file: COLLECTION_STEPS,
            needle: "let next_skill_id = ids.len();",
            replacement: "let next_skill_id = ids.len() + 1;",
        }],
    },
    Mutant {
        name: "only_first_element",
        kind: "only the first element of a list is converted",
        edits: &[Edit {
            file: COLLECTION_STEPS,
            needle: r#"contents.try_get_mut("nodes")?.try_object_elements_mut()? {"#,
            replacement: r#"contents.try_get_mut("nodes")?.try_object_elements_mut()?.take(1) {"#,
        }],
    },
    Mutant {
        name: "first_element_skipped",
        kind: "the first element of a list is not converted",
        edits: &[Edit {
            file: COLLECTION_STEPS,
            needle: r#"contents.try_get_mut("nodes")?.try_object_elements_mut()? {"#,
            replacement: r#"contents.try_get_mut("nodes")?.try_object_elements_mut()?.skip(1) {"#,
        }],
    },
    Mutant {
        name: "existing_member_overwritten",
        kind: "a member that is there is overwritten",
        edits: &[Edit {
            file: COLLECTION_STEPS,
            needle: r#"if members.insert("nodes".to_owned(), json!(context.nodes)).is_some() {"#,
            replacement: r#"if members.insert("nodes".to_owned(), json!(context.nodes)).is_some() && false {"#,
        }],
    },
    Mutant {
        name: "context_dropped",
        kind: "data of a context is not taken over",
        edits: &[Edit {
            file: COLLECTION_STEPS,
            needle: "json!(context.nodes)",
            replacement: "json!([])",
        }],
    },
    Mutant {
        name: "context_cut",
        kind: "only a part of a context is taken over",
        edits: &[Edit {
            file: COLLECTION_STEPS,
            needle: "json!(context.nodes)",
            replacement: "json!(context.nodes.iter().take(1).collect::<Vec<_>>())",
        }],
    },
    Mutant {
        name: "random_in_a_step",
        kind: "a random number gets into the value",
        edits: &[Edit {
            file: COLLECTION_STEPS,
            needle: r#"format!("skill{id}")"#,
            replacement: r#"format!("skill{id}_{}", std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), id))"#,
        }],
    },
];
