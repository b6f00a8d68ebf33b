//! Which documents an entity kind is checked on.
//!
//! Layer: testkit. Invariant: what is left out is told with a reason.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde_json::{Map, Value, json};
use versioned_core::{SchemaVersion, Scope};

use super::{
    coverage::{Coverage, versions_of},
    documents::{Recipe, Sample, Source},
    entity_laws::Laws,
    fetched,
    subject::Subject,
    text,
    versions::{Choices, Stored, Versions, mixtures},
};
use crate::strategies::{SchemaCheck, SchemaStrategy};

/// What the laws of one entity kind are checked on.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) subject: Subject,
    pub(super) stocks: Vec<Stock>,
    /// Documents whose fields are any JSON.
    pub(super) wild: Vec<Stock>,
    pub(super) coverage: Coverage,
}

/// Documents at one mixture of versions.
#[derive(Debug)]
pub(super) struct Stock {
    pub(super) recipe: Recipe,
    pub(super) samples: Vec<Seeded>,
}

/// A document with the seed that makes it again.
#[derive(Debug)]
pub(super) struct Seeded {
    pub(super) seed: u64,
    pub(super) sample: Sample,
}

impl Prepared {
    pub(super) fn new(laws: &Laws) -> Self {
        let declaration = laws.kind.declaration();
        let mut coverage = Coverage::of(declaration);
        let checks = checks(laws, &mut coverage);
        let fetched = sources(laws, &mut coverage);
        let object = laws.schemas.object(declaration.entity);
        let is_whole = declaration.versioned.iter().any(|it| it.scope == Scope::Document);
        if object.is_none() && !is_whole {
            let reason = "the type has no schema: derive `JsonSchema` for it";
            for attribute in declaration.versioned {
                versions_of(attribute)
                    .for_each(|version| coverage.set_uncovered(attribute.field, version, reason));
            }
        }
        let subject = Subject {
            kind: laws.kind,
            declaration,
            checks,
            object: object.and_then(|schema| SchemaCheck::new(schema).ok()),
            keeps_bytes: laws.keeps_bytes.clone(),
        };
        let mut stocks = Vec::new();
        for versions in mixtures(declaration, &choices(laws, &coverage)) {
            let Some(schema) = laws.schemas.document(declaration, &versions) else { continue };
            match SchemaStrategy::new(&schema) {
                Ok(documents) => {
                    let versions = Arc::new(versions);
                    let recipe = Recipe { versions, documents, fetched: fetched.clone() };
                    stocks.push(Stock::new(laws, recipe, laws.cases));
                }
                Err(error) => {
                    coverage
                        .unusable
                        .push(format!("no documents at {versions}: {error}; {}", error.help()));
                }
            }
        }
        coverage.mixtures = stocks.iter().filter(|stock| !stock.samples.is_empty()).count();
        coverage.documents = stocks.iter().map(|stock| stock.samples.len()).sum();
        uncover_what_was_not_made(laws, &stocks, &mut coverage);
        let wild = wild(laws, &fetched);
        Self { subject, stocks, wild, coverage }
    }

    /// All documents that are valid, numbered.
    pub(super) fn samples(&self) -> impl Iterator<Item = (usize, &Sample)> {
        self.stocks.iter().flat_map(|stock| &stock.samples).map(|one| &one.sample).enumerate()
    }
}

impl Stock {
    fn new(laws: &Laws, recipe: Recipe, cases: usize) -> Self {
        let name = format!("{} {}", laws.entity(), recipe.versions);
        let mut samples = Vec::new();
        for case in 0..cases {
            let seed = text::hash(&format!("{name} {case} {}", laws.seed));
            let Some(drawn) = recipe.draw(seed) else { continue };
            let sample = drawn.sample();
            if laws.valid_if.as_ref().is_none_or(|is_valid| is_valid(&sample.document)) {
                samples.push(Seeded { seed, sample });
            }
        }
        let documents: Vec<Arc<Value>> =
            samples.iter().map(|one| Arc::new(one.sample.document.clone())).collect();
        for (index, one) in samples.iter_mut().enumerate() {
            one.sample.other = Arc::clone(&documents[(index + 1) % documents.len()]);
        }
        Self { recipe, samples }
    }
}

fn checks(
    laws: &Laws,
    coverage: &mut Coverage,
) -> BTreeMap<(&'static str, SchemaVersion), SchemaCheck> {
    let declaration = laws.kind.declaration();
    let mut checks = BTreeMap::new();
    for attribute in declaration.versioned {
        for version in versions_of(attribute) {
            let schema = laws.schemas.field(declaration.entity, attribute.field, version);
            let reason = match schema.map(SchemaCheck::new) {
                Some(Ok(check)) => {
                    checks.insert((attribute.field, version), check);
                    continue;
                }
                Some(Err(error)) => format!("its schema cannot be used: {error}; {}", error.help()),
                None => "there is no schema of it: run `schema infer`, or let the step take a type with `JsonSchema`".to_owned(),
            };
            coverage.set_uncovered(attribute.field, version, &reason);
        }
    }
    checks
}

/// Where fetched values come from; without one, only the latest version of the field is covered.
fn sources(laws: &Laws, coverage: &mut Coverage) -> Vec<(&'static str, Source)> {
    let mut sources: Vec<(&'static str, Source)> = Vec::new();
    for attribute in laws.kind.declaration().versioned {
        for fetched in attribute.fetched {
            if sources.iter().any(|(name, _)| *name == fetched.name) {
                continue;
            }
            let by_type = || {
                let strategy = SchemaStrategy::new(&fetched::schema_of(fetched.type_name)?).ok()?;
                Some(Source::Drawn(proptest::strategy::Strategy::sboxed(strategy)))
            };
            if let Some(source) = laws.fetched.get(fetched.name).cloned().or_else(by_type) {
                sources.push((fetched.name, source));
                continue;
            }
            let reason = format!(
                "nothing is known of the fetched value `{}`: give it with `fetched(\"{}\", ..)`",
                fetched.name, fetched.name
            );
            for version in versions_of(attribute).filter(|version| *version < attribute.max) {
                coverage.set_uncovered(attribute.field, version, &reason);
            }
        }
    }
    sources
}

/// The versions at which documents can be made, by version member.
fn choices(laws: &Laws, coverage: &Coverage) -> Choices {
    let declaration = laws.kind.declaration();
    let mut choices = Choices::new();
    for attribute in declaration.versioned {
        let key = attribute.version_key;
        if choices.contains_key(key) {
            continue;
        }
        let together = || declaration.versioned.iter().filter(|other| other.version_key == key);
        let is_covered = |version: &SchemaVersion| {
            together().all(|other| coverage.is_covered(other.field, *version))
        };
        let covered = versions_of(attribute).filter(is_covered);
        let mut of_key: Vec<Stored> = covered.map(Stored::At).collect();
        let missing = attribute.missing_version.filter(is_covered);
        of_key.splice(0..0, missing.map(Stored::Absent));
        choices.insert(key, of_key);
    }
    choices
}

fn uncover_what_was_not_made(laws: &Laws, stocks: &[Stock], coverage: &mut Coverage) {
    for attribute in laws.kind.declaration().versioned {
        for version in versions_of(attribute) {
            let mut made = stocks.iter().filter(|stock| !stock.samples.is_empty());
            if !made.any(|stock| stock.recipe.versions.of(attribute) == version) {
                let reason = "no document could be made beside what is known of the other fields";
                coverage.set_uncovered(attribute.field, version, reason);
            }
        }
    }
}

/// Any JSON in every field, and in its context, at every version.
fn wild(laws: &Laws, fetched: &[(&'static str, Source)]) -> Vec<Stock> {
    let declaration = laws.kind.declaration();
    let mut all = Choices::new();
    for attribute in declaration.versioned {
        all.insert(attribute.version_key, versions_of(attribute).map(Stored::At).collect());
    }
    let mut stocks = Vec::new();
    for versions in mixtures(declaration, &all) {
        let schema = any_json(laws, &versions);
        let Ok(documents) = SchemaStrategy::new(&schema) else { continue };
        let documents = documents.with_values_max(30);
        let recipe = Recipe { versions: Arc::new(versions), documents, fetched: fetched.to_vec() };
        stocks.push(Stock::new(laws, recipe, laws.cases));
    }
    stocks
}

fn any_json(laws: &Laws, versions: &Versions) -> Value {
    let mut properties = Map::new();
    let mut required = BTreeSet::new();
    for attribute in laws.kind.declaration().versioned {
        let version = versions.of(attribute).get();
        properties.insert(attribute.version_key.to_owned(), json!({"const": version}));
        required.insert(attribute.version_key);
        let context = attribute.context.iter().map(|entry| entry.key);
        let is_field = attribute.scope != Scope::Document;
        for key in context.chain(is_field.then_some(attribute.key)) {
            properties.entry(key).or_insert(Value::Bool(true));
            required.insert(key);
        }
    }
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": true})
}
