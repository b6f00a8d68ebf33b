//! Text at both ends of a run: reading the stored value, and writing the value that the last step
//! returned.
//!
//! Layer: core. Derived code finds the ways by method resolution on [`Opening`] and [`Closing`],
//! and adds a last choice to each, which reports a type that serde does not read or write.

use std::marker::PhantomData;

use serde::{Serialize, de::DeserializeOwned};

use super::{bridge::Document, read, sides::Splits, step::Step, write};
use crate::{
    ConversionError,
    chain::{Room, Text, VersionMember},
};

/// The place before a step that takes a `T`, where a run may start from stored text.
pub struct Opening<T, F>(PhantomData<(T, F)>);

impl<T, F> Opening<T, F> {
    pub const fn new<M, R, S>(_step: &Step<F, M, T, R, S>) -> Self {
        Self(PhantomData)
    }
}

impl<T> Opening<T, ()> {
    #[must_use]
    pub const fn of_type() -> Self {
        Self(PhantomData)
    }
}

/// Reads stored text.
pub trait Open<'a, T> {
    fn open(self, text: &'a Text<'a>) -> Result<T, ConversionError>;
}

/// The step takes a document.
pub struct OpenDocument;
/// The step takes a typed value.
pub struct OpenTyped;
/// The step takes something else, which has been reported.
pub struct OpenNothing;

impl<'a, D: Document<'a>> Open<'a, D> for OpenDocument {
    fn open(self, text: &'a Text<'a>) -> Result<D, ConversionError> {
        D::open(text)
    }
}

impl<'a, T: DeserializeOwned> Open<'a, T> for OpenTyped {
    fn open(self, text: &'a Text<'a>) -> Result<T, ConversionError> {
        text.judged()?;
        read::from_text(text.json())
    }
}

impl<'a, T> Open<'a, T> for OpenNothing {
    fn open(self, _text: &'a Text<'a>) -> Result<T, ConversionError> {
        Err(ConversionError::new("this type cannot be read"))
    }
}

/// The first choice: a document.
pub trait ChooseOpenDocument {
    fn opener(&self) -> OpenDocument;
}

impl<'a, D: Document<'a>, F> ChooseOpenDocument for &&Opening<D, F> {
    fn opener(&self) -> OpenDocument {
        OpenDocument
    }
}

/// The second choice: anything that serde reads.
pub trait ChooseOpenTyped {
    fn opener(&self) -> OpenTyped;
}

impl<T: DeserializeOwned, F> ChooseOpenTyped for &Opening<T, F> {
    fn opener(&self) -> OpenTyped {
        OpenTyped
    }
}

/// The place after a step that returns a `U`, where a run may end.
pub struct Closing<U, F>(PhantomData<(U, F)>);

impl<U, F> Closing<U, F> {
    pub const fn new<M, T, R, S>(_step: &Step<F, M, T, R, S>) -> Self
    where
        R: Splits<S, Main = U>,
    {
        Self(PhantomData)
    }
}

/// Writes text.
pub trait Close<U> {
    /// The version member of a document is set if that can be done here.
    fn close(
        self,
        value: U,
        room: Room,
        version: Option<&VersionMember>,
    ) -> Result<String, ConversionError>;

    /// Writes the text and keeps the value.
    fn show(&self, value: &U) -> Result<String, ConversionError>;
}

/// The step returns a document.
pub struct CloseDocument;
/// The step returns a typed value.
pub struct CloseTyped;
/// The step returns something else, which has been reported.
pub struct CloseNothing;

impl<'a, D: Document<'a>> Close<D> for CloseDocument {
    fn close(
        self,
        mut value: D,
        room: Room,
        version: Option<&VersionMember>,
    ) -> Result<String, ConversionError> {
        if let Some(version) = version {
            value.set_version(version);
        }
        value.close(room)
    }

    fn show(&self, value: &D) -> Result<String, ConversionError> {
        value.show()
    }
}

impl<U: Serialize> Close<U> for CloseTyped {
    fn close(
        self,
        value: U,
        room: Room,
        version: Option<&VersionMember>,
    ) -> Result<String, ConversionError> {
        write::to_text_in(&value, room, version)
    }

    fn show(&self, value: &U) -> Result<String, ConversionError> {
        write::to_text(value)
    }
}

impl<U> Close<U> for CloseNothing {
    fn close(
        self,
        value: U,
        _room: Room,
        _version: Option<&VersionMember>,
    ) -> Result<String, ConversionError> {
        self.show(&value)
    }

    fn show(&self, _value: &U) -> Result<String, ConversionError> {
        Err(ConversionError::new("this type cannot be written"))
    }
}

/// The first choice: a document.
pub trait ChooseCloseDocument {
    fn closer(&self) -> CloseDocument;
}

impl<'a, D: Document<'a>, F> ChooseCloseDocument for &&Closing<D, F> {
    fn closer(&self) -> CloseDocument {
        CloseDocument
    }
}

/// The second choice: anything that serde writes.
pub trait ChooseCloseTyped {
    fn closer(&self) -> CloseTyped;
}

impl<U: Serialize, F> ChooseCloseTyped for &Closing<U, F> {
    fn closer(&self) -> CloseTyped {
        CloseTyped
    }
}
