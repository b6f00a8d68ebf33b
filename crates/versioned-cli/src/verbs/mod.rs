//! The verbs, one file each.
//!
//! Layer: cli.

mod census;
mod check;
mod completions;
mod entities;
mod run;
mod select;

pub(crate) use census::census;
pub(crate) use check::check;
pub(crate) use completions::completions;
pub(crate) use entities::entities;
pub(crate) use run::run_jobs;
pub(crate) use select::{names, select};
