//! Steps on `LazyValue`, alone and beside steps on other types.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use versioned_core::{BaseVersionedDomainObject, ConversionError, LazyValue, SchemaVersion};

use super::run_beside;

#[derive(Debug, Deserialize, BaseVersionedDomainObject)]
#[expect(dead_code, reason = "the chain is run, the object is not made")]
struct Deck {
    title: String,
    #[versioned(version_field = "cards_schema_version", min = 1, max = 7, context(title))]
    cards: Vec<Card>,
    cards_schema_version: SchemaVersion,
}

#[derive(Debug, Serialize, Deserialize)]
struct Card {
    front: String,
    #[serde(default)]
    seen: u32,
}

impl Deck {
    fn _convert_cards_v1_to_v2(mut cards: LazyValue<'_>) -> Result<LazyValue<'_>, ConversionError> {
        for card in cards.try_elements_mut()? {
            card.try_object_mut()?.rename("question", "front");
        }
        Ok(cards)
    }

    fn _convert_cards_v2_to_v3<'a>(
        mut cards: LazyValue<'a>,
        context: &DeckCardsContext<'_>,
    ) -> LazyValue<'a> {
        for card in cards.elements_mut() {
            card.insert("deck", context.title.to_owned());
        }
        cards
    }

    // To a `Value` and back.
    fn _convert_cards_v3_to_v4(mut cards: Value) -> Value {
        cards[0]["seen"] = 1.into();
        cards
    }

    fn _convert_cards_v4_to_v5(cards: LazyValue<'_>) -> LazyValue<'_> {
        cards
    }

    // To structs and back.
    fn _convert_cards_v5_to_v6(cards: Vec<Card>) -> Vec<Card> {
        cards
    }

    fn _convert_cards_v6_to_v7(cards: LazyValue<'_>) -> Result<LazyValue<'_>, ConversionError> {
        if cards.is_empty() { Err(ConversionError::new("no cards")) } else { Ok(cards) }
    }
}

#[test]
fn lazy_steps_leave_what_they_do_not_touch_byte_for_byte() {
    let stored = r#"[ {"question" : "a\u0062", "note": {"x": 1.0, "x": [ ]}} ]"#;
    let output = run_beside::<Deck>("cards", stored, (1, 3), &[("title", "\"T\"")]).unwrap();
    let expect = r#"[{"front":"a\u0062","note":{"x": 1.0, "x": [ ]},"deck":"T"}]"#;
    assert_eq!(output.json, expect);
}

#[test]
fn lazy_values_and_structs_follow_each_other() {
    let context = [("title", "\"T\"")];
    let output = run_beside::<Deck>("cards", r#"[{"front": "a"}]"#, (3, 7), &context).unwrap();
    assert_eq!(output.json, r#"[{"front":"a","seen":1}]"#);
    let output = run_beside::<Deck>("cards", r#"[{"question":"a","b":2}]"#, (1, 7), &context);
    assert_eq!(output.unwrap().json, r#"[{"front":"a","seen":1}]"#);
    let output = run_beside::<Deck>("cards", r#"[{"front":"a","seen":5}]"#, (6, 7), &context);
    assert_eq!(output.unwrap().json, r#"[{"front":"a","seen":5}]"#);
}

#[test]
fn what_the_next_type_cannot_hold_is_an_error_of_the_step_that_takes_it() {
    let context = [("title", "\"T\"")];
    let number = r#"[{"front":"a","seen":123456789012345678901234567890}]"#;
    let error = run_beside::<Deck>("cards", number, (2, 4), &context).unwrap_err();
    assert_eq!(error.step, SchemaVersion::new(3));
    assert_eq!(error.source.pointer().unwrap().as_str(), "/0/seen");
    let error = run_beside::<Deck>("cards", r#"[{"front":5}]"#, (4, 6), &context).unwrap_err();
    assert_eq!(error.step, SchemaVersion::new(5));
    assert_eq!(error.source.pointer().unwrap().as_str(), "/0/front");
    let error = run_beside::<Deck>("cards", "[1, }", (1, 2), &context).unwrap_err();
    assert_eq!(error.source.to_string(), "unexpected character at byte 4");
}

#[test]
fn the_engine_gives_pointers_into_the_stored_field() {
    let stored = r#"{"title":"T","cards_schema_version":1,"cards":[{}, {"a/b": 1}, 7]}"#;
    let error = Deck::migrate_to_latest_schema_versions(stored).unwrap_err();
    assert_eq!(error.pointer().unwrap().as_str(), "/2");
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(cause, "expected an object, found a number");
}
