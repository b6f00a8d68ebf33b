//! Mistakes in the conversions of skills.

use super::files::SKILL_STEPS;
use crate::mutants::mutant::{Edit, Mutant};

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "dropped_key",
        kind: "a key is dropped",
        edits: &[Edit {
            file: SKILL_STEPS,
            needle: r#"members.insert("explanation".to_owned(), explanation);"#,
            replacement: "drop(explanation);",
        }],
    },
    Mutant {
        name: "wrong_default",
        kind: "a new member has the wrong default",
        edits: &[Edit {
            file: SKILL_STEPS,
            needle: r#"try_insert("must_be_addressed", true)"#,
            replacement: r#"try_insert("must_be_addressed", false)"#,
        }],
    },
    Mutant {
        name: "off_by_one",
        kind: "counting begins at the wrong number",
        edits: &[Edit { file: SKILL_STEPS, needle: ".zip(1..)", replacement: ".zip(0..)" }],
    },
    Mutant {
        name: "clock_in_a_step",
        kind: "a step looks at the clock",
        edits: &[Edit {
            file: SKILL_STEPS,
            needle: "explanation: SubtitledHtml { content_id, html: String::new() },",
            replacement: r#"explanation: SubtitledHtml {
                    content_id,
                    html: format!("{:?}", std::time::SystemTime::now()),
                },"#,
        }],
    },
    Mutant {
        name: "counter_in_a_step",
        kind: "a step counts its calls",
        edits: &[Edit {
            file: SKILL_STEPS,
            needle: r#"let content_id = format!("{}_explanation", question.content_id);"#,
            replacement: r#"static CALLS: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
            let call = CALLS.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let content_id = format!("{}_explanation_{call}", question.content_id);"#,
        }],
    },
    Mutant {
        name: "address_in_a_step",
        kind: "an address in memory gets into the value",
        edits: &[Edit {
            file: SKILL_STEPS,
            needle: r#"let content_id = format!("{}_explanation", question.content_id);"#,
            replacement: r#"let content_id = format!("{}_{:p}", question.content_id, question.content_id.as_ptr());"#,
        }],
    },
    Mutant {
        name: "process_in_a_step",
        kind: "the number of the process gets into the value",
        edits: &[Edit {
            file: SKILL_STEPS,
            needle: r#"let content_id = format!("{}_explanation", question.content_id);"#,
            replacement: r#"let content_id = format!("{}_{}", question.content_id, std::process::id());"#,
        }],
    },
    Mutant {
        name: "thread_in_a_step",
        kind: "the thread gets into the value",
        edits: &[Edit {
            file: SKILL_STEPS,
            needle: r#"let content_id = format!("{}_explanation", question.content_id);"#,
            replacement: r#"let content_id = format!("{}_{:?}", question.content_id, std::thread::current().id());"#,
        }],
    },
    Mutant {
        name: "side_output_forgotten",
        kind: "a side output is always the same",
        edits: &[Edit {
            file: SKILL_STEPS,
            needle: "Ok((contents, needs_study_guide))",
            replacement: "Ok((contents, needs_study_guide && false))",
        }],
    },
    Mutant {
        name: "list_reversed_in_place",
        kind: "a list is reversed",
        edits: &[Edit {
            file: SKILL_STEPS,
            needle: "worked_examples: worked_examples.collect(),",
            replacement: "worked_examples: worked_examples.rev().collect(),",
        }],
    },
    Mutant {
        name: "first_only_in_a_value",
        kind: "only the first element is converted, as a value",
        edits: &[Edit {
            file: SKILL_STEPS,
            needle: "for (example, number) in examples.iter_mut().zip(1..) {",
            replacement: "for (example, number) in examples.iter_mut().take(1).zip(1..) {",
        }],
    },
    Mutant {
        name: "retained_the_wrong_ones",
        kind: "a filter keeps what it should drop",
        edits: &[Edit {
            file: SKILL_STEPS,
            needle: r#"!content_id.starts_with("worked_example_")"#,
            replacement: r#"content_id.starts_with("worked_example_")"#,
        }],
    },
    Mutant {
        name: "prefix_too_short",
        kind: "a filter drops more than it should",
        edits: &[Edit {
            file: SKILL_STEPS,
            needle: r#"!content_id.starts_with("worked_example_")"#,
            replacement: r#"!content_id.starts_with("w")"#,
        }],
    },
    Mutant {
        name: "integer_truncated",
        kind: "an integer is cut to fewer bits",
        edits: &[Edit {
            file: SKILL_STEPS,
            needle: "None => id.try_u64()?,",
            replacement: "None => id.try_u64()? & 0xff,",
        }],
    },
    Mutant {
        name: "number_through_a_float",
        kind: "a number goes through a float",
        edits: &[Edit {
            file: SKILL_STEPS,
            needle: "None => id.try_u64()?,",
            replacement: "None => id.try_u64()? as f64 as u64,",
        }],
    },
    Mutant {
        name: "text_parsed_leniently",
        kind: "a text that is no number becomes 0",
        edits: &[Edit {
            file: SKILL_STEPS,
            needle: r#"Some(text) => text.parse().map_err(|_| {
                id.refuse(format!("the id `{text}` is no number, so no question can name it"))
            })?,"#,
            replacement: "Some(text) => text.parse().unwrap_or(0),",
        }],
    },
    Mutant {
        name: "error_becomes_a_default",
        kind: "an unknown word becomes a default",
        edits: &[Edit {
            file: SKILL_STEPS,
            needle: r#""Medium" => Difficulty::Medium,
            "Hard" => Difficulty::Hard,
            other => {"#,
            replacement: r#""Medium" => Difficulty::Medium,
            "Hard" => Difficulty::Hard,
            _ if true => Difficulty::Easy,
            other => {"#,
        }],
    },
    Mutant {
        name: "branches_swapped",
        kind: "two branches are swapped",
        edits: &[Edit {
            file: SKILL_STEPS,
            needle: r#""Easy" => Difficulty::Easy,
            "Medium" => Difficulty::Medium,"#,
            replacement: r#""Medium" => Difficulty::Easy,
            "Easy" => Difficulty::Medium,"#,
        }],
    },
    Mutant {
        name: "applied_twice",
        kind: "what a step does, it does twice",
        edits: &[Edit {
            file: SKILL_STEPS,
            needle: "explanations: vec![rubric.explanation]",
            replacement: "explanations: vec![rubric.explanation.clone(), rubric.explanation]",
        }],
    },
    Mutant {
        name: "list_left_empty",
        kind: "a list that takes over a member stays empty",
        edits: &[Edit {
            file: SKILL_STEPS,
            needle: "explanations: vec![rubric.explanation]",
            replacement: "explanations: Vec::new()",
        }],
    },
    Mutant {
        name: "last_element_popped",
        kind: "the last element of a list is lost",
        edits: &[Edit {
            file: SKILL_STEPS,
            needle: "Ok(Rubric { difficulty, explanations: rubric.explanations })",
            replacement: "let mut explanations = rubric.explanations;\n        explanations.pop();\n        Ok(Rubric { difficulty, explanations })",
        }],
    },
    Mutant {
        name: "duplicates_removed",
        kind: "equal elements of a list become one",
        edits: &[Edit {
            file: SKILL_STEPS,
            needle: "Ok(Rubric { difficulty, explanations: rubric.explanations })",
            replacement: "let mut explanations = rubric.explanations;\n        explanations.dedup();\n        Ok(Rubric { difficulty, explanations })",
        }],
    },
    Mutant {
        name: "whole_member_replaced",
        kind: "a member is replaced by an empty one",
        edits: &[Edit {
            file: SKILL_STEPS,
            needle: "            worked_examples: worked_examples.collect(),\n            recorded_voiceovers,",
            replacement: r#"            worked_examples: worked_examples.collect(),
            recorded_voiceovers: json!({ "voiceovers_mapping": {} }),"#,
        }],
    },
    Mutant {
        name: "step_misnamed",
        kind: "a step is missing",
        edits: &[Edit {
            file: SKILL_STEPS,
            needle: "fn _convert_rubrics_v1_to_v2(",
            replacement: "fn _convert_rubrics_v1_to_v3(",
        }],
    },
    Mutant {
        name: "step_left_over",
        kind: "a step is left over",
        edits: &[Edit {
            file: SKILL_STEPS,
            needle: "    /// A rubric may have several explanations.\n",
            replacement: "    pub(super) fn _convert_rubrics_v3_to_v4(rubric: Rubric) -> Rubric {\n        rubric\n    }\n\n    /// A rubric may have several explanations.\n",
        }],
    },
    Mutant {
        name: "step_of_another_type",
        kind: "adjacent steps do not agree on a type",
        edits: &[Edit {
            file: SKILL_STEPS,
            needle: "fn _convert_rubrics_v2_to_v3(rubric: RubricV2)",
            replacement: "fn _convert_rubrics_v2_to_v3(rubric: RubricV1)",
        }],
    },
];
