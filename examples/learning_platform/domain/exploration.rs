//! Explorations: states that a learner walks through.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use versioned_core::{
    BaseVersionedDomainObject, ConversionError, LazyValue, PlainField, SchemaVersion,
};

use super::{
    state::{self, State},
    valid::{Invalid, Rules, Validate},
};

/// An exploration.
#[derive(Debug, Clone, Serialize, Deserialize, BaseVersionedDomainObject)]
#[versioned(entity = "exploration")]
pub(crate) struct Exploration {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) category: String,
    pub(crate) language_code: String,
    pub(crate) publication: Publication,
    pub(crate) init_state_name: String,
    #[versioned(version_field = "states_schema_version", min = 41, max = 46)]
    #[versioned(context(init_state_name), side_output(step = 45, field = next_content_id_index))]
    // Version 42 names choices by ids: what an answer said in HTML, the choice says still.
    #[versioned(
        loss(step = 41, path = "/*/interaction/answer_groups/*/rule_specs/*/inputs/x"),
        loss(step = 41, path = "/*/interaction/answer_groups/*/rule_specs/*/inputs/y"),
        loss(step = 41, path = "/*/interaction/solution/correct_answer"),
        loss(step = 45, path = "/*/next_content_id_index")
    )]
    pub(crate) states: BTreeMap<String, State>,
    pub(crate) states_schema_version: SchemaVersion,
    /// The number of the next content id. Before version 46 of the states, each state had its own.
    pub(crate) next_content_id_index: u64,
}

/// Who sees an exploration or a collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Publication {
    /// Its authors.
    Private,
    /// Every learner, so the strict rules hold.
    Public,
}

/// Two words, which stay what they are.
impl PlainField for Publication {}

impl Exploration {
    fn _convert_states_v41_to_v42(
        mut states: LazyValue<'_>,
    ) -> Result<LazyValue<'_>, ConversionError> {
        for (_, state) in states.try_object_members_mut()? {
            state::name_choices_by_content_id(state)?;
        }
        Ok(states)
    }

    fn _convert_states_v42_to_v43(
        mut states: LazyValue<'_>,
    ) -> Result<LazyValue<'_>, ConversionError> {
        for (_, state) in states.try_object_members_mut()? {
            state::say_how_divisions_are_shown(state)?;
        }
        Ok(states)
    }

    /// The first state is a checkpoint. Which one that is stands in a sibling field: the context.
    fn _convert_states_v43_to_v44<'a>(
        mut states: LazyValue<'a>,
        context: &ExplorationStatesContext<'_>,
    ) -> Result<LazyValue<'a>, ConversionError> {
        for (name, state) in states.try_object_members_mut()? {
            state::mark_checkpoint(state, name == context.init_state_name);
        }
        Ok(states)
    }

    fn _convert_states_v44_to_v45(
        mut states: LazyValue<'_>,
    ) -> Result<LazyValue<'_>, ConversionError> {
        for (_, state) in states.try_object_members_mut()? {
            state::leave_without_skill(state);
        }
        Ok(states)
    }

    /// The counters of the states become one, which starts where the greatest was: the side output.
    fn _convert_states_v45_to_v46(
        mut states: LazyValue<'_>,
    ) -> Result<(LazyValue<'_>, u64), ConversionError> {
        let mut next_index = 0;
        for (_, state) in states.try_object_members_mut()? {
            next_index = next_index.max(state::take_content_id_index(state)?);
        }
        Ok((states, next_index))
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
