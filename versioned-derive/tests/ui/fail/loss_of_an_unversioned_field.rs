//~ `Exploration.states` is either `unversioned` or has versions; keep one of both

use serde::Deserialize;
use serde_json::Value;
use versioned_core::BaseVersionedDomainObject;

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Exploration {
    #[versioned(unversioned, loss(step = 41, path = "/*/rules"))]
    pub states: Value,
}

fn main() {}
