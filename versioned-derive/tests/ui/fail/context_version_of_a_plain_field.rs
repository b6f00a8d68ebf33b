//~ `title` is not versioned, and is read as it is stored: write `context(title)`

use serde::Deserialize;
use serde_json::Value;
use versioned_core::BaseVersionedDomainObject;

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Exploration {
    #[versioned(
        version_field = "states_schema_version",
        min = 41,
        max = 41,
        context(title(version = 1))
    )]
    pub states: Value,
    pub states_schema_version: u32,
    pub title: String,
}

fn main() {}
