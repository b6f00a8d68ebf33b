//! Mistakes in the types of latest versions.

use super::files::{COLLECTION, EXPLORATION, SKILL, SKILL_STEPS, STATE, STORY, TOPIC};
use crate::mutants::mutant::{Edit, Mutant};

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "released_type_changed",
        kind: "the type of a member changes without a version",
        edits: &[Edit {
            file: STORY,
            needle: "pub(crate) next_node_id: String,",
            replacement: "pub(crate) next_node_id: serde_json::Value,",
        }],
    },
    Mutant {
        name: "number_widened",
        kind: "a number is widened without a version",
        edits: &[Edit {
            file: STORY,
            needle: "pub(crate) thumbnail_size_in_bytes: Option<u32>,",
            replacement: "pub(crate) thumbnail_size_in_bytes: Option<u64>,",
        }],
    },
    Mutant {
        name: "number_narrowed",
        kind: "a number is narrowed without a version",
        edits: &[Edit {
            file: SKILL,
            needle: "pub(crate) struct Misconception {\n    pub(crate) id: u64,",
            replacement: "pub(crate) struct Misconception {\n    pub(crate) id: u8,",
        }],
    },
    Mutant {
        name: "member_added",
        kind: "a member is added without a version",
        edits: &[Edit {
            file: SKILL,
            needle: "    pub(crate) must_be_addressed: bool,\n",
            replacement: "    pub(crate) must_be_addressed: bool,\n    #[serde(default)]\n    pub(crate) tags: Vec<String>,\n",
        }],
    },
    Mutant {
        name: "member_removed",
        kind: "a member is removed without a version",
        edits: &[Edit {
            file: SKILL,
            needle: "    pub(crate) feedback: String,\n",
            replacement: "",
        }],
    },
    Mutant {
        name: "required_made_optional",
        kind: "a required member becomes optional",
        edits: &[Edit {
            file: SKILL,
            needle: "pub(crate) notes: String,",
            replacement: "pub(crate) notes: Option<String>,",
        }],
    },
    Mutant {
        name: "optional_made_required",
        kind: "an optional member becomes required",
        edits: &[Edit {
            file: STATE,
            needle: "pub(crate) classifier_model_id: Option<String>,",
            replacement: "pub(crate) classifier_model_id: String,",
        }],
    },
    Mutant {
        name: "default_added",
        kind: "a required member gets a default",
        edits: &[Edit {
            file: STATE,
            needle: "    pub(crate) param_changes: Vec<Value>,",
            replacement: "    #[serde(default)]\n    pub(crate) param_changes: Vec<Value>,",
        }],
    },
    Mutant {
        name: "unknown_members_denied",
        kind: "unknown members are refused that were let pass",
        edits: &[Edit {
            file: STATE,
            needle: "pub(crate) struct Interaction {",
            replacement: "#[serde(deny_unknown_fields)]\npub(crate) struct Interaction {",
        }],
    },
    Mutant {
        name: "unknown_members_let_pass",
        kind: "unknown members pass that were refused",
        edits: &[Edit {
            file: TOPIC,
            needle: "#[serde(deny_unknown_fields)]\npub(crate) struct Subtopic {",
            replacement: "pub(crate) struct Subtopic {",
        }],
    },
    Mutant {
        name: "member_renamed",
        kind: "a member is renamed by serde",
        edits: &[Edit {
            file: TOPIC,
            needle: "    pub(crate) bg_color: String,",
            replacement: r#"    #[serde(rename = "background")]
    pub(crate) bg_color: String,"#,
        }],
    },
    Mutant {
        name: "members_renamed_all",
        kind: "all members are renamed by serde",
        edits: &[Edit {
            file: TOPIC,
            needle: "pub(crate) struct Thumbnail {",
            replacement: r#"#[serde(rename_all = "camelCase")]
pub(crate) struct Thumbnail {"#,
        }],
    },
    Mutant {
        name: "member_skipped",
        kind: "a member is not written any more",
        edits: &[Edit {
            file: TOPIC,
            needle: "    pub(crate) skill_ids: Vec<String>,",
            replacement: r#"    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub(crate) skill_ids: Vec<String>,"#,
        }],
    },
    Mutant {
        name: "variant_added",
        kind: "a word is added to an enum without a version",
        edits: &[Edit {
            file: SKILL,
            needle: "    Medium,\n",
            replacement: "    Medium,\n    Expert,\n",
        }],
    },
    Mutant {
        name: "variant_renamed",
        kind: "a word of an enum is renamed by serde",
        edits: &[Edit {
            file: SKILL,
            needle: "    Medium,\n",
            replacement: r#"    #[serde(rename = "medium")]
    Medium,
"#,
        }],
    },
    Mutant {
        name: "variant_removed",
        kind: "a word of an enum is removed",
        edits: &[Edit {
            file: EXPLORATION,
            needle: "    /// Its authors.\n    Private,\n",
            replacement: "",
        }],
    },
    Mutant {
        name: "map_becomes_list",
        kind: "a map becomes a list",
        edits: &[Edit {
            file: EXPLORATION,
            needle: "pub(crate) states: BTreeMap<String, State>,",
            replacement: "pub(crate) states: Vec<State>,",
        }],
    },
    Mutant {
        name: "members_reordered",
        kind: "the members of a written struct change places",
        edits: &[Edit {
            file: STORY,
            needle: "    pub(crate) initial_node_id: Option<String>,\n    pub(crate) next_node_id: String,",
            replacement: "    pub(crate) next_node_id: String,\n    pub(crate) initial_node_id: Option<String>,",
        }],
    },
    Mutant {
        name: "old_type_changed",
        kind: "the type of an old version changes",
        edits: &[Edit {
            file: SKILL_STEPS,
            needle: "pub(super) struct RubricV2 {\n    difficulty: String,",
            replacement: r#"pub(super) struct RubricV2 {
    #[serde(rename = "level")]
    difficulty: String,"#,
        }],
    },
    Mutant {
        name: "plain_member_renamed",
        kind: "a member without versions is renamed",
        edits: &[Edit {
            file: COLLECTION,
            needle: "    pub(crate) category: String,",
            replacement: r#"    #[serde(rename = "kind")]
    pub(crate) category: String,"#,
        }],
    },
    Mutant {
        name: "plain_member_dropped",
        kind: "a member without versions is dropped from the type",
        edits: &[Edit {
            file: STORY,
            needle: "    pub(crate) corresponding_topic_id: String,\n",
            replacement: "",
        }],
    },
];
