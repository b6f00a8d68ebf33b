//! Context: the siblings that a chain reads, as typed values.
//!
//! Layer: core. Invariant: an absent sibling and a sibling that is `null` are told apart, as serde
//! does for members of a struct.

use std::borrow::Cow;

use serde::{
    Deserializer,
    de::{DeserializeOwned, Error as _, Visitor},
    forward_to_deserialize_any,
};

use super::progress::{Exit, failed};
use crate::{
    ConversionError,
    chain::{ChainErrorCause, ChainRun, ElementKey},
};

/// The deserializer that a function named by `#[serde(deserialize_with)]` is given.
pub type JsonDeserializer<'de> = serde_json::Deserializer<serde_json::de::StrRead<'de>>;

/// How a sibling is read and what stands for an absent one.
pub struct Sibling<T> {
    /// Rust name of the field.
    pub field: &'static str,
    /// Reads the stored text.
    pub read: fn(&str) -> Result<T, ConversionError>,
    /// Gives the value of an absent member.
    pub absent: fn() -> Result<T, ConversionError>,
}

/// Reads one sibling for a run.
pub fn sibling<T>(run: &ChainRun<'_>, sibling: &Sibling<T>) -> Result<T, Exit> {
    let value = match run.context.sibling(sibling.field) {
        Ok(Some(text)) => (sibling.read)(&text),
        Ok(None) => (sibling.absent)(),
        Err(error) => Err(error),
    };
    value.map_err(|source| failed(run.from.get(), ChainErrorCause::Context(sibling.field), source))
}

/// The key of the element that a run converts.
pub fn key<'a>(run: &ChainRun<'a>) -> Result<Option<Cow<'a, str>>, Exit> {
    let Some(ElementKey(key)) = run.key else { return Ok(None) };
    match key.decoded() {
        Some(key) => Ok(Some(key)),
        None => {
            let source = ConversionError::new("the key has a lone surrogate, which no text holds");
            Err(failed(run.from.get(), ChainErrorCause::Input, source))
        }
    }
}

/// The siblings of a run, which are read once for all elements of a list or map; `alone` takes them where the run is the
/// only one.
pub fn once<'r, V: 'static>(
    run: &'r ChainRun<'_>,
    alone: &'r mut Option<V>,
    read: impl Fn() -> Result<V, Exit>,
) -> Result<&'r V, Exit> {
    let Some(kept) = run.context.kept() else { return Ok(alone.insert(read()?)) };
    let values = match kept.get() {
        Some(values) => values,
        None => {
            let values = Box::new(read()?);
            kept.get_or_init(|| values)
        }
    };
    match values.downcast_ref() {
        Some(values) => Ok(values),
        // One run of another chain, which is not to be.
        None => Ok(alone.insert(read()?)),
    }
}

/// Reads a sibling through the function that `#[serde(deserialize_with)]` names.
pub fn read_with<T>(
    text: &str,
    read: impl FnOnce(&mut JsonDeserializer<'_>) -> Result<T, serde_json::Error>,
) -> Result<T, ConversionError> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = read(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

/// What serde makes of an absent member: `None` of an `Option`, an error of anything else.
pub fn absent<T: DeserializeOwned>() -> Result<T, ConversionError> {
    T::deserialize(AbsentMember).map_err(|_: serde::de::value::Error| {
        ConversionError::new("the document has no such member, and its type has no default")
    })
}

/// An absent member without a default, read through `#[serde(deserialize_with)]`.
pub fn absent_with<T>() -> Result<T, ConversionError> {
    Err(ConversionError::new("the document has no such member, and its field has no default"))
}

struct AbsentMember;

impl<'de> Deserializer<'de> for AbsentMember {
    type Error = serde::de::value::Error;

    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Self::Error> {
        Err(Self::Error::custom("absent"))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_none()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}
