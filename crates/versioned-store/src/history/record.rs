//! What a commit says: who, when, why, and one typed command per change.
//!
//! Layer: store. Invariant: a version is an integer in JSON too, and a command that is not known word for word is refused,
//! never guessed.

use std::fmt;

use serde_json::{Map, Value, json};
use versioned_core::SchemaVersion;

/// The number of a commit of one model: 1 when it is created, one more with every commit.
///
/// It is never confused with a [`SchemaVersion`], which is the shape of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModelVersion(i64);

impl ModelVersion {
    /// The version of a model that was just created.
    pub const FIRST: Self = Self(1);

    /// The model version with this number.
    #[must_use]
    pub const fn new(number: i64) -> Self {
        Self(number)
    }

    /// The number.
    #[must_use]
    pub const fn number(self) -> i64 {
        self.0
    }

    /// The version after this one, or `None` after `i64::MAX`.
    #[must_use]
    pub const fn next(self) -> Option<Self> {
        match self.0.checked_add(1) {
            Some(number) => Some(Self(number)),
            None => None,
        }
    }
}

impl fmt::Display for ModelVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// What kind of change a commit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CommitKind {
    /// The model was created.
    Create,
    /// Somebody changed it.
    Edit,
    /// A job brought it to its latest schema versions.
    Migrate,
    /// It was put back to what it was at an earlier model version.
    Revert,
    /// It was marked as deleted.
    Delete,
}

impl CommitKind {
    const ALL: [Self; 5] = [Self::Create, Self::Edit, Self::Migrate, Self::Revert, Self::Delete];

    /// The name, as stores keep it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Edit => "edit",
            Self::Migrate => "migrate",
            Self::Revert => "revert",
            Self::Delete => "delete",
        }
    }

    /// The kind with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// A typed record of one change.
///
/// # Examples
///
/// ```
/// use versioned_core::SchemaVersion;
/// use versioned_store::CommitCommand;
///
/// let command = CommitCommand::MigrateField {
///     field: "states".to_owned(),
///     from: SchemaVersion::new(41),
///     to: SchemaVersion::new(45),
/// };
/// let text = CommitCommand::list_to_text(std::slice::from_ref(&command));
/// assert_eq!(text, r#"[{"cmd":"migrate_field","field":"states","from":41,"to":45}]"#);
/// assert_eq!(CommitCommand::list_from_text(&text), Some(vec![command]));
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum CommitCommand {
    /// The model was created: `{"cmd": "create"}`.
    Create,
    /// A field was brought to a later schema version: `{"cmd": "migrate_field", "field": .., "from": .., "to": ..}`.
    MigrateField {
        /// JSON key of the field.
        field: String,
        /// The schema version that it had.
        from: SchemaVersion,
        /// The schema version that it got.
        to: SchemaVersion,
    },
    /// The model was put back: `{"cmd": "revert_to", "model_version": ..}`.
    RevertTo {
        /// The model version whose content it got.
        model_version: ModelVersion,
    },
    /// The model was marked as deleted: `{"cmd": "delete"}`.
    Delete,
    /// A command of the application's own: `{"cmd": "application", "name": .., "parameters": ..}`.
    Application {
        /// Its name.
        name: String,
        /// What it needs to be understood; any JSON.
        parameters: Value,
    },
}

impl CommitCommand {
    /// The command as a JSON object.
    #[must_use]
    pub fn to_json(&self) -> Value {
        match self {
            Self::Create => json!({"cmd": "create"}),
            Self::Delete => json!({"cmd": "delete"}),
            Self::MigrateField { field, from, to } => {
                let (from, to) = (from.get(), to.get());
                json!({"cmd": "migrate_field", "field": field, "from": from, "to": to})
            }
            Self::RevertTo { model_version } => {
                json!({"cmd": "revert_to", "model_version": model_version.number()})
            }
            Self::Application { name, parameters } => {
                json!({"cmd": "application", "name": name, "parameters": parameters})
            }
        }
    }

    /// The command that a JSON object stands for; `None` for an unknown command, and for one that lacks a member, has
    /// another one, or has one of another type.
    #[must_use]
    pub fn from_json(value: Value) -> Option<Self> {
        let Value::Object(mut members) = value else { return None };
        let command = match text(&mut members, "cmd")?.as_str() {
            "create" => Self::Create,
            "delete" => Self::Delete,
            "migrate_field" => Self::MigrateField {
                field: text(&mut members, "field")?,
                from: schema_version(&mut members, "from")?,
                to: schema_version(&mut members, "to")?,
            },
            "revert_to" => {
                let number = members.remove("model_version")?.as_i64()?;
                Self::RevertTo { model_version: ModelVersion::new(number) }
            }
            "application" => Self::Application {
                name: text(&mut members, "name")?,
                parameters: members.remove("parameters")?,
            },
            _ => return None,
        };
        members.is_empty().then_some(command)
    }

    /// Commands as one line of JSON: what stores keep.
    #[must_use]
    pub fn list_to_text(commands: &[Self]) -> String {
        let commands: Vec<String> = commands.iter().map(Self::to_text).collect();
        format!("[{}]", commands.join(","))
    }

    /// The commands of which this is the text; `None` if it is none.
    #[must_use]
    pub fn list_from_text(text: &str) -> Option<Vec<Self>> {
        let Value::Array(commands) = serde_json::from_str(text).ok()? else { return None };
        commands.into_iter().map(Self::from_json).collect()
    }

    /// Whether the text of the command can be read again: parsers bound how deep a value is nested.
    pub(crate) fn is_readable(&self) -> bool {
        match self {
            Self::Application { .. } => {
                let text = Self::list_to_text(std::slice::from_ref(self));
                Self::list_from_text(&text).is_some()
            }
            _ => true,
        }
    }

    /// The members in the order of the documentation, whatever order serde_json's maps have, so that equal commands have
    /// equal texts.
    fn to_text(&self) -> String {
        let object = |name: &str, members: &[(&str, String)]| {
            let mut text = format!(r#"{{"cmd":"{name}""#);
            for (key, value) in members {
                text += &format!(r#","{key}":{value}"#);
            }
            text + "}"
        };
        let quoted = |text: &str| json!(text).to_string();
        match self {
            Self::Create => object("create", &[]),
            Self::Delete => object("delete", &[]),
            Self::MigrateField { field, from, to } => {
                let versions = [("from", from.to_string()), ("to", to.to_string())];
                let [from, to] = versions;
                object("migrate_field", &[("field", quoted(field)), from, to])
            }
            Self::RevertTo { model_version } => {
                object("revert_to", &[("model_version", model_version.to_string())])
            }
            Self::Application { name, parameters } => {
                let parameters = ("parameters", parameters.to_string());
                object("application", &[("name", quoted(name)), parameters])
            }
        }
    }
}

fn text(members: &mut Map<String, Value>, key: &str) -> Option<String> {
    match members.remove(key)? {
        Value::String(text) => Some(text),
        _ => None,
    }
}

fn schema_version(members: &mut Map<String, Value>, key: &str) -> Option<SchemaVersion> {
    let number = members.remove(key)?.as_u64()?;
    u32::try_from(number).ok().map(SchemaVersion::new)
}

/// What a commit says: who, when, why, and what was done.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "jobs and applications build it")]
pub struct CommitRecord {
    /// What kind of change it is.
    pub kind: CommitKind,
    /// Who made it; a name of the application's.
    pub committer: String,
    /// Why, in words for people.
    pub message: String,
    /// What was done, in order.
    pub commands: Vec<CommitCommand>,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(command: CommitCommand, json: &str) {
        let text = CommitCommand::list_to_text(std::slice::from_ref(&command));
        assert_eq!(text, format!("[{json}]"));
        assert_eq!(command.to_json(), serde_json::from_str::<Value>(json).unwrap());
        assert_eq!(CommitCommand::from_json(command.to_json()), Some(command.clone()));
        assert_eq!(CommitCommand::list_from_text(&text), Some(vec![command]));
    }

    #[test]
    fn commands_come_back_from_their_json() {
        check(CommitCommand::Create, r#"{"cmd":"create"}"#);
        check(CommitCommand::Delete, r#"{"cmd":"delete"}"#);
        check(
            CommitCommand::MigrateField {
                field: "st\"a\0tes".to_owned(),
                from: SchemaVersion::new(0),
                to: SchemaVersion::new(u32::MAX),
            },
            r#"{"cmd":"migrate_field","field":"st\"a\u0000tes","from":0,"to":4294967295}"#,
        );
        check(
            CommitCommand::RevertTo { model_version: ModelVersion::new(i64::MAX) },
            r#"{"cmd":"revert_to","model_version":9223372036854775807}"#,
        );
        for parameters in ["null", "1.0", r#"{"cmd":"create","é":[1e-7,-0.0]}"#, r#""x\n""#] {
            let command = CommitCommand::Application {
                name: "rename 'state'".to_owned(),
                parameters: serde_json::from_str(parameters).unwrap(),
            };
            let json = r#"{"cmd":"application","name":"rename 'state'","parameters":"#;
            check(command, &format!("{json}{parameters}}}"));
        }
        assert_eq!(CommitCommand::list_to_text(&[]), "[]");
        assert_eq!(CommitCommand::list_from_text("[]"), Some(Vec::new()));
    }

    #[test]
    fn a_command_that_is_not_known_word_for_word_is_refused() {
        for text in [
            "",
            "{}",
            "[1]",
            "[{}]",
            r#"[{"cmd":"Create"}]"#,
            r#"[{"cmd":"create","field":"states"}]"#,
            r#"[{"cmd":"migrate_field","field":"states","from":41}]"#,
            r#"[{"cmd":"migrate_field","field":"states","from":"41","to":"45"}]"#,
            r#"[{"cmd":"migrate_field","field":"states","from":41.0,"to":45}]"#,
            r#"[{"cmd":"migrate_field","field":"states","from":-1,"to":45}]"#,
            r#"[{"cmd":"migrate_field","field":"states","from":1,"to":4294967296}]"#,
            r#"[{"cmd":"revert_to","model_version":"3"}]"#,
            r#"[{"cmd":"application","name":"x"}]"#,
            r#"[{"cmd":"create"}] x"#,
        ] {
            assert_eq!(CommitCommand::list_from_text(text), None, "{text}");
        }
    }

    #[test]
    fn parameters_that_no_parser_would_read_again_are_noticed() {
        let mut parameters = Value::Null;
        for _ in 0..200 {
            parameters = Value::Array(vec![parameters]);
        }
        let name = "deep".to_owned();
        assert!(!CommitCommand::Application { name: name.clone(), parameters }.is_readable());
        assert!(CommitCommand::Application { name, parameters: Value::Null }.is_readable());
    }

    #[test]
    fn names_lead_back_to_their_kinds() {
        for kind in CommitKind::ALL {
            assert_eq!(CommitKind::from_name(kind.as_str()), Some(kind));
        }
        assert_eq!(CommitKind::from_name("Edit"), None);
    }
}
