use std::cell::Cell;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};
use versioned_core::BaseVersionedDomainObject;

use super::{run, run_alone};

/// Counts how often it is read and written, so that a bridge that is no move shows.
#[derive(Debug, PartialEq)]
pub(crate) struct Counted(Vec<u32>);

thread_local! {
    static READS_AND_WRITES: Cell<(u32, u32)> = const { Cell::new((0, 0)) };
}

impl Serialize for Counted {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        READS_AND_WRITES.with(|counts| counts.set((counts.get().0, counts.get().1 + 1)));
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Counted {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        READS_AND_WRITES.with(|counts| counts.set((counts.get().0 + 1, counts.get().1)));
        Vec::deserialize(deserializer).map(Self)
    }
}

#[derive(Deserialize, BaseVersionedDomainObject)]
pub(crate) struct Typed {
    #[versioned(version_field = "version", min = 1, max = 5)]
    pub(crate) numbers: Counted,
    pub(crate) version: u32,
}

impl Typed {
    fn _convert_numbers_v1_to_v2(mut numbers: Counted) -> Counted {
        numbers.0.push(2);
        numbers
    }

    fn _convert_numbers_v2_to_v3(mut numbers: Counted) -> Counted {
        numbers.0.push(3);
        numbers
    }

    fn _convert_numbers_v3_to_v4(mut numbers: Counted) -> Counted {
        numbers.0.push(4);
        numbers
    }

    fn _convert_numbers_v4_to_v5(mut numbers: Counted) -> Counted {
        numbers.0.push(5);
        numbers
    }
}

/// Every pair of ends.
#[test]
fn a_chain_runs_from_any_version_to_any_later_one() {
    for from in 1..5 {
        for to in from + 1..=5 {
            let output = run::<Typed>("numbers", "[0]", (from, to)).unwrap();
            let expect: Vec<u32> = std::iter::once(0).chain(from + 1..=to).collect();
            assert_eq!(output.json, json!(expect).to_string(), "{from} to {to}");
            assert!(output.side_outputs.is_empty());
        }
    }
}

#[test]
fn typed_steps_pass_their_value_by_move() {
    READS_AND_WRITES.set((0, 0));
    run_alone::<Typed>("numbers", "[0]", (1, 5), &[]).unwrap();
    assert_eq!(READS_AND_WRITES.get(), (1, 1));
    let object: Typed = serde_json::from_str(r#"{"numbers": [1], "version": 5}"#).unwrap();
    assert_eq!((object.numbers, object.version), (Counted(vec![1]), 5));
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Card {
    title: String,
}

#[derive(Deserialize, BaseVersionedDomainObject)]
pub(crate) struct Mixed {
    #[versioned(version_field = "version", min = 1, max = 5, each)]
    pub(crate) cards: Vec<Card>,
    pub(crate) version: u32,
}

impl Mixed {
    fn _convert_cards_v1_to_v2(card: Value) -> Value {
        json!({ "title": card })
    }

    fn _convert_cards_v2_to_v3(mut card: Card) -> Card {
        card.title.push('!');
        card
    }

    fn _convert_cards_v3_to_v4(mut card: Value) -> Value {
        card["title"] = json!([card["title"].take()]);
        card
    }

    fn _convert_cards_v4_to_v5(card: Value) -> Result<Card, std::fmt::Error> {
        let title = card["title"][0].as_str().ok_or(std::fmt::Error)?;
        Ok(Card { title: title.to_uppercase() })
    }
}

#[test]
fn documents_and_typed_values_follow_each_other() {
    let check = |json: &str, versions: (u32, u32), expect: &str| {
        assert_eq!(run::<Mixed>("cards", json, versions).unwrap().json, expect);
    };
    check(r#""a""#, (1, 2), r#"{"title":"a"}"#);
    check(r#""a""#, (1, 5), r#"{"title":"A!"}"#);
    check(r#"{"title": "a"}"#, (2, 4), r#"{"title":["a!"]}"#);
    check(r#"{"title": "a"}"#, (3, 5), r#"{"title":"A"}"#);
    let object: Mixed = serde_json::from_str(r#"{"cards": [], "version": 5}"#).unwrap();
    assert_eq!((object.cards.len(), object.version), (0, 5));
}

#[derive(Serialize, Deserialize, BaseVersionedDomainObject)]
#[versioned(document, version_field = "version", min = 1, max = 3)]
pub(crate) struct Whole {
    pub(crate) version: u32,
    pub(crate) title: String,
}

impl Whole {
    fn _convert_document_v1_to_v2(mut document: Value) -> Value {
        document["title"] = document["name"].take();
        document
    }

    fn _convert_document_v2_to_v3(mut document: Self) -> Self {
        document.title.push('.');
        document
    }
}

#[test]
fn a_whole_document_has_one_chain() {
    let output = run::<Whole>("document", r#"{"version": 1, "name": "a"}"#, (1, 3)).unwrap();
    assert_eq!(output.json, r#"{"version":1,"title":"a."}"#);
}

#[derive(Deserialize, BaseVersionedDomainObject)]
pub(crate) struct Sharing {
    #[versioned(version_field = "version", chain = Typed, min = 2)]
    pub(crate) numbers: Counted,
    #[versioned(version_field = "version", chain = Typed::numbers, min = 2)]
    pub(crate) more: Counted,
    pub(crate) version: u32,
}

#[test]
fn a_shared_chain_gives_what_its_owner_gives() {
    let owner = run::<Typed>("numbers", "[0]", (2, 5)).unwrap();
    assert_eq!(run::<Sharing>("numbers", "[0]", (2, 5)).unwrap(), owner);
    assert_eq!(run::<Sharing>("more", "[0]", (2, 5)).unwrap(), owner);
    let object: Sharing = serde_json::from_str(r#"{"numbers":[],"more":[],"version":5}"#).unwrap();
    assert_eq!((object.numbers, object.version), (object.more, 5));
    assert_eq!(Sharing::NUMBERS_MIN_SCHEMA_VERSION.get(), 2);
    assert_eq!(Sharing::MORE_MAX_SCHEMA_VERSION.get(), 5);
}
