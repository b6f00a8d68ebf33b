//! Probes: questions about types and functions that derived code answers at compile time.
//!
//! Layer: core. An inherent associated item wins over one of a trait with the same name, so a
//! constant can say whether a bound holds; unlike a look at the tokens this sees through aliases.
//! Every probe works on concrete types only.

use std::{fmt::Display, marker::PhantomData};

use super::elements::Elements;
use crate::{PlainField, SchemaVersion};

/// The answer of a probe whose inherent constant does not apply.
pub trait No {
    const YES: bool = false;
}

/// Whether a name resolved to a function, which has no size, or to a
/// [`MissingFunction`](super::step::MissingFunction).
#[must_use]
pub const fn is_function<F>(_function: &F) -> bool {
    size_of::<F>() == 0
}

macro_rules! probe {
    ($(#[$meta:meta])* $name:ident, $($bound:tt)+) => {
        $(#[$meta])*
        pub struct $name<T: ?Sized>(PhantomData<T>);

        impl<T: ?Sized> No for $name<T> {}

        impl<T: $($bound)+ + ?Sized> $name<T> {
            pub const YES: bool = true;
        }
    };
}

probe! {
    /// Whether a type is declared to be plain.
    IsPlain, PlainField
}
probe! {
    /// Whether a type is copied and shown like an id or a time.
    IsId, Copy + Display
}
probe! {
    /// Whether a version field can have this type.
    IsVersion, VersionNumber
}
probe! {
    /// Whether a version field that may be absent can have this type.
    IsOptionalVersion, OptionalVersionNumber
}
probe! {
    /// Whether serde reads an absent member of this type as `None`.
    IsOption, OptionType
}

probe! {
    /// Whether a type is a list or a map.
    IsElements, Elements
}

/// The type of a version field.
pub trait VersionNumber: Sized {
    /// The version; `None` if the type does not hold it.
    fn of_version(version: SchemaVersion) -> Option<Self>;
}

/// The type of a version field that may be absent.
pub trait OptionalVersionNumber: Sized {
    /// As [`VersionNumber::of_version`].
    fn of_version(version: SchemaVersion) -> Option<Self>;
}

/// An `Option`.
pub trait OptionType {}

impl<T> OptionType for Option<T> {}
impl<T: VersionNumber> OptionalVersionNumber for Option<T> {
    fn of_version(version: SchemaVersion) -> Option<Self> {
        T::of_version(version).map(Some)
    }
}

macro_rules! version_numbers {
    ($($number:ty)*) => {
        $(impl VersionNumber for $number {
            fn of_version(version: SchemaVersion) -> Option<Self> {
                version.get().try_into().ok()
            }
        }
        impl OptionalVersionNumber for $number {
            fn of_version(version: SchemaVersion) -> Option<Self> {
                version.get().try_into().ok()
            }
        })*
    };
}

version_numbers!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize);

impl VersionNumber for SchemaVersion {
    fn of_version(version: SchemaVersion) -> Option<Self> {
        Some(version)
    }
}

impl OptionalVersionNumber for SchemaVersion {
    fn of_version(version: SchemaVersion) -> Option<Self> {
        Some(version)
    }
}

/// A constant of the application's that a declaration is compared with.
pub struct Constant<T>(pub T);

macro_rules! constants {
    ($($number:ty)*) => {
        $(impl Constant<$number> {
            #[must_use]
            pub const fn is(self, version: u32) -> bool {
                self.0 as i128 == version as i128
            }
        })*
    };
}

constants!(i8 i16 i32 i64 isize u8 u16 u32 u64 usize);

impl Constant<SchemaVersion> {
    #[must_use]
    pub const fn is(self, version: u32) -> bool {
        self.0.get() == version
    }
}

/// Whether two texts are equal, in constants.
#[must_use]
pub const fn same_text(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    if left.len() != right.len() {
        return false;
    }
    let mut index = 0;
    while index < left.len() {
        if left[index] != right[index] {
            return false;
        }
        index += 1;
    }
    true
}
