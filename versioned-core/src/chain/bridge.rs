//! Bridges: how the value that one step returns becomes the value that the next one takes.
//!
//! Layer: core. Derived code finds the bridge by method resolution on [`Between`]. A further
//! document type needs an implementation of [`Document`] and nothing else here. Invariant: equal
//! types pass by move.

use std::{cell::OnceCell, marker::PhantomData};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{
    measure, read,
    step::{Missing, Step},
    write,
};
use crate::{
    ConversionError, LazyValue,
    chain::{ChainErrorCause, Room, Text, VersionMember},
    json,
};

/// A type that holds any JSON, so that conversions may change the shape of a value freely.
pub trait Document<'a>: Sized {
    /// Reads JSON text; what the type cannot hold unchanged is an error.
    fn open(text: &'a Text<'a>) -> Result<Self, ConversionError>;

    /// Reads a typed value, with a JSON pointer in the error.
    fn read<T: DeserializeOwned>(self) -> Result<T, ConversionError>;

    /// Writes a typed value.
    fn write<T: Serialize>(value: &T) -> Result<Self, ConversionError>;

    /// Writes JSON text.
    fn close(self, room: Room) -> Result<String, ConversionError>;

    /// Sets the version member of a document, if that comes to the same as in its text.
    fn set_version(&mut self, version: &VersionMember);

    /// Puts a typed value into its place at the end of a chain, after the version member of a
    /// document with one version is set; gives the most bytes that its text takes. The error says
    /// that there is one, and no more.
    fn put_typed<T: DeserializeOwned>(
        self,
        place: &OnceCell<T>,
        version: Option<&VersionMember>,
        room: Room,
    ) -> Result<usize, ConversionError>;

    /// Writes JSON text and keeps the value.
    fn show(&self) -> Result<String, ConversionError>;

    /// The same JSON as a `Value`, through which documents of different types meet.
    fn into_value(self) -> Result<Value, ConversionError>;

    /// The JSON of a `Value`.
    fn from_value(value: Value) -> Self;
}

impl Document<'_> for Value {
    fn open(text: &Text<'_>) -> Result<Self, ConversionError> {
        match json::value_from_str(text.json()) {
            Ok(value) => {
                text.vouch();
                Ok(value)
            }
            Err(error) => Err(match error.pointer().cloned() {
                Some(pointer) => ConversionError::from(error).at(pointer),
                None => error.into(),
            }),
        }
    }

    fn read<T: DeserializeOwned>(self) -> Result<T, ConversionError> {
        read::from_value(&self)
    }

    fn write<T: Serialize>(value: &T) -> Result<Self, ConversionError> {
        write::to_value(value)
    }

    fn close(self, room: Room) -> Result<String, ConversionError> {
        write::to_text_in(&self, room, None)
    }

    fn set_version(&mut self, version: &VersionMember) {
        // A member that is absent comes last in the text.
        if let Some(member) = self.get_mut(version.key()) {
            *member = version.number().into();
            version.note();
        }
    }

    fn put_typed<T: DeserializeOwned>(
        mut self,
        place: &OnceCell<T>,
        version: Option<&VersionMember>,
        room: Room,
    ) -> Result<usize, ConversionError> {
        if let Some(version) = version {
            let members = self.as_object_mut().ok_or_else(no_object)?;
            match members.get_mut(version.key()) {
                Some(member) => *member = version.number().into(),
                None => drop(members.insert(version.key().to_owned(), version.number().into())),
            }
        }
        let bytes = measure::value(&self, room)?;
        put(place, T::deserialize(self)?)?;
        Ok(bytes)
    }

    fn show(&self) -> Result<String, ConversionError> {
        Ok(serde_json::to_string(self)?)
    }

    fn into_value(self) -> Result<Value, ConversionError> {
        Ok(self)
    }

    fn from_value(value: Value) -> Self {
        value
    }
}

// The text may live longer than the value, so that a step whose context has the same lifetime as
// its value, as the compiler likes to propose it, is accepted.
impl<'a: 'v, 'v> Document<'a> for LazyValue<'v> {
    fn open(text: &'a Text<'a>) -> Result<Self, ConversionError> {
        text.lazy()
    }

    fn read<T: DeserializeOwned>(self) -> Result<T, ConversionError> {
        self.parse()
    }

    fn write<T: Serialize>(value: &T) -> Result<Self, ConversionError> {
        Self::from_serialize(value)
    }

    fn close(self, room: Room) -> Result<String, ConversionError> {
        self.into_json_within(room)
    }

    fn set_version(&mut self, version: &VersionMember) {
        let Some(members) = self.as_object_mut() else { return };
        // Two of them are an error, which is found in the text.
        if members.iter().filter(|(key, _)| key == version.key()).count() <= 1 {
            members.insert(version.key(), version.number());
            version.note();
        }
    }

    fn put_typed<T: DeserializeOwned>(
        mut self,
        place: &OnceCell<T>,
        version: Option<&VersionMember>,
        room: Room,
    ) -> Result<usize, ConversionError> {
        if let Some(version) = version {
            let members = self.as_object_mut().ok_or_else(no_object)?;
            members.insert(version.key(), version.number());
        }
        if let Some(bytes) = self.put_typed_within(place, room) {
            self.take_apart();
            return Ok(bytes);
        }
        let text = self.close(room)?;
        put(place, serde_json::from_str(&text)?)?;
        Ok(text.len())
    }

    fn show(&self) -> Result<String, ConversionError> {
        Ok(self.to_json())
    }

    fn into_value(self) -> Result<Value, ConversionError> {
        self.to_value()
    }

    fn from_value(value: Value) -> Self {
        value.into()
    }
}

/// Puts a value into its place, in which there is none yet.
#[inline]
pub(super) fn put<T>(place: &OnceCell<T>, value: T) -> Result<(), ConversionError> {
    place.set(value).map_err(|_| ConversionError::new("the place is taken"))
}

fn no_object() -> ConversionError {
    ConversionError::new("expected an object")
}

/// A document, or the values of a function that does not exist: what may stand beside any type.
pub trait Neighbour {}

impl Neighbour for Value {}
impl Neighbour for LazyValue<'_> {}
impl Neighbour for Missing {}

/// Why a value did not cross a bridge.
pub struct BridgeError {
    pub(super) cause: ChainErrorCause,
    pub(super) source: ConversionError,
}

/// Brings what a step returned to what the next one takes.
pub trait Bridge<A, T> {
    fn cross(self, value: A) -> Result<T, BridgeError>;
}

/// The place between two steps: one returns an `A`, the next takes a `T`. The numbers are the
/// versions that the two steps start from and end in.
pub struct Between<A, T, const FROM: u32, const AT: u32, const TO: u32>(PhantomData<fn(A) -> T>);

impl<A, T, const FROM: u32, const AT: u32, const TO: u32> Between<A, T, FROM, AT, TO> {
    pub const fn new<F, M, R, S>(_carry: &super::Carry<A>, _next: &Step<F, M, T, R, S>) -> Self {
        Self(PhantomData)
    }
}

/// The same type: by move.
pub struct Move;
/// A document to a document of another type.
pub struct ChangeDocument;
/// A document to a typed value.
pub struct ReadDocument;
/// A typed value to a document.
pub struct WriteDocument;
/// No bridge: another error has been reported already.
pub struct NoBridge;

impl<T> Bridge<T, T> for Move {
    #[inline]
    fn cross(self, value: T) -> Result<T, BridgeError> {
        Ok(value)
    }
}

impl<'a, 'b, D: Document<'a>, T: Document<'b>> Bridge<D, T> for ChangeDocument {
    fn cross(self, value: D) -> Result<T, BridgeError> {
        let value = value.into_value().map(T::from_value);
        value.map_err(|source| BridgeError { cause: ChainErrorCause::Input, source })
    }
}

impl<'a, D: Document<'a>, T: DeserializeOwned> Bridge<D, T> for ReadDocument {
    fn cross(self, value: D) -> Result<T, BridgeError> {
        value.read().map_err(|source| BridgeError { cause: ChainErrorCause::Input, source })
    }
}

impl<'a, A: Serialize, D: Document<'a>> Bridge<A, D> for WriteDocument {
    fn cross(self, value: A) -> Result<D, BridgeError> {
        D::write(&value).map_err(|source| BridgeError { cause: ChainErrorCause::Output, source })
    }
}

impl<A, T> Bridge<A, T> for NoBridge {
    fn cross(self, _value: A) -> Result<T, BridgeError> {
        let source = ConversionError::new("these steps do not meet");
        Err(BridgeError { cause: ChainErrorCause::Input, source })
    }
}

/// The first choice: both sides have the same type.
pub trait ChooseMove {
    fn bridge(&self) -> Move;
}

impl<T, const FROM: u32, const AT: u32, const TO: u32> ChooseMove
    for &&&&&&Between<T, T, FROM, AT, TO>
{
    fn bridge(&self) -> Move {
        Move
    }
}

/// The second choice: between documents.
pub trait ChooseChangeDocument {
    fn bridge(&self) -> ChangeDocument;
}

impl<'a, 'b, D, T, const FROM: u32, const AT: u32, const TO: u32> ChooseChangeDocument
    for &&&&&Between<D, T, FROM, AT, TO>
where
    D: Document<'a>,
    T: Document<'b>,
{
    fn bridge(&self) -> ChangeDocument {
        ChangeDocument
    }
}

/// The third choice: from a document to a type that serde reads.
pub trait ChooseReadDocument {
    fn bridge(&self) -> ReadDocument;
}

impl<'a, D, T, const FROM: u32, const AT: u32, const TO: u32> ChooseReadDocument
    for &&&&Between<D, T, FROM, AT, TO>
where
    D: Document<'a>,
    T: DeserializeOwned,
{
    fn bridge(&self) -> ReadDocument {
        ReadDocument
    }
}

/// The fourth choice: from a type that serde writes to a document.
pub trait ChooseWriteDocument {
    fn bridge(&self) -> WriteDocument;
}

impl<'a, A, D, const FROM: u32, const AT: u32, const TO: u32> ChooseWriteDocument
    for &&&Between<A, D, FROM, AT, TO>
where
    A: Serialize,
    D: Document<'a>,
{
    fn bridge(&self) -> WriteDocument {
        WriteDocument
    }
}

/// The fifth choice: beside something that goes with any type, where another check has failed.
pub trait ChooseFromNeighbour {
    fn bridge(&self) -> NoBridge;
}

impl<A: Neighbour, T, const FROM: u32, const AT: u32, const TO: u32> ChooseFromNeighbour
    for &&Between<A, T, FROM, AT, TO>
{
    fn bridge(&self) -> NoBridge {
        NoBridge
    }
}

/// The sixth choice: the same, on the other side. Where this fails too, derived code reports the
/// pair.
pub trait ChooseToNeighbour {
    fn bridge(&self) -> NoBridge;
}

impl<A, T: Neighbour, const FROM: u32, const AT: u32, const TO: u32> ChooseToNeighbour
    for &Between<A, T, FROM, AT, TO>
{
    fn bridge(&self) -> NoBridge {
        NoBridge
    }
}
