//! A chain that knows its process, and one that does not.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use versioned_core::BaseVersionedDomainObject;

use crate::laws::{Law, Laws, process};

#[derive(Debug, Serialize, Deserialize, JsonSchema, BaseVersionedDomainObject)]
#[versioned(entity = "ticket")]
struct Ticket {
    #[versioned(version_field = "version", min = 1, max = 2)]
    number: u32,
    version: u32,
}

impl Ticket {
    fn _convert_number_v1_to_v2(number: u32) -> u32 {
        number.wrapping_add(std::process::id())
    }
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, BaseVersionedDomainObject)]
#[versioned(entity = "stamp")]
struct Stamp {
    #[versioned(version_field = "version", min = 1, max = 2)]
    text: String,
    version: u32,
}

impl Stamp {
    fn _convert_text_v1_to_v2(text: String) -> String {
        text + "!"
    }
}

const HERE: &str = "laws::tests::process::";

#[test]
fn a_step_that_knows_its_process_is_found() {
    let number = json!({"type": "integer", "minimum": 0, "maximum": 9});
    let laws = [Laws::for_entity::<Ticket>().schema("number", 1, number).cases(3)];
    if process::is_other() {
        return process::print_digests(&laws);
    }
    assert_eq!(laws[0].check(Law::Deterministic), []);
    let test = format!("{HERE}a_step_that_knows_its_process_is_found");
    let found = process::compare(&laws, &test).unwrap();
    let [found] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((found.law(), found.entity()), (Law::Deterministic, "ticket"));
    let told = found.to_string();
    let expect = "`ticket.number`: in another process, the same document gives other bytes\n";
    assert!(told.starts_with(expect), "{told}");
}

#[test]
fn a_step_that_knows_no_process_is_not_blamed() {
    let laws = [Laws::for_entity::<Stamp>().cases(3)];
    if process::is_other() {
        return process::print_digests(&laws);
    }
    let test = format!("{HERE}a_step_that_knows_no_process_is_not_blamed");
    assert_eq!(process::compare(&laws, &test).unwrap(), []);
    // A test of another name answers nothing.
    let error = process::compare(&laws, "laws::tests::process::there_is_none").unwrap_err();
    assert!(error.contains("gave 0 of 6 results"), "{error}");
    assert_eq!(laws[0].coverage().versions(), (2, 2), "{}", laws[0].coverage());
}
