//! What the generated chains do: run them through the declaration, as the engine does.

mod chains;
mod context;
mod direct;
mod direct_limits;
mod errors;
mod fetched;
mod lazy;
mod leading;
mod losses;
mod shared;
mod side_outputs;

use std::{borrow::Cow, collections::BTreeMap};

use versioned_core::{
    __private::{ChainError, ChainErrorCause, ChainOutput, ChainRun, ContextSource, Text},
    BaseVersionedDomainObject, ConversionError, SchemaVersion,
};

/// Siblings by name, as JSON text.
#[derive(Default)]
pub(crate) struct Siblings(BTreeMap<&'static str, &'static str>);

impl ContextSource for Siblings {
    fn sibling(&self, field: &str) -> Result<Option<Cow<'_, str>>, ConversionError> {
        match self.0.get(field) {
            Some(&"unavailable") => Err(ConversionError::new("not available")),
            found => Ok(found.map(|text| Cow::Borrowed(*text))),
        }
    }
}

/// Runs the chain of a field, and compares the ways of reading such a document.
pub(crate) fn run_beside<T: BaseVersionedDomainObject>(
    field: &str,
    json: &str,
    versions: (u32, u32),
    siblings: &[(&'static str, &'static str)],
) -> Result<ChainOutput, ChainError> {
    direct::compare_stored::<T>(field, json, versions.0, siblings);
    run_alone::<T>(field, json, versions, siblings)
}

/// Runs the chain of a field.
pub(crate) fn run_alone<T: BaseVersionedDomainObject>(
    field: &str,
    json: &str,
    (from, to): (u32, u32),
    siblings: &[(&'static str, &'static str)],
) -> Result<ChainOutput, ChainError> {
    let versioned = T::schema_versioned_attributes().versioned;
    let attribute = versioned.iter().find(|attribute| attribute.field == field).unwrap();
    let (from, to) = (SchemaVersion::new(from), SchemaVersion::new(to));
    let context = &Siblings(siblings.iter().copied().collect());
    let text = Text::new(json);
    let (key, ending, watch) = (None, None, None);
    (attribute.run)(ChainRun { text: &text, from, to, key, context, ending, watch })
}

pub(crate) fn run<T: BaseVersionedDomainObject>(
    field: &str,
    json: &str,
    versions: (u32, u32),
) -> Result<ChainOutput, ChainError> {
    run_beside::<T>(field, json, versions, &[])
}

/// What is told of a failure: the step, the cause, the place and the message.
pub(crate) fn told(
    result: Result<ChainOutput, ChainError>,
) -> (u32, ChainErrorCause, String, String) {
    let error = result.expect_err("the chain has to fail");
    let place =
        error.source.pointer().map_or("nowhere".to_owned(), |pointer| pointer.as_str().to_owned());
    (error.step.get(), error.cause, place, error.source.to_string())
}
