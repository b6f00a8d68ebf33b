//! Laws that every chain of conversions keeps, as functions for a user's own tests.
//!
//! Layer: testkit. Runs chains through the core alone, and knows no store.
//!
//! - [`undeclared_losses`] and [`assert_no_undeclared_losses`]: what a step drops, it declares.

mod leaves;
mod loss;

pub use loss::{
    UndeclaredLoss, assert_no_undeclared_losses, undeclared_losses, undeclared_losses_with,
};
