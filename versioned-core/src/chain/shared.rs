//! Shared chains: a versioned field as other types see it.
//!
//! Layer: core. Invariant: a field that shares a chain declares the same context and the same side
//! outputs, with the same types, as the field that owns it.

use std::marker::PhantomData;

use super::{end::Target, probe::same_text};
use crate::{
    ContextAttribute, SchemaVersion, Scope, SideOutputAttribute, VersionedAttribute,
    chain::{ChainError, ChainErrorCause, ChainOutput, ChainRun},
    error::ConversionError,
};

/// A versioned field; `NAME` is a hash of its Rust name. The derive implements this for every
/// versioned field.
pub trait VersionedField<const NAME: u64> {
    /// What the field declares.
    const ATTRIBUTE: VersionedAttribute;
    /// The types of the context, sorted by the names of the siblings.
    type Context;
    /// The types of the side outputs, in the order of the steps.
    type SideOutputs;
    /// What the chain converts: `Whole` or `Each` of the type of the field.
    type Target;

    /// A value that is `Send` where the chain ends in a document and not in a typed value.
    fn end() -> impl Sized;
}

/// A field whose chain another field wants to share.
pub struct Shared<T, const NAME: u64>(PhantomData<fn() -> T>);

/// What stands in for a field that does not exist, so that its absence is one error.
pub trait NotShared {
    const YES: bool = false;
    const ATTRIBUTE: VersionedAttribute = VersionedAttribute {
        field: "",
        key: "",
        version_field: "",
        version_key: "",
        min: SchemaVersion::new(0),
        max: SchemaVersion::new(0),
        missing_version: None,
        scope: Scope::Field,
        optional: true,
        context: &[],
        side_outputs: &[],
        fetched: &[],
        losses: &[],
        moves: &[],
        run: no_steps,
        check: None,
    };
}

impl<T, const NAME: u64> NotShared for Shared<T, NAME> {}

impl<T: VersionedField<NAME>, const NAME: u64> Shared<T, NAME> {
    pub const YES: bool = true;
    pub const ATTRIBUTE: VersionedAttribute = T::ATTRIBUTE;
}

/// Whether a field has this context and these side outputs.
pub struct SharedTypes<T, C, S, const NAME: u64>(PhantomData<(T, C, S)>);

impl<T, C, S, const NAME: u64> super::probe::No for SharedTypes<T, C, S, NAME> {}

impl<T: VersionedField<NAME, Context = C, SideOutputs = S>, C, S, const NAME: u64>
    SharedTypes<T, C, S, NAME>
{
    pub const YES: bool = true;
}

/// Whether the contexts are the same, but for the order.
#[must_use]
pub const fn same_context(left: &[ContextAttribute], right: &[ContextAttribute]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    let mut index = 0;
    while index < left.len() {
        let mut other = 0;
        while other < right.len() {
            if same_text(left[index].field, right[other].field) {
                break;
            }
            other += 1;
        }
        if other == right.len() || !same_version(left[index].version, right[other].version) {
            return false;
        }
        index += 1;
    }
    true
}

const fn same_version(left: Option<SchemaVersion>, right: Option<SchemaVersion>) -> bool {
    match (left, right) {
        (None, None) => true,
        (Some(left), Some(right)) => left.get() == right.get(),
        (None, Some(_)) | (Some(_), None) => false,
    }
}

/// Whether the side outputs are the same.
#[must_use]
pub const fn same_side_outputs(
    left: &[SideOutputAttribute],
    right: &[SideOutputAttribute],
) -> bool {
    if left.len() != right.len() {
        return false;
    }
    let mut index = 0;
    while index < left.len() {
        if left[index].step.get() != right[index].step.get()
            || !same_text(left[index].field, right[index].field)
        {
            return false;
        }
        index += 1;
    }
    true
}

/// The chain of a field whose `min` is its `max`.
pub fn no_steps(run: ChainRun<'_>) -> Result<ChainOutput, ChainError> {
    Err(ChainError {
        step: run.from,
        cause: ChainErrorCause::Input,
        source: ConversionError::new("the chain has no steps"),
    })
}

/// The end of a chain: what it converts in the field that owns it, and the marker of what its last
/// step returns.
pub struct EndOf<B, E>(PhantomData<fn() -> B>, E);

/// The end of a chain that is shared.
pub trait SharedEnd<B> {
    fn shared_end(&self) -> EndOf<B, impl Sized>;
}

impl<T: VersionedField<NAME>, const NAME: u64> SharedEnd<T::Target> for &Shared<T, NAME> {
    fn shared_end(&self) -> EndOf<T::Target, impl Sized> {
        EndOf(PhantomData, T::end())
    }
}

/// The end of a chain that does not exist, which another check reports.
pub trait NoSharedEnd {
    fn shared_end(&self) -> EndOf<(), ()> {
        EndOf(PhantomData, ())
    }
}

impl<T, const NAME: u64> NoSharedEnd for Shared<T, NAME> {}

impl<T: 'static, const NAME: u64> Shared<T, NAME> {
    pub const REFERENCE: &'static Self = &Self(PhantomData);
}

/// A chain converts an `A` here and a `B` in the field that owns it, and has an end with the marker
/// `E`.
pub struct SharedTarget<A, B, E>(PhantomData<(A, B, E)>);

impl<A, B, E> SharedTarget<A, B, E> {
    pub const fn new(_end: &EndOf<B, E>) -> Self {
        Self(PhantomData)
    }
}

/// The first choice: the types are the same.
pub trait ChooseSameTarget {
    fn check_target(&self) {}
}

impl<A: Target, B: Target<Value = A::Value>, E> ChooseSameTarget for &&&SharedTarget<A, B, E> {}

/// The second choice: the chain ends in a document.
pub trait ChooseDocumentTarget {
    fn check_target(&self) {}
}

impl<A, B, E: Send> ChooseDocumentTarget for &&SharedTarget<A, B, E> {}

/// The last choice: one of the two fields is no list, which another check reports. Between this one
/// and the second, derived code puts a choice of its own, which reports the types.
pub trait ChooseNoTarget {
    fn check_target(&self) {}
}

impl<A, B, E> ChooseNoTarget for SharedTarget<A, B, E> {}
