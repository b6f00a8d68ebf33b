//! Documents that open only where they are touched.
//!
//! Layer: core. A [`LazyValue`] is a JSON value of which every part stays a slice of the stored text until a conversion
//! goes into it. What was never opened is written out byte for byte; what was opened keeps the order of its members and the
//! text of its untouched scalars, without the blanks between them.
//!
//! ```
//! use versioned_core::{ConversionError, LazyValue};
//!
//! fn convert(mut states: LazyValue<'_>) -> Result<LazyValue<'_>, ConversionError> {
//!     for (_, state) in states.try_members_mut()? {
//!         state.try_insert("linked_skill_id", LazyValue::null())?;
//!     }
//!     Ok(states)
//! }
//!
//! let stored = r#"{"Intro": {"html": "a\u0062", "weight": 1.0, "card": [ 1 ]}}"#;
//! let converted = LazyValue::convert_str(stored, convert)?;
//! assert_eq!(
//!     converted,
//!     r#"{"Intro":{"html":"a\u0062","weight":1.0,"card":[ 1 ],"linked_skill_id":null}}"#
//! );
//!
//! let error = LazyValue::convert_str(r#"{"Intro": 1}"#, convert).unwrap_err();
//! assert_eq!(error.to_string(), "expected an object, found a number");
//! assert_eq!(error.pointer().unwrap().as_str(), "/Intro");
//! # Ok::<(), ConversionError>(())
//! ```

mod access;
mod build;
mod compare;
mod deserialize;
mod edit;
mod iterate;
mod key;
mod locate;
mod members;
#[cfg(test)]
mod model_tests;
mod object;
mod plan;
mod read;
mod root;
mod short;
mod slice;
mod spare;
mod tape;
#[cfg(test)]
mod tests;
mod value;
mod walk;
mod write;

pub use iterate::{LazyElements, LazyMembers};
pub(crate) use key::RawKey;
pub(crate) use locate::{locate, pointer_at};
pub use object::{Entry, LazyObject, OccupiedEntry, VacantEntry};
pub use read::{Kind, LazyRef};
pub(crate) use tape::{Recorder, Tape, check_offsets};
pub use value::LazyValue;
