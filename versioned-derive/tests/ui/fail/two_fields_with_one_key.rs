//~ `Exploration.title` and `Exploration.name` have one JSON key, `title`

use serde::Deserialize;
use serde_json::Value;
use versioned_core::BaseVersionedDomainObject;

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Exploration {
    #[versioned(version_field = "states_schema_version", min = 41, max = 41)]
    pub states: Value,
    pub states_schema_version: u32,
    pub title: String,
    #[serde(rename = "title")]
    pub name: String,
}

fn main() {}
