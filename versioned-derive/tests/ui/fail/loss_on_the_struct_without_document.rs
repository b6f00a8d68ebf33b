//~ versions on the struct are for the whole document: add `document`, or move them to a field

use serde::Deserialize;
use serde_json::Value;
use versioned_core::BaseVersionedDomainObject;

#[derive(Deserialize, BaseVersionedDomainObject)]
#[versioned(loss(step = 41, path = "/rules"))]
pub struct Exploration {
    #[versioned(unversioned)]
    pub states: Value,
}

fn main() {}
