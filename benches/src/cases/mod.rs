//! The benches, in the order in which they run.

pub(crate) mod allocations;
mod compile;
pub(crate) mod current_read;
pub(crate) mod inputs;
mod jobs;
pub(crate) mod memory;
mod nbformat;
mod peers;
pub(crate) mod scale;
mod scaling;
mod text_to_text;
mod typed_chain;

use crate::measure::Session;

/// A topic with its cases.
pub(crate) struct Bench {
    pub(crate) name: &'static str,
    pub(crate) run: fn(&Session),
}

pub(crate) const BENCHES: &[Bench] = &[
    Bench { name: "current_read", run: current_read::run },
    Bench { name: "text_to_text", run: text_to_text::run },
    Bench { name: "typed_chain", run: typed_chain::run },
    Bench { name: "peers", run: peers::run },
    Bench { name: "allocations", run: allocations::run },
    Bench { name: "memory", run: memory::run },
    Bench { name: "scaling", run: scaling::run },
    Bench { name: "scale", run: scale::run },
    Bench { name: "jobs/postgres", run: jobs::run_postgres },
    Bench { name: "jobs/mariadb", run: jobs::run_mariadb },
    Bench { name: "jobs/sqlite", run: jobs::run_sqlite },
    Bench { name: "nbformat", run: nbformat::run },
    Bench { name: "compile", run: compile::run },
];

/// The target folder that this program was built into.
fn target_folder() -> Result<std::path::PathBuf, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let folder = program.parent().and_then(std::path::Path::parent);
    folder.map(std::path::Path::to_owned).ok_or_else(|| "there is no target folder".to_owned())
}
