//! Making documents fit for a repository.
//!
//! Layer: jobs.

use versioned_core::{ConversionError, LazyValue};

/// Takes out of a document what must not leave the database: names, addresses, texts of people.
///
/// It is called with the name of the entity and the stored document, of whichever versions; and for each value that was
/// fetched for its conversions with `entity.name`. What it does not open keeps its bytes, so that odd spellings stay in the
/// sample. It must be pure: the same document gives the same one, or it would be recorded twice. A document that it refuses
/// is left out.
///
/// # Examples
///
/// ```
/// use versioned_core::{ConversionError, LazyValue};
/// use versioned_jobs::golden::Scrub;
///
/// fn scrub<'a>(what: &str, mut value: LazyValue<'a>) -> Result<LazyValue<'a>, ConversionError> {
///     if what == "profile"
///         && let Some(name) = value.try_object_mut()?.get_mut("name")
///     {
///         *name = "somebody".into();
///     }
///     Ok(value)
/// }
/// let scrub: Scrub = scrub;
/// let stored = r#"{"name":"Ana","sizes":[1.0,  2]}"#;
/// let scrubbed = LazyValue::convert_str(stored, |value| scrub("profile", value));
/// assert_eq!(scrubbed.unwrap(), r#"{"name":"somebody","sizes":[1.0,  2]}"#);
/// ```
pub type Scrub = for<'a> fn(&str, LazyValue<'a>) -> Result<LazyValue<'a>, ConversionError>;
