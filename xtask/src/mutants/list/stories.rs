//! Mistakes in the conversions of stories.

use super::files::STORY_STEPS;
use crate::mutants::mutant::{Edit, Mutant};

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "panic_on_empty",
        kind: "a step panics on an empty list",
        edits: &[Edit {
            file: STORY_STEPS,
            needle: "contents.initial_node_id = ids.into_iter().next();",
            replacement: "contents.initial_node_id = Some(ids[0].clone());",
        }],
    },
    Mutant {
        name: "last_instead_of_first",
        kind: "the last element is taken for the first",
        edits: &[Edit {
            file: STORY_STEPS,
            needle: "contents.initial_node_id = ids.into_iter().next();",
            replacement: "contents.initial_node_id = ids.into_iter().last();",
        }],
    },
    Mutant {
        name: "list_element_lost",
        kind: "an element of a list is lost",
        edits: &[Edit {
            file: STORY_STEPS,
            needle: "contents.initial_node_id = ids.into_iter().next();",
            replacement: "contents.initial_node_id = ids.into_iter().next();\n        contents.nodes.pop();",
        }],
    },
    Mutant {
        name: "list_reordered",
        kind: "a list is reordered",
        edits: &[Edit {
            file: STORY_STEPS,
            needle: "contents.initial_node_id = ids.into_iter().next();",
            replacement: "contents.initial_node_id = ids.into_iter().next();\n        contents.nodes.reverse();",
        }],
    },
    Mutant {
        name: "links_shifted",
        kind: "links between elements are shifted by one",
        edits: &[Edit {
            file: STORY_STEPS,
            needle: "ids.iter().skip(1)",
            replacement: "ids.iter().skip(0)",
        }],
    },
    Mutant {
        name: "links_of_the_last_kept",
        kind: "the last element keeps its old links",
        edits: &[Edit {
            file: STORY_STEPS,
            needle: "let next_ids = ids.iter().skip(1).map(|id| vec![id.clone()]).chain([Vec::new()]);",
            replacement: "let next_ids = ids.iter().skip(1).map(|id| vec![id.clone()]);",
        }],
    },
    Mutant {
        name: "nulls_inserted_first_only",
        kind: "a new member is only in the first element",
        edits: &[Edit {
            file: STORY_STEPS,
            needle: r#"for node in list_in(members_of(&mut contents)?, "nodes")? {"#,
            replacement: r#"for node in list_in(members_of(&mut contents)?, "nodes")?.iter_mut().take(1) {"#,
        }],
    },
    Mutant {
        name: "context_swapped",
        kind: "two parts of a context are swapped",
        edits: &[Edit {
            file: STORY_STEPS,
            needle: r#"format!("story/{}/{}", context.id, file.try_str()?)"#,
            replacement: r#"format!("story/{}/{}", file.try_str()?, context.id)"#,
        }],
    },
    Mutant {
        name: "fetched_missing_is_zero",
        kind: "a fetched value that is missing becomes 0",
        edits: &[Edit {
            file: STORY_STEPS,
            needle: r#"let size = context.thumbnail_sizes.get(&path).ok_or_else(|| {
                    file.refuse(format!("the size of `{path}` is not known: is the file gone?"))
                })?;"#,
            replacement: "let size = context.thumbnail_sizes.get(&path).unwrap_or(&0);",
        }],
    },
    Mutant {
        name: "first_fetched_taken",
        kind: "any fetched value is taken",
        edits: &[Edit {
            file: STORY_STEPS,
            needle: "context.thumbnail_sizes.get(&path)",
            replacement: "context.thumbnail_sizes.values().next()",
        }],
    },
    Mutant {
        name: "number_in_another_unit",
        kind: "a number is in another unit",
        edits: &[Edit {
            file: STORY_STEPS,
            needle: "(*size).into()",
            replacement: "(*size / 1024).into()",
        }],
    },
    Mutant {
        name: "number_as_text",
        kind: "a number becomes a text",
        edits: &[Edit {
            file: STORY_STEPS,
            needle: "(*size).into()",
            replacement: "size.to_string().into()",
        }],
    },
    Mutant {
        name: "context_not_declared",
        kind: "a step reads what its context does not have",
        edits: &[Edit {
            file: STORY_STEPS,
            needle: "context.id, file.try_str()?",
            replacement: "context.title, file.try_str()?",
        }],
    },
    Mutant {
        name: "existing_value_reset",
        kind: "a value that is there is set again",
        edits: &[Edit {
            file: STORY_STEPS,
            needle: r#"node.insert("thumbnail_filename".to_owned(), Value::Null);"#,
            replacement: r#"node.insert("thumbnail_filename".to_owned(), Value::Null);
            node.insert("exploration_id".to_owned(), Value::Null);"#,
        }],
    },
];
