//! Changes that more than one part of a document needs.

use versioned_core::{ConversionError, Kind, LazyObject, LazyValue};

/// Gives a cell or an output its `metadata` if it has none; what it has must be an object.
pub(super) fn ensure_metadata(part: &mut LazyObject<'_>) -> Result<(), ConversionError> {
    match part.get("metadata") {
        Some(metadata) if metadata.kind() == Kind::Object => Ok(()),
        Some(other) => other.try_members().map(drop),
        None => {
            part.insert("metadata", LazyValue::object());
            Ok(())
        }
    }
}

/// Renames a member, which keeps its place; where there is none, the new name gets a default.
pub(super) fn rename_or<'a>(
    part: &mut LazyObject<'a>,
    from: &str,
    to: &'static str,
    default: impl Into<LazyValue<'a>>,
) {
    if !part.rename(from, to) {
        part.insert(to, default);
    }
}
