//! Reading the key of an opened object into a type.
//!
//! Layer: core. Invariant: as for values, a key is what serde_json's reader would make of its text, or is left to the text.

use serde::{
    Deserializer,
    de::{
        Visitor,
        value::{BorrowedStrDeserializer, StrDeserializer},
    },
    forward_to_deserialize_any,
};

use super::{
    log::{Fault, Log, of_string},
    part::{VERBATIM, from_text, visit_string},
};
use crate::{
    json::is_plain,
    lazy::{
        key::{Key, OtherKey},
        members::Member,
    },
};

/// A key.
pub(super) struct KeyPart<'v> {
    /// What it says; `None` if no text can hold it.
    text: Option<&'v str>,
    /// Whether it is written without escapes.
    is_plain: bool,
    log: &'v Log,
}

impl<'v> KeyPart<'v> {
    /// The key of a member.
    #[inline]
    pub(super) fn of(member: &'v Member<'_>, log: &'v Log) -> Self {
        let (text, is_plain, bytes) = match &member.key {
            Key::Plain(text) => match text.strip_prefix('"') {
                Some(quoted) => (quoted.strip_suffix('"'), true, text.len()),
                None => (Some(*text), is_plain(text.as_bytes()), of_string(text)),
            },
            Key::Other(other) => match &**other {
                OtherKey::Escaped(quoted, decoded) => (decoded.as_deref(), false, quoted.len()),
                OtherKey::Given(given) => {
                    (Some(&**given), is_plain(given.as_bytes()), of_string(given))
                }
            },
        };
        // With a colon.
        log.add(bytes + 1);
        Self { text, is_plain, log }
    }

    /// What it says, and whether it is written without escapes.
    #[inline]
    pub(super) fn string(&self) -> Result<(&'v str, bool), Fault> {
        self.text.map(|text| (text, self.is_plain)).ok_or(Fault)
    }

    /// The digits of a key that is a number.
    fn digits(&self) -> Result<&'v str, Fault> {
        let (text, is_plain) = self.string()?;
        let is_number = text.starts_with(|first: char| first.is_ascii_digit() || first == '-')
            && text.ends_with(|last: char| last.is_ascii_digit());
        if is_number && is_plain { Ok(text) } else { Err(Fault) }
    }
}

macro_rules! numbers {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            self.log.take(|| from_text(self.digits()?, |reader| reader.$method(visitor)))
        }
    )*};
}

impl<'de> Deserializer<'de> for KeyPart<'de> {
    type Error = Fault;

    #[inline]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.log.take(|| {
            let (text, is_plain) = self.string()?;
            visit_string(text, is_plain, visitor)
        })
    }

    numbers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
        deserialize_f32 deserialize_f64
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.log.take(|| match self.text {
            Some("true") if self.is_plain => visitor.visit_bool(true),
            Some("false") if self.is_plain => visitor.visit_bool(false),
            _ => Err(Fault),
        })
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let log = self.log;
        log.take(|| log.handed(|| visitor.visit_some(self)))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let log = self.log;
        log.take(|| {
            if name == VERBATIM {
                return Err(Fault);
            }
            log.handed(|| visitor.visit_newtype_struct(self))
        })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.log.take(|| match self.string()? {
            (text, true) => visitor.visit_enum(BorrowedStrDeserializer::new(text)),
            (text, false) => visitor.visit_enum(StrDeserializer::new(text)),
        })
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Fault> {
        self.log.take(|| Err(Fault))
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Fault> {
        self.log.take(|| Err(Fault))
    }

    forward_to_deserialize_any! {
        char str string unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}
