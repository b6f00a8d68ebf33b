//! Statistics: how often the states of one model version of an exploration were played.
//!
//! Playing a version that has none fails, so every commit writes them, a migration's too. They begin
//! at zero: what a page shows of an exploration is the sum over its versions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::Exploration;

/// Statistics of one version of an exploration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ExplorationStatistics {
    pub(crate) exploration_id: String,
    /// The commit that they belong to.
    pub(crate) model_version: i64,
    pub(crate) starts: u64,
    pub(crate) completions: u64,
    pub(crate) states: BTreeMap<String, StateStatistics>,
}

/// How often a state was played.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct StateStatistics {
    pub(crate) hits: u64,
    pub(crate) first_hits: u64,
}

impl ExplorationStatistics {
    /// The statistics that a new version begins with: one entry per state.
    pub(crate) fn of(exploration: &Exploration, model_version: i64) -> Self {
        let states = exploration.states.keys();
        Self {
            exploration_id: exploration.id.clone(),
            model_version,
            starts: 0,
            completions: 0,
            states: states.map(|name| (name.clone(), StateStatistics::default())).collect(),
        }
    }
}
