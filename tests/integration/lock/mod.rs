//! The lock against real declarations: what is blessed, what is drift, and in which words.

mod domain;
mod drifting;
mod schemas;
