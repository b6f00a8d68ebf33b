//! What a program that differs from its lock is told.

use serde_json::{Value, json};
use versioned_core::{
    SchemaVersion,
    lock::{Drift, Drifts, Lock, LockedSchema, SchemaOrigin},
};

use super::domain::registry;

fn blessed() -> Lock {
    let mut lock = Lock::default();
    lock.bless(&registry());
    lock
}

fn section(
    entity: &str,
    field: &str,
    version: u32,
    schema: &Value,
    origin: SchemaOrigin,
) -> LockedSchema {
    LockedSchema::new(entity, field, SchemaVersion::new(version), schema, origin)
}

/// The drift of a lock that was changed after it was blessed, as it is shown.
#[track_caller]
fn check(change: impl FnOnce(&mut Lock), expect: &[&str]) -> Vec<Drift> {
    let mut lock = blessed();
    change(&mut lock);
    let drifts = lock.drift(&registry());
    let found: Vec<String> = drifts.iter().map(ToString::to_string).collect();
    assert_eq!(found, expect);
    drifts
}

#[test]
fn blessing_puts_in_every_version_that_the_program_knows() {
    let mut lock = Lock::default();
    let found: Vec<String> = lock.bless(&registry()).iter().map(ToString::to_string).collect();
    let expect = [
        "lock_bare.card v3: blessed, from its type",
        "lock_leaf.card v2: blessed, from its step",
        "lock_leaf.card v3: blessed, from its type",
        "lock_note.document v4: blessed, from its type",
        "lock_page.body v2: blessed, from its step",
        "lock_page.body v3: blessed, from its step",
        "lock_page.body v4: blessed, from its type",
        "lock_page.cards v2: blessed, from its step",
        "lock_page.cards v3: blessed, from its type",
    ];
    assert_eq!(found, expect);
    assert_eq!(lock.bless(&registry()), []);
    check(|_| {}, &[]);
}

#[test]
fn a_changed_type_says_what_changed_and_what_to_write() {
    let before = json!({
        "type": "object",
        "properties": {
            "html": { "type": "integer" },
            "tone": { "enum": ["plain", "cold"] },
            "size": {},
        },
        "required": ["html", "tone"],
    });
    let origin = SchemaOrigin::Type;
    let text = "the Rust type of `lock_page.body` changed, and its `max` is still 4\n  \
        breaking    /html: was integer, is string\n  \
        breaking    /size: gone (was anything); what is stored is no longer read\n  \
        breaking    /tone: may no longer be \"cold\"\n  \
        compatible  /tone: may be \"warm\" now\n  \
        compatible  /tone: may be null now\n  \
        compatible  /tone: optional now; it was required\n  \
        help: documents of version 4 have the old shape, so the new one is version 5:\n          \
          1. raise `max = 4` to `max = 5` at `Page.body`\n          \
          2. write in `impl Page`\n               \
               fn _convert_body_v4_to_v5<'a>(value: LazyValue<'a>, context: &PageBodyContext<'_>) \
        -> Result<LazyValue<'a>, ConversionError>\n          \
          3. run `schema commit`, and commit the lock with the code\n        \
        was version 4 never released? `schema commit --replace lock_page.body`";
    let drifts = check(
        |lock| {
            lock.insert(section("lock_page", "body", 4, &before, origin)).unwrap();
        },
        &[text],
    );
    assert!(!drifts[0].is_settled_by_blessing());
}

/// The function belongs to the type that owns the chain, which may be another one.
#[test]
fn the_step_of_a_shared_chain_is_written_where_the_chain_is() {
    let mut lock = blessed();
    let before = json!({ "type": "string" });
    lock.insert(section("lock_leaf", "card", 3, &before, SchemaOrigin::Type)).unwrap();
    let drifts = lock.drift(&registry());
    let [Drift::Changed { next, .. }] = drifts.as_slice() else { panic!("{drifts:?}") };
    assert_eq!((next.object.as_str(), next.field.as_str()), ("Page", "cards"));
    assert!(next.function.starts_with("fn _convert_cards_v3_to_v4(value: LazyValue<'_>)"));
}

#[test]
fn a_raised_max_has_to_be_blessed() {
    let version = SchemaVersion::new;
    let drifts = check(
        |lock| {
            let last = lock.remove("lock_page", "body", version(4)).unwrap();
            let earlier = section("lock_page", "body", 3, last.schema(), SchemaOrigin::Type);
            lock.insert(earlier).unwrap();
            // Nobody said what the older version of the cards is.
            lock.remove("lock_page", "cards", version(2)).unwrap();
        },
        &[
            "version 4 of `lock_page.body` is not in the lock, which ends at 3\n  \
             help: run `schema commit`, and commit the lock with the code",
            "version 2 of `lock_page.cards` has a typed step, and is not in the lock\n  \
             help: run `schema commit`, and commit the lock with the code",
        ],
    );
    assert!(drifts.iter().all(Drift::is_settled_by_blessing));
}

#[test]
fn a_step_takes_what_the_version_was() {
    let wider =
        json!({ "type": "object", "properties": { "html": { "type": ["string", "null"] } } });
    let expect = "`_convert_body_v2_to_v3` takes something else than `lock_page.body` was at version \
        2\n  \
        breaking    /html: was string or null, is string\n  \
        breaking    /html: required now; it was optional\n  \
        help: let the step take what documents of that version are; `schema diff` shows both";
    let insert = |schema: &Value, origin| {
        let section = section("lock_page", "body", 2, schema, origin);
        move |lock: &mut Lock| {
            lock.insert(section).unwrap();
        }
    };
    check(insert(&wider, SchemaOrigin::Type), &[expect]);
    // It may take more than the version had, unless it is what the version was blessed from.
    let narrower = json!({
        "type": "object",
        "properties": { "html": { "type": "string", "minLength": 1 } },
        "required": ["html"],
    });
    check(insert(&narrower, SchemaOrigin::Written), &[]);
    let drifts = check(
        insert(&narrower, SchemaOrigin::Step),
        &["`_convert_body_v2_to_v3` takes something else than `lock_page.body` was at version \
        2\n  \
            compatible  /html: `minLength` is gone; it was 1\n  \
            help: put the old type back: stored documents of that version have not changed"],
    );
    assert!(!drifts[0].is_settled_by_blessing());
}

/// A new program has many fields to bless; one word of help is enough.
#[test]
fn what_blessing_settles_is_told_together() {
    let mut lock = blessed();
    for version in [2, 4] {
        lock.remove("lock_page", "body", SchemaVersion::new(version)).unwrap();
    }
    let string = json!({ "type": "string" });
    lock.insert(section("lock_note", "document", 5, &string, SchemaOrigin::Type));
    let drifts = lock.drift(&registry());
    let expect = format!(
        "{}\n\nversion 2 of `lock_page.body` has a typed step, and is not in the lock\n\
         version 4 of `lock_page.body` is not in the lock\n  \
         help: run `schema commit`, and commit the lock with the code",
        drifts[0]
    );
    assert_eq!(Drifts(&drifts).to_string(), expect);
}

#[test]
fn what_was_inferred_gives_way_to_a_type() {
    let mut lock = Lock::default();
    let origin = SchemaOrigin::Inferred { documents: 3.try_into().unwrap() };
    lock.insert(section("lock_page", "body", 4, &json!(true), origin));
    lock.insert(section("lock_page", "body", 1, &json!(true), origin));
    let blessed: Vec<String> = lock.bless(&registry()).iter().map(ToString::to_string).collect();
    let replaced = "lock_page.body v4: blessed, from its type; it was inferred from 3 documents";
    assert!(blessed.iter().any(|line| line == replaced), "{blessed:?}");
    // Nothing better is known of version 1.
    let first = lock.schema("lock_page", "body", SchemaVersion::new(1)).unwrap();
    assert_eq!(first.origin(), origin);
    assert_eq!(lock.drift(&registry()), []);
}

#[test]
fn what_is_not_declared_is_named_once() {
    let string = json!({ "type": "string" });
    let insert = |lock: &mut Lock, entity: &str, field: &str, version| {
        lock.insert(section(entity, field, version, &string, SchemaOrigin::Type));
    };
    let help = "\n  help: is nothing of it stored any more, or was it renamed in Rust \
        alone? delete its sections, and run `schema commit`";
    check(
        |lock| {
            insert(lock, "lock_gone", "a", 1);
            insert(lock, "lock_gone", "b", 1);
            insert(lock, "lock_page", "gone", 1);
            insert(lock, "lock_page", "gone", 2);
        },
        &[
            &format!(
                "entity `lock_gone` is in the lock, and this program does not declare it{help}"
            ),
            &format!(
                "`lock_page.gone` is in the lock, and `lock_page` has no such versioned field{help}"
            ),
        ],
    );
}

/// Versions below `min` are history. Above `max`, somebody has taken a release back.
#[test]
fn only_versions_above_max_are_drift() {
    let string = json!({ "type": "string" });
    check(
        |lock| {
            lock.insert(section("lock_note", "document", 1, &string, SchemaOrigin::Type));
            lock.insert(section("lock_note", "document", 5, &string, SchemaOrigin::Type));
        },
        &["version 5 of `lock_note.document` is in the lock, and `max` is 4\n  \
            help: raise `max` to 5 again: documents of that version may be stored\n        \
            was version 5 never released? delete its section"],
    );
}

#[test]
fn a_type_that_lost_its_schema_is_drift() {
    check(
        |lock| {
            let string = json!({ "type": "string" });
            lock.insert(section("lock_bare", "other", 3, &string, SchemaOrigin::Type));
        },
        &["`lock_bare.other` is in the lock, and its type no longer implements `JsonSchema`\n  \
            help: derive `schemars::JsonSchema` for the type again"],
    );
}

#[test]
fn what_is_written_by_hand_is_sealed_by_blessing() {
    let text =
        format!("{}\n[lock_page.body v1] written\n{{ \"type\": [\"string\"] }}\n", blessed());
    let mut lock = Lock::parse(&text).unwrap();
    let drifts = lock.drift(&registry());
    assert_eq!(
        drifts.iter().map(Drift::summary).collect::<Vec<_>>(),
        ["version 1 of `lock_page.body` was written by hand and is not sealed"]
    );
    let sealed: Vec<String> = lock.bless(&registry()).iter().map(ToString::to_string).collect();
    assert_eq!(sealed, ["lock_page.body v1: sealed, as written"]);
    let read = Lock::parse(&lock.to_string()).unwrap();
    assert_eq!(read, lock);
    assert_eq!(read.drift(&registry()), []);
}
