#![deny(warnings)]

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use versioned_core::{BaseVersionedDomainObject, Scope};

#[derive(Serialize, Deserialize)]
pub struct Reference {
    pub id: String,
}

mod lessons {
    use super::*;

    #[derive(Deserialize, BaseVersionedDomainObject)]
    pub struct Exploration {
        #[versioned(
            version_field = "states_schema_version", min = 41, max = 43, each, context(title)
        )]
        pub states: BTreeMap<String, Value>,
        pub states_schema_version: u32,
        pub title: String,
        #[versioned(version_field = "references_version", min = 1, max = 2, each)]
        pub references: Vec<Reference>,
        #[versioned(version_field = "references_version", chain = Exploration::references, each)]
        pub more_references: Vec<Reference>,
        pub references_version: u32,
    }

    impl Exploration {
        fn _convert_states_v41_to_v42(state: Value, _: &ExplorationStatesContext<'_>) -> Value {
            state
        }

        fn _convert_states_v42_to_v43(state: Value) -> Value {
            state
        }

        fn _convert_references_v1_to_v2(reference: Reference) -> Reference {
            reference
        }
    }
}

/// One state of a lesson, with an own type: the chain ends in a document.
#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Question {
    #[versioned(
        version_field = "state_schema_version", min = 42, max = 43,
        chain = lessons::Exploration::states, context(title)
    )]
    pub state: BTreeMap<String, String>,
    pub state_schema_version: u32,
    pub title: String,
    /// A typed chain ends in the same type.
    #[versioned(version_field = "references_version", chain = lessons::Exploration)]
    pub references: Reference,
    pub references_version: u64,
}

fn main() {
    let versioned = Question::schema_versioned_attributes().versioned;
    assert_eq!((versioned[0].min.get(), versioned[0].max.get()), (42, 43));
    assert_eq!((versioned[1].min.get(), versioned[1].max.get()), (1, 2));
    assert_eq!(versioned[0].scope, Scope::Field);
    assert_eq!(versioned[0].context[0].field, "title");
    assert_eq!(Question::REFERENCES_MAX_SCHEMA_VERSION.get(), 2);
    assert_eq!(lessons::Exploration::schema_versioned_attributes().versioned.len(), 3);
}
