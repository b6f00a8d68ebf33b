//! One golden document: what was stored, what was fetched for it, and what its chains make of it.
//!
//! Layer: jobs. Pure.

use std::{fmt, str::FromStr};

use versioned_core::{ConversionError, Declaration, EntityKind, LazyValue, SchemaVersion};

use super::{
    GoldenFormatError, GoldenOutcome, Scrub, form,
    outcome::Chains,
    parse,
    shape::{members, versions_label},
};

/// A stored document, kept with what the chains of its entity make of it.
///
/// Its text (`Display`, and `parse` back) is the file that goes into a repository: facts in lines, and each JSON text broken
/// into lines that give back its bytes. One document has one text.
///
/// # Examples
///
/// ```
/// # use serde::{Deserialize, Serialize};
/// use versioned_core::{BaseVersionedDomainObject, EntityKind, LazyValue};
/// use versioned_jobs::golden::GoldenDocument;
///
/// #[derive(Serialize, Deserialize, BaseVersionedDomainObject)]
/// #[versioned(entity = "quiz")]
/// struct Quiz {
///     #[versioned(version_field = "version", min = 1, max = 2)]
///     answers: Vec<String>,
///     version: u32,
/// }
///
/// impl Quiz {
///     fn _convert_answers_v1_to_v2(mut answers: LazyValue<'_>) -> LazyValue<'_> {
///         answers.as_list_mut().map(|answers| answers.push("none".into()));
///         answers
///     }
/// }
///
/// let stored = r#"{"answers": ["seven"], "version": 1}"#;
/// let golden = GoldenDocument::record(EntityKind::of::<Quiz>(), stored, Vec::new());
/// assert_eq!(golden.file_name(), "v1-1b7e47c0848d.golden");
/// let text = golden.to_string();
/// assert!(text.contains("field    answers from 1 to 2\n"), "{text}");
/// assert!(text.ends_with("[upgraded]\n|{\"answers\": [\"seven\",\"none\"], \"version\": 2}\n"), "{text}");
/// assert_eq!(text.parse::<GoldenDocument>()?, golden);
/// # Ok::<(), versioned_jobs::golden::GoldenFormatError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct GoldenDocument {
    /// Name of the entity kind.
    pub entity: String,
    /// The stored document, byte for byte.
    pub stored: String,
    /// JSON texts of the values that were fetched for the conversions, by name.
    pub fetched: Vec<(String, String)>,
    /// The versions as they stand in the name of the file.
    pub(super) versions: String,
    /// What the chains make of it.
    pub outcome: GoldenOutcome,
}

impl GoldenDocument {
    /// Runs the chains on a document, and keeps both.
    #[must_use]
    pub fn record(
        kind: EntityKind,
        stored: impl Into<String>,
        fetched: Vec<(String, String)>,
    ) -> Self {
        let stored = stored.into();
        Self {
            entity: kind.declaration().entity.to_owned(),
            versions: versions_label(kind.declaration(), &stored),
            outcome: GoldenOutcome::of(kind, &stored, &fetched),
            stored,
            fetched,
        }
    }

    /// The same document with what the chains make of it today.
    #[must_use]
    pub fn recorded_again(&self, kind: EntityKind) -> Self {
        let outcome = GoldenOutcome::of(kind, &self.stored, &self.fetched);
        Self { outcome, ..self.clone() }
    }

    /// The stored document and what was fetched, as a function of the application's has made them fit for a repository.
    ///
    /// # Errors
    ///
    /// What that function gives, or a text that is no JSON and so cannot be scrubbed.
    pub(super) fn scrubbed(
        entity: &str,
        stored: &str,
        fetched: &[(String, String)],
        scrub: Scrub,
    ) -> Result<(String, Vec<(String, String)>), ConversionError> {
        let stored = LazyValue::convert_str(stored, |value| scrub(entity, value))?;
        let fetched = fetched.iter().map(|(name, json)| {
            let what = format!("{entity}.{name}");
            let json = LazyValue::convert_str(json, |value| scrub(&what, value))?;
            Ok::<_, ConversionError>((name.clone(), json))
        });
        Ok((stored, fetched.collect::<Result<_, _>>()?))
    }

    /// Where its file lies below the folder of golden documents: the entity.
    #[must_use]
    pub fn folder_name(&self) -> &str {
        &self.entity
    }

    /// The name of its file: its versions, and a hash of what was stored and fetched. So a document that is recorded again
    /// has the same file.
    #[must_use]
    pub fn file_name(&self) -> String {
        format!("v{}-{}.golden", self.versions, form::name_hash(self))
    }

    /// The versions of the document as they stand in the name of its file: `41`, or `1-3-2`.
    #[must_use]
    pub fn versions(&self) -> &str {
        &self.versions
    }

    /// The value of a field at a version, as its chain gives it today; `None` where it cannot be had.
    #[must_use]
    pub fn value_at(
        &self,
        declaration: &'static Declaration,
        field: &str,
        to: SchemaVersion,
    ) -> Option<String> {
        Chains::over(declaration, &self.stored, &self.fetched).value_at(field, to)
    }

    /// The members of a document of an outcome, as they are written; none for a text that is no object.
    #[must_use]
    pub fn members(document: &str) -> Vec<(String, String)> {
        members(document).unwrap_or_default()
    }
}

impl fmt::Display for GoldenDocument {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        form::write(self, formatter)
    }
}

impl FromStr for GoldenDocument {
    type Err = GoldenFormatError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse::parse(text)
    }
}
