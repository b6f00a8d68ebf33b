//! The comparison itself: that it sees what it is there for.

use super::{
    Untouched,
    steps::{
        Effect::{Adds, AppendsTo, Changes, MovesWithin},
        Rule, Step,
    },
};

const STEPS: [Step; 2] = [
    &[
        Rule { pattern: "changed", effect: Changes, when: |_| true },
        Rule { pattern: "old", effect: MovesWithin(|_| vec!["new".to_owned()]), when: |_| true },
        Rule { pattern: "sheets * *", effect: AppendsTo(&["list"]), when: |_| true },
    ],
    &[Rule { pattern: "list * id", effect: Adds, when: |_| true }],
];

const INPUT: &str = r#"{"changed":1,"a":1.0,"b":{ "c":"\u0041","c":-0 },"a":[1e5],"old":"\/",
    "sheets":[[{"id":1, "x":2}],[{"y": 3}]]}"#;

/// As the steps would leave it.
const OUTPUT: &str = r#"{"changed":2,"a":1.0,"b":{ "c":"\u0041","c":-0 },"a":[1e5],"new":"\/",
    "list":[{"id":1, "x":2},{"y":3,"id":0}]}"#;

#[test]
fn a_document_that_only_its_steps_have_changed_has_no_difference() {
    let untouched = Untouched::compare(INPUT, OUTPUT, &STEPS);
    assert_eq!(untouched.differences, Vec::<String>::new());
    assert_eq!((untouched.members, untouched.changed_bytes), (6, 0));
}

#[test]
fn every_other_change_of_a_byte_is_a_difference() {
    for (from, to, place) in [
        ("1.0", "1", "/a: 1, was 1.0"),
        ("[1e5]", "[100000.0]", "/a: [100000.0], was [1e5]"),
        ("-0", "0", "/b: "),
        ("\\u0041", "A", "/b: "),
        ("{ \"c\"", "{\"c\"", "/b: "),
        ("\"c\":\"\\u0041\",", "", "/b: "),
        ("\"a\":1.0,", "", "/a: [1e5], was 1.0"),
        ("\"a\":[1e5],", "", "/a: nothing, was [1e5]"),
        ("\"b\":", "\"\\u0062\":", "/b: nothing"),
        ("\"\\/\"", "\"/\"", "/new: \"/\", was \"\\/\""),
        ("\"new\"", "\"old\"", "/new: nothing"),
        ("{\"id\":1, \"x\":2}", "{\"id\":1,\"x\":2}", "/list/0: "),
        ("\"y\":3", "\"y\":3.0", "/list/1/y: 3.0, was 3"),
    ] {
        let output = OUTPUT.replacen(from, to, 1);
        assert_ne!(output, OUTPUT, "{from}");
        let untouched = Untouched::compare(INPUT, &output, &STEPS);
        let differences = untouched.differences.join("\n");
        assert!(differences.contains(place), "{from}: {differences}");
        assert!(untouched.changed_bytes > 0, "{from}");
    }
}

#[test]
fn another_order_is_a_difference() {
    let output = OUTPUT.replacen("\"a\":1.0,", "", 1);
    let output = output.replacen("\"a\":[1e5]", "\"a\":1.0,\"a\":[1e5]", 1);
    let untouched = Untouched::compare(INPUT, &output, &STEPS);
    assert_eq!(untouched.differences, ["/b: out of order"]);
}
