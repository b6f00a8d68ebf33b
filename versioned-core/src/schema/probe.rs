//! Which types have a JSON Schema: questions that derived code answers at compile time.
//!
//! Layer: core, feature `schema`. A type takes part if it implements `JsonSchema`; one that does not is not refused, since another
//! crate of the program may have switched the feature on.

use std::marker::PhantomData;

use schemars::{JsonSchema, Schema};

use crate::{
    BaseVersionedDomainObject, Declaration,
    chain::{bridge::Document, sides::Splits, step::Step},
};

/// Makes the schema of a type.
pub(crate) type SchemaFn = fn() -> Schema;

/// What the derive says of a versioned field.
#[derive(Debug, Clone, Copy)]
pub struct FieldParts {
    /// Rust name of the field.
    pub field: &'static str,
    /// The schema of its type, where serde reads the field as that type.
    pub schema: Option<SchemaFn>,
    /// The field that owns its chain, where that is another one.
    pub owner: Option<Owner>,
    /// The schemas of what its steps take and return; none where another field owns the chain.
    pub steps: fn() -> Vec<StepSchemas>,
}

/// The declaration of the type that owns a chain, and the Rust name of the field there.
pub type Owner = (Option<fn() -> &'static Declaration>, &'static str);

/// The schemas of what one step takes and returns.
#[derive(Debug, Clone, Copy)]
pub struct StepSchemas {
    /// The version that the step starts from.
    pub from: u32,
    /// The schema of what it takes.
    pub input: Option<SchemaFn>,
    /// The schema of what it returns, side outputs left out.
    pub output: Option<SchemaFn>,
}

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

/// Finds out whether a type is a domain object, in the same way.
#[derive(Debug)]
pub struct OwnerProbe<T>(PhantomData<T>);

/// The constant of all other types.
pub trait NoOwner {
    /// None.
    const DECLARATION: Option<fn() -> &'static Declaration> = None;
}

impl<T> NoOwner for OwnerProbe<T> {}

impl<T: BaseVersionedDomainObject> OwnerProbe<T> {
    /// Gives the declaration.
    pub const DECLARATION: Option<fn() -> &'static Declaration> =
        Some(T::schema_versioned_attributes);
}

/// A type that a step takes or returns. Derived code finds its schema by method resolution.
#[derive(Debug)]
pub struct StepType<T>(PhantomData<fn() -> T>);

impl<T> StepType<T> {
    /// What the step takes.
    #[must_use]
    pub const fn input<F, M, R, S>(_step: &Step<F, M, T, R, S>) -> Self {
        Self(PhantomData)
    }

    /// What the step returns, side outputs left out.
    #[must_use]
    pub const fn output<F, M, I, R, S>(_step: &Step<F, M, I, R, S>) -> Self
    where
        R: Splits<S, Main = T>,
    {
        Self(PhantomData)
    }
}

/// The first choice: a document, of which its type says nothing.
pub trait ChooseDocument {
    /// None.
    fn schema(&self) -> Option<SchemaFn> {
        None
    }
}

impl<'a, D: Document<'a>> ChooseDocument for &&StepType<D> {}

/// The second choice: a type with a schema.
pub trait ChooseType {
    /// Makes the schema.
    fn schema(&self) -> Option<SchemaFn>;
}

impl<T: JsonSchema> ChooseType for &StepType<T> {
    fn schema(&self) -> Option<SchemaFn> {
        Some(schema_of::<T>)
    }
}

/// The last choice: a type without one.
pub trait ChooseNothing {
    /// None.
    fn schema(&self) -> Option<SchemaFn> {
        None
    }
}

impl<T> ChooseNothing for StepType<T> {}

fn schema_of<T: JsonSchema>() -> Schema {
    schemars::schema_for!(T)
}
