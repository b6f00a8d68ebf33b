//! The checks of one row: its stored values, and what each step makes of them.

use std::panic::{AssertUnwindSafe, catch_unwind};

use versioned_core::{
    ConversionError, Declaration, LazyValue, SchemaVersion, Scope, VersionedAttribute,
    document::{FoundVersion, Member, MemberValue},
};
use versioned_store::{EntityTable, Row, TableLayout};

use super::{CheckedValue, Validity, ValueCheck, ValueOrigin};
use crate::convert::{read_document, read_members};

/// Checks the values of a row. What cannot be read or converted is left to the conversion of the row, which reports it.
pub(crate) fn check_row(
    check: &dyn ValueCheck,
    table: &EntityTable,
    row: &Row,
    fetched: &[Member<'_>],
    validity: &mut Validity,
) {
    let declaration = table.declaration();
    if table.layout() != TableLayout::Document {
        if let Ok(members) = read_members(table, row) {
            let values = Values { declaration, members: &members, document: None, fetched };
            values.check(check, row, validity);
        }
        return;
    }
    let document = read_document(table, row).ok().and_then(|bytes| str::from_utf8(bytes).ok());
    let Some(document) = document else { return };
    let Some(parts) = members_of(document) else { return };
    let members: Vec<Member<'_>> =
        parts.iter().map(|(key, json)| Member { key, value: MemberValue::Json(json) }).collect();
    let values = Values { declaration, members: &members, document: Some(document), fetched };
    values.check(check, row, validity);
}

/// The members of a document as JSON texts; `None` if it cannot be read.
fn members_of(document: &str) -> Option<Vec<(String, String)>> {
    let mut found = Vec::new();
    let read = LazyValue::convert_str(document, |value| {
        let members = value.as_ref().members();
        found.extend(members.map(|(key, value)| (key.into_owned(), value.to_json())));
        Ok::<_, ConversionError>(value)
    });
    read.ok().map(|_| found)
}

/// The values of one row.
struct Values<'a> {
    declaration: &'static Declaration,
    members: &'a [Member<'a>],
    document: Option<&'a str>,
    fetched: &'a [Member<'a>],
}

impl Values<'_> {
    fn check(&self, check: &dyn ValueCheck, row: &Row, validity: &mut Validity) {
        for attribute in self.declaration.versioned {
            let (Some(json), Some(version)) = (self.json(attribute), self.version(attribute))
            else {
                continue;
            };
            self.show_field(attribute, (json, version), &mut |version, origin, json| {
                let (entity, field) = (self.declaration.entity, attribute.field);
                match check.check(&CheckedValue { entity, field, version, json }) {
                    None => validity.add_unchecked(field, version),
                    Some(problems) => {
                        let id = || row.key.to_entity_id();
                        validity.add_checked((field, version, origin), problems, id);
                    }
                }
            });
        }
    }

    /// Shows the stored value and, step by step, what the chain makes of it.
    fn show_field(
        &self,
        attribute: &'static VersionedAttribute,
        (json, version): (&str, SchemaVersion),
        show: &mut impl FnMut(SchemaVersion, ValueOrigin, &str),
    ) {
        show(version, ValueOrigin::Stored, json);
        let siblings: Vec<Member<'_>> = self.members.iter().chain(self.fetched).copied().collect();
        let mut value = json.to_owned();
        for from in version.get()..attribute.max.get() {
            let (from, to) = (SchemaVersion::new(from), SchemaVersion::new(from + 1));
            let step =
                || self.declaration.convert_field(attribute.field, &value, from..=to, &siblings);
            let Ok(Ok(converted)) = catch_unwind(AssertUnwindSafe(step)) else { return };
            value = converted.json;
            show(to, ValueOrigin::Converted, &value);
        }
    }

    fn member(&self, key: &str) -> Option<MemberValue<'_>> {
        self.members.iter().find(|member| member.key == key).map(|member| member.value)
    }

    /// `None` if there is nothing to check: the field is absent, or null where it may be.
    fn json(&self, attribute: &VersionedAttribute) -> Option<&str> {
        let json = match (attribute.scope, self.document) {
            (Scope::Document, document) => document?,
            _ => match self.member(attribute.key)? {
                MemberValue::Json(json) => json,
                _ => return None,
            },
        };
        (!(attribute.optional && json.trim_ascii() == "null")).then_some(json)
    }

    /// `None` if the conversion of the row refuses the version.
    fn version(&self, attribute: &VersionedAttribute) -> Option<SchemaVersion> {
        let stored = self.member(attribute.version_key).unwrap_or(MemberValue::Null);
        let version = match FoundVersion::of(stored) {
            FoundVersion::Number(version) => version,
            FoundVersion::Missing => attribute.missing_version?,
            _ => return None,
        };
        (attribute.min <= version && version <= attribute.max).then_some(version)
    }
}
