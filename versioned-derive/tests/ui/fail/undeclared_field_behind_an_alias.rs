//~ field `Exploration.notes` is neither plain nor declared
//~ field `Exploration.rules` is neither plain nor declared

use serde::Deserialize;
use serde_json::Value;
use versioned_core::BaseVersionedDomainObject;

type Notes = Option<Vec<Value>>;

#[derive(Deserialize)]
pub struct Rules {
    pub strict: bool,
}

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Exploration {
    #[versioned(version_field = "states_schema_version", min = 41, max = 41)]
    pub states: Value,
    pub states_schema_version: u32,
    pub notes: Notes,
    pub rules: Rules,
}

fn main() {}
