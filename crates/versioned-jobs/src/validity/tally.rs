//! What the checks of a run found, in numbers.
//!
//! Invariant: its size is bounded, whatever the table holds.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde::{Serialize, Serializer, ser::SerializeStruct};
use versioned_core::{EntityId, SchemaVersion};

use super::{ValueOrigin, ValueProblem};
use crate::{Align, TextTable, error::count_of};

/// Distinct findings that a run keeps.
const FINDINGS_MAX: usize = 1000;

/// A problem that values of a field have at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ValueFinding {
    /// Rust name of the field.
    pub field: &'static str,
    /// The version of the values.
    pub version: SchemaVersion,
    /// Whether they are stored so, or made so by a conversion.
    pub origin: ValueOrigin,
    /// Where, and what.
    pub problem: ValueProblem,
    /// In how many entities.
    pub entities: u64,
    /// The first of them, in the order of keys.
    pub first: EntityId,
}

/// As JSON: `field`, `version`, `origin`, `path`, `problem`, `entities`, `first`.
impl Serialize for ValueFinding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut finding = serializer.serialize_struct("ValueFinding", 7)?;
        finding.serialize_field("field", self.field)?;
        finding.serialize_field("version", &self.version)?;
        finding.serialize_field("origin", self.origin.as_str())?;
        finding.serialize_field("path", &self.problem.path)?;
        finding.serialize_field("problem", &self.problem.problem)?;
        finding.serialize_field("entities", &self.entities)?;
        finding.serialize_field("first", self.first.as_str())?;
        finding.end()
    }
}

/// Values that could not be checked, since nothing is known of their version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct UncheckedCount {
    /// Rust name of the field.
    pub field: &'static str,
    /// The version of the values.
    pub version: SchemaVersion,
    /// How many.
    pub values: u64,
}

type Key = (&'static str, SchemaVersion, ValueOrigin, ValueProblem);

/// What an audit found that checks values.
///
/// As text: two tables, of findings and of what could not be checked. As JSON: `values_checked`, `findings`,
/// `findings_not_kept`, `unchecked`.
#[derive(Debug, Clone, Default)]
pub struct Validity {
    checked: u64,
    unchecked: BTreeMap<(&'static str, SchemaVersion), u64>,
    found: BTreeMap<Key, (u64, EntityId)>,
    not_kept: u64,
}

impl Validity {
    pub(crate) fn add_unchecked(&mut self, field: &'static str, version: SchemaVersion) {
        *self.unchecked.entry((field, version)).or_default() += 1;
    }

    /// Counts a value of an entity that was checked; a problem that it has at several places with one path counts once.
    pub(crate) fn add_checked(
        &mut self,
        (field, version, origin): (&'static str, SchemaVersion, ValueOrigin),
        problems: Vec<ValueProblem>,
        id: impl Fn() -> EntityId,
    ) {
        self.checked += 1;
        let distinct: BTreeSet<ValueProblem> = problems.into_iter().collect();
        for problem in distinct {
            self.add_finding((field, version, origin, problem), 1, &id);
        }
    }

    /// Adds what a later batch found.
    pub(crate) fn append(&mut self, later: Self) {
        self.checked += later.checked;
        self.not_kept += later.not_kept;
        for (place, values) in later.unchecked {
            *self.unchecked.entry(place).or_default() += values;
        }
        for (key, (entities, first)) in later.found {
            self.add_finding(key, entities, || first.clone());
        }
    }

    fn add_finding(&mut self, key: Key, entities: u64, first: impl Fn() -> EntityId) {
        if let Some((known, _)) = self.found.get_mut(&key) {
            *known += entities;
        } else if self.found.len() < FINDINGS_MAX {
            self.found.insert(key, (entities, first()));
        } else {
            self.not_kept += entities;
        }
    }

    /// How many values were checked, stored and converted ones.
    #[must_use]
    pub fn values_checked(&self) -> u64 {
        self.checked
    }

    /// What is wrong, by field, version and path; at most 1,000 of them are kept.
    #[must_use]
    pub fn findings(&self) -> impl ExactSizeIterator<Item = ValueFinding> {
        self.found.iter().map(|((field, version, origin, problem), (entities, first))| {
            let (problem, first) = (problem.clone(), first.clone());
            let (version, origin, entities) = (*version, *origin, *entities);
            ValueFinding { field, version, origin, problem, entities, first }
        })
    }

    /// How many more problems of entities there are, at paths that are not among the [`findings`](Self::findings).
    #[must_use]
    pub fn findings_not_kept(&self) -> u64 {
        self.not_kept
    }

    /// The values of which nothing is known at their version.
    #[must_use]
    pub fn unchecked(&self) -> impl ExactSizeIterator<Item = UncheckedCount> {
        self.unchecked.iter().map(|((field, version), values)| UncheckedCount {
            field,
            version: *version,
            values: *values,
        })
    }
}

impl Serialize for Validity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut validity = serializer.serialize_struct("Validity", 4)?;
        validity.serialize_field("values_checked", &self.checked)?;
        validity.serialize_field("findings", &self.findings().collect::<Vec<_>>())?;
        validity.serialize_field("findings_not_kept", &self.not_kept)?;
        validity.serialize_field("unchecked", &self.unchecked().collect::<Vec<_>>())?;
        validity.end()
    }
}

impl fmt::Display for Validity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "  {} checked", count_of(self.checked, "value"))?;
        if self.found.is_empty() {
            writeln!(formatter, ", nothing wrong")?;
        } else {
            writeln!(formatter)?;
            let columns = [
                ("field", Align::Left),
                ("version", Align::Right),
                ("value", Align::Left),
                ("path", Align::Left),
                ("problem", Align::Left),
                ("rows", Align::Right),
                ("first", Align::Left),
            ];
            let mut table = TextTable::new(&columns).indent(2);
            for finding in self.findings() {
                let ValueFinding { field, version, origin, problem, entities, first } = finding;
                let ValueProblem { path, problem } = problem;
                let path = if path.is_empty() { "(the whole value)".to_owned() } else { path };
                let (version, rows) = (version.to_string(), entities.to_string());
                let origin = origin.as_str().to_owned();
                let first = first.as_str().to_owned();
                table.row([field.to_owned(), version, origin, path, problem, rows, first]);
            }
            write!(formatter, "\n{table}")?;
        }
        if self.not_kept > 0 {
            writeln!(formatter, "  and {} more, at other paths", self.not_kept)?;
        }
        for UncheckedCount { field, version, values } in self.unchecked() {
            let values = count_of(values, "value");
            writeln!(
                formatter,
                "  not checked: {values} of `{field}` at version {version}, which has no schema"
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: (&str, SchemaVersion, ValueOrigin) =
        ("states", SchemaVersion::new(3), ValueOrigin::Stored);

    #[test]
    fn a_problem_that_an_entity_has_twice_at_a_path_counts_once() {
        let mut validity = Validity::default();
        let problem = || ValueProblem::new("/*/a", "is no string");
        validity.add_checked(AT, vec![problem(), problem()], || EntityId::new("a"));
        validity.add_checked(AT, vec![problem()], || EntityId::new("b"));
        let found: Vec<_> = validity.findings().collect();
        assert_eq!((found.len(), found[0].entities, found[0].first.as_str()), (1, 2, "a"));
        assert_eq!(validity.values_checked(), 2);
    }

    /// Without a bound, a table of which every row is wrong in its own way would fill the memory.
    #[test]
    fn findings_are_bounded_and_what_is_not_kept_is_counted() {
        let mut validity = Validity::default();
        for batch in 0..3 {
            let mut of_batch = Validity::default();
            for number in 0..FINDINGS_MAX {
                let problem = ValueProblem::new(format!("/{batch}/{number}"), "is wrong");
                of_batch.add_checked(AT, vec![problem], || EntityId::new("a"));
            }
            validity.append(of_batch);
        }
        assert_eq!(validity.findings().len(), FINDINGS_MAX);
        assert_eq!(validity.findings_not_kept(), 2 * FINDINGS_MAX as u64);
    }

    #[test]
    fn the_text_names_field_version_path_and_the_first_entity() {
        let mut validity = Validity::default();
        let problem = ValueProblem::new("/*/a", "is no string");
        validity.add_checked(AT, vec![problem], || EntityId::new("e1"));
        validity.add_unchecked("states", SchemaVersion::new(1));
        let expect = "  1 value checked

  field   version  value   path  problem       rows  first
  states        3  stored  /*/a  is no string     1  e1
  not checked: 1 value of `states` at version 1, which has no schema
";
        assert_eq!(validity.to_string(), expect);
        assert_eq!(Validity::default().to_string(), "  0 values checked, nothing wrong\n");
    }

    #[test]
    fn long_texts_are_cut_at_a_character() {
        let problem = ValueProblem::new("ä".repeat(500), "b");
        assert_eq!(problem.path.len(), ValueProblem::TEXT_BYTES_MAX);
    }
}
