//! Measuring: sides in turns, the machine, and what is printed.
//!
//! Layer: outside the product. Invariant: a ratio is the median of the ratios of single rounds, in which the sides stand
//! next to each other, so that a machine that slows down slows all of them.

mod line;
mod machine;
mod session;
mod turns;

pub(crate) use line::{Better, Line};
pub(crate) use session::{Session, as_f64, megabytes_per_second};
pub(crate) use turns::{Side, median, seconds_of, turn_of};
