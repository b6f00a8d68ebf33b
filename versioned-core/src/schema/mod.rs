//! JSON Schemas of stored fields: from Rust types through `schemars`, and in one form whatever made them.
//!
//! Layer: core, feature `schema`. `probe` finds out which types have a schema, `of_registry` finds the one of a field at a
//! version, `canonical` brings schemas to one form, of which `text` is the text. Invariant: two schemas that say the same in
//! the ways that `schemars` has for it have one canonical form.

mod canonical;
mod keywords;
mod of_registry;
mod probe;
mod references;
mod spelling;
#[cfg(test)]
mod tests;
mod text;

pub use self::{
    canonical::canonical,
    probe::{
        ChooseDocument, ChooseNothing, ChooseType, FieldParts, NoOwner, NoSchema, Owner,
        OwnerProbe, SchemaProbe, StepSchemas, StepType,
    },
    text::to_text,
};
pub(crate) use self::{probe::SchemaFn, text::on_one_line};
