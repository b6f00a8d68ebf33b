//! Objects that are read directly, where text would be refused or read as something else.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use versioned_core::{
    BaseVersionedDomainObject, LazyValue,
    document::{Member, MemberValue, StoredDocument},
    json::Limits,
};

use super::direct::compare;

/// Every kind of last step nests the value one level deeper.
#[derive(Debug, Serialize, Deserialize, BaseVersionedDomainObject)]
struct Nest {
    #[versioned(version_field = "tree_version", min = 1, max = 2)]
    tree: Value,
    tree_version: u8,
    #[versioned(version_field = "lazy_version", min = 1, max = 2)]
    lazy: Value,
    lazy_version: u8,
    #[versioned(version_field = "typed_version", min = 1, max = 2)]
    typed: Vec<Value>,
    typed_version: u8,
    #[versioned(unversioned)]
    other: Value,
}

impl Nest {
    fn _convert_tree_v1_to_v2(tree: Value) -> Value {
        Value::from(vec![tree])
    }

    fn _convert_lazy_v1_to_v2(lazy: LazyValue<'_>) -> LazyValue<'_> {
        vec![lazy].into()
    }

    fn _convert_typed_v1_to_v2(typed: Value) -> Vec<Value> {
        vec![typed]
    }
}

fn nested(levels: usize) -> String {
    "[".repeat(levels) + &"]".repeat(levels)
}

fn nest(key: &str, version: u8, json: &str) -> String {
    let mut members = vec![format!("\"{key}\":{json}")];
    for field in ["tree", "lazy", "typed"] {
        members.push(format!("\"{field}_version\":{}", if field == key { version } else { 2 }));
        if field != key {
            members.push(format!("\"{field}\":[]"));
        }
    }
    if key != "other" {
        members.push("\"other\":0".to_owned());
    }
    format!("{{{}}}", members.join(","))
}

/// Without this, an object would be read that cannot be stored again.
#[test]
fn a_value_that_a_step_nests_too_deeply_is_refused_as_its_text_is() {
    for key in ["tree", "lazy", "typed"] {
        for (levels, accepted) in [(124, true), (125, true), (126, false), (127, false)] {
            let told = compare::<Nest>(&nest(key, 1, &nested(levels)), |nest| format!("{nest:?}"));
            assert_eq!(told.is_ok(), accepted, "{key} {levels}: {told:?}");
        }
    }
}

#[test]
fn a_column_is_nested_no_deeper_than_in_its_document() {
    for key in ["tree", "lazy", "typed", "other"] {
        for (levels, accepted) in [(125, true), (126, true), (127, false), (128, false)] {
            let told = compare::<Nest>(&nest(key, 2, &nested(levels)), |nest| format!("{nest:?}"));
            assert_eq!(told.is_ok(), accepted, "{key} {levels}: {told:?}");
        }
    }
    let deep = nested(127);
    let members = ["tree_version", "lazy_version", "typed_version"]
        .map(|key| Member { key, value: MemberValue::Integer(2) });
    let [tree, lazy, typed, other] = ["tree", "lazy", "typed", "other"].map(|key| {
        let value = MemberValue::Json(if key == "other" { deep.as_str() } else { "[]" });
        Member { key, value }
    });
    let members = [&members[..], &[tree, lazy, typed, other]].concat();
    assert!(Nest::from_stored_members(&members).is_err());
}

#[test]
fn a_value_that_a_step_makes_too_long_is_refused_as_its_text_is() {
    let stored = nest("tree", 1, "[]");
    for key in ["tree", "lazy", "typed"] {
        let stored = nest(key, 1, "[]");
        for (more, accepted) in [(0, false), (1, false), (2, true), (200, true)] {
            let limits = Limits::DEFAULT.with_bytes_max(stored.len() + more);
            let document = || StoredDocument::from(stored.as_str()).with_limits(limits);
            let direct = Nest::from_stored_document(document());
            let by_text = Nest::migrate_to_latest_schema_versions(document());
            let by_text = by_text.and_then(|migrated| migrated.to_object());
            assert_eq!(direct.is_ok(), accepted, "{key} {more}");
            assert_eq!(format!("{direct:?}"), format!("{by_text:?}"));
        }
    }
    assert!(Nest::from_stored_document(&stored).is_ok());
}

/// Without this, the same document would give two objects.
#[derive(Debug, Serialize, Deserialize, BaseVersionedDomainObject)]
struct Measured {
    #[versioned(version_field = "version", min = 1, max = 2)]
    sizes: Vec<f32>,
    version: u8,
}

impl Measured {
    fn _convert_sizes_v1_to_v2(sizes: Value) -> Value {
        match sizes {
            Value::Array(sizes) => sizes.into(),
            size => json!([size]),
        }
    }
}

#[test]
fn a_small_float_is_the_one_that_is_read_from_the_text() {
    let show = |measured: &Measured| {
        let bits: Vec<_> = measured.sizes.iter().map(|size| size.to_bits()).collect();
        format!("{bits:?}")
    };
    // In the middle between two values of `f32`, as an `f64`; as a text, above it or below.
    let middle = f64::from(f32::from_bits(0x3dcc_cccd)).to_bits() | 1 << 28;
    let mut differ = 0;
    for step in 0..2000_u64 {
        let number = f64::from_bits(middle + (step << 29));
        let read: f32 = number.to_string().parse().unwrap();
        #[expect(clippy::cast_possible_truncation, reason = "this is how serde narrows a number")]
        let narrowed = number as f32;
        differ += u32::from(read.to_bits() != narrowed.to_bits());
        let stored = format!("{{\"sizes\":[0.1,{number}],\"version\":1}}");
        let told = compare::<Measured>(&stored, show).unwrap();
        assert_eq!(told, format!("{:?}", [0.1_f32.to_bits(), read.to_bits()]));
    }
    assert!(differ > 100, "the two ways differ for {differ} numbers only");
    for number in ["1e39", "1e-40", "1e-46", "3.4028236e38", "0.0", "-0.0", "16777217"] {
        let stored = format!("{{\"sizes\":{number},\"version\":1}}");
        drop(compare::<Measured>(&stored, show));
    }
}
