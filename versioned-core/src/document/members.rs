//! The column layout: every field lies in a column of its own.

use std::borrow::Cow;

use crate::{
    FieldPlace, Loss, MigrationError, SchemaVersion, document::FieldChange, engine::json_text,
};

/// One column that was read, under the JSON key of its field.
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct Member<'a> {
    /// The JSON key, as serde names the field.
    pub key: &'a str,
    /// What the column holds.
    pub value: MemberValue<'a>,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum MemberValue<'a> {
    /// SQL `NULL`: the member is absent.
    Null,
    /// A truth value.
    Boolean(bool),
    /// An integer.
    Integer(i64),
    /// A floating-point number; one that JSON cannot write is an error where it is read.
    Real(f64),
    /// A text that is itself the value.
    Text(&'a str),
    /// The JSON text of the value.
    Json(&'a str),
}

/// What a migration changes in the columns of an entity.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct MigratedMembers {
    /// The fields that were stale, in order of declaration; empty if the entity was current.
    pub changes: Vec<FieldChange>,
    /// What to write: fields, side outputs and versions; every key at most once.
    pub writes: Vec<MemberWrite>,
    /// Rust names of the siblings that steps have set, each once.
    pub side_outputs: Vec<&'static str>,
    /// What each declared loss of the steps that ran has dropped, by field and step; empty unless
    /// [`with_counted_losses`](crate::MigrationOptions::with_counted_losses) was asked for.
    pub losses: Vec<Loss>,
}

/// What a part of a chain makes of one value.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConvertedField {
    /// JSON text of the value.
    pub json: String,
    /// The siblings that steps have set.
    pub side_outputs: Vec<MemberWrite>,
}

/// A member that a migration sets.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MemberWrite {
    /// The JSON key of the field.
    pub key: &'static str,
    /// The new value.
    pub value: WriteValue,
}

impl MemberWrite {
    /// The member as it is read once it is written.
    #[must_use]
    pub fn as_member(&self) -> Member<'_> {
        let value = match &self.value {
            WriteValue::Version(version) => MemberValue::Integer(version.get().into()),
            WriteValue::Json(json) => MemberValue::Json(json),
        };
        Member { key: self.key, value }
    }
}

/// A new value of a member.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WriteValue {
    /// A schema version.
    Version(SchemaVersion),
    /// JSON text.
    Json(String),
}

impl WriteValue {
    fn to_json(&self) -> Cow<'_, str> {
        match self {
            Self::Version(version) => Cow::Owned(version.to_string()),
            Self::Json(json) => Cow::Borrowed(json),
        }
    }
}

/// Puts an entity together from its columns: the JSON text from which its typed object deserialises.
///
/// A write takes the place of the column of the same key, or comes after the columns; a `NULL` column is left out.
///
/// # Errors
///
/// [`MigrationError::Unreadable`] for a [`MemberValue::Real`] that JSON cannot write.
///
/// # Examples
///
/// ```
/// use versioned_core::document::{Member, MemberValue, assemble};
///
/// let members = [
///     Member { key: "id", value: MemberValue::Text("exp 1") },
///     Member { key: "states", value: MemberValue::Json("{}") },
///     Member { key: "deleted_by", value: MemberValue::Null },
/// ];
/// assert_eq!(assemble("exploration", &members, &[])?, r#"{"id":"exp 1","states":{}}"#);
/// # Ok::<(), versioned_core::MigrationError>(())
/// ```
pub fn assemble(
    entity: &'static str,
    members: &[Member<'_>],
    writes: &[MemberWrite],
) -> Result<String, MigrationError> {
    let mut document = String::from("{");
    let mut push = |key: &str, json: &str| {
        if document.len() > 1 {
            document.push(',');
        }
        document.push_str(&serde_json::Value::from(key).to_string());
        document.push(':');
        document.push_str(json);
    };
    for member in members {
        if let Some(write) = writes.iter().find(|write| write.key == member.key) {
            push(write.key, &write.value.to_json());
            continue;
        }
        match json_text(member.value) {
            Ok(Some(json)) => push(member.key, &json),
            Ok(None) => {}
            Err(source) => {
                let place = FieldPlace::document(entity);
                return Err(MigrationError::Unreadable { place, source });
            }
        }
    }
    for write in writes {
        if members.iter().all(|member| member.key != write.key) {
            push(write.key, &write.value.to_json());
        }
    }
    document.push('}');
    Ok(document)
}
