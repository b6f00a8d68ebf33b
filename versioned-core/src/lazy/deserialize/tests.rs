//! Reading opened values into types, compared with reading their text.

use std::{borrow::Cow, cell::OnceCell, collections::BTreeMap, fmt::Debug};

use proptest::prelude::*;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, IgnoredAny, Visitor},
};
use serde_json::{Value, value::RawValue};

use crate::{LazyValue, chain::Room, json::Limits, lazy::Tape};

/// Enums in the four representations, with every shape of variant.
macro_rules! shapes {
    ($($(#[$attribute:meta])* $name:ident $($tuple:ident)?;)*) => {$(
        #[derive(Debug, Deserialize)]
        $(#[$attribute])*
        #[expect(dead_code, reason = "compared by what `Debug` shows")]
        enum $name {
            Unit,
            Newtype(BTreeMap<String, i64>),
            $($tuple(u8, String),)?
            Struct { a: f64, b: Option<String> },
        }
    )*};
}

shapes! {
    External Tuple;
    #[serde(tag = "kind")]
    Internal;
    #[serde(tag = "kind", content = "a")]
    Adjacent Tuple;
    #[serde(untagged)]
    Untagged Tuple;
}

#[derive(Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
enum Name {
    #[serde(rename = "a")]
    A,
    #[serde(rename = "é\n")]
    Escaped,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "compared by what `Debug` shows")]
struct Newtype(Option<u32>);

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "compared by what `Debug` shows")]
struct Pair(i16, Name);

#[derive(Debug, Deserialize)]
struct Nothing;

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "compared by what `Debug` shows")]
struct Flat {
    a: Option<i8>,
    #[serde(default)]
    b: Vec<f32>,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "compared by what `Debug` shows")]
struct Strict {
    a: u64,
    b: Cow<'static, str>,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "compared by what `Debug` shows")]
struct Plain {
    a: Option<Box<Plain>>,
    b: Option<Value>,
}

/// Makes up for an error of its own.
#[derive(Debug)]
struct Lenient<T>(Option<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Lenient<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(T::deserialize(deserializer).ok()))
    }
}

/// Does not look at what it is made of.
#[derive(Debug)]
struct Blind;

impl<'de> Deserialize<'de> for Blind {
    fn deserialize<D: Deserializer<'de>>(_deserializer: D) -> Result<Self, D::Error> {
        Ok(Self)
    }
}

/// Takes the first member and leaves the others.
#[derive(Debug)]
#[expect(dead_code, reason = "compared by what `Debug` shows")]
struct First<const WITH_VALUE: bool>(Option<String>);

impl<'de, const WITH_VALUE: bool> Deserialize<'de> for First<WITH_VALUE> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Take<const WITH_VALUE: bool>;
        impl<'de, const WITH_VALUE: bool> Visitor<'de> for Take<WITH_VALUE> {
            type Value = Option<String>;
            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("a map or a list")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<Option<String>, A::Error> {
                let key = map.next_key()?;
                if WITH_VALUE && key.is_some() {
                    map.next_value::<IgnoredAny>()?;
                }
                Ok(key)
            }
            fn visit_seq<A: serde::de::SeqAccess<'de>>(
                self,
                mut list: A,
            ) -> Result<Option<String>, A::Error> {
                list.next_element()
            }
        }
        deserializer.deserialize_any(Take::<WITH_VALUE>).map(Self)
    }
}

/// Bytes, of a string or a list.
#[derive(Debug)]
#[expect(dead_code, reason = "compared by what `Debug` shows")]
struct Bytes(Vec<u8>);

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Take;
        impl<'de> Visitor<'de> for Take {
            type Value = Vec<u8>;
            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("bytes")
            }
            fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
                Ok(bytes.to_vec())
            }
            fn visit_seq<A: serde::de::SeqAccess<'de>>(
                self,
                mut list: A,
            ) -> Result<Vec<u8>, A::Error> {
                let mut bytes = Vec::new();
                while let Some(byte) = list.next_element()? {
                    bytes.push(byte);
                }
                Ok(bytes)
            }
        }
        deserializer.deserialize_bytes(Take).map(Self)
    }
}

/// Whether a text was copied by the reader or lies in what was read.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Lent {
    Borrowed(String),
    Copied(String),
}

impl<'de> Deserialize<'de> for Lent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Take;
        impl<'de> Visitor<'de> for Take {
            type Value = Lent;
            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("a text")
            }
            fn visit_borrowed_str<E: serde::de::Error>(self, text: &'de str) -> Result<Lent, E> {
                Ok(Lent::Borrowed(text.to_owned()))
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Lent, E> {
                if text == "refused" {
                    Err(E::custom("refused"))
                } else {
                    Ok(Lent::Copied(text.to_owned()))
                }
            }
        }
        deserializer.deserialize_str(Take)
    }
}

fn typed_within<T: DeserializeOwned>(value: &LazyValue<'_>, room: Room) -> Option<(T, usize)> {
    let place = OnceCell::new();
    let bytes = value.put_typed_within(&place, room)?;
    place.into_inner().map(|typed| (typed, bytes))
}

/// What is read is what the text is read as; says whether it was read.
fn agrees<T: DeserializeOwned + Debug>(value: &LazyValue<'_>) -> bool {
    let text = value.to_json();
    let Some((read, bytes)) = typed_within::<T>(value, Room::ALONE) else { return false };
    let expected = serde_json::from_str::<T>(&text).expect(&text);
    assert!(bytes >= text.len(), "{bytes} for {text}");
    assert_eq!(format!("{read:?}"), format!("{expected:?}"), "{text}");
    true
}

fn agree(value: &LazyValue<'_>) {
    agrees::<Value>(value);
    agrees::<IgnoredAny>(value);
    agrees::<Box<RawValue>>(value);
    agrees::<BTreeMap<String, Box<RawValue>>>(value);
    agrees::<External>(value);
    agrees::<Internal>(value);
    agrees::<Adjacent>(value);
    agrees::<Untagged>(value);
    agrees::<Vec<External>>(value);
    agrees::<BTreeMap<String, Untagged>>(value);
    agrees::<Flat>(value);
    agrees::<Strict>(value);
    agrees::<Plain>(value);
    agrees::<Newtype>(value);
    agrees::<Pair>(value);
    agrees::<Nothing>(value);
    agrees::<Lent>(value);
    agrees::<Bytes>(value);
    agrees::<Lenient<u8>>(value);
    agrees::<BTreeMap<String, Lenient<String>>>(value);
    agrees::<Vec<Lenient<Vec<u8>>>>(value);
    agrees::<Blind>(value);
    agrees::<BTreeMap<String, Blind>>(value);
    agrees::<Option<Blind>>(value);
    agrees::<First<true>>(value);
    agrees::<First<false>>(value);
    agrees::<BTreeMap<Lent, Lenient<Lent>>>(value);
    agrees::<BTreeMap<Name, Value>>(value);
    agrees::<BTreeMap<bool, Value>>(value);
    agrees::<BTreeMap<i32, Value>>(value);
    agrees::<BTreeMap<Option<u128>, IgnoredAny>>(value);
    agrees::<BTreeMap<char, Option<f32>>>(value);
    agrees::<(Value, Value)>(value);
    agrees::<[Option<f64>; 2]>(value);
    agrees::<Vec<u128>>(value);
    agrees::<Vec<i128>>(value);
    agrees::<Vec<f32>>(value);
    agrees::<Vec<(i8, u16, f64)>>(value);
    agrees::<Option<()>>(value);
    agrees::<char>(value);
    agrees::<bool>(value);
    agrees::<String>(value);
}

/// Opens some containers, and puts values of a conversion in the place of some scalars.
fn open(value: &mut LazyValue<'_>, choices: &mut impl Iterator<Item = u8>) {
    let choice = choices.next().unwrap_or_default();
    if choice & 1 == 0 {
        return;
    }
    if let Ok(copy) = LazyValue::from_json(&value.to_json())
        && choice & 2 == 2
    {
        *value = copy;
    } else if let Ok(tree) = value.to_value()
        && choice & 4 == 4
    {
        *value = tree.into();
    }
    value.elements_mut().for_each(|element| open(element, choices));
    value.members_mut().for_each(|(_, member)| open(member, choices));
}

fn opened(text: &str, choices: &[u8], check: impl Fn(&LazyValue<'_>)) {
    let tape = Tape::scan(text, &Limits::DEFAULT).expect(text);
    let mut value = LazyValue::root(&tape);
    open(&mut value, &mut choices.iter().copied().cycle());
    check(&value);
}

fn any_json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        r#""(a|b|é|\\n|\\u00e9|\\/|1|Unit|Newtype|refused| ){0,3}""#,
        r"-?(0|[1-9][0-9]{0,2})(\.[0-9]{1,3})?([eE][+-]?[0-9]{1,2})?",
        Just("18446744073709551615".to_owned()),
        Just("340282366920938463463374607431768211455".to_owned()),
        Just("-9223372036854775809".to_owned()),
        Just("0.1000000000000000055511151231257827".to_owned()),
        Just(r#""\ud800""#.to_owned()),
        r"null|true|false|\[\]|\{\}|-0|1e400",
        r#"\{"kind": ?"(Unit|Newtype|Struct)", ?"a": ?[0-9]\}"#,
    ];
    let key = prop_oneof![
        8 => r#""(a|b|kind|Unit|Newtype|Tuple|Struct)""#,
        3 => r#""(-?[0-9]{1,2} ?|true|false|\\u0061|é\\n|\\ud800)""#,
    ];
    leaf.prop_recursive(4, 40, 4, move |inner| {
        let member =
            (key.clone(), inner.clone()).prop_map(|(key, value)| format!("{key}: {value}"));
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(|all| format!("[{}]", all.join(" , "))),
            prop::collection::vec(member, 0..5).prop_map(|all| format!("{{{} }}", all.join(","))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn what_is_read_from_an_opened_value_is_what_is_read_from_its_text(
        text in any_json(), choices in prop::collection::vec(any::<u8>(), 1..20)
    ) {
        opened(&text, &choices, agree);
    }

    #[test]
    fn a_number_of_a_conversion_is_read_as_its_text_is(
        integer: i64, natural: u64, float in any::<f64>().prop_filter("JSON has no NaN", |it| it.is_finite())
    ) {
        let numbers = [integer.into(), natural.into(), LazyValue::from_f64(float).unwrap_or_default()];
        for number in numbers {
            agree(&vec![number.clone()].into());
            agrees::<f64>(&number);
            agrees::<f32>(&number);
            agrees::<i64>(&number);
            agrees::<u8>(&number);
            agrees::<u128>(&number);
            agrees::<Value>(&number);
        }
    }
}

/// Without this, opened values could all be written and read again, and nothing would be the wiser.
#[test]
fn what_is_usual_is_read_without_its_text() {
    fn check<T: DeserializeOwned + Debug>(text: &str) {
        for choices in [&[1][..], &[3], &[5], &[1, 0], &[1, 3, 0]] {
            opened(text, choices, |value| assert!(agrees::<T>(value), "{text} {choices:?}"));
        }
    }
    check::<Value>(r#"{"a": [1, -2, 1.5, "x", null, true, {"b": {}}], "é\n": "\u00e9"}"#);
    check::<Vec<External>>(
        r#"["Unit", {"Newtype": {"x": 1}}, {"Tuple": [1, "x"]}, {"Struct": {"a": 1.5}}]"#,
    );
    check::<Vec<Internal>>(
        r#"[{"kind": "Unit"}, {"kind": "Newtype", "x": 1}, {"a": 1, "kind": "Struct"}]"#,
    );
    check::<Vec<Adjacent>>(
        r#"[{"kind": "Unit"}, {"a": {"x": 1}, "kind": "Newtype"}, {"kind": "Tuple", "a": [1, "x"]}]"#,
    );
    check::<Vec<Untagged>>(r#"[null, {"x": 1}, [1, "x"], {"a": 1.5, "b": "x"}]"#);
    check::<Flat>(r#"{"a": 1, "c": [1, {}], "d": null}"#);
    check::<Strict>(r#"{"b": "x", "a": 18446744073709551615}"#);
    check::<Plain>(r#"{"a": {"a": null, "b": [1]}, "other": {"x": []}}"#);
    check::<BTreeMap<i32, Pair>>(r#"{"1": [1, "a"], "-2": [2, "é\n"]}"#);
    check::<BTreeMap<Name, (Nothing, bool, char)>>(r#"{"a": [null, true, "é"]}"#);
    check::<BTreeMap<bool, Newtype>>(r#"{"true": 1, "false": null}"#);
}

#[test]
fn what_is_nested_too_deeply_or_wrong_is_left_to_the_text() {
    let nested = |levels| (1..levels).fold(LazyValue::list(), |inner, _| vec![inner].into());
    let room = Room::below(1, Limits::DEPTH_MAX);
    assert!(typed_within::<Value>(&nested(126), room).is_some());
    assert!(typed_within::<Value>(&nested(127), room).is_none());
    assert!(typed_within::<Value>(&nested(1_000), room).is_none());
    assert!(typed_within::<IgnoredAny>(&nested(126), room).is_some());
    assert!(typed_within::<IgnoredAny>(&nested(127), room).is_none());
    // Of a part that was not opened it is known how deep the text goes at its deepest place.
    let text = format!("[{}{}]", "[".repeat(126), "]".repeat(126));
    opened(&text, &[1, 0], |value| {
        assert!(typed_within::<IgnoredAny>(value, room).is_none());
        assert!(typed_within::<Box<RawValue>>(value, room).is_none());
    });
    assert!(typed_within::<Blind>(&LazyValue::object(), room).is_none());
}
