#![deny(warnings)]

mod lessons {
    use serde::Deserialize;
    use serde_json::Value;
    use versioned_core::BaseVersionedDomainObject;

    #[derive(Deserialize, BaseVersionedDomainObject)]
    pub(crate) struct Exploration {
        #[versioned(version_field = "states_schema_version", min = 41, max = 43, context(title))]
        pub(crate) states: Value,
        pub(crate) states_schema_version: u32,
        pub(crate) title: String,
    }

    mod conversions {
        use super::{Exploration, ExplorationStatesContext, Value};

        impl Exploration {
            pub(super) fn _convert_states_v41_to_v42(states: Value) -> Value {
                states
            }

            pub(crate) fn _convert_states_v42_to_v43(
                states: Value,
                context: &ExplorationStatesContext<'_>,
            ) -> Value {
                Value::from(vec![states, context.title.into()])
            }
        }
    }
}

fn main() {
    use versioned_core::BaseVersionedDomainObject as _;

    // Inside a function too.
    #[derive(serde::Deserialize, versioned_core::BaseVersionedDomainObject)]
    struct Local {
        #[versioned(version_field = "rules_version", min = 1, max = 2)]
        rules: Vec<u32>,
        rules_version: u32,
    }
    impl Local {
        fn _convert_rules_v1_to_v2(rules: Vec<u32>) -> Vec<u32> {
            rules
        }
    }

    let local: Local = serde_json::from_str(r#"{"rules": [1], "rules_version": 2}"#).unwrap();
    assert_eq!((local.rules.len(), local.rules_version), (1, 2));
    let lesson: lessons::Exploration =
        serde_json::from_str(r#"{"states": 1, "states_schema_version": 43, "title": ""}"#).unwrap();
    assert_eq!((lesson.states_schema_version, lesson.title.len()), (43, 0));
    assert!(lesson.states.is_number());
    assert_eq!(lessons::Exploration::schema_versioned_attributes().versioned.len(), 1);
}
