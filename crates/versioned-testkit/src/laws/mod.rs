//! Laws that every chain of conversions keeps, as functions for a user's own tests.
//!
//! Layer: testkit. Runs chains through the core alone, and knows no store. With the feature `strategies`, documents are made from
//! schemas.
//!
//! - [`undeclared_losses`] and [`assert_no_undeclared_losses`]: what a step drops, it declares.
//! - `Laws` (feature `strategies`): all laws of one entity kind, on generated documents of every supported version.
//! - `check_all!` (feature `strategies`): the same as tests, for every entity kind that is registered.

mod leaves;
mod loss;

#[cfg(feature = "strategies")]
mod check_all;
#[cfg(feature = "strategies")]
mod coverage;
#[cfg(feature = "strategies")]
mod documents;
#[cfg(feature = "strategies")]
mod entity_laws;
#[cfg(feature = "strategies")]
mod fetched;
#[cfg(feature = "strategies")]
mod law;
#[cfg(feature = "strategies")]
mod panics;
#[cfg(feature = "strategies")]
mod prepare;
#[cfg(feature = "strategies")]
mod process;
#[cfg(feature = "strategies")]
mod rules;
#[cfg(feature = "strategies")]
mod schemas;
#[cfg(feature = "strategies")]
mod subject;
#[cfg(feature = "strategies")]
mod suite;
#[cfg(feature = "strategies")]
#[cfg(test)]
mod tests;
#[cfg(feature = "strategies")]
mod text;
#[cfg(feature = "strategies")]
mod versions;
#[cfg(feature = "strategies")]
mod violation;

pub use loss::{
    UndeclaredLoss, assert_no_undeclared_losses, undeclared_losses, undeclared_losses_with,
};

#[cfg(feature = "strategies")]
pub use self::{
    coverage::Coverage,
    entity_laws::Laws,
    law::Law,
    schemas::Schemas,
    suite::{Suite, SuiteOptions},
    violation::Counterexample,
};
