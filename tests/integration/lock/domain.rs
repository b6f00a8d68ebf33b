//! Domain objects for the lock: each kind of chain, whose types have JSON Schemas or have none.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use versioned_core::{BaseVersionedDomainObject, LazyValue, Registry, SchemaVersion};

/// The program as it is: only these entities, whatever else the test binary declares.
pub(super) fn registry() -> Registry {
    Registry::collect().only(&["lock_page", "lock_leaf", "lock_note", "lock_bare"])
}

/// Typed steps over a whole field.
#[derive(Serialize, Deserialize, JsonSchema, BaseVersionedDomainObject)]
#[versioned(entity = "lock_page")]
struct Page {
    id: String,
    language: String,
    /// What is on the page.
    #[versioned(version_field = "body_version", min = 1, max = 4, context(language))]
    body: Body,
    body_version: SchemaVersion,
    #[versioned(version_field = "cards_version", min = 1, max = 3, each)]
    cards: BTreeMap<String, Card>,
    cards_version: SchemaVersion,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Body {
    html: String,
    tone: Option<Tone>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Tone {
    Plain,
    /// With smiles.
    Warm,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct BodyV2 {
    html: String,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Card {
    title: String,
    /// Cards below this one.
    below: Vec<Card>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct CardV2 {
    title: String,
}

impl Page {
    fn _convert_body_v1_to_v2(value: Value, _context: &PageBodyContext<'_>) -> Value {
        value
    }

    fn _convert_body_v2_to_v3(value: BodyV2) -> BodyV2 {
        value
    }

    fn _convert_body_v3_to_v4(value: Value) -> Value {
        value
    }

    fn _convert_cards_v1_to_v2(value: LazyValue<'_>) -> LazyValue<'_> {
        value
    }

    fn _convert_cards_v2_to_v3(value: CardV2) -> Card {
        Card { title: value.title, below: Vec::new() }
    }
}

/// One card, which shares its chain.
#[derive(Serialize, Deserialize, JsonSchema, BaseVersionedDomainObject)]
#[versioned(entity = "lock_leaf")]
struct Leaf {
    id: String,
    #[versioned(version_field = "card_version", chain = Page::cards)]
    card: Card,
    card_version: SchemaVersion,
}

/// One version for the whole document.
#[derive(Serialize, Deserialize, JsonSchema, BaseVersionedDomainObject)]
#[versioned(entity = "lock_note", document, version_field = "format", min = 3, max = 4)]
struct Note {
    #[versioned(unversioned)]
    text: Value,
    format: u64,
}

impl Note {
    fn _convert_document_v3_to_v4(value: LazyValue<'_>) -> LazyValue<'_> {
        value
    }
}

/// A type without a JSON Schema, with a field of a type that has one.
#[derive(Serialize, Deserialize, BaseVersionedDomainObject)]
#[versioned(entity = "lock_bare")]
struct Bare {
    id: String,
    #[versioned(version_field = "card_version", min = 3, max = 3)]
    card: Option<Card>,
    #[versioned(version_field = "card_version", min = 3, max = 3)]
    other: Hidden,
    card_version: SchemaVersion,
}

#[derive(Serialize, Deserialize)]
struct Hidden {
    it: u8,
}
