//! Every job, struck by every fault at every call, over every kind of store and in both layouts.
//!
//! `cargo xtask faults` runs `exhaustive` and shows what it prints.

mod exhaustive;
mod finding;
mod setting;
mod works;
mod wrapper;
