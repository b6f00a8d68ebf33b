//! Reading an opened value into a type, without writing its text first.
//!
//! Layer: core. Parts that were not opened are read by serde_json from their slices; what was opened or made is handed over
//! as serde_json hands over its text. Invariant: what is read here is what would be read from the text. Whatever goes
//! wrong on the way, even where the type makes up for it, is left to the text, which decides.

use std::cell::Cell;

use serde::{
    Deserializer,
    de::{
        DeserializeOwned, DeserializeSeed, EnumAccess, MapAccess, SeqAccess, VariantAccess,
        Visitor,
        value::{BorrowedStrDeserializer, StrDeserializer},
    },
};
use serde_json::Number;

use super::{
    deserialize_key::KeyPart,
    object::Member,
    value::{LazyValue, Made, Node},
};
use crate::{chain::context::JsonDeserializer, json::is_plain};

/// Names of newtypes by which serde_json asks for the text of a value.
pub(super) const VERBATIM: &str = "$serde_json::private::RawValue";

/// Whether numbers are plain: with `arbitrary_precision`, which an application may switch on, serde_json keeps their text
/// and hands them over in a way of its own.
const PLAIN_NUMBERS: bool = size_of::<Number>() < size_of::<String>();

/// The value as a type; `None` where its text has to be read.
pub(super) fn typed<T: DeserializeOwned>(value: &LazyValue<'_>) -> Option<T> {
    let log = Log::default();
    let object = log.handed(|| T::deserialize(Part::of(value, &log))).ok()?;
    (!log.is_faulty.get()).then_some(object)
}

/// Something is not as it should be.
#[derive(Debug)]
pub(super) struct Fault;

impl std::fmt::Display for Fault {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("the value has to be read from its text")
    }
}

impl std::error::Error for Fault {}

impl serde::de::Error for Fault {
    fn custom<T: std::fmt::Display>(_message: T) -> Self {
        Self
    }
}

impl From<serde_json::Error> for Fault {
    #[cold]
    fn from(_error: serde_json::Error) -> Self {
        Self
    }
}

/// What happened on the way.
#[derive(Default)]
pub(super) struct Log {
    /// There was an error, whoever may have caught it.
    is_faulty: Cell<bool>,
    /// A part was handed over, and nobody has looked at it.
    is_untaken: Cell<bool>,
}

impl Log {
    fn hand(&self) {
        self.is_untaken.set(true);
    }

    /// Hands a part over, which has to be taken: a reader of text would stand still before it.
    #[inline]
    pub(super) fn handed<R>(&self, read: impl FnOnce() -> Result<R, Fault>) -> Result<R, Fault> {
        self.hand();
        let value = read();
        if self.is_untaken.get() { self.noted(Err(Fault)) } else { value }
    }

    /// Takes a part.
    #[inline]
    pub(super) fn take<R>(&self, read: impl FnOnce() -> Result<R, Fault>) -> Result<R, Fault> {
        self.is_untaken.set(false);
        self.noted(read())
    }

    #[inline]
    fn noted<R>(&self, result: Result<R, Fault>) -> Result<R, Fault> {
        if result.is_err() {
            self.is_faulty.set(true);
        }
        result
    }
}

/// Reads a text that is one value, to its end.
#[inline]
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
struct Part<'v, 'a> {
    source: Source<'v, 'a>,
    log: &'v Log,
}

/// What it is.
#[derive(Clone, Copy)]
enum Source<'v, 'a> {
    /// JSON.
    Text(&'v str),
    /// What a string says, and whether it is written without escapes.
    String(&'v str, bool),
    Number(&'v Number),
    List(&'v [LazyValue<'a>]),
    Object(&'v [Member<'a>]),
}

impl<'v, 'a> Part<'v, 'a> {
    #[inline]
    fn of(value: &'v LazyValue<'a>, log: &'v Log) -> Self {
        let source = match &value.node {
            Node::Slice(slice) => {
                let text = slice.text();
                match plain_string(text) {
                    Some(inner) => Source::String(inner, true),
                    None => Source::Text(text),
                }
            }
            Node::Made(made) => match &**made {
                Made::String(text) => Source::String(text, is_plain(text.as_bytes())),
                Made::Number(number) => Source::Number(number),
                Made::NumberText(text) => Source::Text(text),
                Made::List(elements, _) => Source::List(elements),
                Made::Object(object) => Source::Object(&object.members),
            },
        };
        Self { source, log }
    }

    fn list<V: Visitor<'v>>(
        &self,
        elements: &'v [LazyValue<'a>],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let mut access = ElementParts { elements: elements.iter(), log: self.log };
        let value = visitor.visit_seq(&mut access)?;
        if access.elements.len() == 0 { Ok(value) } else { Err(Fault) }
    }

    fn object<V: Visitor<'v>>(
        &self,
        members: &'v [Member<'a>],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let mut access = MemberParts { members: members.iter(), value: None, log: self.log };
        let value = visitor.visit_map(&mut access)?;
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
        self.log.handed(|| visitor.visit_enum(VariantPart { member, log: self.log }))
    }
}

/// What a string without escapes says.
#[inline]
fn plain_string(json: &str) -> Option<&str> {
    let inner = json.strip_prefix('"')?.strip_suffix('"')?;
    is_plain(inner.as_bytes()).then_some(inner)
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
        // It is JSON, and no deeper than a reader accepts.
        self.log.take(|| visitor.visit_unit())
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

/// The elements of a list.
struct ElementParts<'v, 'a> {
    elements: std::slice::Iter<'v, LazyValue<'a>>,
    log: &'v Log,
}

impl<'v> SeqAccess<'v> for ElementParts<'v, '_> {
    type Error = Fault;

    fn next_element_seed<S: DeserializeSeed<'v>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Fault> {
        let Some(value) = self.elements.next() else { return Ok(None) };
        let log = self.log;
        log.handed(|| seed.deserialize(Part::of(value, log))).map(Some)
    }
}

/// The members of an object.
struct MemberParts<'v, 'a> {
    members: std::slice::Iter<'v, Member<'a>>,
    /// The value of the key that was given last.
    value: Option<&'v LazyValue<'a>>,
    log: &'v Log,
}

impl<'v> MapAccess<'v> for MemberParts<'v, '_> {
    type Error = Fault;

    #[inline]
    fn next_key_seed<S: DeserializeSeed<'v>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Fault> {
        let log = self.log;
        if self.value.is_some() {
            return log.take(|| Err(Fault));
        }
        let Some(member) = self.members.next() else { return Ok(None) };
        self.value = Some(&member.value);
        log.handed(|| seed.deserialize(KeyPart::of(member, log))).map(Some)
    }

    #[inline]
    fn next_value_seed<S: DeserializeSeed<'v>>(&mut self, seed: S) -> Result<S::Value, Fault> {
        let log = self.log;
        let Some(value) = self.value.take() else { return log.take(|| Err(Fault)) };
        log.handed(|| seed.deserialize(Part::of(value, log)))
    }
}

/// The only member of an object, as a variant and what it holds.
struct VariantPart<'v, 'a> {
    member: &'v Member<'a>,
    log: &'v Log,
}

impl<'v, 'a> EnumAccess<'v> for VariantPart<'v, 'a> {
    type Error = Fault;
    type Variant = Part<'v, 'a>;

    fn variant_seed<S: DeserializeSeed<'v>>(
        self,
        seed: S,
    ) -> Result<(S::Value, Part<'v, 'a>), Fault> {
        let Self { member, log } = self;
        let (name, is_plain) = KeyPart::of(member, log).string()?;
        let name = Part { source: Source::String(name, is_plain), log };
        let variant = log.handed(|| seed.deserialize(name))?;
        // From here on it is what the variant holds that nobody has looked at.
        log.hand();
        Ok((variant, Part::of(&member.value, log)))
    }
}

impl<'v> VariantAccess<'v> for Part<'v, '_> {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        serde::Deserialize::deserialize(self)
    }

    fn newtype_variant_seed<S: DeserializeSeed<'v>>(self, seed: S) -> Result<S::Value, Fault> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'v>>(self, _len: usize, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'v>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_struct("", fields, visitor)
    }
}
