#![deny(warnings)]

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use versioned_core::{BaseVersionedDomainObject, ConversionError, LazyValue, lazy};

type Outcome<'a> = Result<LazyValue<'a>, ConversionError>;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Card {
    pub front: String,
}

/// Beside `Value` and structs, with context and side outputs.
#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Deck {
    #[versioned(
        version_field = "version", min = 1, max = 12, context(title),
        side_output(step = 1, field = count),
        side_output(step = 2, field = count),
        side_output(step = 2, field = notes)
    )]
    pub cards: Vec<Card>,
    pub version: u32,
    pub title: String,
    pub count: usize,
    #[versioned(unversioned)]
    pub notes: Vec<Value>,
}

impl Deck {
    fn _convert_cards_v1_to_v2(
        cards: LazyValue<'_>,
    ) -> Result<(LazyValue<'_>, usize), ConversionError> {
        let count = cards.try_elements()?.count();
        Ok((cards, count))
    }

    fn _convert_cards_v2_to_v3(cards: LazyValue<'_>) -> (LazyValue<'_>, (usize, Vec<Value>)) {
        let count = cards.len() + 1;
        (cards, (count, vec![count.into()]))
    }

    fn _convert_cards_v3_to_v4<'a>(
        mut cards: LazyValue<'a>,
        context: &DeckCardsContext<'_>,
    ) -> Outcome<'a> {
        cards.try_list_mut()?.push(lazy!({"front": context.title.to_owned()}));
        Ok(cards)
    }

    // The lifetimes that the compiler proposes where none is written.
    fn _convert_cards_v4_to_v5<'a>(
        mut cards: LazyValue<'a>,
        context: &'a DeckCardsContext<'a>,
    ) -> LazyValue<'a> {
        if let Some(card) = cards.at_mut(0) {
            card.insert("front", context.title);
        }
        cards
    }

    fn _convert_cards_v5_to_v6(cards: LazyValue) -> LazyValue {
        cards
    }

    // To a `Value` and back, where a step starts and where a step ends.
    fn _convert_cards_v6_to_v7(cards: LazyValue<'_>) -> Result<Value, ConversionError> {
        cards.to_value()
    }

    fn _convert_cards_v7_to_v8(cards: Value) -> LazyValue<'static> {
        cards.into()
    }

    fn _convert_cards_v8_to_v9(cards: Value) -> Value {
        cards
    }

    // To structs and back.
    fn _convert_cards_v9_to_v10(cards: LazyValue<'_>) -> Result<Vec<Card>, ConversionError> {
        cards.parse()
    }

    fn _convert_cards_v10_to_v11(cards: LazyValue<'_>) -> Outcome<'_> {
        Ok(cards)
    }

    const fn _convert_cards_v11_to_v12(cards: Vec<Card>) -> Vec<Card> {
        cards
    }
}

/// One element at a time; the chain is shared below.
#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Lesson {
    #[versioned(version_field = "version", min = 1, max = 3, each, context(language))]
    pub states: BTreeMap<String, Card>,
    pub version: u32,
    pub language: String,
}

impl Lesson {
    fn _convert_states_v1_to_v2(mut state: LazyValue<'_>) -> Outcome<'_> {
        state.try_object_mut()?.rename("text", "front");
        Ok(state)
    }

    fn _convert_states_v2_to_v3<'a>(
        mut state: LazyValue<'a>,
        context: &LessonStatesContext<'_>,
    ) -> LazyValue<'a> {
        state.insert("language", context.language.to_owned());
        state
    }
}

/// The chain ends in a document, so the type here may be another one.
#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Question {
    #[versioned(version_field = "version", chain = Lesson::states, min = 2, context(language))]
    pub state: BTreeMap<String, String>,
    pub version: u32,
    pub language: String,
}

/// The whole document.
#[derive(Deserialize, BaseVersionedDomainObject)]
#[versioned(document, version_field = "version", min = 1, max = 2)]
pub struct Export {
    pub version: u32,
    pub title: String,
}

impl Export {
    fn _convert_document_v1_to_v2(mut document: LazyValue<'_>) -> Outcome<'_> {
        document.try_object_mut()?.rename("name", "title");
        Ok(document)
    }
}

fn main() {
    let stored = r#"{"cards":[{"front":"a"}],"version":1,"title":"T","count":0,"notes":[]}"#;
    let deck = Deck::migrate_to_latest_schema_versions(stored).unwrap().to_object().unwrap();
    let card = || Card { front: "T".to_owned() };
    assert_eq!((deck.cards, deck.version), (vec![card(), card()], 12));
    assert_eq!((deck.count, deck.notes), (2, vec![2.into()]));

    let stored = r#"{"states":{"s":{"text":"a\u0062"}},"version":1,"language":"en"}"#;
    let lesson = Lesson::migrate_to_latest_schema_versions(stored).unwrap();
    assert!(lesson.document().contains(r#"{"s":{"front":"a\u0062","language":"en"}}"#));

    let stored = r#"{"state":{"front":"a"},"version":2,"language":"en"}"#;
    let question = Question::migrate_to_latest_schema_versions(stored).unwrap();
    assert_eq!(question.to_object().unwrap().state["language"], "en");

    let export = Export::migrate_to_latest_schema_versions(r#"{"version":1,"name":"a"}"#).unwrap();
    assert_eq!(export.to_object().unwrap().title, "a");
}
