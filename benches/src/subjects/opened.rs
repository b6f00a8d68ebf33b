//! The worst case: a chain whose step goes into every container there is.

use serde::Deserialize;
use serde_json::Value;
use versioned_core::{
    BaseVersionedDomainObject, LazyValue, SchemaVersion,
    document::{Member, MemberValue},
};

use super::corpus::json_of;

#[derive(Debug, Deserialize, BaseVersionedDomainObject)]
#[versioned(entity = "opened_tree")]
#[expect(dead_code, reason = "the chain is run, the object is not made")]
struct Opened {
    #[versioned(version_field = "tree_version", min = 1, max = 2)]
    tree: Value,
    tree_version: SchemaVersion,
}

impl Opened {
    fn _convert_tree_v1_to_v2(mut tree: LazyValue<'_>) -> LazyValue<'_> {
        open(&mut tree);
        tree
    }
}

/// Opens all levels; every object gets a member.
fn open(value: &mut LazyValue<'_>) {
    if let Some(elements) = value.as_list_mut() {
        elements.iter_mut().for_each(open);
    } else if let Some(object) = value.as_object_mut() {
        object.iter_mut().for_each(|(_, member)| open(member));
        object.insert("seen", true);
    }
}

/// Text to text with the library.
///
/// # Panics
///
/// When the text is no JSON.
pub(crate) fn migrate(tree: &str) -> String {
    let members = [
        Member { key: "tree", value: MemberValue::Json(tree) },
        Member { key: "tree_version", value: MemberValue::Integer(1) },
    ];
    match Opened::migrate_members_to_latest_schema_versions(&members) {
        Ok(migrated) => json_of(migrated.writes.into_iter().map(|write| write.value)),
        Err(error) => panic!("{error}"),
    }
}

/// Text to text without it.
pub(crate) fn by_hand(tree: &str) -> String {
    let mut value: Value = serde_json::from_str(tree).unwrap_or_default();
    visit(&mut value);
    value.to_string()
}

fn visit(value: &mut Value) {
    match value {
        Value::Array(elements) => elements.iter_mut().for_each(visit),
        Value::Object(members) => {
            members.values_mut().for_each(visit);
            members.insert("seen".to_owned(), Value::Bool(true));
        }
        _ => {}
    }
}
