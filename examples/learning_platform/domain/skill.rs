//! Skills: what a learner shall be able to do.
//!
//! Three fields, each with versions of its own. The conversions are in `skill_steps.rs`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use versioned_core::{BaseVersionedDomainObject, SchemaVersion};

use super::{
    html::SubtitledHtml,
    valid::{Invalid, Rules, Validate},
};

/// A skill.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, BaseVersionedDomainObject)]
#[versioned(entity = "skill")]
pub(crate) struct Skill {
    pub(crate) id: String,
    pub(crate) description: String,
    pub(crate) language_code: String,
    #[versioned(version_field = "skill_contents_schema_version", min = 1, max = 4)]
    #[versioned(
        side_output(step = 3, field = needs_study_guide),
        loss(step = 3, path = "/worked_examples/*"),
        loss(step = 3, path = "/recorded_voiceovers/voiceovers_mapping/*")
    )]
    pub(crate) skill_contents: SkillContents,
    pub(crate) skill_contents_schema_version: SchemaVersion,
    #[versioned(version_field = "misconceptions_schema_version", min = 1, max = 3, each)]
    pub(crate) misconceptions: Vec<Misconception>,
    pub(crate) misconceptions_schema_version: SchemaVersion,
    #[versioned(version_field = "rubric_schema_version", min = 1, max = 3, each)]
    #[versioned(moved(step = 1, from = "/explanation", to = "/explanations/0"))]
    pub(crate) rubrics: Vec<Rubric>,
    pub(crate) rubric_schema_version: SchemaVersion,
    pub(crate) next_misconception_id: u64,
    /// Whether it had worked examples, which are in study guides since version 4 of the contents.
    pub(crate) needs_study_guide: bool,
}

/// What a skill explains, at version 4.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SkillContents {
    pub(crate) explanation: SubtitledHtml,
    pub(crate) recorded_voiceovers: Value,
}

/// What learners get wrong, at version 3.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Misconception {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) notes: String,
    pub(crate) feedback: String,
    pub(crate) must_be_addressed: bool,
}

/// What a question of some difficulty asks, at version 3.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rubric {
    pub(crate) difficulty: Difficulty,
    pub(crate) explanations: Vec<String>,
}

/// How difficult a question is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub(crate) enum Difficulty {
    Easy,
    Medium,
    Hard,
}

impl Validate for Skill {
    fn validate(&self, _strict: bool) -> Result<(), Invalid> {
        let rules = Rules { entity: "skill", id: &self.id };
        rules.require(!self.description.is_empty(), "description", "a skill says what it is")?;
        for (index, misconception) in self.misconceptions.iter().enumerate() {
            let is_numbered = misconception.id < self.next_misconception_id;
            let place = format!("misconceptions/{index}/id");
            rules.require(is_numbered, place, "an id is below that of the next misconception")?;
        }
        let rises = self.rubrics.is_sorted_by(|one, next| one.difficulty < next.difficulty);
        rules.require(rises, "rubrics", "there is one rubric for a difficulty, the easiest first")
    }
}
