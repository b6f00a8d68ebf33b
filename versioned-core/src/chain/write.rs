//! Writing typed values as JSON, with nothing lost on the way.
//!
//! Layer: core. JSON has no NaN and no infinity, and serde_json writes both as `null` without a word; here they are
//! errors. Invariant: whatever else is written comes out as serde_json writes it.

use std::fmt::Display;

use serde::{
    Serialize, Serializer,
    ser::{
        Error, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
        SerializeTupleStruct, SerializeTupleVariant,
    },
};
use serde_json::Value;

use crate::{ConversionError, chain::Room, engine::located_error};

/// Writes text that stands alone.
pub(crate) fn to_text<T: Serialize + ?Sized>(value: &T) -> Result<String, ConversionError> {
    to_text_in(value, Room::ALONE)
}

/// Writes text that is not nested deeper than its place allows.
pub(super) fn to_text_in<T: Serialize + ?Sized>(
    value: &T,
    room: Room,
) -> Result<String, ConversionError> {
    room.write(&Finite(value)).map_err(|error| located(value, error))
}

/// Writes a `Value`.
pub(super) fn to_value<T: Serialize>(value: &T) -> Result<Value, ConversionError> {
    serde_json::to_value(Finite(value)).map_err(|error| located(value, error.into()))
}

/// The error with the place of what cannot be written, which is worked out only now.
#[cold]
fn located<T: Serialize + ?Sized>(value: &T, error: ConversionError) -> ConversionError {
    let mut sink = serde_json::Serializer::new(std::io::sink());
    let written = serde_path_to_error::serialize(value, Finite(&mut sink));
    written.err().map_or(error, located_error)
}

/// A value whose numbers are written only if JSON has them; around a serializer, the serializer that sees to it.
struct Finite<T>(T);

impl<T: Serialize> Serialize for Finite<T> {
    #[inline]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(Finite(serializer))
    }
}

#[cold]
fn not_finite<E: Error>(number: impl Display) -> E {
    E::custom(format_args!("a number that JSON does not have: {number}"))
}

macro_rules! forward {
    ($($method:ident($($name:ident: $ty:ty),*);)*) => {
        $(
            #[inline]
            fn $method(self, $($name: $ty),*) -> Result<S::Ok, S::Error> {
                self.0.$method($($name),*)
            }
        )*
    };
}

macro_rules! forward_compound {
    ($($method:ident($($name:ident: $ty:ty),*) -> $compound:ident;)*) => {
        $(
            #[inline]
            fn $method(self, $($name: $ty),*) -> Result<Self::$compound, S::Error> {
                self.0.$method($($name),*).map(Finite)
            }
        )*
    };
}

impl<S: Serializer> Serializer for Finite<S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeSeq = Finite<S::SerializeSeq>;
    type SerializeTuple = Finite<S::SerializeTuple>;
    type SerializeTupleStruct = Finite<S::SerializeTupleStruct>;
    type SerializeTupleVariant = Finite<S::SerializeTupleVariant>;
    type SerializeMap = Finite<S::SerializeMap>;
    type SerializeStruct = Finite<S::SerializeStruct>;
    type SerializeStructVariant = Finite<S::SerializeStructVariant>;

    #[inline]
    fn serialize_f32(self, number: f32) -> Result<S::Ok, S::Error> {
        if number.is_finite() { self.0.serialize_f32(number) } else { Err(not_finite(number)) }
    }

    #[inline]
    fn serialize_f64(self, number: f64) -> Result<S::Ok, S::Error> {
        if number.is_finite() { self.0.serialize_f64(number) } else { Err(not_finite(number)) }
    }

    forward! {
        serialize_bool(value: bool);
        serialize_i8(value: i8);
        serialize_i16(value: i16);
        serialize_i32(value: i32);
        serialize_i64(value: i64);
        serialize_i128(value: i128);
        serialize_u8(value: u8);
        serialize_u16(value: u16);
        serialize_u32(value: u32);
        serialize_u64(value: u64);
        serialize_u128(value: u128);
        serialize_char(value: char);
        serialize_str(value: &str);
        serialize_bytes(value: &[u8]);
        serialize_none();
        serialize_unit();
        serialize_unit_struct(name: &'static str);
        serialize_unit_variant(name: &'static str, index: u32, variant: &'static str);
    }

    #[inline]
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        self.0.serialize_some(&Finite(value))
    }

    #[inline]
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        self.0.serialize_newtype_struct(name, &Finite(value))
    }

    #[inline]
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        self.0.serialize_newtype_variant(name, index, variant, &Finite(value))
    }

    forward_compound! {
        serialize_seq(len: Option<usize>) -> SerializeSeq;
        serialize_tuple(len: usize) -> SerializeTuple;
        serialize_tuple_struct(name: &'static str, len: usize) -> SerializeTupleStruct;
        serialize_tuple_variant(
            name: &'static str, index: u32, variant: &'static str, len: usize
        ) -> SerializeTupleVariant;
        serialize_map(len: Option<usize>) -> SerializeMap;
        serialize_struct(name: &'static str, len: usize) -> SerializeStruct;
        serialize_struct_variant(
            name: &'static str, index: u32, variant: &'static str, len: usize
        ) -> SerializeStructVariant;
    }

    #[inline]
    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        self.0.collect_str(value)
    }

    #[inline]
    fn is_human_readable(&self) -> bool {
        self.0.is_human_readable()
    }
}

macro_rules! elements {
    ($($compound:ident::$method:ident;)*) => {
        $(impl<S: $compound> $compound for Finite<S> {
            type Ok = S::Ok;
            type Error = S::Error;

            #[inline]
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), S::Error> {
                self.0.$method(&Finite(value))
            }

            #[inline]
            fn end(self) -> Result<S::Ok, S::Error> {
                self.0.end()
            }
        })*
    };
}

elements! {
    SerializeSeq::serialize_element;
    SerializeTuple::serialize_element;
    SerializeTupleStruct::serialize_field;
    SerializeTupleVariant::serialize_field;
}

macro_rules! fields {
    ($($compound:ident)*) => {
        $(impl<S: $compound> $compound for Finite<S> {
            type Ok = S::Ok;
            type Error = S::Error;

            #[inline]
            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                value: &T,
            ) -> Result<(), S::Error> {
                self.0.serialize_field(key, &Finite(value))
            }

            #[inline]
            fn skip_field(&mut self, key: &'static str) -> Result<(), S::Error> {
                self.0.skip_field(key)
            }

            #[inline]
            fn end(self) -> Result<S::Ok, S::Error> {
                self.0.end()
            }
        })*
    };
}

fields!(SerializeStruct SerializeStructVariant);

impl<S: SerializeMap> SerializeMap for Finite<S> {
    type Ok = S::Ok;
    type Error = S::Error;

    // A key that is no finite number is refused by serde_json itself.
    #[inline]
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), S::Error> {
        self.0.serialize_key(key)
    }

    #[inline]
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), S::Error> {
        self.0.serialize_value(&Finite(value))
    }

    #[inline]
    fn serialize_entry<K: Serialize + ?Sized, V: Serialize + ?Sized>(
        &mut self,
        key: &K,
        value: &V,
    ) -> Result<(), S::Error> {
        self.0.serialize_entry(key, &Finite(value))
    }

    #[inline]
    fn end(self) -> Result<S::Ok, S::Error> {
        self.0.end()
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, net::IpAddr};

    use serde_json::value::RawValue;

    use super::*;
    use crate::LazyValue;

    /// Every shape that serde knows, with a number somewhere in it.
    #[derive(Serialize)]
    enum Shape<T> {
        Unit,
        Newtype(T),
        Tuple(T, u8),
        Struct { number: T },
    }

    #[derive(Serialize)]
    struct Wrapped<T>(T);

    #[derive(Serialize)]
    struct Pair<T>(T, char);

    #[derive(Serialize)]
    struct Nothing;

    #[derive(Serialize)]
    #[serde(tag = "kind")]
    enum Tagged<T> {
        One {
            number: T,
        },
        #[serde(rename = "b")]
        Two(BTreeMap<String, T>),
    }

    #[derive(Serialize)]
    struct All<T> {
        enums: Vec<Shape<T>>,
        tagged: [Tagged<T>; 2],
        wrapped: Wrapped<Pair<T>>,
        option: Option<T>,
        none: Option<T>,
        map: BTreeMap<i8, T>,
        tuple: (T, bool, (), Nothing),
        #[serde(flatten)]
        rest: BTreeMap<String, T>,
        #[serde(skip_serializing_if = "Option::is_none")]
        absent: Option<T>,
    }

    fn all<T: Clone>(number: &T) -> All<T> {
        let number = || number.clone();
        let map = || BTreeMap::from([("a/b".to_owned(), number())]);
        let struct_variant = Shape::Struct { number: number() };
        All {
            enums: vec![
                Shape::Unit,
                Shape::Newtype(number()),
                Shape::Tuple(number(), 1),
                struct_variant,
            ],
            tagged: [Tagged::One { number: number() }, Tagged::Two(map())],
            wrapped: Wrapped(Pair(number(), '"')),
            option: Some(number()),
            none: None,
            map: BTreeMap::from([(-1, number())]),
            tuple: (number(), true, (), Nothing),
            rest: map(),
            absent: None,
        }
    }

    /// All ways write what serde_json writes.
    fn check<T: Serialize>(value: &T) {
        let expect = serde_json::to_string(value).unwrap();
        assert_eq!(to_text(value).unwrap(), expect);
        assert_eq!(LazyValue::from_serialize(value).unwrap().to_json(), expect);
        assert_eq!(to_value(value).unwrap(), serde_json::to_value(value).unwrap());
    }

    #[test]
    fn what_json_has_is_written_as_serde_json_writes_it() {
        check(&all(&1.5_f64));
        check(&all(&-0.0_f64));
        check(&all(&f32::MIN_POSITIVE));
        check(&all(&f64::MAX));
        check(&all(&i64::MIN));
        check(&all(&"a\u{1}\"é".to_owned()));
        check(&all(&IpAddr::from([127, 0, 0, 1])));
        check(&all(&serde_json::json!({"a": [1, 2.5, null]})));
        check(&(1_u8, -1_i8, 2_u16, -2_i16, 3_u32, -3_i32, u64::MAX));
        let text = to_text(&(u128::MAX, i128::MIN)).unwrap();
        assert_eq!(text, format!("[{},{}]", u128::MAX, i128::MIN));
        let raw = RawValue::from_string("{ \"a\" : 1.0 }".to_owned()).unwrap();
        assert_eq!(to_text(&[&raw]).unwrap(), "[{ \"a\" : 1.0 }]");
        let unwritable = BTreeMap::from([(vec![1], 1)]);
        assert_eq!(to_text(&unwritable).unwrap_err().to_string(), "key must be a string");
    }

    /// Without this, a conversion that divides by zero would store `null`, which its own type does not read.
    #[test]
    fn a_number_that_json_does_not_have_is_refused_with_its_place() {
        fn check<T: Serialize>(value: &T, place: &str, number: &str) {
            let told = |error: ConversionError| {
                (error.pointer().unwrap().as_str().to_owned(), error.to_string())
            };
            let message = format!("a number that JSON does not have: {number}");
            let expect = (place.to_owned(), message);
            assert_eq!(to_text(value).map_err(told), Err(expect.clone()));
            assert_eq!(to_value(value).map_err(told), Err(expect.clone()));
            assert_eq!(
                LazyValue::from_serialize(value).map(|lazy| lazy.to_json()).map_err(told),
                Err(expect)
            );
        }
        let nan = f64::NAN;
        check(&nan, "", "NaN");
        check(&[0.0, f64::NEG_INFINITY], "/1", "-inf");
        check(&[0.0, f32::INFINITY], "/1", "inf");
        check(&all(&nan).tagged, "/0/number", "NaN");
        check(&Tagged::Two(BTreeMap::from([("x".to_owned(), nan)])), "/x", "NaN");
        // What is inside of a newtype has the place of the newtype.
        check(&all(&nan).wrapped, "", "NaN");
        check(&all(&nan).wrapped.0, "/0", "NaN");
        check(&[Some(nan)], "/0", "NaN");
        check(&all(&nan).map, "/-1", "NaN");
        check(&all(&nan).tuple, "/0", "NaN");
        check(&All { enums: vec![], tagged: all(&1.5).tagged, ..all(&nan) }, "/wrapped", "NaN");
        check(&BTreeMap::from([("a/b", nan)]), "/a~1b", "NaN");
        for shape in all(&nan).enums.iter().skip(1) {
            assert!(to_text(shape).is_err());
        }
    }
}
