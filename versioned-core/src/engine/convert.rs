//! Running one chain on a value that the caller holds.

use std::ops::RangeInclusive;

use super::{chains::Chains, members::ColumnMembers};
use crate::{
    Declaration, FieldPlace, MigrationError, MigrationOptions, SchemaVersion, VersionedAttribute,
    chain::Part,
    document::{ConvertedField, Member, MemberWrite, WriteValue},
    json::Limits,
};

impl Declaration {
    /// Runs the chain of one versioned field on the JSON text of a value, from one version to another.
    ///
    /// `siblings` are the members that the chain reads as context, under their JSON keys, and the version members of
    /// versioned ones; values that are fetched before stand among them under their names. Side outputs are left out of the
    /// result. Meant for tests of single steps, and for values that lie outside of stored documents.
    ///
    /// # Errors
    ///
    /// As for a migration; [`MigrationError::TooOld`] and [`MigrationError::TooNew`] if `from` or `to` is outside of
    /// the declared range. `from > to` is [`MigrationError::TooNew`] too: no chain goes down.
    ///
    /// # Panics
    ///
    /// If the declaration has no versioned field of that Rust name.
    pub fn convert(
        &'static self,
        field: &str,
        json: &str,
        versions: RangeInclusive<SchemaVersion>,
        siblings: &[Member<'_>],
    ) -> Result<String, MigrationError> {
        self.convert_field(field, json, versions, siblings).map(|converted| converted.json)
    }

    /// The same with the side outputs of the steps that ran.
    ///
    /// # Errors
    ///
    /// As for [`convert`](Self::convert).
    ///
    /// # Panics
    ///
    /// If the declaration has no versioned field of that Rust name.
    pub fn convert_field(
        &'static self,
        field: &str,
        json: &str,
        versions: RangeInclusive<SchemaVersion>,
        siblings: &[Member<'_>],
    ) -> Result<ConvertedField, MigrationError> {
        let attribute = self.attribute(field);
        let Some(attribute) = attribute else {
            panic!("`{}` has no versioned field `{field}`", self.entity)
        };
        let (from, to) = versions.into_inner();
        let place = || FieldPlace::field(self.entity, attribute.field);
        if from < attribute.min {
            return Err(MigrationError::TooOld { place: place(), found: from, min: attribute.min });
        }
        let max = to.min(attribute.max);
        if from > max || to > max {
            return Err(MigrationError::TooNew { place: place(), found: from.max(to), max });
        }
        if from == to {
            return Ok(ConvertedField { json: json.to_owned(), side_outputs: Vec::new() });
        }
        let options = MigrationOptions::new().with_fetched(siblings);
        let chains = Chains {
            declaration: self,
            members: &ColumnMembers(siblings),
            limits: &Limits::DEFAULT,
            options: &options,
        };
        let output = chains.run(attribute, Part::new(json), (from, to), None)?;
        let side_outputs = output.side_outputs.into_iter().filter_map(|side_output| {
            let mut declared = attribute.side_outputs.iter();
            let target = declared.find(|target| target.field == side_output.field)?;
            Some(MemberWrite { key: target.key, value: WriteValue::Json(side_output.json) })
        });
        Ok(ConvertedField { json: output.json, side_outputs: side_outputs.collect() })
    }

    /// The versioned field with this Rust name.
    #[must_use]
    pub fn attribute(&'static self, field: &str) -> Option<&'static VersionedAttribute> {
        self.versioned.iter().find(|attribute| attribute.field == field)
    }
}
