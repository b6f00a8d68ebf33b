//~ `#[versioned]` knows no `version_filed` here; did you mean `version_field`?

use serde::Deserialize;
use serde_json::Value;
use versioned_core::BaseVersionedDomainObject;

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Exploration {
    #[versioned(version_filed = "states_schema_version", min = 41, max = 41)]
    pub states: Value,
    pub states_schema_version: u32,
}

fn main() {}
