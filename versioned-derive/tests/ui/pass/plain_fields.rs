#![deny(warnings)]

use std::{borrow::Cow, fmt, net::IpAddr, num::NonZeroU32, path::PathBuf, sync::Arc, time::Duration};

use serde::Deserialize;
use versioned_core::{BaseVersionedDomainObject, PlainField, SchemaVersion};

type Tags = Option<Vec<String>>;

/// An id of another crate: `Copy` and `Display`.
#[derive(Clone, Copy, Deserialize)]
pub struct Uuid(u128);

impl fmt::Display for Uuid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:x}", self.0)
    }
}

/// A type of the application's.
#[derive(Deserialize)]
pub struct Language(String);

impl PlainField for Language {}

impl Language {
    pub fn code(&self) -> &str {
        &self.0
    }
}

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Everything {
    pub integer: i64,
    pub number: f64,
    pub flag: bool,
    pub letter: char,
    pub text: String,
    pub shared: Box<str>,
    pub copied: Cow<'static, str>,
    pub positive: NonZeroU32,
    pub address: IpAddr,
    pub path: PathBuf,
    pub duration: Duration,
    pub version: SchemaVersion,
    pub tags: Tags,
    pub nested: Vec<Option<u8>>,
    pub pair: [f32; 2],
    pub id: Uuid,
    pub parents: Option<Vec<Uuid>>,
    pub language: Option<Language>,
    pub r#type: String,
    #[serde(skip)]
    pub cache: Arc<Vec<serde_json::Value>>,
}

fn main() {
    let declaration = Everything::schema_versioned_attributes();
    assert_eq!(declaration.entity, "everything");
    assert!(declaration.versioned.is_empty());
    assert_eq!(declaration.others.len(), 19);
    assert_eq!(declaration.others[18].field, "type");
}
