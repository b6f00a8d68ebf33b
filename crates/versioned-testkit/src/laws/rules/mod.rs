//! What each law asks of one document.
//!
//! Layer: testkit. A rule that cannot be asked, since the document does not even upgrade, is kept: the law [`Law::Upgrades`] says so.

mod bytes;
mod context;
mod deterministic;
mod lossless;
mod no_panics;
mod reads;
mod stepwise;
mod upgrades;

use super::{documents::Sample, law::Law, subject::Subject, violation::Violation};

/// The rule of a law: why the document breaks it.
pub(super) fn check(law: Law, subject: &Subject, sample: &Sample) -> Result<(), Violation> {
    match law {
        Law::Upgrades => upgrades::upgrades(subject, sample),
        Law::StepsAreValid => upgrades::steps_are_valid(subject, sample),
        Law::FitsType => reads::fits_type(subject, sample),
        Law::TwiceIsOnce => reads::twice_is_once(subject, sample),
        Law::StepwiseIsDirect => stepwise::stepwise_is_direct(subject, sample),
        Law::Deterministic => deterministic::gives_the_same_bytes(subject, sample),
        Law::NothingIsLost => lossless::nothing_is_lost(subject, sample),
        Law::ContextIsDeclared => context::context_is_declared(subject, sample),
        Law::ErrorsNotPanics => no_panics::errors_not_panics(subject, sample),
        Law::BytesStay => bytes::bytes_stay(subject, sample),
    }
}

/// What to do about a conversion that does not give the same bytes again.
pub(super) fn deterministic_help() -> &'static str {
    deterministic::HELP
}
