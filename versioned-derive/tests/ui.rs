//! The derive from outside: what compiles, what does not and with which words, and what the
//! generated chains do.
//!
//! `ui/pass` holds programs that compile and run. `ui/fail` holds one mistake each; every `//~`
//! line is a part of an error that the compiler has to report, and it may report no other. The
//! whole output, beside each file as `.stderr`, is compared on one version of the compiler only.
//! `TRYBUILD=overwrite` writes it anew.

#![expect(
    clippy::unwrap_used,
    clippy::needless_pass_by_value,
    reason = "a test stops where it fails, and conversions take their value"
)]

mod behaviour;
mod messages;

use std::{fs::File, io::Write as _, path::PathBuf};

#[test]
fn accepted_forms_compile_and_mistakes_do_not() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/ui/pass/*.rs");
    cases.pass(program_of_a_long_chain(400));
    if messages::is_compared_toolchain() {
        cases.compile_fail("tests/ui/fail/*.rs");
    }
}

/// Writes a program with a chain of this many steps, some of them typed.
fn program_of_a_long_chain(steps: u32) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("a_long_chain.rs");
    let mut program = File::create(&path).unwrap();
    let mut write = |text: &str| program.write_all(text.as_bytes()).unwrap();
    write(&format!(
        "use serde::Deserialize;
use serde_json::Value;
use versioned_core::{{BaseVersionedDomainObject, SchemaVersion}};

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Exploration {{
    #[versioned(version_field = \"version\", min = 0, max = {steps})]
    pub states: Vec<u32>,
    pub version: SchemaVersion,
}}

impl Exploration {{
"
    ));
    for from in 0..steps {
        let ty = if from % 10 < 5 { "Value" } else { "Vec<u32>" };
        let to = from + 1;
        write(&format!(
            "    fn _convert_states_v{from}_to_v{to}(states: {ty}) -> {ty} {{ states }}\n"
        ));
    }
    write(&format!(
        "}}

fn main() {{
    let stored = r#\"{{\"states\": [1], \"version\": 0}}\"#;
    let migrated = Exploration::migrate_to_latest_schema_versions(stored).unwrap();
    let object = migrated.to_object().unwrap();
    assert_eq!((object.states, object.version.get()), (vec![1], {steps}));
}}
"
    ));
    path
}
