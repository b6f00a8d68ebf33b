//! Plain fields: values whose JSON never changes its shape, so that they need no schema version.
//!
//! Layer: core. The derive accepts a field without a declaration where its type is plain:
//! implements [`PlainField`], is an `Option` or list of such a type, or is `Copy` and `Display` as
//! the ids and times of other crates are.

use std::{
    borrow::Cow,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6},
    num::{
        NonZeroI8, NonZeroI16, NonZeroI32, NonZeroI64, NonZeroI128, NonZeroIsize, NonZeroU8,
        NonZeroU16, NonZeroU32, NonZeroU64, NonZeroU128, NonZeroUsize,
    },
    path::PathBuf,
    rc::Rc,
    sync::Arc,
    time::{Duration, SystemTime},
};

use crate::SchemaVersion;

/// A type whose JSON needs no schema version: a number, a text, an id, a time.
///
/// Implement it for a type of your own to say that its JSON will never change its shape; a field
/// of that type then needs no declaration.
///
/// # Examples
///
/// ```
/// use serde::{Deserialize, Serialize};
/// use versioned_core::PlainField;
///
/// #[derive(Debug, Clone, Serialize, Deserialize)]
/// #[serde(transparent)]
/// pub struct ExplorationId(String);
///
/// impl PlainField for ExplorationId {}
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not plain",
    note = "implement `versioned_core::PlainField` for `{Self}` if its JSON will never change its \
            shape"
)]
pub trait PlainField {}

macro_rules! plain {
    ($($plain:ty)*) => {
        $(impl PlainField for $plain {})*
    };
}

plain!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize f32 f64 bool char str String);
plain!(NonZeroI8 NonZeroI16 NonZeroI32 NonZeroI64 NonZeroI128 NonZeroIsize);
plain!(NonZeroU8 NonZeroU16 NonZeroU32 NonZeroU64 NonZeroU128 NonZeroUsize);
plain!(IpAddr Ipv4Addr Ipv6Addr SocketAddr SocketAddrV4 SocketAddrV6);
plain!(PathBuf Duration SystemTime SchemaVersion);

impl<T: PlainField + ?Sized> PlainField for &T {}
impl<T: PlainField + ?Sized> PlainField for Box<T> {}
impl<T: PlainField + ?Sized> PlainField for Rc<T> {}
impl<T: PlainField + ?Sized> PlainField for Arc<T> {}
impl<T: PlainField + ToOwned + ?Sized> PlainField for Cow<'_, T> {}
impl<T: PlainField> PlainField for [T] {}
impl<T: PlainField, const N: usize> PlainField for [T; N] {}
impl<T: PlainField> PlainField for Vec<T> {}
impl<T: PlainField> PlainField for Option<T> {}
