//~ `states` is a part of the document that the conversions take

use serde::Deserialize;
use serde_json::Value;
use versioned_core::BaseVersionedDomainObject;

#[derive(Deserialize, BaseVersionedDomainObject)]
#[versioned(document, version_field = "version", min = 1, max = 1, context(states))]
pub struct Exploration {
    pub states: Value,
    pub version: u32,
}

fn main() {}
