//! Writing typed values as JSON, with nothing lost on the way.
//!
//! Layer: core. JSON has no NaN and no infinity, and serde_json writes both as `null` without a word; here they are
//! errors. Invariant: whatever else is written comes out as serde_json writes it.

use serde::Serialize;
use serde_json::Value;

use super::{Room, VersionMember, finite::Finite, output::Written, writer::Writer};
use crate::{ConversionError, engine::located_error};

/// Writes text that stands alone.
pub(crate) fn to_text<T: Serialize + ?Sized>(value: &T) -> Result<String, ConversionError> {
    to_text_in(value, Room::ALONE, None)
}

/// Writes text that is not nested deeper than its place allows. A version is set where it is a member of a struct.
pub(super) fn to_text_in<T: Serialize + ?Sized>(
    value: &T,
    room: Room,
    version: Option<&VersionMember>,
) -> Result<String, ConversionError> {
    let mut output = Written::new(room.buffer());
    let written = value.serialize(Writer { output: &mut output, version });
    let checked = match written {
        Ok(()) => room.check(&output.json, output.levels.bound()),
        Err(error) => Err(error.into()),
    };
    match checked {
        Ok(()) => Ok(output.json),
        Err(error) => Err(located(value, error)),
    }
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

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, net::IpAddr};

    use proptest::prelude::*;
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

    proptest! {
        #[test]
        fn any_text_is_escaped_as_serde_json_does(
            text in r#"([a-z"\\\u{1}\u{8}\t\n\u{c}\r\u{1f} \u{7f}é🦀]|[a-z]{1,9}){0,40}"#
        ) {
            check(&text);
            check(&BTreeMap::from([(text, 1)]));
        }

        #[test]
        fn any_number_is_written_as_serde_json_does(
            numbers: (f32, f64, i64, u64, i128),
            key: i32,
        ) {
            if numbers.0.is_finite() && numbers.1.is_finite() {
                check(&(numbers.0, numbers.1, numbers.2, numbers.3));
            }
            prop_assert_eq!(to_text(&numbers.4).unwrap(), numbers.4.to_string());
            check(&BTreeMap::from([(key, [Some('"'), None])]));
            check(&BTreeMap::from([(key > 0, serde_json::json!({"a": [numbers.2, null]}))]));
            check(&BTreeMap::from([('x', key)]));
        }
    }

    #[test]
    fn the_version_of_a_document_is_set_while_it_is_written() {
        #[derive(Serialize)]
        struct Inner {
            version: u8,
        }
        #[derive(Serialize)]
        struct Old {
            version: &'static str,
            inner: Inner,
        }
        let inner = || Inner { version: 1 };
        let version = || VersionMember::new("version", crate::SchemaVersion::new(7));
        let written = |value: &dyn Fn(&VersionMember) -> String| {
            let version = version();
            (value(&version), version.is_set())
        };
        let old = Old { version: "1", inner: inner() };
        let text = written(&|version| to_text_in(&old, Room::ALONE, Some(version)).unwrap());
        assert_eq!(text, (r#"{"version":7,"inner":{"version":1}}"#.to_owned(), true));
        let text =
            written(&|version| to_text_in(&Some(inner()), Room::ALONE, Some(version)).unwrap());
        assert_eq!(text, (r#"{"version":7}"#.to_owned(), true));
        // Of what is no struct nothing is known.
        let other = written(&|version| to_text_in(&[inner()], Room::ALONE, Some(version)).unwrap());
        assert_eq!(other, (r#"[{"version":1}]"#.to_owned(), false));
        let shape = Shape::Struct { number: 1 };
        let other = written(&|version| to_text_in(&shape, Room::ALONE, Some(version)).unwrap());
        assert_eq!(other, (r#"{"Struct":{"number":1}}"#.to_owned(), false));
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
