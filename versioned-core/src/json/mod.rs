//! JSON text: validation with limits, extents of members, and strict reading into `Value`.
//!
//! Layer: core. Invariant: nothing is changed in silence, and no input overflows the stack.
//!
//! ```
//! use versioned_core::json::{JsonErrorKind, value_from_str};
//!
//! // serde_json itself would drop the first `1` and say nothing.
//! let error = value_from_str(r#"{"a": 1, "a": 2}"#).unwrap_err();
//! assert_eq!(error.kind(), JsonErrorKind::DuplicateKey);
//! ```

mod between;
mod decode;
mod error;
mod limits;
mod plain;
mod pointer;
mod quick;
pub(crate) mod scan;
pub(crate) mod specials;
pub(crate) mod strings;
pub(crate) mod tokens;
mod value;

pub(crate) use decode::{decode, last_character};
pub use error::{JsonError, JsonErrorKind};
pub use limits::Limits;
pub(crate) use plain::is_plain;
pub use pointer::Pointer;
pub(crate) use value::same_number;
pub use value::value_from_str;
