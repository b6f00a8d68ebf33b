//! The laws of one entity kind: what is given for it, its documents, and the search for a small counterexample.
//!
//! Layer: testkit. Invariant: documents are made once and serve all laws; a document depends on nothing but its seed.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{Arc, OnceLock},
};

use proptest::strategy::Strategy;
use serde_json::Value;
use versioned_core::{BaseVersionedDomainObject, EntityKind, Registry, SchemaVersion};

use super::{
    coverage::Coverage,
    documents::{Recipe, Sample, Source},
    law::Law,
    prepare::{Prepared, Stock},
    rules,
    schemas::Schemas,
    violation::{Counterexample, Violation},
};

/// Documents for each mixture of versions, unless `VERSIONED_LAWS_CASES` says otherwise.
const CASES: usize = 12;
/// Simpler documents that are tried for one counterexample.
const TRIES_MAX: usize = 4_000;
/// Counterexamples of one law that are looked for: one for each step.
const SHOWN_MAX: usize = 6;

type Condition = Arc<dyn Fn(&Value) -> bool + Send + Sync>;

/// The laws of one entity kind, on generated documents of every supported version.
///
/// # Examples
///
/// ```
/// use serde::{Deserialize, Serialize};
/// use serde_json::json;
/// use versioned_core::{BaseVersionedDomainObject, LazyValue, lazy};
/// use versioned_testkit::laws::{Law, Laws};
///
/// #[derive(Serialize, Deserialize, schemars::JsonSchema, BaseVersionedDomainObject)]
/// struct Note {
///     #[versioned(version_field = "version", min = 1, max = 2)]
///     lines: Vec<String>,
///     version: u32,
/// }
///
/// impl Note {
///     fn _convert_lines_v1_to_v2(line: LazyValue<'_>) -> LazyValue<'_> {
///         lazy!([line])
///     }
/// }
///
/// let laws = Laws::for_entity::<Note>().schema("lines", 1, json!({"type": "string"}));
/// assert_eq!(laws.check(Law::Upgrades), []);
/// laws.assert_all();
/// assert_eq!(laws.coverage().versions(), (2, 2));
/// ```
pub struct Laws {
    pub(super) kind: EntityKind,
    pub(super) schemas: Schemas,
    pub(super) fetched: BTreeMap<String, Source>,
    pub(super) keeps_bytes: BTreeSet<String>,
    pub(super) valid_if: Option<Condition>,
    pub(super) cases: usize,
    pub(super) seed: u64,
    prepared: OnceLock<Prepared>,
}

impl Laws {
    /// The laws of a domain object, with what the schema of its type says; `VERSIONED_LAWS_CASES` and `VERSIONED_LAWS_SEED` are taken
    /// from the environment.
    #[must_use]
    pub fn for_entity<D: BaseVersionedDomainObject>() -> Self {
        let schemas = Schemas::of_registry(&Registry::collect());
        Self::for_kind(EntityKind::of::<D>(), schemas)
    }

    /// The laws of an entity kind whose type is not named.
    #[must_use]
    pub fn for_kind(kind: EntityKind, schemas: Schemas) -> Self {
        Self {
            kind,
            schemas,
            fetched: BTreeMap::new(),
            keeps_bytes: BTreeSet::new(),
            valid_if: None,
            cases: from_environment("VERSIONED_LAWS_CASES").unwrap_or(CASES),
            seed: from_environment("VERSIONED_LAWS_SEED").unwrap_or(0),
            prepared: OnceLock::new(),
        }
    }

    /// Name of the entity kind.
    #[must_use]
    pub fn entity(&self) -> &'static str {
        self.kind.declaration().entity
    }

    /// The JSON Schema of a field at a version; one that is known already is replaced.
    #[must_use]
    pub fn schema(mut self, field: &str, version: u32, schema: Value) -> Self {
        self.schemas.insert(self.entity(), field, SchemaVersion::new(version), schema);
        self
    }

    /// The JSON Schema of the whole object at the latest versions, for a type without `JsonSchema`.
    #[must_use]
    pub fn object_schema(mut self, schema: Value) -> Self {
        self.schemas.insert_object(self.kind.declaration(), schema);
        self
    }

    /// What is fetched under a name. Values of plain types (numbers, texts, lists, options and maps of them) need not be given.
    #[must_use]
    pub fn fetched<S>(mut self, name: &str, strategy: S) -> Self
    where
        S: Strategy<Value = Value> + Send + Sync + 'static,
    {
        self.fetched.insert(name.to_owned(), Source::Drawn(strategy.sboxed()));
        self
    }

    /// What is fetched under a name, made of the document that it is fetched for.
    #[must_use]
    pub fn fetched_for(
        mut self,
        name: &str,
        make: impl Fn(&Value) -> Value + Send + Sync + 'static,
    ) -> Self {
        self.fetched.insert(name.to_owned(), Source::Made(Arc::new(make)));
        self
    }

    /// What is true of every stored document, beyond what a schema can say; other documents are not looked at.
    #[must_use]
    pub fn valid_if(mut self, condition: impl Fn(&Value) -> bool + Send + Sync + 'static) -> Self {
        self.valid_if = Some(Arc::new(condition));
        self
    }

    /// Says that the chain of a field leaves the bytes of what it does not touch, at any depth, as chains on `LazyValue` do.
    #[must_use]
    pub fn keeps_bytes(mut self, field: &str) -> Self {
        self.keeps_bytes.insert(field.to_owned());
        self
    }

    /// How many documents there are for each mixture of versions.
    #[must_use]
    pub fn cases(self, cases: usize) -> Self {
        Self { cases, ..self }
    }

    /// Other documents; the same seed makes the same ones.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// What the documents cover, and what not and why.
    pub fn coverage(&self) -> &Coverage {
        &self.prepared().coverage
    }

    /// Checks one law on all documents: a small counterexample for each step that breaks it, at most six; none if it holds.
    pub fn check(&self, law: Law) -> Vec<Counterexample> {
        let prepared = self.prepared();
        let mut found: Vec<Counterexample> = Vec::new();
        let wild: &[Stock] = if law == Law::ErrorsNotPanics { &prepared.wild } else { &[] };
        for stock in prepared.stocks.iter().chain(wild) {
            for (number, one) in stock.samples.iter().enumerate() {
                let Err(violation) = rules::check(law, &prepared.subject, &one.sample) else {
                    continue;
                };
                if found.iter().any(|known| known.violation.is_like(&violation)) {
                    continue;
                }
                let (violation, sample, simplified) =
                    self.simplest(law, &stock.recipe, (one.seed, &one.sample), violation);
                let mut counterexample = self.told(law, violation, &sample);
                counterexample.number = number + 1;
                counterexample.documents = stock.samples.len();
                counterexample.simplified = simplified;
                found.push(counterexample);
                if found.len() >= SHOWN_MAX {
                    return found;
                }
            }
        }
        found
    }

    /// Stops a test with what breaks the law.
    ///
    /// # Panics
    ///
    /// The law is broken.
    pub fn assert(&self, law: Law) {
        let found = self.check(law);
        assert!(found.is_empty(), "{}", report(&found, &[self.coverage()]));
    }

    /// Stops a test with what breaks any of the laws.
    ///
    /// # Panics
    ///
    /// A law is broken.
    pub fn assert_all(&self) {
        let found: Vec<Counterexample> =
            Law::ALL.into_iter().flat_map(|law| self.check(law)).collect();
        assert!(found.is_empty(), "{}", report(&found, &[self.coverage()]));
    }

    pub(super) fn prepared(&self) -> &Prepared {
        self.prepared.get_or_init(|| Prepared::new(self))
    }

    pub(super) fn told(&self, law: Law, violation: Violation, sample: &Sample) -> Counterexample {
        Counterexample {
            law,
            entity: self.entity(),
            violation,
            document: sample.text.clone(),
            fetched: sample.fetched.clone(),
            versions: sample.versions.to_string(),
            number: 0,
            documents: 0,
            simplified: 0,
            seed: self.seed,
        }
    }

    /// The simplest document that breaks the law in the same step of the same field.
    fn simplest(
        &self,
        law: Law,
        recipe: &Recipe,
        (seed, sample): (u64, &Sample),
        violation: Violation,
    ) -> (Violation, Sample, usize) {
        let mut best = (violation, sample.clone(), 0);
        let Some(mut drawn) = recipe.draw(seed) else { return best };
        drawn.other = Arc::clone(&sample.other);
        let mut has_next = drawn.simplify();
        for _ in 0..TRIES_MAX {
            if !has_next {
                break;
            }
            let simpler = drawn.sample();
            let is_valid =
                self.valid_if.as_ref().is_none_or(|is_valid| is_valid(&simpler.document));
            let broken = if is_valid {
                rules::check(law, &self.prepared().subject, &simpler).err()
            } else {
                None
            };
            has_next = match broken.filter(|broken| broken.is_like(&best.0)) {
                Some(violation) => {
                    best = (violation, simpler, best.2 + 1);
                    drawn.simplify()
                }
                None => drawn.complicate(),
            };
        }
        best
    }
}

impl fmt::Debug for Laws {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cases, seed, .. } = self;
        let mut shown = formatter.debug_struct("Laws");
        shown.field("entity", &self.entity()).field("cases", cases).field("seed", seed);
        shown.finish_non_exhaustive()
    }
}

/// All counterexamples, and what was not covered.
pub(super) fn report(found: &[Counterexample], coverage: &[&Coverage]) -> String {
    let mut text = match found.len() {
        1 => "a law is broken:".to_owned(),
        count => format!("laws are broken in {count} ways:"),
    };
    for counterexample in found {
        text.push_str(&format!("\n\n{counterexample}"));
    }
    text.push_str("\n\ncovered:");
    for coverage in coverage {
        text.push_str(&format!("\n{coverage}"));
    }
    text
}

fn from_environment<T: std::str::FromStr>(name: &str) -> Option<T> {
    let text = std::env::var(name).ok()?;
    let Ok(number) = text.parse() else { panic!("`{name}` is `{text}`, not a number") };
    Some(number)
}
