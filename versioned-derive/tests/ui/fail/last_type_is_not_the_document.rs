//~ returns `u32`, but the domain object is `Exploration`

use serde::Deserialize;
use serde_json::Value;
use versioned_core::BaseVersionedDomainObject;

#[derive(Deserialize, BaseVersionedDomainObject)]
#[versioned(document, version_field = "schema_version", min = 41, max = 42)]
pub struct Exploration {
    pub title: String,
    pub schema_version: u32,
}

impl Exploration {
    fn _convert_document_v41_to_v42(_document: Value) -> u32 {
        1
    }
}

fn main() {}
