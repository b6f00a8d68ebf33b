//! The conversions of skills.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use versioned_core::{ConversionError, LazyValue};

use super::{
    html::SubtitledHtml,
    members::{list_in, members_of},
    skill::{Difficulty, Rubric, Skill},
};

/// What a skill explains, at version 2.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SkillContentsV2 {
    explanation: SubtitledHtml,
    worked_examples: Vec<SubtitledHtml>,
    recorded_voiceovers: Value,
}

/// What a skill explains, at version 3.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct SkillContentsV3 {
    explanation: SubtitledHtml,
    worked_examples: Vec<WorkedExample>,
    recorded_voiceovers: Value,
}

/// A worked example, which version 4 does not have any more.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct WorkedExample {
    question: SubtitledHtml,
    explanation: SubtitledHtml,
}

impl Skill {
    /// Every HTML gets a content id, so that it can be spoken. All of the field changes: a `Value`.
    pub(super) fn _convert_skill_contents_v1_to_v2(
        mut contents: Value,
    ) -> Result<Value, ConversionError> {
        let members = members_of(&mut contents)?;
        let explanation = members.remove("explanation");
        let explanation = json!({"content_id": "explanation", "html": explanation});
        members.insert("explanation".to_owned(), explanation);
        let examples = list_in(members, "worked_examples")?;
        for (example, number) in examples.iter_mut().zip(1..) {
            let html = example.take();
            *example = json!({"content_id": format!("worked_example_{number}"), "html": html});
        }
        Ok(contents)
    }

    /// A worked example is a question and its explanation; what there was, is the question. Things
    /// are moved around: structs.
    pub(super) fn _convert_skill_contents_v2_to_v3(contents: SkillContentsV2) -> SkillContentsV3 {
        let SkillContentsV2 { explanation, worked_examples, recorded_voiceovers } = contents;
        let worked_examples = worked_examples.into_iter().map(|question| {
            let content_id = format!("{}_explanation", question.content_id);
            WorkedExample {
                question,
                explanation: SubtitledHtml { content_id, html: String::new() },
            }
        });
        SkillContentsV3 {
            explanation,
            worked_examples: worked_examples.collect(),
            recorded_voiceovers,
        }
    }

    /// Worked examples are study guides now; here they go, and their voiceovers with them. Whether
    /// somebody has to write such a guide, the skill says from now on: the side output.
    pub(super) fn _convert_skill_contents_v3_to_v4(
        mut contents: LazyValue<'_>,
    ) -> Result<(LazyValue<'_>, bool), ConversionError> {
        let examples = contents.try_remove("worked_examples")?;
        let needs_study_guide = examples.try_elements()?.next().is_some();
        let voiceovers = contents.try_get_mut("recorded_voiceovers")?;
        let by_content = voiceovers.try_get_mut("voiceovers_mapping")?.try_object_mut()?;
        by_content.retain(|content_id, _| !content_id.starts_with("worked_example_"));
        Ok((contents, needs_study_guide))
    }

    /// Every misconception has to be addressed, unless an author says otherwise later.
    pub(super) fn _convert_misconceptions_v1_to_v2(
        mut misconception: LazyValue<'_>,
    ) -> Result<LazyValue<'_>, ConversionError> {
        misconception.try_insert("must_be_addressed", true)?;
        Ok(misconception)
    }

    /// An id is a number; some were stored as texts.
    pub(super) fn _convert_misconceptions_v2_to_v3(
        mut misconception: LazyValue<'_>,
    ) -> Result<LazyValue<'_>, ConversionError> {
        let id = misconception.try_get("id")?;
        let number = match id.as_str() {
            Some(text) => text.parse().map_err(|_| {
                id.refuse(format!("the id `{text}` is no number, so no question can name it"))
            })?,
            None => id.try_u64()?,
        };
        misconception.try_insert("id", number)?;
        Ok(misconception)
    }

    /// A rubric may have several explanations.
    pub(super) fn _convert_rubrics_v1_to_v2(rubric: RubricV1) -> RubricV2 {
        RubricV2 { difficulty: rubric.difficulty, explanations: vec![rubric.explanation] }
    }

    /// A difficulty is one of three words.
    pub(super) fn _convert_rubrics_v2_to_v3(rubric: RubricV2) -> Result<Rubric, ConversionError> {
        let difficulty = match rubric.difficulty.as_str() {
            "Easy" => Difficulty::Easy,
            "Medium" => Difficulty::Medium,
            "Hard" => Difficulty::Hard,
            other => {
                let message = format!("difficulty `{other}` is none of Easy, Medium and Hard");
                return Err(ConversionError::new(message).at("/difficulty"));
            }
        };
        Ok(Rubric { difficulty, explanations: rubric.explanations })
    }
}

/// A rubric at version 1.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RubricV1 {
    difficulty: String,
    explanation: String,
}

/// A rubric at version 2.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RubricV2 {
    difficulty: String,
    explanations: Vec<String>,
}
