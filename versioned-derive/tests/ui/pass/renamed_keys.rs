#![deny(warnings)]

use serde::{Deserialize, Serialize};
use serde_json::Value;
use versioned_core::BaseVersionedDomainObject;

#[derive(Serialize, Deserialize, BaseVersionedDomainObject)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StoredQuestion {
    #[versioned(
        version_field = "state_data_version",
        min = 1,
        max = 2,
        context(language_code),
        side_output(step = 1, field = next_index)
    )]
    pub state_data: Option<Value>,
    #[serde(rename = "v")]
    pub state_data_version: u32,
    pub language_code: String,
    #[serde(rename(serialize = "next-index", deserialize = "next-index"))]
    pub next_index: u32,
    #[versioned(version_field = "rules_version", min = 1, max = 1)]
    #[serde(default)]
    pub rules: Value,
    pub rules_version: u32,
}

impl StoredQuestion {
    fn _convert_state_data_v1_to_v2(data: Value) -> (Value, u32) {
        (data, 1)
    }
}

fn main() {
    let declaration = StoredQuestion::schema_versioned_attributes();
    assert_eq!(declaration.entity, "stored_question");
    assert_eq!(declaration.type_name.rsplit("::").next(), Some("StoredQuestion"));
    let state_data = &declaration.versioned[0];
    assert_eq!((state_data.field, state_data.key), ("state_data", "stateData"));
    assert_eq!(state_data.version_field, "state_data_version");
    assert_eq!(state_data.version_key, "v");
    assert_eq!(state_data.context[0].key, "languageCode");
    assert_eq!(state_data.side_outputs[0].key, "next-index");
    assert!(state_data.optional);
    assert!(declaration.versioned[1].optional);
    let keys: Vec<_> = declaration.others.iter().map(|other| other.key).collect();
    assert_eq!(keys, ["v", "languageCode", "next-index", "rulesVersion"]);
}
