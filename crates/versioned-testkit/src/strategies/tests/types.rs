//! Schemas that `schemars` makes of types: every form of struct and enum that serde knows.

use std::collections::{BTreeMap, BTreeSet};

use schemars::{JsonSchema, schema_for};
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Author {
    name: String,
    born: Option<i32>,
    #[schemars(length(min = 1, max = 3))]
    letters: String,
    #[schemars(range(min = 0.0, max = 1.0))]
    share: f64,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Closed {
    #[serde(rename = "firstName")]
    first: String,
    #[serde(default)]
    flags: [bool; 3],
    point: (f32, u8, char),
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Newtype(u16);

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Pair(String, i64);

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Unit;

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Plain {
    First,
    /// With a description, which makes it a branch of its own.
    Second,
    Third,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
enum External {
    Nothing,
    One(u32),
    Two(String, Option<bool>),
    Named { at: Newtype, by: Option<Box<Author>> },
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind")]
enum Internal {
    Empty,
    Boxed(Box<Author>),
    Sized { width: u64, height: u64 },
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "t", content = "c", deny_unknown_fields)]
enum Adjacent {
    Empty,
    Number(i8),
    Named { x: f64 },
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Untagged {
    Text(String),
    Number(u64),
    List(Vec<Untagged>),
    Closed(Closed),
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Flattened {
    id: String,
    #[serde(flatten)]
    author: Author,
    #[serde(flatten)]
    kind: Internal,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct FlattenedEnum {
    id: usize,
    #[serde(flatten)]
    either: External,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Tree {
    label: Plain,
    children: Vec<Tree>,
    by_name: BTreeMap<String, Tree>,
    parent: Option<Box<Tree>>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
enum Expression {
    Literal(f64),
    Negated(Box<Expression>),
    Sum(Vec<Expression>),
    Call { name: String, arguments: BTreeMap<String, Expression> },
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Library {
    authors: BTreeMap<String, Author>,
    marks: BTreeSet<u8>,
    numbers: BTreeMap<u16, Newtype>,
    pair: Pair,
    unit: Unit,
    plain: Plain,
    external: Vec<External>,
    internal: Option<Internal>,
    adjacent: Adjacent,
    result: Result<u8, String>,
    any: Value,
    #[schemars(regex(pattern = r"^[a-z]+$"))]
    slug: String,
    #[schemars(email)]
    contact: String,
    #[schemars(url)]
    home: Option<String>,
    address: std::net::Ipv4Addr,
    other_address: std::net::IpAddr,
    wait: std::time::Duration,
    range: std::ops::Range<i16>,
    not_zero: std::num::NonZeroU32,
    wide: (u128, i128),
    nested: Vec<Option<(Plain, Vec<Newtype>)>>,
}

/// A schema, and whether its type accepts a document.
pub(super) struct TypeCase {
    pub(super) name: &'static str,
    pub(super) schema: Value,
    pub(super) read: fn(Value) -> Result<(), serde_json::Error>,
}

fn case<T: JsonSchema + for<'de> Deserialize<'de>>(name: &'static str) -> TypeCase {
    TypeCase {
        name,
        schema: schema_for!(T).to_value(),
        read: |document| serde_json::from_value::<T>(document).map(drop),
    }
}

pub(super) fn cases() -> Vec<TypeCase> {
    vec![
        case::<Author>("struct"),
        case::<Closed>("closed struct"),
        case::<Newtype>("newtype"),
        case::<Pair>("tuple struct"),
        case::<Unit>("unit struct"),
        case::<Plain>("enum of names"),
        case::<External>("externally tagged"),
        case::<Internal>("internally tagged"),
        case::<Adjacent>("adjacently tagged"),
        case::<Untagged>("untagged"),
        case::<Flattened>("flattened"),
        case::<FlattenedEnum>("flattened enum"),
        case::<Tree>("tree"),
        case::<Expression>("expression"),
        case::<Library>("library"),
        case::<Vec<Library>>("libraries"),
    ]
}
