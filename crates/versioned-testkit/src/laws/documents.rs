//! Stored documents by schema, with what is fetched for them.
//!
//! Layer: testkit. Invariant: a document depends on the seed, the entity kind and the versions alone, so that one that
//! breaks a law does so again.

use std::{fmt, sync::Arc};

use proptest::{
    strategy::{SBoxedStrategy, Strategy, ValueTree},
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::Value;
use versioned_core::{
    SchemaVersion, VersionedAttribute,
    document::{Member, MemberValue},
};

use super::versions::Versions;
use crate::strategies::{SchemaStrategy, SchemaValueTree};

/// A stored document, and what is fetched for its conversions.
#[derive(Debug, Clone)]
pub(super) struct Sample {
    pub(super) document: Value,
    pub(super) text: String,
    /// Names and JSON texts.
    pub(super) fetched: Vec<(&'static str, String)>,
    pub(super) versions: Arc<Versions>,
    /// Another document at the same versions.
    pub(super) other: Arc<Value>,
}

impl Sample {
    pub(super) fn fetched(&self) -> Vec<Member<'_>> {
        let fetched = self.fetched.iter();
        fetched.map(|(key, json)| Member { key, value: MemberValue::Json(json) }).collect()
    }

    /// The version of a field.
    pub(super) fn version(&self, attribute: &VersionedAttribute) -> SchemaVersion {
        self.versions.of(attribute)
    }
}

/// Where a fetched value comes from.
#[derive(Clone)]
pub(super) enum Source {
    Drawn(SBoxedStrategy<Value>),
    /// Made of the document.
    Made(Arc<dyn Fn(&Value) -> Value + Send + Sync>),
}

impl fmt::Debug for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Drawn(_) => "Drawn",
            Self::Made(_) => "Made",
        })
    }
}

/// How documents at some versions are made.
#[derive(Debug)]
pub(super) struct Recipe {
    pub(super) versions: Arc<Versions>,
    pub(super) documents: SchemaStrategy,
    pub(super) fetched: Vec<(&'static str, Source)>,
}

impl Recipe {
    /// A document and the simpler ones; `None` where none was found in a few tries.
    pub(super) fn draw(&self, seed: u64) -> Option<Drawn> {
        let mut runner = runner(seed);
        let document = self.documents.new_tree(&mut runner).ok()?;
        let mut fetched = Vec::new();
        for (name, source) in &self.fetched {
            let part = match source {
                Source::Drawn(strategy) => {
                    Part::Drawn(Box::new(strategy.new_tree(&mut runner).ok()?))
                }
                Source::Made(make) => Part::Made(Arc::clone(make)),
            };
            fetched.push((*name, part));
        }
        let versions = Arc::clone(&self.versions);
        Some(Drawn { document, fetched, versions, other: Arc::new(Value::Null), part: 0 })
    }
}

fn runner(seed: u64) -> TestRunner {
    let mut bytes = [0; 32];
    for (index, chunk) in bytes.chunks_exact_mut(8).enumerate() {
        let salt = 0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(index as u64);
        chunk.copy_from_slice(&(seed ^ salt).to_le_bytes());
    }
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let config = Config { failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, rng)
}

enum Part {
    Drawn(Box<dyn ValueTree<Value = Value>>),
    Made(Arc<dyn Fn(&Value) -> Value + Send + Sync>),
}

/// A document that may become simpler: first itself, then what was fetched for it.
pub(super) struct Drawn {
    document: SchemaValueTree,
    fetched: Vec<(&'static str, Part)>,
    versions: Arc<Versions>,
    pub(super) other: Arc<Value>,
    /// 0 while the document becomes simpler.
    part: usize,
}

impl Drawn {
    pub(super) fn sample(&self) -> Sample {
        let document = self.document.current();
        let fetched = self.fetched.iter().map(|(name, part)| {
            let value = match part {
                Part::Drawn(tree) => tree.current(),
                Part::Made(make) => make(&document),
            };
            (*name, value.to_string())
        });
        Sample {
            text: document.to_string(),
            fetched: fetched.collect(),
            versions: Arc::clone(&self.versions),
            other: Arc::clone(&self.other),
            document,
        }
    }

    /// Something simpler, once what is shown is known to fail; false if there is nothing left.
    pub(super) fn simplify(&mut self) -> bool {
        if self.part == 0 {
            if self.document.simplify() {
                return true;
            }
            self.part = 1;
        }
        self.simplify_fetched()
    }

    /// Something else, once what is shown is known to pass; false if there is nothing left.
    pub(super) fn complicate(&mut self) -> bool {
        if self.part == 0 {
            if self.document.complicate() {
                return true;
            }
            self.part = 1;
            return self.simplify_fetched();
        }
        let shown = self.fetched.get_mut(self.part - 1);
        if let Some((_, Part::Drawn(tree))) = shown
            && tree.complicate()
        {
            return true;
        }
        self.part += 1;
        self.simplify_fetched()
    }

    fn simplify_fetched(&mut self) -> bool {
        while let Some((_, part)) = self.fetched.get_mut(self.part - 1) {
            if let Part::Drawn(tree) = part
                && tree.simplify()
            {
                return true;
            }
            self.part += 1;
        }
        false
    }
}
