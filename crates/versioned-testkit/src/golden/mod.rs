//! Golden documents: stored documents in the repository, replayed for ever.
//!
//! A command line records them from a database (`golden record`); here every one of them goes through the chains of today, and
//! has to come out as it did when it was recorded, byte for byte.
//!
//! - Where `max` was raised since, what the chain gives at the recorded version is compared, and the document must still
//!   upgrade to the latest one.
//! - Where `min` was raised beyond it, the file is [retired](Retired), and can be deleted.
//! - A document that was refused must be refused at the same place; one that upgrades now is told as repaired.
//!
//! # Examples
//!
//! ```no_run
//! use versioned_core::Registry;
//!
//! # #[cfg(any())]
//! use my_entities as _;
//!
//! // In a test; the folder is relative to that of the package.
//! versioned_testkit::golden::assert_replays(&Registry::collect(), "golden");
//! ```

mod compare;
mod difference;
mod files;
mod json_difference;
mod replayed;
#[cfg(test)]
mod tests;

use std::path::Path;

use versioned_core::{EntityKind, Registry};
use versioned_jobs::golden::GoldenDocument;

pub use difference::{Difference, What};
pub use files::ReplayError;
pub use replayed::{Replayed, Retired};

/// Replays every golden document below a folder, by the collected kinds of a registry.
///
/// # Errors
///
/// [`ReplayError`] if the folder is not there, has no golden document, or cannot be read. Differences are in the result.
pub fn replay(registry: &Registry, folder: impl AsRef<Path>) -> Result<Replayed, ReplayError> {
    let mut replayed = Replayed::default();
    for file in files::below(folder.as_ref())? {
        replayed.files += 1;
        let file_name = file.path.display().to_string();
        match file.text.parse::<GoldenDocument>() {
            Ok(golden) => match compare::compare(kind_of(registry, &golden), &file_name, &golden) {
                compare::Verdict::Replayed => replayed.same += 1,
                compare::Verdict::Differs(differences) => replayed.differences.extend(differences),
                compare::Verdict::Retired(retired) => replayed.retired.push(retired),
            },
            Err(error) => replayed.differences.push(Difference::unreadable(file_name, error)),
        }
    }
    Ok(replayed)
}

fn kind_of(registry: &Registry, golden: &GoldenDocument) -> Option<EntityKind> {
    let mut kinds = registry.kinds().iter();
    kinds.find(|kind| kind.declaration().entity == golden.entity).copied()
}

/// Stops a test with all that [`replay`] finds, and with what to do.
///
/// # Panics
///
/// A golden document does not replay, one is retired and still there, or the folder cannot be read.
pub fn assert_replays(registry: &Registry, folder: impl AsRef<Path>) {
    match replay(registry, folder) {
        Ok(replayed) => assert!(replayed.is_clean(), "{replayed}"),
        Err(error) => panic!("{error}\n  help: {}", error.help()),
    }
}
