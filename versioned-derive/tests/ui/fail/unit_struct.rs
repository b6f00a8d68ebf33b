//~ `BaseVersionedDomainObject` works on structs with named fields, and `Exploration` is a unit struct

use serde::Deserialize;
use versioned_core::BaseVersionedDomainObject;

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Exploration;

fn main() {}
