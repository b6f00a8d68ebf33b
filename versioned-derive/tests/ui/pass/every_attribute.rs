#![deny(warnings, missing_docs, missing_debug_implementations, unreachable_pub)]
//! Every attribute, in a program that denies every warning.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use versioned_core::{BaseVersionedDomainObject, ConversionError, SchemaVersion};

const OLDEST_STATES_VERSION: u16 = 41;
const CURRENT_STATES_VERSION: SchemaVersion = SchemaVersion::new(43);

/// A lesson.
#[derive(Debug, Serialize, Deserialize, BaseVersionedDomainObject)]
#[versioned(entity = "lesson", crate = versioned_core)]
pub struct Exploration {
    /// An id.
    pub id: String,
    /// A name.
    pub init_state_name: String,
    /// States.
    #[versioned(
        version_field = "states_schema_version",
        min = 41,
        max = 43,
        missing_version = 41,
        assert_min = OLDEST_STATES_VERSION,
        assert_max = CURRENT_STATES_VERSION,
        context(init_state_name, rules(version = 2, as = Vec<Value>)),
        side_output(step = 42, field = next_index)
    )]
    pub states: BTreeMap<String, Value>,
    /// A version.
    pub states_schema_version: Option<SchemaVersion>,
    /// Rules.
    #[versioned(version_field = rules_version, min = 1, max = 3, each)]
    pub rules: Vec<Value>,
    /// A version.
    pub rules_version: u8,
    /// An index.
    pub next_index: u32,
    /// Parameters.
    #[versioned(unversioned)]
    pub param_specs: Map<String, Value>,
    /// Never stored.
    #[serde(skip)]
    pub cache: Vec<Value>,
}

impl Exploration {
    fn _convert_states_v41_to_v42(
        states: Value,
        context: &ExplorationStatesContext<'_>,
    ) -> Result<Value, ConversionError> {
        let _: (&str, &Vec<Value>) = (context.init_state_name, context.rules);
        Ok(states)
    }

    fn _convert_states_v42_to_v43(states: Value) -> (Value, u32) {
        (states, 7)
    }

    fn _convert_rules_v1_to_v2(rule: Value) -> Value {
        rule
    }

    fn _convert_rules_v2_to_v3(rule: Value) -> Value {
        rule
    }
}

fn main() {
    let declaration = Exploration::schema_versioned_attributes();
    assert_eq!(declaration.entity, "lesson");
    assert_eq!(declaration.versioned.len(), 2);
    assert_eq!(declaration.others.len(), 6);
    assert_eq!(Exploration::RULES_MIN_SCHEMA_VERSION, SchemaVersion::new(1));
    assert_eq!(Exploration::STATES_MAX_SCHEMA_VERSION, CURRENT_STATES_VERSION);
}
