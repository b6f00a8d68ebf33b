//! Reading an opened value into a type, without writing its text first.
//!
//! Layer: core. Parts that were not opened are read by serde_json from their slices; what was opened or made is handed over
//! as serde_json hands over its text. Invariant: what is read here is what would be read from the text. Whatever goes
//! wrong on the way, even where the type makes up for it, is left to the text, which decides.

mod access;
mod key;
mod log;
mod part;
#[cfg(test)]
mod tests;
