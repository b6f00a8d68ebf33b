//~ `BaseVersionedDomainObject` works on structs with named fields, and `Exploration` is an enum

use serde::Deserialize;
use versioned_core::BaseVersionedDomainObject;

#[derive(Deserialize, BaseVersionedDomainObject)]
pub enum Exploration {
    Draft { title: String },
}

fn main() {}
