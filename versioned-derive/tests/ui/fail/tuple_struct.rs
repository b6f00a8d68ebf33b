//~ `BaseVersionedDomainObject` works on structs with named fields, and `Exploration` is a tuple struct

use serde::Deserialize;
use serde_json::Value;
use versioned_core::BaseVersionedDomainObject;

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Exploration(Value);

fn main() {}
