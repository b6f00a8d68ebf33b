//! At which versions documents are stored: every supported version of every field, mixed.
//!
//! Layer: testkit. Invariant: a mixture is one that the chains accept: what a chain reads as context is not stored newer
//! than the chain asks for.

use std::{collections::BTreeMap, fmt};

use versioned_core::{Declaration, SchemaVersion, VersionedAttribute};

/// What the version member of a document says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stored {
    At(SchemaVersion),
    /// There is none, which stands for this version.
    Absent(SchemaVersion),
}

impl Stored {
    pub(super) fn version(self) -> SchemaVersion {
        match self {
            Self::At(version) | Self::Absent(version) => version,
        }
    }
}

/// At which versions a document is stored, by the key of the version member.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Versions(BTreeMap<&'static str, Stored>);

impl Versions {
    /// The version of a field.
    pub(super) fn of(&self, attribute: &VersionedAttribute) -> SchemaVersion {
        self.0.get(attribute.version_key).map_or(attribute.max, |stored| stored.version())
    }

    pub(super) fn stored(&self, version_key: &str) -> Stored {
        let nothing = Stored::At(SchemaVersion::new(0));
        self.0.get(version_key).copied().unwrap_or(nothing)
    }

    /// Whether the chains find what they read as context.
    fn is_possible(&self, declaration: &'static Declaration) -> bool {
        let stale = declaration.versioned.iter().filter(|it| self.of(it) < it.max);
        let mut asked = stale.flat_map(|attribute| attribute.context);
        asked.all(|entry| match (entry.version, declaration.attribute(entry.field)) {
            (Some(version), Some(sibling)) => self.of(sibling) <= version,
            _ => true,
        })
    }
}

impl fmt::Display for Versions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (key, stored)) in self.0.iter().enumerate() {
            let comma = if index > 0 { ", " } else { "" };
            match stored {
                Stored::At(version) => write!(formatter, "{comma}{key} {version}")?,
                Stored::Absent(version) => {
                    write!(formatter, "{comma}no {key}, which stands for {version}")?;
                }
            }
        }
        Ok(())
    }
}

/// What a document may be stored at, by the key of the version member.
pub(super) type Choices = BTreeMap<&'static str, Vec<Stored>>;

/// The mixtures that are tried, each of the choices at least once where that is possible.
///
/// The first are the oldest and the latest versions of all fields.
pub(super) fn mixtures(declaration: &'static Declaration, choices: &Choices) -> Vec<Versions> {
    if choices.is_empty() || choices.values().any(Vec::is_empty) {
        return Vec::new();
    }
    let mut found: Vec<Versions> = Vec::new();
    let mut add = |versions: Versions| {
        let is_new = versions.is_possible(declaration) && !found.contains(&versions);
        if is_new {
            found.push(versions);
        }
    };
    let longest = choices.values().map(Vec::len).max().unwrap_or(0);
    // The last choice is the latest version, so both ends are met by all fields together.
    add(pick(choices, |_, _| 0));
    add(pick(choices, |_, count| count - 1));
    for round in 0..longest {
        add(pick(choices, |index, count| (round + index) % count));
        add(pick(choices, |index, count| (round * (index + 2)) % count));
    }
    // What could not be met by the above, beside siblings that are all old or all new.
    for (key, of_key) in choices {
        for (wanted, stored) in of_key.iter().enumerate() {
            if found.iter().any(|versions| versions.0.get(key) == Some(stored)) {
                continue;
            }
            let beside = |other: fn(usize) -> usize| {
                let mut versions = pick(choices, |_, count| other(count));
                versions.0.insert(*key, of_key[wanted]);
                Some(versions).filter(|versions| versions.is_possible(declaration))
            };
            found.extend(beside(|count| count - 1).or_else(|| beside(|_| 0)));
        }
    }
    found
}

fn pick(choices: &Choices, index: impl Fn(usize, usize) -> usize) -> Versions {
    let picked = choices.iter().enumerate().map(|(place, (key, of_key))| {
        let index = index(place, of_key.len());
        (*key, of_key[index])
    });
    Versions(picked.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choices() -> Choices {
        let of = |versions: std::ops::RangeInclusive<u32>| {
            versions.map(|version| Stored::At(SchemaVersion::new(version))).collect()
        };
        Choices::from([("a", of(1..=4)), ("b", of(7..=8)), ("c", of(1..=3))])
    }

    #[test]
    fn every_version_is_met_and_versions_are_mixed() {
        static NOTHING: Declaration =
            Declaration { entity: "it", type_name: "It", versioned: &[], others: &[] };
        let found = mixtures(&NOTHING, &choices());
        assert_eq!(found[0].to_string(), "a 1, b 7, c 1");
        assert_eq!(found[1].to_string(), "a 4, b 8, c 3");
        for (key, of_key) in choices() {
            for stored in of_key {
                assert!(found.iter().any(|versions| versions.0[key] == stored), "{key} {stored:?}");
            }
        }
        assert!(found.len() <= 10, "{found:?}");
        assert_eq!(mixtures(&NOTHING, &Choices::from([("a", Vec::new())])), []);
    }
}
