//! Mistakes in declarations: versions, losses, context, names.

use super::files::{
    COLLECTION, EXPLORATION, QUESTION, SKILL, SKILL_STEPS, STORY, TOPIC, TOPIC_STEPS,
};
use crate::mutants::mutant::{Edit, Mutant};

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "max_raised",
        kind: "`max` is raised without a step",
        edits: &[Edit {
            file: EXPLORATION,
            needle: "min = 41, max = 46",
            replacement: "min = 41, max = 47",
        }],
    },
    Mutant {
        name: "max_lowered",
        kind: "`max` is lowered",
        edits: &[Edit {
            file: EXPLORATION,
            needle: "min = 41, max = 46",
            replacement: "min = 41, max = 45",
        }],
    },
    Mutant {
        name: "min_raised",
        kind: "`min` is raised, its step is left",
        edits: &[Edit {
            file: EXPLORATION,
            needle: "min = 41, max = 46",
            replacement: "min = 42, max = 46",
        }],
    },
    Mutant {
        name: "version_dropped",
        kind: "a supported version is dropped with its step",
        edits: &[
            Edit {
                file: SKILL,
                needle: r#"min = 1, max = 3, each)]
    #[versioned(moved(step = 1, from = "/explanation", to = "/explanations/0"))]"#,
                replacement: "min = 2, max = 3, each)]",
            },
            Edit {
                file: SKILL_STEPS,
                needle: "    pub(super) fn _convert_rubrics_v1_to_v2(rubric: RubricV1) -> RubricV2 {\n        RubricV2 { difficulty: rubric.difficulty, explanations: vec![rubric.explanation] }\n    }\n",
                replacement: "",
            },
            Edit {
                file: SKILL_STEPS,
                needle: "    /// A rubric may have several explanations.\n",
                replacement: "",
            },
        ],
    },
    Mutant {
        name: "latest_step_dropped",
        kind: "the latest version is dropped with its step",
        edits: &[
            Edit {
                file: SKILL,
                needle: r#"version_field = "misconceptions_schema_version", min = 1, max = 3"#,
                replacement: r#"version_field = "misconceptions_schema_version", min = 1, max = 2"#,
            },
            Edit {
                file: SKILL_STEPS,
                needle: "fn _convert_misconceptions_v2_to_v3(",
                replacement: "fn convert_misconceptions_v2_to_v3(",
            },
        ],
    },
    Mutant {
        name: "dropping_step_added",
        kind: "a version is added whose step drops something",
        edits: &[
            Edit {
                file: TOPIC,
                needle: r#"version_field = "subtopic_schema_version", min = 1, max = 4"#,
                replacement: r#"version_field = "subtopic_schema_version", min = 1, max = 5"#,
            },
            Edit {
                file: TOPIC_STEPS,
                needle: "    /// A reference was nothing but the id.\n",
                replacement: "    pub(super) fn _convert_subtopics_v4_to_v5(mut subtopic: Subtopic) -> Subtopic {\n        subtopic.skill_ids.clear();\n        subtopic\n    }\n\n    /// A reference was nothing but the id.\n",
            },
        ],
    },
    Mutant {
        name: "version_of_another_field",
        kind: "a field has the version of another field",
        edits: &[Edit {
            file: SKILL,
            needle: r#"version_field = "rubric_schema_version", min = 1, max = 3, each"#,
            replacement: r#"version_field = "misconceptions_schema_version", min = 1, max = 3, each"#,
        }],
    },
    Mutant {
        name: "missing_version_guessed",
        kind: "a missing version is taken for the oldest one",
        edits: &[Edit {
            file: EXPLORATION,
            needle: "min = 41, max = 46, each",
            replacement: "min = 41, max = 46, missing_version = 41, each",
        }],
    },
    Mutant {
        name: "loss_removed",
        kind: "a declared loss is removed",
        edits: &[Edit {
            file: COLLECTION,
            needle: r#"        loss(step = 3, path = "/skills/*"),
"#,
            replacement: "",
        }],
    },
    Mutant {
        name: "move_to_another_place",
        kind: "a move is declared to the wrong place",
        edits: &[Edit {
            file: SKILL,
            needle: r#"to = "/explanations/0""#,
            replacement: r#"to = "/explanations/1""#,
        }],
    },
    Mutant {
        name: "side_output_undeclared",
        kind: "a side output is not declared",
        edits: &[Edit {
            file: SKILL,
            needle: "        side_output(step = 3, field = needs_study_guide),\n",
            replacement: "",
        }],
    },
    Mutant {
        name: "side_output_elsewhere",
        kind: "a side output goes to another field",
        edits: &[Edit {
            file: SKILL,
            needle: "field = needs_study_guide)",
            replacement: "field = next_misconception_id)",
        }],
    },
    Mutant {
        name: "context_removed",
        kind: "a context is not declared any more",
        edits: &[Edit { file: TOPIC, needle: "        context(id),\n", replacement: "" }],
    },
    Mutant {
        name: "context_of_another_type",
        kind: "a context has another type",
        edits: &[Edit {
            file: STORY,
            needle: "BTreeMap<String, u32>)",
            replacement: "BTreeMap<String, String>)",
        }],
    },
    Mutant {
        name: "each_forgotten",
        kind: "a chain over elements is declared over the field",
        edits: &[Edit {
            file: TOPIC,
            needle: r#"version_field = "subtopic_schema_version", min = 1, max = 4, each"#,
            replacement: r#"version_field = "subtopic_schema_version", min = 1, max = 4"#,
        }],
    },
    Mutant {
        name: "entity_renamed",
        kind: "an entity is renamed",
        edits: &[Edit {
            file: QUESTION,
            needle: r#"#[versioned(entity = "question")]"#,
            replacement: r#"#[versioned(entity = "questions")]"#,
        }],
    },
    Mutant {
        name: "version_member_renamed",
        kind: "the member of a version is renamed",
        edits: &[Edit {
            file: COLLECTION,
            needle: "    pub(crate) schema_version: SchemaVersion,",
            replacement: r#"    #[serde(rename = "contents_version")]
    pub(crate) schema_version: SchemaVersion,"#,
        }],
    },
    Mutant {
        name: "field_unversioned",
        kind: "a versioned field is declared unversioned",
        edits: &[Edit {
            file: QUESTION,
            needle: r#"    #[versioned(version_field = "question_state_data_schema_version", chain = Exploration::states)]
    #[versioned(context(init_state_name(constant = ""), key))]
"#,
            replacement: "    #[versioned(unversioned)]\n",
        }],
    },
    Mutant {
        name: "constant_changed",
        kind: "the constant for a context is of another type",
        edits: &[Edit {
            file: QUESTION,
            needle: r#"init_state_name(constant = "")"#,
            replacement: "init_state_name(constant = 0)",
        }],
    },
];
