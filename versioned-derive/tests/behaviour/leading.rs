//! Documents that begin with their version, which are not scanned first, against the same documents behind a line break, which
//! are: the same objects, texts and errors.

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error, Visitor},
};
use serde_json::Value;
use versioned_core::{
    BaseVersionedDomainObject, ConversionError, LazyValue, MigrationError,
    document::StoredDocument, json::Limits,
};

/// Bytes, of a string, which a reader does not look at as closely as at a text.
#[derive(Debug, Default)]
struct Bytes(Vec<u8>);

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Take;
        impl Visitor<'_> for Take {
            type Value = Bytes;
            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("bytes")
            }
            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Bytes, E> {
                Ok(Bytes(bytes.to_vec()))
            }
        }
        deserializer.deserialize_bytes(Take)
    }
}

impl Serialize for Bytes {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&String::from_utf8_lossy(&self.0))
    }
}

#[derive(Serialize, Deserialize)]
struct Old {
    title: String,
    #[serde(default)]
    bytes: Bytes,
}

macro_rules! whole {
    ($($name:ident $step:ident: $from:ty => $to:ty, $convert:expr;)*) => {$(
        #[derive(Debug, Serialize, Deserialize, BaseVersionedDomainObject)]
        #[versioned(document, version_field = "version", min = 1, max = 3)]
        struct $name {
            title: String,
            #[serde(default)]
            version: u8,
            #[serde(default)]
            bytes: Bytes,
            #[serde(default)]
            more: Option<Value>,
        }

        impl $name {
            fn _convert_document_v1_to_v2(document: $from) -> $from {
                document
            }

            fn $step(document: $from) -> Result<$to, ConversionError> {
                $convert(document)
            }
        }
    )*};
}

whole! {
    Typed _convert_document_v2_to_v3: Old => Self,
        |Old { title, bytes }| Ok(Self { title, bytes, version: 1, more: None });
    Tree _convert_document_v2_to_v3: Value => Value, Ok;
    Lazy _convert_document_v2_to_v3: LazyValue<'_> => LazyValue<'_>, opened;
    // Nothing says where the version is, so that it has to be looked for.
    Late _convert_document_v2_to_v3: Old => Value, |old| Ok(serde_json::to_value(old)?);
}

fn opened(mut document: LazyValue<'_>) -> Result<LazyValue<'_>, ConversionError> {
    document.insert("added", "é\n");
    Ok(document)
}

/// The two ways say the same; offsets and positions are one apart.
fn check<T: BaseVersionedDomainObject + std::fmt::Debug>(stored: &str, limits: Limits) {
    let told = |stored: &str| {
        let stored = || StoredDocument::from(stored).with_limits(limits);
        let digits = |error: MigrationError| {
            format!("{error:?}").chars().filter(|it| !it.is_ascii_digit()).collect::<String>()
        };
        let object = T::from_stored_document(stored()).map_err(digits);
        let text = T::migrate_to_latest_schema_versions(stored()).map_err(digits);
        let text = text.map(|migrated| {
            (migrated.document().trim_start().to_owned(), migrated.changes().to_vec())
        });
        (format!("{object:?}"), text)
    };
    assert_eq!(told(stored), told(&format!("\n{stored}")), "{stored}");
}

fn check_all(stored: &str, limits: Limits) {
    check::<Typed>(stored, limits);
    check::<Tree>(stored, limits);
    check::<Lazy>(stored, limits);
    check::<Late>(stored, limits);
}

#[test]
fn a_document_is_judged_alike_whether_it_is_scanned_first_or_not() {
    let numbered =
        |count| (0..count).map(|it| format!("\"{it}\":{it}")).collect::<Vec<_>>().join(",");
    let nested = |levels| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    for version in ["1", "2", "3", "0", "4", "01", "1.0", "-1", "\"1\"", "null", "4294967296"] {
        for members in [
            r#""title":"a""#.to_owned(),
            r#""title":"a","bytes":"b","more":[1.50,{"x":null}],"other":{"y":[]}"#.to_owned(),
            r#""title":"a","version":2"#.to_owned(),
            r#""title":"a","versi\u006fn":2"#.to_owned(),
            r#""title":"a","other":{"version":2}"#.to_owned(),
            r#""title":"version","other":"\"version\"""#.to_owned(),
            r#""title":"a","title":"b""#.to_owned(),
            r#""title":"a","other":1,"other":2"#.to_owned(),
            r#""title":"a","other":"\ud800""#.to_owned(),
            r#""title":"a","\ud800":1"#.to_owned(),
            r#""title":"a","other":123456789012345678901234567890"#.to_owned(),
            "\"title\":\"a\",\"bytes\":\"\u{1}\"".to_owned(),
            "\"title\":\"a\",\n\"bytes\":\"b\"".to_owned(),
            r#""title":1"#.to_owned(),
            r#""other":1"#.to_owned(),
            format!(r#""title":"a","other":{}"#, nested(126)),
            format!(r#""title":"a","other":{}"#, nested(127)),
            format!(r#""title":"a","more":{}"#, nested(126)),
            format!(r#""title":"a","more":{}"#, nested(127)),
            format!(r#""title":"a","other":{}"#, "[".repeat(80)),
            "\n \"title\": \"a\",\n \"other\": [\n  {}\n ]\n".to_owned(),
            format!(r#""title":"a",{}"#, numbered(70)),
            format!(r#""title":"a",{},"version":2"#, numbered(70)),
            format!(r#""title":"a",{},"versi\u006fn":2"#, numbered(70)),
        ] {
            for stored in [
                format!(r#"{{"version":{version},{members}}}"#),
                format!("{{{members},\"version\":{version}}} "),
            ] {
                check_all(&stored, Limits::DEFAULT);
                check_all(&stored, Limits::DEFAULT.with_depth_max(2));
            }
        }
    }
}

#[test]
fn one_changed_byte_of_a_document_is_judged_alike() {
    let stored =
        r#"{"version":1,"title":"a\n","bytes":"b","more":{"x":[1.5e3,true]},"other":[{}, null]}"#;
    for place in 0..stored.len() {
        for byte in *b"{}[],:\"\\ue0- \t\x01x" {
            let mut changed = stored.as_bytes().to_vec();
            changed[place] = byte;
            check_all(std::str::from_utf8(&changed).unwrap(), Limits::DEFAULT);
        }
        check_all(&stored[..place], Limits::DEFAULT);
    }
}
