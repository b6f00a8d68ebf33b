//! Chains of several fields and steps, and of whole documents.

use std::cell::Cell;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use versioned_core::{
    BaseVersionedDomainObject, Declaration, LazyValue, OtherAttribute, OtherKind,
    VersionedAttribute,
};

use super::check_told;
use crate::laws::{Law, Laws};

#[derive(Debug, Serialize, Deserialize)]
struct LineV2 {
    text: String,
    // Lost where a document is stored at version 2.
    #[serde(skip)]
    length: usize,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, BaseVersionedDomainObject)]
#[versioned(entity = "poem")]
struct Poem {
    #[versioned(version_field = "version", min = 1, max = 3)]
    lines: Vec<usize>,
    version: u32,
}

impl Poem {
    fn _convert_lines_v1_to_v2(lines: Vec<String>) -> Vec<LineV2> {
        let with_length = |text: String| LineV2 { length: text.len(), text };
        lines.into_iter().map(with_length).collect()
    }

    fn _convert_lines_v2_to_v3(lines: Vec<LineV2>) -> Vec<usize> {
        lines.into_iter().map(|line| line.length + line.text.len()).collect()
    }
}

#[test]
fn a_step_that_knows_more_than_what_is_stored_is_found() {
    let texts = json!({"type": "array", "items": {"type": "string"}});
    let lines = json!({"type": "array", "items": {"type": "object",
        "properties": {"text": {"type": "string"}}, "required": ["text"]}});
    let laws = Laws::for_entity::<Poem>().schema("lines", 1, texts).schema("lines", 2, lines);
    check_told(
        &laws,
        Law::StepwiseIsDirect,
        &[
            "`poem.lines`, v1 to v3, at /0: stored at v2 on the way, it becomes something else than at once",
            "law: step by step is all at once",
            "stored: version 1",
            "document: {\"lines\":[\"a\"],\"version\":1}",
            "at once: 2",
            "by the way: 1",
            "stored on the way: {\"lines\":[{\"text\":\"a\"}],\"version\":2}",
            "what to do: let the step depend on nothing but its input and its context: not on how the value came to it, on what another step did before, nor on side outputs",
            "document 1 of 12, made simpler 4 times; VERSIONED_LAWS_SEED=0 makes the same ones",
        ],
    );
}

thread_local! {
    static ASIDE: Cell<usize> = const { Cell::new(0) };
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, BaseVersionedDomainObject)]
#[versioned(entity = "letter")]
struct Letter {
    #[versioned(version_field = "head_version", min = 1, max = 2)]
    head: String,
    head_version: u32,
    #[versioned(version_field = "body_version", min = 1, max = 2)]
    body: Vec<usize>,
    body_version: u32,
}

impl Letter {
    fn _convert_head_v1_to_v2(head: String) -> String {
        ASIDE.set(head.len());
        head
    }

    fn _convert_body_v1_to_v2(_: Value) -> Vec<usize> {
        vec![ASIDE.get()]
    }
}

#[test]
fn a_chain_that_reads_a_sibling_by_a_way_of_its_own_is_found() {
    let text = json!({"type": "string"});
    let laws = Laws::for_entity::<Letter>().schema("head", 1, text).schema(
        "body",
        1,
        json!({"const": []}),
    );
    check_told(
        &laws,
        Law::ContextIsDeclared,
        &[
            "`letter.body`, at /0: it becomes something else where only head changes",
            "law: context that is used is declared",
            "stored: body_version 1, head_version 1",
            "document: {\"body\":[],\"body_version\":1,\"head\":\"\",\"head_version\":1}",
            "becomes: 0",
            "beside others: 9",
            "with others: {\"body\":[],\"body_version\":1,\"head\":\"y b\\n\\\\90x-\",\"head_version\":1}",
            "what to do: declare the sibling with `context(..)`, or what is not in the document with `context(fetched(..))`, and read it from the context",
            "document 1 of 12, made simpler 0 times; VERSIONED_LAWS_SEED=0 makes the same ones",
        ],
    );
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, BaseVersionedDomainObject)]
#[versioned(document, entity = "bundle", version_field = "version", min = 1, max = 3)]
struct Export {
    version: u32,
    parts: Vec<String>,
}

impl Export {
    fn _convert_document_v1_to_v2(mut document: LazyValue<'_>) -> LazyValue<'_> {
        if let Some(members) = document.as_object_mut()
            && let Some(sections) = members.remove("sections")
        {
            members.insert("parts", sections);
        }
        document
    }

    fn _convert_document_v2_to_v3(document: LazyValue<'_>) -> LazyValue<'_> {
        document
    }
}

fn export_laws() -> Laws {
    let of = |member: &str, version: u32| {
        json!({"type": "object", "required": [member], "properties": {
            member: {"type": "array", "items": {"type": "string"}},
            "version": {"const": version},
        }})
    };
    Laws::for_entity::<Export>()
        .schema("document", 1, of("sections", 1))
        .schema("document", 2, json!({"$ref": "#/$defs/d", "$defs": {"d": of("parts", 2)}}))
        .keeps_bytes("document")
}

#[test]
fn a_right_chain_of_whole_documents_keeps_every_law() {
    let laws = export_laws();
    laws.assert_all();
    assert_eq!(laws.coverage().versions(), (3, 3), "{}", laws.coverage());
    let export: Export = serde_json::from_value(json!({"version": 3, "parts": ["a"]})).unwrap();
    assert_eq!((export.version, export.parts.len()), (3, 1));
}

/// A declaration by hand, in which two chains of other lengths share a version member.
#[derive(Debug, Deserialize)]
struct Twins {
    #[serde(flatten)]
    _letter: Value,
}

impl BaseVersionedDomainObject for Twins {
    fn schema_versioned_attributes() -> &'static Declaration {
        use std::sync::OnceLock;
        static DECLARATION: OnceLock<Declaration> = OnceLock::new();
        DECLARATION.get_or_init(|| {
            let letter = Letter::schema_versioned_attributes();
            let head = VersionedAttribute { version_key: "version", ..letter.versioned[0] };
            let lines = VersionedAttribute {
                version_key: "version",
                ..Poem::schema_versioned_attributes().versioned[0]
            };
            let versioned = Box::leak(Box::new([head, lines]));
            let others =
                &[OtherAttribute { field: "version", key: "version", kind: OtherKind::Version }];
            Declaration { entity: "twins", versioned, others, type_name: "Twins" }
        })
    }
}

#[test]
fn a_document_that_does_not_stay_upgraded_is_found() {
    let text = json!({"type": "string"});
    let texts = json!({"type": "array", "items": text});
    let object = json!({"type": "object", "properties": {"head": text, "version": {"const": 2},
        "lines": {"type": "array", "items": {"type": "integer"}}}, "required": ["head", "lines"]});
    let laws = Laws::for_entity::<Twins>()
        .object_schema(object)
        .schema("head", 1, text)
        .schema("lines", 1, texts);
    assert_eq!(laws.check(Law::Upgrades), []);
    check_told(
        &laws,
        Law::TwiceIsOnce,
        &[
            "`twins.head`: what was upgraded is refused: `twins.head` is at version 3, newer than the latest known version 2",
            "law: upgrading twice is upgrading once",
            "stored: version 1",
            "document: {\"head\":\"\",\"lines\":[],\"version\":1}",
            "upgraded: {\"head\":\"\",\"lines\":[],\"version\":3}",
            "what to do: let every chain end at the version that its version member is set to, and set no member of another chain",
            "document 1 of 12, made simpler 1 times; VERSIONED_LAWS_SEED=0 makes the same ones",
        ],
    );
}
