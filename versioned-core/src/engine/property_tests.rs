//! Untouched bytes stay, on documents put together from hard cases.

use proptest::prelude::*;

use super::tests::{TWO, migrate};

/// Values that a parse and a print would change.
const HARD: &[&str] = &[
    "1.0",
    "1e5",
    "-0",
    "123456789012345678901234567890",
    "0.1000000000000000055511151231257827",
    r#""\u0041\/\ud800""#,
    r#"{"b":1,"a":2,"b":3}"#,
    "[ 1 ,\t2\n]",
    "{ }",
    "null",
    r#""é🦀""#,
];

#[derive(Debug, Clone)]
struct Part {
    key: &'static str,
    before: String,
    after: String,
}

fn blanks() -> impl Strategy<Value = String> {
    "[ \n\t\r]{0,3}"
}

/// Members in random order and spelling; declared ones are at old versions.
fn document() -> impl Strategy<Value = (String, String)> {
    let hard = || prop::sample::select(HARD);
    let undeclared = prop::collection::vec(
        (prop::sample::select(&["x", "y", "z"][..]), hard()),
        0..6,
    )
    .prop_map(|members| {
        members
            .into_iter()
            .map(|(key, value)| Part { key, before: value.to_owned(), after: value.to_owned() })
            .collect::<Vec<_>>()
    });
    let parts = (undeclared, 2_u32..=3, any::<bool>(), hard()).prop_flat_map(
        |(mut parts, version, has_counted, counted)| {
            let part = |key, before: &str, after: &str| Part {
                key,
                before: before.to_owned(),
                after: after.to_owned(),
            };
            let (first, length) =
                if version == 3 { ("\"ab\"", counted) } else { ("\"ab>3\"", "2") };
            parts.push(part("first", "\"ab\"", first));
            parts.push(part("firstVersion", &version.to_string(), "3"));
            // Absent and optional: its version is at the latest one already.
            parts.push(part("secondVersion", "2", "2"));
            if has_counted || version == 3 {
                parts.push(part("counted", counted, length));
            }
            (Just(parts).prop_shuffle(), Just(version))
        },
    );
    (parts, blanks(), blanks(), blanks(), blanks()).prop_map(
        |((parts, version), lead, colon, comma, trail)| {
            let member = |key: &str, value: &str| format!("\"{key}\"{colon}:{colon}{value}");
            let join = |members: Vec<String>| members.join(&format!("{comma},{comma}"));
            let before = join(parts.iter().map(|part| member(part.key, &part.before)).collect());
            let after = join(parts.iter().map(|part| member(part.key, &part.after)).collect());
            let is_counted = version == 3 || parts.iter().any(|part| part.key == "counted");
            let added = if is_counted { "" } else { ",\"counted\":2" };
            (
                format!("{lead}{{{lead}{before}{trail}}}{trail}"),
                format!("{lead}{{{lead}{after}{added}{trail}}}{trail}"),
            )
        },
    )
}

proptest! {
    #[test]
    fn a_migration_changes_the_stale_members_and_no_other_byte((before, after) in document()) {
        let migrated = migrate(&TWO, &before);
        prop_assert_eq!(migrated.map_err(|error| error.to_string()), Ok(after.clone()), "{}", before);
        let again = migrate(&TWO, &after);
        prop_assert_eq!(again.map_err(|error| error.to_string()), Ok(after));
    }

    #[test]
    fn any_text_is_an_answer_or_an_error_and_never_a_panic(text in "\\PC{0,64}") {
        drop(migrate(&TWO, &text));
    }
}
