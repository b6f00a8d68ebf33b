//! The serializer that takes a plain text and nothing else.
//!
//! Layer: core.

use serde::{Serialize, Serializer, ser::Impossible};
use serde_json::Error;

/// Hands the text over; the answer is whether there was one.
pub(super) struct TextOnly<F>(pub(super) F);

type Never = Impossible<bool, Error>;

macro_rules! other {
    ($($method:ident($($ty:ty),*) -> $answer:ty, $is_text:expr;)*) => {
        $(
            #[inline]
            fn $method(self, $(_: $ty),*) -> Result<$answer, Error> {
                $is_text
            }
        )*
    };
}

impl<F: FnOnce(&str)> Serializer for TextOnly<F> {
    type Ok = bool;
    type Error = Error;
    type SerializeSeq = Never;
    type SerializeTuple = Never;
    type SerializeTupleStruct = Never;
    type SerializeTupleVariant = Never;
    type SerializeMap = Never;
    type SerializeStruct = Never;
    type SerializeStructVariant = Never;

    #[inline]
    fn serialize_str(self, text: &str) -> Result<bool, Error> {
        (self.0)(text);
        Ok(true)
    }

    other! {
        serialize_bool(bool) -> bool, Ok(false);
        serialize_i8(i8) -> bool, Ok(false);
        serialize_i16(i16) -> bool, Ok(false);
        serialize_i32(i32) -> bool, Ok(false);
        serialize_i64(i64) -> bool, Ok(false);
        serialize_i128(i128) -> bool, Ok(false);
        serialize_u8(u8) -> bool, Ok(false);
        serialize_u16(u16) -> bool, Ok(false);
        serialize_u32(u32) -> bool, Ok(false);
        serialize_u64(u64) -> bool, Ok(false);
        serialize_u128(u128) -> bool, Ok(false);
        serialize_f32(f32) -> bool, Ok(false);
        serialize_f64(f64) -> bool, Ok(false);
        serialize_char(char) -> bool, Ok(false);
        serialize_bytes(&[u8]) -> bool, Ok(false);
        serialize_none() -> bool, Ok(false);
        serialize_unit() -> bool, Ok(false);
        serialize_unit_struct(&'static str) -> bool, Ok(false);
        serialize_unit_variant(&'static str, u32, &'static str) -> bool, Ok(false);
        serialize_seq(Option<usize>) -> Never, Err(no_text());
        serialize_tuple(usize) -> Never, Err(no_text());
        serialize_tuple_struct(&'static str, usize) -> Never, Err(no_text());
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Never, Err(no_text());
        serialize_map(Option<usize>) -> Never, Err(no_text());
        serialize_struct(&'static str, usize) -> Never, Err(no_text());
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Never, Err(no_text());
    }

    fn serialize_some<T: Serialize + ?Sized>(self, _value: &T) -> Result<bool, Error> {
        Ok(false)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _value: &T,
    ) -> Result<bool, Error> {
        Ok(false)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _value: &T,
    ) -> Result<bool, Error> {
        Ok(false)
    }
}

/// As serde_json says of such a key.
#[cold]
fn no_text() -> Error {
    serde::ser::Error::custom("key must be a string")
}
