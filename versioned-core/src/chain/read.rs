//! Reading typed values from JSON, with the place of what is wrong.
//!
//! Layer: core. Invariant: the place is worked out only after a first, plain read has failed.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{
    ConversionError,
    engine::{located_error, typed_from_str},
};

/// Reads text.
pub fn from_text<T: DeserializeOwned>(text: &str) -> Result<T, ConversionError> {
    typed_from_str(text)
}

/// Reads text for the sake of its errors.
pub fn check<T: DeserializeOwned>(text: &str) -> Result<(), ConversionError> {
    typed_from_str::<T>(text).map(drop)
}

/// Reads a document, by reference, so that the place can be found afterwards.
pub fn from_value<T: DeserializeOwned>(value: &Value) -> Result<T, ConversionError> {
    T::deserialize(value).map_err(|error| match serde_path_to_error::deserialize::<_, T>(value) {
        Ok(_) => ConversionError::from(error),
        Err(located) => located_error(located),
    })
}
