//! Reading stored versions.

use super::{Members, TextMembers};
use crate::{
    Declaration, MigrationError, SchemaVersion,
    document::{MemberValue, StoredDocument},
};

/// The version that a stored document has for a field.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredVersion {
    /// Rust name of the field; `document` where the whole document has one version.
    pub field: &'static str,
    /// Key of the member that holds the version.
    pub version_key: &'static str,
    /// What was found there.
    pub found: FoundVersion,
}

/// What stands where a version should be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum FoundVersion {
    /// No member, or SQL `NULL`.
    Missing,
    /// Something else than an integer from 0 to `u32::MAX`; cut after 40 characters.
    Malformed(Box<str>),
    /// A version, known to this program or not.
    Number(SchemaVersion),
}

impl FoundVersion {
    /// Reads the value of a version column or version member.
    #[must_use]
    pub fn of(value: MemberValue<'_>) -> Self {
        read(value)
    }
}

/// The stored version of every versioned field, in order of declaration; no conversion runs.
///
/// # Errors
///
/// [`MigrationError::Unreadable`] if the text is no JSON object, [`MigrationError::DuplicateMember`] if a declared
/// member stands in it twice.
pub fn stored_versions<'a>(
    declaration: &'static Declaration,
    document: impl Into<StoredDocument<'a>>,
) -> Result<Vec<StoredVersion>, MigrationError> {
    let document = document.into();
    let text = document.text(declaration)?;
    let members = TextMembers::scan(declaration, text, &document.limits)?;
    let versions = declaration.versioned.iter().map(|attribute| StoredVersion {
        field: attribute.field,
        version_key: attribute.version_key,
        found: read(members.member(attribute.version_key)),
    });
    Ok(versions.collect())
}

pub(super) fn read(value: MemberValue<'_>) -> FoundVersion {
    let malformed = |text: &str| FoundVersion::Malformed(text.chars().take(40).collect());
    match value {
        MemberValue::Null => FoundVersion::Missing,
        MemberValue::Integer(number) => match SchemaVersion::try_from(number) {
            Ok(version) => FoundVersion::Number(version),
            Err(_) => malformed(&number.to_string()),
        },
        MemberValue::Json(json) => match integer(json) {
            Some(number) => FoundVersion::Number(SchemaVersion::new(number)),
            None => malformed(json),
        },
        MemberValue::Boolean(value) => malformed(if value { "true" } else { "false" }),
        MemberValue::Real(number) => malformed(&number.to_string()),
        MemberValue::Text(text) => malformed(&format!("'{text}'")),
    }
}

/// The integer that a JSON text holds, written as such: not 41.0, 4.1e1, "41" or -0.
fn integer(json: &str) -> Option<u32> {
    if json.bytes().all(|byte| byte.is_ascii_digit()) { json.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_integer_is_a_version() {
        let number = |number| FoundVersion::Number(SchemaVersion::new(number));
        assert_eq!(read(MemberValue::Json("0")), number(0));
        assert_eq!(read(MemberValue::Json("4294967295")), number(u32::MAX));
        assert_eq!(read(MemberValue::Integer(41)), number(41));
        assert_eq!(read(MemberValue::Null), FoundVersion::Missing);
        for json in ["41.0", "4.1e1", "\"41\"", "-0", "-1", "4294967296", "null", "true", "[41]"] {
            assert_eq!(read(MemberValue::Json(json)), FoundVersion::Malformed(json.into()));
        }
        assert_eq!(read(MemberValue::Integer(-1)), FoundVersion::Malformed("-1".into()));
        assert_eq!(read(MemberValue::Text("41")), FoundVersion::Malformed("'41'".into()));
    }
}
