//! JSON Schemas of domain objects, through `schemars`.
//!
//! Layer: core, feature `schema`. A type takes part if it implements `JsonSchema`; one that does not is not refused, since another
//! crate of the program may have switched the feature on.

use std::marker::PhantomData;

use schemars::{JsonSchema, Schema};

/// Makes the schema of a type.
pub(crate) type SchemaFn = fn() -> Schema;

/// Finds out whether a type implements `JsonSchema`: the inherent constant exists only then, and wins.
#[derive(Debug)]
pub struct SchemaProbe<T: ?Sized>(PhantomData<T>);

/// The constant of all other types.
pub trait NoSchema {
    /// None.
    const SCHEMA: Option<SchemaFn> = None;
}

impl<T: ?Sized> NoSchema for SchemaProbe<T> {}

impl<T: JsonSchema> SchemaProbe<T> {
    /// Makes the schema.
    pub const SCHEMA: Option<SchemaFn> = Some(schema_of::<T>);
}

fn schema_of<T: JsonSchema>() -> Schema {
    schemars::schema_for!(T)
}
