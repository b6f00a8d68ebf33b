//! Tests of strategies: whether documents are valid to another validator, what is refused, and what failures shrink to.

mod agreement;
#[cfg(feature = "lock")]
mod canonical;
mod cases;
mod refused;
mod schemas;
mod shrinking;
mod soundness;
mod types;
