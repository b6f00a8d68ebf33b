//! Keeping: where a chain puts its last value, if that becomes a part of an object and not JSON text.
//!
//! Layer: core. Derived code finds the way by method resolution on [`Keeping`]. Invariant: what is
//! kept could have been written, and what could not be written is refused here as well.

use std::{
    any::Any,
    cell::{Cell, OnceCell},
    marker::PhantomData,
};

use serde::{Serialize, de::DeserializeOwned};

use super::{
    Carry, Room,
    bridge::{Document, put},
    end::Target,
    measure,
};
use crate::{ConversionError, SchemaVersion};

/// What becomes of the value at the end of a chain.
pub struct Ending<'a> {
    /// A `OnceCell<T>`, for the `T` that the chain converts, if the value is kept there.
    slot: Option<&'a dyn Any>,
    /// In a document with one version: the member that holds it.
    version: Option<&'a VersionMember>,
    /// The most bytes that the text of the kept value would take.
    bytes: Cell<usize>,
}

/// The version member of a document with one version, which is set to the latest one.
#[derive(Debug)]
pub struct VersionMember {
    key: &'static str,
    version: SchemaVersion,
    is_set: Cell<bool>,
}

impl VersionMember {
    pub(crate) fn new(key: &'static str, version: SchemaVersion) -> Self {
        Self { key, version, is_set: Cell::new(false) }
    }

    /// Whether it was set where the value was written. If not, it has to be set in the text.
    pub(crate) fn is_set(&self) -> bool {
        self.is_set.get()
    }

    pub(super) fn note(&self) {
        self.is_set.set(true);
    }

    pub(super) fn key(&self) -> &'static str {
        self.key
    }

    pub(super) fn number(&self) -> u32 {
        self.version.get()
    }
}

impl<'a> Ending<'a> {
    /// The value is kept.
    pub(crate) fn kept(slot: &'a dyn Any, version: Option<&'a VersionMember>) -> Self {
        Self { slot: Some(slot), version, bytes: Cell::new(0) }
    }

    /// The value is written, with this version member.
    pub(crate) fn written(version: &'a VersionMember) -> Self {
        Self { slot: None, version: Some(version), bytes: Cell::new(0) }
    }

    pub(super) fn keeps(&self) -> bool {
        self.slot.is_some()
    }

    /// The most bytes that the text of the value would take, once it is kept.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes.get()
    }

    /// Whether a value has been kept, any of which takes some bytes.
    pub(crate) fn has_kept(&self) -> bool {
        self.bytes() > 0
    }

    pub(super) fn version(&self) -> Option<&'a VersionMember> {
        self.version
    }

    /// Where a value of this type is kept.
    #[inline]
    fn place<T: 'static>(&self) -> Result<&'a OnceCell<T>, ConversionError> {
        let place = self.slot.and_then(|slot| slot.downcast_ref());
        place.ok_or_else(|| ConversionError::new("there is no place for this type"))
    }
}

/// The end of a chain that converts what `T` says and whose last step returns a `U`.
pub struct Keeping<U, T>(PhantomData<(fn() -> U, T)>);

impl<U, T> Keeping<U, T> {
    pub const fn new(_carry: &Carry<U>) -> Self {
        Self(PhantomData)
    }
}

/// Keeps a value.
pub trait Keeper<U> {
    /// The room is the one that the value would be written for.
    fn keep(self, value: U, ending: &Ending<'_>, room: Room) -> Result<(), ConversionError>;
}

/// The last step returns the type itself, which is moved.
pub struct KeepTyped;
/// The last step returns a document, which is read.
pub struct KeepDocument<T>(PhantomData<T>);
/// The last step returns something else, which has been reported.
pub struct KeepNothing;

impl<U: Serialize + 'static> Keeper<U> for KeepTyped {
    #[inline]
    fn keep(self, value: U, ending: &Ending<'_>, room: Room) -> Result<(), ConversionError> {
        let bytes = measure::typed(&value, room)?;
        put(ending.place()?, value)?;
        ending.bytes.set(bytes);
        Ok(())
    }
}

impl<'a, D: Document<'a>, T: DeserializeOwned + 'static> Keeper<D> for KeepDocument<T> {
    fn keep(self, value: D, ending: &Ending<'_>, room: Room) -> Result<(), ConversionError> {
        // The value is large: it is made where it stays, or close to it.
        ending.bytes.set(value.put_typed::<T>(ending.place()?, ending.version, room)?);
        Ok(())
    }
}

impl<U> Keeper<U> for KeepNothing {
    fn keep(self, _value: U, _ending: &Ending<'_>, _room: Room) -> Result<(), ConversionError> {
        Err(ConversionError::new("this type cannot be kept"))
    }
}

/// The first choice: the type itself.
pub trait ChooseKeepTyped {
    fn keeper(&self) -> KeepTyped;
}

impl<T: Target<Value: Serialize + 'static>> ChooseKeepTyped for &&Keeping<T::Value, T> {
    fn keeper(&self) -> KeepTyped {
        KeepTyped
    }
}

/// The second choice: a document.
pub trait ChooseKeepDocument<V> {
    fn keeper(&self) -> KeepDocument<V>;
}

impl<'a, D, T> ChooseKeepDocument<T::Value> for &Keeping<D, T>
where
    D: Document<'a>,
    T: Target<Value: DeserializeOwned + 'static>,
{
    fn keeper(&self) -> KeepDocument<T::Value> {
        KeepDocument(PhantomData)
    }
}

/// The last choice, where another check fails.
pub trait ChooseKeepNothing {
    fn keeper(&self) -> KeepNothing;
}

impl<U, T> ChooseKeepNothing for Keeping<U, T> {
    fn keeper(&self) -> KeepNothing {
        KeepNothing
    }
}
