//! The list of mistakes.
//!
//! Invariant: each is one that a person could make, and changes what is stored or what is promised of it.

mod declarations;
mod files;
mod skill;
mod states;
mod stories;
mod topics;
mod types;

use super::mutant::Mutant;

/// All of them.
pub(super) fn all() -> impl Iterator<Item = &'static Mutant> {
    [
        declarations::MUTANTS,
        skill::MUTANTS,
        states::MUTANTS,
        stories::MUTANTS,
        topics::MUTANTS,
        types::MUTANTS,
    ]
    .into_iter()
    .flatten()
}
