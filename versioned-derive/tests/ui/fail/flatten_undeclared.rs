//~ `Exploration.rest` is flattened into the document, and what it takes has no versions

use serde::Deserialize;
use std::collections::BTreeMap;
use serde_json::Value;
use versioned_core::BaseVersionedDomainObject;

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Exploration {
    #[versioned(version_field = "states_schema_version", min = 41, max = 41)]
    pub states: Value,
    pub states_schema_version: u32,
    #[serde(flatten)]
    pub rest: BTreeMap<String, Value>,
}

fn main() {}
