//~ a domain object has no type, lifetime or const parameters

use serde::Deserialize;
use versioned_core::BaseVersionedDomainObject;

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Exploration<T> {
    pub states: T,
}

fn main() {}
