#![deny(warnings)]
#![allow(clippy::disallowed_types)]

use std::collections::{BTreeMap, HashMap, VecDeque};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use versioned_core::{BaseVersionedDomainObject, Scope};

#[derive(Serialize, Deserialize)]
pub struct State {
    pub name: String,
}

type Named<T> = BTreeMap<String, T>;

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Exploration {
    #[versioned(version_field = "version", min = 1, max = 2, each)]
    pub list: Vec<State>,
    #[versioned(version_field = "version", min = 1, max = 2, each)]
    pub queue: VecDeque<State>,
    #[versioned(version_field = "version", min = 1, max = 2, each)]
    pub sorted: Named<State>,
    #[versioned(version_field = "version", min = 1, max = 2, each)]
    pub hashed: HashMap<String, State>,
    #[versioned(version_field = "version", min = 1, max = 2, each)]
    pub present: Option<Vec<State>>,
    #[versioned(version_field = "version", min = 1, max = 2, each)]
    pub object: Map<String, Value>,
    #[versioned(version_field = "version", min = 1, max = 2, each)]
    pub any: Value,
    pub version: u32,
}

impl Exploration {
    fn _convert_list_v1_to_v2(state: State) -> State {
        state
    }

    fn _convert_queue_v1_to_v2(state: Value) -> State {
        State { name: state.to_string() }
    }

    fn _convert_sorted_v1_to_v2(state: State) -> Result<State, serde_json::Error> {
        Ok(state)
    }

    fn _convert_hashed_v1_to_v2(state: State) -> Value {
        Value::from(state.name)
    }

    fn _convert_present_v1_to_v2(state: State) -> State {
        state
    }

    fn _convert_object_v1_to_v2(value: Value) -> Value {
        value
    }

    fn _convert_any_v1_to_v2(value: Value) -> Value {
        value
    }
}

fn main() {
    let versioned = Exploration::schema_versioned_attributes().versioned;
    assert_eq!(versioned.len(), 7);
    assert!(versioned.iter().all(|attribute| attribute.scope == Scope::Each));
    let optional: Vec<_> =
        versioned.iter().filter(|one| one.optional).map(|one| one.field).collect();
    assert_eq!(optional, ["present"]);
}
