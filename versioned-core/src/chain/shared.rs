//! Shared chains: a versioned field as other types see it.
//!
//! Layer: core. Invariant: a field that shares a chain declares the same context and the same side
//! outputs, with the same types, as the field that owns it.

use std::marker::PhantomData;

use super::{end::Target, probe::same_text};
use crate::{
    ConstantAttribute, ContextAttribute, SchemaVersion, Scope, SideOutputAttribute,
    VersionedAttribute,
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
        constants: &[],
        element_key: false,
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

/// What a field that shares a chain declares as context.
pub struct OwnContext<'a> {
    pub siblings: &'a [ContextAttribute],
    pub constants: &'a [ConstantAttribute],
    pub element_key: bool,
}

impl OwnContext<'_> {
    /// Whether the context of the owner is the same, but for the order and for what is a constant.
    #[must_use]
    pub const fn is_that_of(&self, owner: &VersionedAttribute) -> bool {
        let other = OwnContext {
            siblings: owner.context,
            constants: owner.constants,
            element_key: owner.element_key,
        };
        if self.count() != other.count() || self.element_key != other.element_key {
            return false;
        }
        let mut index = 0;
        while index < self.count() {
            let (name, version) = self.item(index);
            let mut at = 0;
            while at < other.count() && !same_text(name, other.item(at).0) {
                at += 1;
            }
            if at == other.count() || !same_version(version, other.item(at).1) {
                return false;
            }
            index += 1;
        }
        true
    }

    const fn count(&self) -> usize {
        self.siblings.len() + self.constants.len()
    }

    const fn item(&self, index: usize) -> (&'static str, Option<SchemaVersion>) {
        if index < self.siblings.len() {
            (self.siblings[index].field, self.siblings[index].version)
        } else {
            let constant = &self.constants[index - self.siblings.len()];
            (constant.field, constant.version)
        }
    }
}

const fn same_version(left: Option<SchemaVersion>, right: Option<SchemaVersion>) -> bool {
    match (left, right) {
        (None, None) => true,
        (Some(left), Some(right)) => left.get() == right.get(),
        (None, Some(_)) | (Some(_), None) => false,
    }
}

/// Types that a text may be a constant of.
#[diagnostic::on_unimplemented(message = "a constant of the type `{Self}` is no text")]
pub trait TextConstant {}
/// Types that an integer may be a constant of.
#[diagnostic::on_unimplemented(message = "a constant of the type `{Self}` is no integer")]
pub trait IntegerConstant {}
/// Types that a truth value may be a constant of.
#[diagnostic::on_unimplemented(message = "a constant of the type `{Self}` is no truth value")]
pub trait BooleanConstant {}
/// Types that `none` may be a constant of.
#[diagnostic::on_unimplemented(message = "a constant of the type `{Self}` is never `none`")]
pub trait NoConstant {}

impl TextConstant for String {}
impl TextConstant for Box<str> {}
impl TextConstant for serde_json::Value {}
impl IntegerConstant for serde_json::Value {}
impl BooleanConstant for bool {}
impl BooleanConstant for serde_json::Value {}
impl NoConstant for serde_json::Value {}
impl<T: TextConstant> TextConstant for Option<T> {}
impl<T: IntegerConstant> IntegerConstant for Option<T> {}
impl<T: BooleanConstant> BooleanConstant for Option<T> {}
impl<T> NoConstant for Option<T> {}

macro_rules! integers {
    ($($ty:ty)*) => { $(impl IntegerConstant for $ty {})* };
}

integers!(u8 u16 u32 u64 usize i8 i16 i32 i64 isize);

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
