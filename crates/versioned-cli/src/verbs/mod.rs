//! The verbs, one file each.
//!
//! Layer: cli.

mod census;
mod check;
mod completions;
mod entities;
pub(crate) mod golden;
mod history;
pub(crate) mod ledger;
mod one_entity;
pub(crate) mod quarantine;
mod revert;
mod run;
pub(crate) mod schema;
mod select;

pub(crate) use census::census;
pub(crate) use check::check;
pub(crate) use completions::completions;
pub(crate) use entities::entities;
pub(crate) use one_entity::of_one_entity;
pub(crate) use run::{Kind, run_jobs, show_reasons};
pub(crate) use select::{names, select, select_places};
