//! From a document at its latest versions to the typed object.

use serde::de::DeserializeOwned;

use crate::{ConversionError, Declaration, FieldPlace, MigrationError, json::Pointer};

pub(crate) fn object_from_json<T: DeserializeOwned>(
    declaration: &Declaration,
    document: &str,
) -> Result<T, MigrationError> {
    typed_from_str(document).map_err(|error| MigrationError::ObjectMismatch {
        place: FieldPlace::document(declaration.entity),
        type_name: declaration.type_name,
        pointer: error.pointer().cloned(),
        source: Box::new(error.into_failure()),
    })
}

/// Deserialises JSON text; the error has a JSON pointer.
///
/// The text is read a second time to find the pointer, so that it costs nothing where all is well.
pub(crate) fn typed_from_str<T: DeserializeOwned>(json: &str) -> Result<T, ConversionError> {
    match serde_json::from_str(json) {
        Ok(object) => Ok(object),
        Err(error) => {
            let mut reader = serde_json::Deserializer::from_str(json);
            match serde_path_to_error::deserialize::<_, T>(&mut reader) {
                Ok(_) => Err(error.into()),
                Err(located) => Err(located_error(located)),
            }
        }
    }
}

/// The error of a traced deserialisation, with its path as a JSON pointer.
pub(crate) fn located_error(
    located: serde_path_to_error::Error<serde_json::Error>,
) -> ConversionError {
    let mut pointer = Pointer::root();
    for segment in located.path() {
        match segment {
            serde_path_to_error::Segment::Seq { index } => pointer.push_index(*index),
            serde_path_to_error::Segment::Map { key } => pointer.push_key(key),
            // An enum inside of JSON is an object with the variant as its only key.
            serde_path_to_error::Segment::Enum { variant } => pointer.push_key(variant),
            serde_path_to_error::Segment::Unknown => {}
        }
    }
    ConversionError::from(located.into_inner()).at(pointer)
}
