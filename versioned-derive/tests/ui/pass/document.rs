#![deny(warnings)]

use serde::{Deserialize, Serialize};
use serde_json::Value;
use versioned_core::{BaseVersionedDomainObject, Scope};

#[derive(Serialize, Deserialize)]
pub struct Part {
    pub name: String,
}

#[derive(Serialize, Deserialize, BaseVersionedDomainObject)]
#[versioned(
    document, version_field = "schema_version", min = 46, max = 48, missing_version = 46
)]
pub struct Export {
    pub schema_version: Option<u32>,
    pub title: String,
    pub parts: Vec<Part>,
}

impl Export {
    fn _convert_document_v46_to_v47(document: Value) -> Value {
        document
    }

    fn _convert_document_v47_to_v48(mut document: Value) -> Self {
        Self {
            schema_version: Some(48),
            title: document["title"].take().to_string(),
            parts: Vec::new(),
        }
    }
}

fn main() {
    let declaration = Export::schema_versioned_attributes();
    let [document] = declaration.versioned else { panic!("one version for the whole") };
    assert_eq!((document.field, document.key, document.scope), ("document", "", Scope::Document));
    assert_eq!(document.version_key, "schema_version");
    assert_eq!(document.missing_version.map(|version| version.get()), Some(46));
    assert_eq!(declaration.others.len(), 1);
    assert_eq!(Export::DOCUMENT_MAX_SCHEMA_VERSION.get(), 48);
}
