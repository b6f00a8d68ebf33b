//! JSON Schemas as checks of values.
//!
//! Layer: jobs, feature `validate`. Invariant: a schema asks nothing of the network or of files, and a problem never shows the
//! value that has it.

use std::collections::BTreeMap;

use jsonschema::Validator;
use serde_json::Value;
use versioned_core::{SchemaVersion, lock::Lock};

use super::{CheckedValue, ValueCheck, ValueProblem, words};

/// Problems that are told of one value; a value of which nothing is right would have thousands.
const PROBLEMS_MAX: usize = 100;

/// JSON Schemas (draft 2020-12) by entity kind, field and version, as a check of an audit's values.
///
/// # Examples
///
/// ```
/// use serde_json::json;
/// use versioned_core::SchemaVersion;
/// use versioned_jobs::{CheckedValue, SchemaChecks, ValueCheck, ValueProblem};
///
/// let version = SchemaVersion::new(2);
/// let schema = json!({"type": "array", "items": {"type": "string"}});
/// let checks = SchemaChecks::default().with("quiz", "answers", version, &schema)?;
/// let json = r#"["seven", 8]"#;
/// let value = CheckedValue { entity: "quiz", field: "answers", version, json };
/// let problems = checks.check(&value).unwrap_or_default();
/// assert_eq!(problems, [ValueProblem::new("/*", "is a number, not a string")]);
/// # Ok::<(), versioned_jobs::SchemaCheckError>(())
/// ```
#[derive(Debug, Default)]
pub struct SchemaChecks {
    // Few versions of few fields: the nesting spares a text per look-up.
    validators: BTreeMap<String, BTreeMap<String, BTreeMap<SchemaVersion, Validator>>>,
}

impl SchemaChecks {
    /// The schemas of a lock, inferred ones included.
    ///
    /// # Errors
    ///
    /// As for [`with`](Self::with).
    pub fn of_lock(lock: &Lock) -> Result<Self, SchemaCheckError> {
        lock.schemas().try_fold(Self::default(), |checks, it| {
            checks.with(it.entity(), it.field(), it.version(), it.schema())
        })
    }

    /// Adds the schema of a version; one that is there already is replaced.
    ///
    /// # Errors
    ///
    /// [`SchemaCheckError`] if it is no JSON Schema, or refers to another document.
    pub fn with(
        mut self,
        entity: &str,
        field: &str,
        version: SchemaVersion,
        schema: &Value,
    ) -> Result<Self, SchemaCheckError> {
        let built = jsonschema::options().should_validate_formats(true).build(schema);
        let validator = built.map_err(|source| SchemaCheckError {
            entity: entity.to_owned(),
            field: field.to_owned(),
            version,
            source: Box::new(source),
        })?;
        let of_entity = self.validators.entry(entity.to_owned()).or_default();
        of_entity.entry(field.to_owned()).or_default().insert(version, validator);
        Ok(self)
    }
}

impl ValueCheck for SchemaChecks {
    fn check(&self, value: &CheckedValue<'_>) -> Option<Vec<ValueProblem>> {
        let validator = self.validators.get(value.entity)?.get(value.field)?.get(&value.version)?;
        let Ok(instance) = serde_json::from_str::<Value>(value.json) else {
            return Some(vec![ValueProblem::new("", "cannot be read as JSON")]);
        };
        let mut problems = Vec::new();
        for error in validator.iter_errors(&instance) {
            if problems.len() >= PROBLEMS_MAX {
                break;
            }
            words::add_problems(&error, &mut problems);
        }
        problems.truncate(PROBLEMS_MAX);
        Some(problems)
    }
}

/// A schema that values cannot be checked by.
#[derive(Debug, thiserror::Error)]
#[error("the schema of `{entity}.{field}` at version {version} cannot be used")]
#[non_exhaustive]
pub struct SchemaCheckError {
    /// Name of the entity kind.
    pub entity: String,
    /// Rust name of the field.
    pub field: String,
    /// The version.
    pub version: SchemaVersion,
    /// What is wrong with it.
    pub source: Box<dyn std::error::Error + Send + Sync>,
}
