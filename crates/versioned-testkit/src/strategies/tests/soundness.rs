//! Whether another validator takes every document, and whether every keyword was reached.
//!
//! `VERSIONED_LAWS_DOCUMENTS` is the number of documents for each schema by hand and of a type; by default these tests take
//! seconds. Each prints a line of figures.

use std::{collections::BTreeSet, fs, path::Path};

use proptest::{
    strategy::{Strategy as _, ValueTree as _},
    test_runner::TestRunner,
};
use serde_json::{Value, json};
use versioned_core::lock::Lock;

use super::{cases, schemas, types};
use crate::strategies::{SUPPORTED_KEYWORDS, SchemaError, SchemaStrategy};

const DOCUMENTS: &str = "VERSIONED_LAWS_DOCUMENTS";
/// Steps of shrinking that are validated for one document.
const SHRUNK_MAX: usize = 40;
/// Invalid documents that are shown.
const SHOWN_MAX: usize = 3;

/// What was found in one group of schemas.
#[derive(Debug, Default)]
struct Figures {
    schemas: usize,
    /// Schemas for which no document was found; only schemas at random may contradict themselves.
    without_document: usize,
    /// Optional parts for which no value was found.
    never_made: usize,
    generated: usize,
    shrunk: usize,
    distinct: usize,
    invalid: usize,
    reached: BTreeSet<&'static str>,
}

impl Figures {
    fn validate(&mut self, schema: &Value, documents: usize) -> Result<(), SchemaError> {
        let strategy = SchemaStrategy::new(schema)?;
        let validator = jsonschema::options()
            .with_draft(jsonschema::Draft::Draft202012)
            .should_validate_formats(true)
            .build(schema)
            .unwrap();
        let mut runner = TestRunner::deterministic();
        let mut seen = BTreeSet::new();
        self.schemas += 1;
        self.never_made += strategy.parts_never_made().len();
        for index in 0..documents {
            let Ok(mut tree) = strategy.new_tree(&mut runner) else { continue };
            let document = tree.current();
            self.reached.extend(strategy.keywords_reached(&document));
            self.generated += 1;
            self.check(&validator, schema, &document);
            seen.insert(document.to_string());
            // Every fourth: as if all simpler documents failed, and every other of them.
            for step in 0..if index % 4 == 0 { SHRUNK_MAX } else { 0 } {
                let has_next = if step % 3 == 2 { tree.complicate() } else { tree.simplify() };
                if has_next {
                    self.shrunk += 1;
                    self.check(&validator, schema, &tree.current());
                }
            }
        }
        self.distinct += seen.len();
        Ok(())
    }

    fn check(&mut self, validator: &jsonschema::Validator, schema: &Value, document: &Value) {
        if let Err(error) = validator.validate(document) {
            self.invalid += 1;
            if self.invalid <= SHOWN_MAX {
                println!("invalid: {error}\n  schema: {schema}\n  document: {document}");
            }
        }
    }

    fn print(&self, group: &str) {
        let unreached: Vec<&&str> =
            SUPPORTED_KEYWORDS.iter().filter(|keyword| !self.reached.contains(**keyword)).collect();
        let line = json!({
            "group": group,
            "schemas": self.schemas,
            "without_document": self.without_document,
            "parts_never_made": self.never_made,
            "documents": self.generated,
            "distinct": self.distinct,
            "shrunk": self.shrunk,
            "invalid": self.invalid,
            "keywords_reached": self.reached.len(),
            "keywords_supported": SUPPORTED_KEYWORDS.len(),
            "keywords_unreached": unreached,
        });
        println!("{line}");
    }
}

/// The number that is asked for, or this one.
fn documents(otherwise: usize) -> usize {
    std::env::var(DOCUMENTS).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

// A strategy that makes invalid documents would blame correct conversions.
#[test]
fn documents_of_schemas_by_hand_are_valid_and_reach_every_keyword() {
    let mut figures = Figures::default();
    for (name, schema) in cases::cases() {
        let found = figures.validate(&schema, documents(60));
        found.unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    figures.print("by hand");
    assert!(figures.schemas >= 40, "{}", figures.schemas);
    assert_eq!(figures.generated, documents(60) * figures.schemas);
    assert_eq!((figures.invalid, figures.never_made), (0, 0));
    let unreached: Vec<_> =
        SUPPORTED_KEYWORDS.iter().filter(|it| !figures.reached.contains(**it)).collect();
    assert!(unreached.is_empty(), "{unreached:?}");
}

#[test]
fn documents_of_types_are_valid() {
    let mut figures = Figures::default();
    for case in types::cases() {
        let found = figures.validate(&case.schema, documents(40));
        found.unwrap_or_else(|error| panic!("{}: {error}", case.name));
    }
    figures.print("types");
    assert_eq!(figures.generated, documents(40) * figures.schemas);
    assert_eq!((figures.invalid, figures.never_made), (0, 0));
}

#[test]
fn documents_of_schemas_at_random_are_valid() {
    let mut figures = Figures::default();
    let mut runner = TestRunner::deterministic();
    let schemas = schemas::schemas();
    for _ in 0..documents(150) {
        let schema = schemas.new_tree(&mut runner).unwrap().current();
        match figures.validate(&schema, 8) {
            Ok(()) => {}
            Err(SchemaError::NoDocument { .. }) => figures.without_document += 1,
            Err(error) => panic!("{error}: {schema}"),
        }
    }
    figures.print("at random");
    assert_eq!(figures.invalid, 0);
    // Most schemas must be good for something, or nothing was shown.
    assert!(figures.schemas > 4 * figures.without_document, "{figures:?}");
}

/// Locks as applications have them: every version of every field, what was inferred included.
#[test]
fn documents_of_schemas_of_examples_are_valid() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let mut locks: Vec<_> = fs::read_dir(examples)
        .unwrap()
        .map(|example| example.unwrap().path().join("versioned.lock"))
        .filter(|lock| lock.exists())
        .collect();
    locks.sort();
    let mut figures = Figures::default();
    for path in &locks {
        let lock = Lock::parse(&fs::read_to_string(path).unwrap()).unwrap();
        for section in lock.schemas() {
            let found = figures.validate(section.schema(), documents(40));
            let place = (section.entity(), section.field(), section.version());
            found.unwrap_or_else(|error| panic!("{place:?}: {error}"));
        }
    }
    figures.print("examples");
    assert!(figures.schemas >= 30, "{locks:?}");
    assert_eq!(figures.generated, documents(40) * figures.schemas);
    assert_eq!((figures.invalid, figures.never_made), (0, 0));
}

// Laws begin with a value of the type; a document that it refuses is a finding about the schema, not about a conversion.
#[test]
fn types_read_the_documents_of_their_schemas() {
    // These schemas say less than their types: of names that two flattened parts share, and of numbers as keys of a map, for
    // which `schemars` writes a pattern without bounds.
    let looser = ["flattened", "library", "libraries"];
    for case in types::cases().into_iter().filter(|case| !looser.contains(&case.name)) {
        let strategy = SchemaStrategy::new(&case.schema).unwrap();
        let mut runner = TestRunner::deterministic();
        for _ in 0..40 {
            let document = strategy.new_tree(&mut runner).unwrap().current();
            let read = (case.read)(document.clone());
            assert!(read.is_ok(), "{}: {read:?}\n{document}\n{}", case.name, case.schema);
        }
    }
}
