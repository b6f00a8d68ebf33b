//! An opened value, as something that serde reads.
//!
//! Layer: core. Invariant: every part is handed over as serde_json's reader would hand over its text, or is faulty.

use std::cell::OnceCell;

use serde::{
    Deserializer,
    de::{
        DeserializeOwned, Visitor,
        value::{BorrowedStrDeserializer, StrDeserializer},
    },
};
use serde_json::Number;

use super::{
    access::{ElementParts, MemberParts, VariantPart},
    key::KeyPart,
    log::{Fault, Log, of_string},
};
use crate::{
    chain::{Room, context::JsonDeserializer},
    json::is_plain,
    lazy::{
        members::Member,
        value::{LazyValue, Node},
    },
};

/// Names of newtypes by which serde_json asks for the text of a value.
pub(super) const VERBATIM: &str = "$serde_json::private::RawValue";

/// Most bytes that a number takes.
const NUMBER: usize = 40;

/// Whether numbers are plain: with `arbitrary_precision`, which an application may switch on, serde_json keeps their text
/// and hands them over in a way of its own.
const PLAIN_NUMBERS: bool = size_of::<Number>() < size_of::<String>();

impl LazyValue<'_> {
    /// Puts the value into its place as a type, and gives the most bytes that its text takes; `None` where the text has
    /// to be read.
    pub(crate) fn put_typed_within<T: DeserializeOwned>(
        &self,
        place: &OnceCell<T>,
        room: Room,
    ) -> Option<usize> {
        let log = Log::new(room.depth_max());
        let Ok(object) = log.handed(|| T::deserialize(Part::of(self, &log))) else { return None };
        let bytes = log.bytes()?;
        place.set(object).ok().map(|()| bytes)
    }
}

/// Reads a text that is one value, to its end.
///
/// Out of line, because most parts that are read are strings and need no reader.
#[inline(never)]
pub(super) fn from_text<'v, R>(
    text: &'v str,
    read: impl FnOnce(&mut JsonDeserializer<'v>) -> Result<R, serde_json::Error>,
) -> Result<R, Fault> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = read(&mut reader)?;
    reader.end()?;
    Ok(value)
}

/// Hands over a text: a reader copies it if, and only if, it is written with escapes.
#[inline]
pub(super) fn visit_string<'v, V: Visitor<'v>>(
    text: &'v str,
    is_plain: bool,
    visitor: V,
) -> Result<V::Value, Fault> {
    if is_plain { visitor.visit_borrowed_str(text) } else { visitor.visit_str(text) }
}

/// A value, opened or not, or the name of a variant.
pub(super) struct Part<'v, 'a> {
    pub(super) source: Source<'v, 'a>,
    pub(super) log: &'v Log,
}

/// What it is.
#[derive(Clone, Copy)]
pub(super) enum Source<'v, 'a> {
    /// JSON.
    Text(&'v str),
    /// What a string says, and whether it is written without escapes.
    String(&'v str, bool),
    Number(&'v Number),
    List(&'v [LazyValue<'a>]),
    Object(&'v [Member<'a>]),
}

impl<'v, 'a> Part<'v, 'a> {
    #[inline(always)]
    pub(super) fn of(value: &'v LazyValue<'a>, log: &'v Log) -> Self {
        // Most parts are texts without escapes.
        if let Node::Slice(slice) = &value.node
            && let Some(text) = slice.plain_string()
        {
            log.add(text.len() + 3);
            return Self { source: Source::String(text, true), log };
        }
        let (source, bytes) = Self::look_at(value, log);
        // With a comma.
        log.add(bytes + 1);
        Self { source, log }
    }

    /// What a value is, and the most bytes that its text takes.
    #[inline(never)]
    fn look_at(value: &'v LazyValue<'a>, log: &Log) -> (Source<'v, 'a>, usize) {
        match &value.node {
            Node::Slice(slice) => match slice.string() {
                Some(text) if is_plain(text.as_bytes()) => {
                    (Source::String(text, true), text.len() + 2)
                }
                _ => {
                    log.reach(slice.depth_bound());
                    (Source::Text(slice.text()), slice.text().len())
                }
            },
            Node::Text(text) => (Source::String(text, is_plain(text.as_bytes())), of_string(text)),
            Node::ShortText(text) => {
                let text = text.as_str();
                (Source::String(text, is_plain(text.as_bytes())), of_string(text))
            }
            Node::OwnedText(text) => {
                (Source::String(text, is_plain(text.as_bytes())), of_string(text))
            }
            Node::Number(number) => (Source::Number(number), NUMBER),
            Node::NumberText(text) => (Source::Text(text), text.len()),
            Node::List(list) => (Source::List(&list.elements), 2),
            Node::Object(object) => (Source::Object(object.members.as_slice()), 2),
        }
    }

    fn list<V: Visitor<'v>>(
        &self,
        elements: &'v [LazyValue<'a>],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let mut access = ElementParts { elements: elements.iter(), log: self.log };
        let value = self.log.below(|| visitor.visit_seq(&mut access))?;
        if access.elements.len() == 0 { Ok(value) } else { Err(Fault) }
    }

    fn object<V: Visitor<'v>>(
        &self,
        members: &'v [Member<'a>],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let mut access = MemberParts { members: members.iter(), value: None, log: self.log };
        let value = self.log.below(|| visitor.visit_map(&mut access))?;
        if access.members.len() == 0 && access.value.is_none() { Ok(value) } else { Err(Fault) }
    }

    /// An enum: an object with the variant as its only key.
    fn variant<V: Visitor<'v>>(
        &self,
        members: &'v [Member<'a>],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let [member] = members else { return Err(Fault) };
        // What the variant holds has to be taken, even if it is nothing.
        let log = self.log;
        log.below(|| log.handed(|| visitor.visit_enum(VariantPart { member, log })))
    }

    /// What nobody wants to read is measured all the same.
    fn pass_over(&self) -> Result<(), Fault> {
        let pass_over = |value: &'v LazyValue<'a>| Part::of(value, self.log).pass_over();
        match self.source {
            Source::List(elements) => self.log.below(|| elements.iter().try_for_each(pass_over)),
            Source::Object(members) => self.log.below(|| {
                members.iter().try_for_each(|member| {
                    KeyPart::of(member, self.log);
                    pass_over(&member.value)
                })
            }),
            Source::Text(_) | Source::String(..) | Source::Number(_) => Ok(()),
        }
    }
}

fn visit_number<'v, V: Visitor<'v>>(number: &Number, visitor: V) -> Result<V::Value, Fault> {
    if !PLAIN_NUMBERS {
        return Err(Fault);
    }
    match (number.as_u64(), number.as_i64(), number.as_f64()) {
        (Some(number), ..) => visitor.visit_u64(number),
        (None, Some(number), _) => visitor.visit_i64(number),
        (None, None, Some(number)) => visitor.visit_f64(number),
        (None, None, None) => Err(Fault),
    }
}

/// Ways to ask: what answers each, beside text. What answers none is left to the text of the whole.
macro_rules! ask {
    ($($method:ident($($name:ident: $ty:ty),*) $this:ident, $visitor:ident {
        $($pattern:pat $(if $guard:expr)? => $answer:expr,)*
    })*) => {$(
        #[inline]
        fn $method<V: Visitor<'v>>(
            self,
            $($name: $ty,)*
            visitor: V,
        ) -> Result<V::Value, Fault> {
            let ($this, $visitor) = (&self, visitor);
            self.log.take(|| match $this.source {
                Source::Text(text) => from_text(text, |reader| {
                    reader.$method($($name,)* $visitor)
                }),
                $($pattern $(if $guard)? => $answer,)*
                _ => Err(Fault),
            })
        }
    )*};
}

impl<'v> Deserializer<'v> for Part<'v, '_> {
    type Error = Fault;

    ask! {
        deserialize_bool() part, visitor {}
        deserialize_unit() part, visitor {}
        deserialize_unit_struct(name: &'static str) part, visitor {}
        deserialize_i128() part, visitor {}
        deserialize_u128() part, visitor {}
        deserialize_i8() part, visitor { Source::Number(number) => visit_number(number, visitor), }
        deserialize_i16() part, visitor { Source::Number(number) => visit_number(number, visitor), }
        deserialize_i32() part, visitor { Source::Number(number) => visit_number(number, visitor), }
        deserialize_i64() part, visitor { Source::Number(number) => visit_number(number, visitor), }
        deserialize_u8() part, visitor { Source::Number(number) => visit_number(number, visitor), }
        deserialize_u16() part, visitor { Source::Number(number) => visit_number(number, visitor), }
        deserialize_u32() part, visitor { Source::Number(number) => visit_number(number, visitor), }
        deserialize_u64() part, visitor { Source::Number(number) => visit_number(number, visitor), }
        deserialize_f64() part, visitor { Source::Number(number) => visit_number(number, visitor), }
        deserialize_f32() part, visitor {
            // A fraction would be rounded twice.
            Source::Number(number) if !number.is_f64() => visit_number(number, visitor),
        }
        deserialize_char() part, visitor {
            Source::String(text, is_plain) => visit_string(text, is_plain, visitor),
        }
        deserialize_str() part, visitor {
            Source::String(text, is_plain) => visit_string(text, is_plain, visitor),
        }
        deserialize_string() part, visitor {
            Source::String(text, is_plain) => visit_string(text, is_plain, visitor),
        }
        deserialize_identifier() part, visitor {
            Source::String(text, is_plain) => visit_string(text, is_plain, visitor),
        }
        deserialize_bytes() part, visitor {
            Source::List(elements) => part.list(elements, visitor),
        }
        deserialize_byte_buf() part, visitor {
            Source::List(elements) => part.list(elements, visitor),
        }
        deserialize_seq() part, visitor {
            Source::List(elements) => part.list(elements, visitor),
        }
        deserialize_tuple(length: usize) part, visitor {
            Source::List(elements) => part.list(elements, visitor),
        }
        deserialize_tuple_struct(name: &'static str, length: usize) part, visitor {
            Source::List(elements) => part.list(elements, visitor),
        }
        deserialize_map() part, visitor {
            Source::Object(members) => part.object(members, visitor),
        }
        deserialize_struct(name: &'static str, fields: &'static [&'static str]) part, visitor {
            Source::Object(members) => part.object(members, visitor),
            Source::List(elements) => part.list(elements, visitor),
        }
        deserialize_enum(name: &'static str, variants: &'static [&'static str]) part, visitor {
            Source::String(text, true) => visitor.visit_enum(BorrowedStrDeserializer::new(text)),
            Source::String(text, false) => visitor.visit_enum(StrDeserializer::new(text)),
            Source::Object(members) => part.variant(members, visitor),
        }
    }

    fn deserialize_any<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.log.take(|| match self.source {
            Source::Text(text) => from_text(text, |reader| reader.deserialize_any(visitor)),
            Source::String(text, is_plain) => visit_string(text, is_plain, visitor),
            Source::Number(number) => visit_number(number, visitor),
            Source::List(elements) => self.list(elements, visitor),
            Source::Object(members) => self.object(members, visitor),
        })
    }

    fn deserialize_ignored_any<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.log.take(|| {
            self.pass_over()?;
            visitor.visit_unit()
        })
    }

    fn deserialize_option<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, Fault> {
        let log = self.log;
        log.take(|| match self.source {
            Source::Text("null") => visitor.visit_none(),
            _ => log.handed(|| visitor.visit_some(self)),
        })
    }

    fn deserialize_newtype_struct<V: Visitor<'v>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let log = self.log;
        log.take(|| match self.source {
            _ if name != VERBATIM => log.handed(|| visitor.visit_newtype_struct(self)),
            Source::Text(text) => {
                from_text(text, |reader| reader.deserialize_newtype_struct(name, visitor))
            }
            _ => Err(Fault),
        })
    }
}
