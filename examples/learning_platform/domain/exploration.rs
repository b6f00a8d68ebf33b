//! Explorations: states that a learner walks through.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use versioned_core::{
    BaseVersionedDomainObject, ConversionError, LazyValue, PlainField, SchemaVersion,
};

use super::{
    state::{self, State},
    valid::{Invalid, Rules, Validate},
};

/// An exploration.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, BaseVersionedDomainObject)]
#[versioned(entity = "exploration")]
pub(crate) struct Exploration {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) category: String,
    pub(crate) language_code: String,
    pub(crate) publication: Publication,
    pub(crate) init_state_name: String,
    #[versioned(version_field = "states_schema_version", min = 41, max = 46, each)]
    #[versioned(context(init_state_name, key))]
    // Version 42 names choices by ids: what an answer said in HTML, the choice says still.
    #[versioned(
        loss(step = 41, path = "/interaction/answer_groups/*/rule_specs/*/inputs/x"),
        loss(step = 41, path = "/interaction/answer_groups/*/rule_specs/*/inputs/y"),
        loss(step = 41, path = "/interaction/solution/correct_answer"),
        loss(step = 45, path = "/next_content_id_index")
    )]
    pub(crate) states: BTreeMap<String, State>,
    pub(crate) states_schema_version: SchemaVersion,
}

/// Who sees an exploration or a collection.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Publication {
    /// Its authors.
    Private,
    /// Every learner, so the strict rules hold.
    Public,
}

/// Two words, which stay what they are.
impl PlainField for Publication {}

/// The steps of one state, whether it is one of an exploration or that of a question.
impl Exploration {
    pub(super) fn _convert_states_v41_to_v42(
        mut state: LazyValue<'_>,
    ) -> Result<LazyValue<'_>, ConversionError> {
        state::name_choices_by_content_id(state.try_object_mut()?)?;
        Ok(state)
    }

    pub(super) fn _convert_states_v42_to_v43(
        mut state: LazyValue<'_>,
    ) -> Result<LazyValue<'_>, ConversionError> {
        state::say_how_divisions_are_shown(state.try_object_mut()?)?;
        Ok(state)
    }

    /// The first state is a checkpoint. Its name stands in a sibling field, and that of this state is
    /// its key: the context. The state of a question has no name.
    pub(super) fn _convert_states_v43_to_v44<'a>(
        mut state: LazyValue<'a>,
        context: &ExplorationStatesContext<'_>,
    ) -> Result<LazyValue<'a>, ConversionError> {
        let is_first = context.key == Some(context.init_state_name);
        state::mark_checkpoint(state.try_object_mut()?, is_first);
        Ok(state)
    }

    pub(super) fn _convert_states_v44_to_v45(
        mut state: LazyValue<'_>,
    ) -> Result<LazyValue<'_>, ConversionError> {
        state::leave_without_skill(state.try_object_mut()?);
        Ok(state)
    }

    pub(super) fn _convert_states_v45_to_v46(
        mut state: LazyValue<'_>,
    ) -> Result<LazyValue<'_>, ConversionError> {
        state::stop_counting(state.try_object_mut()?)?;
        Ok(state)
    }
}

impl Validate for Exploration {
    fn is_strict(&self) -> bool {
        self.publication == Publication::Public
    }

    fn validate(&self, strict: bool) -> Result<(), Invalid> {
        let rules = Rules { entity: "exploration", id: &self.id };
        let first = self.states.get(&self.init_state_name);
        rules.require(first.is_some(), "init_state_name", "the first state has to exist")?;
        for (name, state) in &self.states {
            let place = format!("states/{name}");
            rules.require(!state.content.content_id.is_empty(), &place, "content needs its id")?;
            let leads_on = state.interaction.id.is_some() || !strict;
            rules.require(leads_on, place, "a learner cannot leave the state")?;
        }
        if !strict {
            return Ok(());
        }
        rules.require(!self.title.is_empty(), "title", "a public exploration needs a title")?;
        let is_checkpoint = first.is_some_and(|state| state.card_is_checkpoint);
        rules.require(is_checkpoint, "states", "the first state has to be a checkpoint")?;
        let ends = self.states.values().any(State::is_terminal);
        rules.require(ends, "states", "a public exploration needs a state that ends it")
    }
}
