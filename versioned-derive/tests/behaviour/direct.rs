//! Objects that are read directly against objects that are read from the migrated text: the same
//! objects and the same errors, for good documents and for bad ones.

use std::cell::Cell;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use versioned_core::{
    BaseVersionedDomainObject, ConversionError, LazyValue, MigrationError, MigrationOptions,
    SchemaVersion, Scope,
    document::{Member, MemberValue, assemble},
};

/// What is told of an object, or of why there is none.
pub(crate) type Told = Result<String, String>;

/// By the migrated text.
fn by_text<T: BaseVersionedDomainObject>(stored: &str) -> Result<T, MigrationError> {
    T::migrate_to_latest_schema_versions(stored)?.to_object()
}

fn members_by_text<T: BaseVersionedDomainObject>(
    members: &[Member<'_>],
) -> Result<T, MigrationError> {
    let migrated = T::migrate_members_to_latest_schema_versions(members)?;
    let entity = T::schema_versioned_attributes().entity;
    by_text(&assemble(entity, members, &migrated.writes)?)
}

fn told<T>(object: Result<T, MigrationError>, show: impl Fn(&T) -> String) -> Told {
    // The message of serde counts lines and columns of the text; the rest is the same.
    object.map(|object| show(&object)).map_err(|error| format!("{error:?}"))
}

/// Both ways, from one document and from columns.
pub(crate) fn compare<T: BaseVersionedDomainObject>(
    stored: &str,
    show: impl Fn(&T) -> String,
) -> Told {
    let direct = told(T::from_stored_document(stored), &show);
    assert_eq!(direct, told(by_text::<T>(stored), &show), "{stored}");
    if let Ok(read) = T::from_stored_document_with(stored, &MigrationOptions::new()) {
        let migrated = T::migrate_to_latest_schema_versions(stored).unwrap();
        assert_eq!(read.changes, migrated.changes(), "{stored}");
    }
    if let Ok(members) = serde_json::from_str::<Map<String, Value>>(stored) {
        let texts: Vec<_> = members.iter().map(|(key, value)| (key, value.to_string())).collect();
        let as_json: Vec<_> = texts
            .iter()
            .map(|(key, text)| Member { key, value: MemberValue::Json(text) })
            .collect();
        let as_columns: Vec<_> = members
            .iter()
            .map(|(key, value)| {
                let value = match value {
                    Value::Null => MemberValue::Null,
                    Value::Bool(value) => MemberValue::Boolean(*value),
                    Value::String(text) => MemberValue::Text(text),
                    Value::Number(number) => match number.as_i64() {
                        Some(number) => MemberValue::Integer(number),
                        None => MemberValue::Real(number.as_f64().unwrap()),
                    },
                    Value::Array(_) | Value::Object(_) => {
                        let text = texts.iter().find(|(name, _)| *name == key);
                        MemberValue::Json(text.map(|(_, text)| text.as_str()).unwrap())
                    }
                };
                Member { key, value }
            })
            .collect();
        for members in [as_json, as_columns] {
            let direct = told(T::from_stored_members(&members), &show);
            assert_eq!(direct, told(members_by_text::<T>(&members), &show), "{members:?}");
            if let Ok(read) = T::from_stored_members_with(&members, &MigrationOptions::new()) {
                let migrated = T::migrate_members_to_latest_schema_versions(&members).unwrap();
                assert_eq!(read.changes, migrated.changes, "{members:?}");
            }
        }
    }
    direct
}

/// The document that a run of a chain stands for; objects of these types are not compared.
pub(crate) fn compare_stored<T: BaseVersionedDomainObject>(
    field: &str,
    json: &str,
    version: u32,
    siblings: &[(&str, &str)],
) {
    let declaration = T::schema_versioned_attributes();
    let attribute = declaration.attribute(field).unwrap();
    let json = match attribute.scope {
        Scope::Each => format!("[{json}]"),
        _ => json.to_owned(),
    };
    let mut members: Vec<_> =
        siblings.iter().map(|(key, json)| format!("\"{key}\":{json}")).collect();
    if !attribute.key.is_empty() {
        members.push(format!("\"{}\":{json}", attribute.key));
    }
    members.push(format!("\"{}\":{version}", attribute.version_key));
    let result = compare::<T>(&format!("{{{}}}", members.join(",")), |_| String::new());
    drop(result);
}

thread_local! {
    /// How many parts were read from JSON.
    static READ: Cell<u32> = const { Cell::new(0) };
}

#[derive(Debug, PartialEq, Serialize)]
struct Part {
    size: f64,
}

impl<'de> Deserialize<'de> for Part {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Plain {
            size: f64,
        }
        READ.set(READ.get() + 1);
        Plain::deserialize(deserializer).map(|Plain { size }| Self { size })
    }
}

/// Every attribute that the derive knows, and every kind of last step.
#[derive(Debug, PartialEq, Deserialize, BaseVersionedDomainObject)]
#[serde(rename_all = "camelCase")]
struct Machine {
    machine_id: String,
    #[serde(rename = "on")]
    is_on: bool,
    #[versioned(version_field = "part_version", min = 1, max = 3)]
    typed_part: Part,
    part_version: SchemaVersion,
    #[versioned(version_field = "tree_version", min = 1, max = 2, missing_version = 1)]
    tree: Vec<u8>,
    tree_version: Option<u16>,
    #[versioned(version_field = "lazy_version", min = 1, max = 2)]
    lazy: Option<Vec<u8>>,
    lazy_version: u8,
    #[versioned(version_field = "each_version", min = 1, max = 2, each)]
    #[serde(default)]
    each: Vec<i64>,
    each_version: i32,
    #[versioned(unversioned)]
    #[serde(default = "seven", deserialize_with = "doubled")]
    with: Value,
    #[serde(default)]
    count: u32,
    note: Option<String>,
    ratio: f32,
    #[serde(skip)]
    cache: Vec<u8>,
}

fn seven() -> Value {
    7.into()
}

fn doubled<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
    u32::deserialize(deserializer).map(|number| (number * 2).into())
}

impl Machine {
    fn _convert_typed_part_v1_to_v2(part: Value) -> Result<Part, ConversionError> {
        Ok(Part { size: part.as_f64().ok_or_else(|| ConversionError::new("no number").at("/x"))? })
    }

    fn _convert_typed_part_v2_to_v3(part: Part) -> Part {
        // Something that JSON does not have, for a large size.
        Part { size: if part.size > 1e100 { f64::NAN } else { part.size + 1.0 } }
    }

    fn _convert_tree_v1_to_v2(tree: Value) -> Value {
        Value::from(vec![tree])
    }

    fn _convert_lazy_v1_to_v2(mut lazy: LazyValue<'_>) -> Result<LazyValue<'_>, ConversionError> {
        lazy.try_list_mut()?.push(1.into());
        Ok(lazy)
    }

    fn _convert_each_v1_to_v2(element: i64) -> i64 {
        -element
    }
}

const MACHINE: [(&str, &str); 14] = [
    ("machineId", "\"a\\n\""),
    ("on", "true"),
    ("typedPart", "1.5"),
    ("partVersion", "1"),
    ("tree", "5"),
    ("treeVersion", "1"),
    ("lazy", "[3]"),
    ("lazyVersion", "1"),
    ("each", "[1,2]"),
    ("eachVersion", "1"),
    ("with", "4"),
    ("count", "9"),
    ("note", "\"x\""),
    ("ratio", "0.1"),
];

fn document(members: &[(&str, &str)]) -> String {
    let members: Vec<_> = members.iter().map(|(key, json)| format!("\"{key}\":{json}")).collect();
    format!("{{{}}}", members.join(","))
}

#[test]
fn a_value_of_a_typed_last_step_is_moved_into_the_object() {
    READ.set(0);
    let machine = Machine::from_stored_document(&document(&MACHINE)).unwrap();
    assert_eq!(READ.get(), 0, "read from JSON though it had its type already");
    let expect = Machine {
        machine_id: "a\n".to_owned(),
        is_on: true,
        typed_part: Part { size: 2.5 },
        part_version: SchemaVersion::new(3),
        tree: vec![5],
        tree_version: Some(2),
        lazy: Some(vec![3, 1]),
        lazy_version: 2,
        each: vec![-1, -2],
        each_version: 2,
        with: 8.into(),
        count: 9,
        note: Some("x".to_owned()),
        ratio: 0.1,
        cache: Vec::new(),
    };
    assert_eq!(machine, expect);
}

#[test]
fn an_object_read_directly_is_the_object_of_the_migrated_document() {
    let show = |machine: &Machine| format!("{machine:?}");
    let (mut objects, mut errors) = (0, 0);
    let mut count = |told: Told| match told {
        Ok(_) => objects += 1,
        Err(_) => errors += 1,
    };
    count(compare(&document(&MACHINE), show));
    let others = [
        "null",
        "true",
        "0",
        "1",
        "2",
        "3",
        "4",
        "-1",
        "1.5",
        "1e200",
        "300",
        "\"x\"",
        "[]",
        "[7]",
        "{}",
        "{\"size\":2}",
        "[\"x\"]",
        "\"\\ud800\"",
        " 2 ",
        "1e400",
        "",
        "[1",
    ];
    for (index, (key, json)) in MACHINE.iter().enumerate() {
        let mut without = MACHINE.to_vec();
        without.remove(index);
        count(compare(&document(&without), show));
        for other in others {
            let mut changed = MACHINE;
            changed[index].1 = other;
            count(compare(&document(&changed), show));
            // Current fields are read from their own text.
            for member in &mut changed {
                if member.0.ends_with("Version") && member.1 == "1" {
                    member.1 = if member.0 == "partVersion" { "3" } else { "2" };
                }
                match *member {
                    ("typedPart", "1.5") => member.1 = "{\"size\":1}",
                    ("tree", "5") => member.1 = "[5]",
                    _ => {}
                }
            }
            count(compare(&document(&changed), show));
        }
        let mut twice = MACHINE.to_vec();
        twice.push((key, json));
        count(compare(&document(&twice), show));
    }
    for odd in
        [("\\ud800", "1"), ("other", "[1e400,{}]"), ("cache", "[1]"), ("partVersio\\u006e", "1")]
    {
        let mut more = MACHINE.to_vec();
        more.push(odd);
        count(compare(&document(&more), show));
    }
    assert!(objects > 100 && errors > 300, "{objects} objects, {errors} errors");
}

/// Refuses what its fields would accept.
#[derive(Debug, BaseVersionedDomainObject)]
#[expect(dead_code, reason = "shown only")]
struct Checked {
    #[versioned(version_field = "version", min = 1, max = 2)]
    number: i64,
    version: SchemaVersion,
}

impl Checked {
    fn _convert_number_v1_to_v2(number: i64) -> i64 {
        number + 1
    }
}

impl<'de> Deserialize<'de> for Checked {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Checked {
            number: i64,
            version: SchemaVersion,
        }
        let Checked { number, version } = Checked::deserialize(deserializer)?;
        if number < 0 {
            return Err(serde::de::Error::custom("negative"));
        }
        Ok(Self { number, version })
    }
}

/// Without this, a check in a type's own `Deserialize` would hold in one way of reading only.
#[test]
fn a_type_that_reads_itself_has_the_last_word() {
    let show = |checked: &Checked| format!("{checked:?}");
    assert!(compare(r#"{"number":1,"version":1}"#, show).is_ok());
    let told = compare(r#"{"number":-5,"version":1}"#, show);
    assert!(told.unwrap_err().contains("negative"));
}

macro_rules! whole {
    ($($name:ident $step:ident: $from:ty => $to:ty, $convert:expr;)*) => {$(
        #[derive(Debug, PartialEq, Serialize, Deserialize, BaseVersionedDomainObject)]
        #[versioned(document, version_field = "version", min = 1, max = 2)]
        struct $name {
            name: String,
            version: u8,
            #[serde(default)]
            more: Option<f64>,
        }

        impl $name {
            fn $step(document: $from) -> Result<$to, ConversionError> {
                $convert(document)
            }
        }
    )*};
}

whole! {
    Typed _convert_document_v1_to_v2: Old => Self,
        |old: Old| Ok(Self { name: old.title, version: 1, more: old.more.map(|more| more * 1e300) });
    Tree _convert_document_v1_to_v2: Value => Value, |mut old: Value| {
        let title = old["title"].take();
        old["name"] = title;
        Ok(old)
    };
    Lazy _convert_document_v1_to_v2: LazyValue<'_> => LazyValue<'_>, renamed;
}

fn renamed(mut old: LazyValue<'_>) -> Result<LazyValue<'_>, ConversionError> {
    old.rename("title", "name");
    if old.get("more").is_none() {
        old.try_remove("version")?;
    }
    Ok(old)
}

#[derive(Deserialize)]
struct Old {
    title: String,
    more: Option<f64>,
}

#[test]
fn a_document_with_one_version_is_read_alike_whatever_its_steps_work_on() {
    let documents = [
        r#"{"title":"a","version":1}"#,
        r#"{"title":"a","version":1,"more":2.5}"#,
        r#" { "more" : 1e100 , "version" : 1 , "title" : "\u00e9" } "#,
        r#"{"name":"a","version":2}"#,
        r#"{"name":"a","title":"b","version":2,"more":null}"#,
        r#"{"title":1,"version":1}"#,
        r#"{"title":"a","version":1,"version":1}"#,
        r#"{"title":"a","version":1,"title":"b"}"#,
        r#"{"title":"a","version":1,"x":1,"x":2}"#,
        r#"{"title":"a","version":0}"#,
        r#"{"title":"a","version":3}"#,
        r#"{"title":"a"}"#,
        r#"{"title":"a","version":"1"}"#,
        r#"{"version":1}"#,
        r#"[]"#,
        r#"{"title":"a","version":1"#,
    ];
    for stored in documents {
        let typed = compare::<Typed>(stored, |typed| format!("{typed:?}"));
        let tree = compare::<Tree>(stored, |tree| format!("{tree:?}"));
        let lazy = compare::<Lazy>(stored, |lazy| format!("{lazy:?}"));
        if let (Ok(typed), Ok(tree), Ok(lazy)) = (typed, tree, lazy)
            && !stored.contains("more")
        {
            assert_eq!(typed.replace("Typed", ""), tree.replace("Tree", ""));
            assert_eq!(typed.replace("Typed", ""), lazy.replace("Lazy", ""));
        }
    }
    let typed = Typed::from_stored_document(documents[0]).unwrap();
    assert_eq!(typed, Typed { name: "a".to_owned(), version: 2, more: None });
}
