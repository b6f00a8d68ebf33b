//~ conversion function `Exploration::_convert_document_v41_to_v42` is missing

use serde::Deserialize;
use versioned_core::BaseVersionedDomainObject;

#[derive(Deserialize, BaseVersionedDomainObject)]
#[versioned(document, version_field = schema_version, min = 41, max = 42)]
pub struct Exploration {
    pub title: String,
    pub schema_version: u32,
}

fn main() {}
