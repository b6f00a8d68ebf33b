//! Whether a type's `Deserialize` is the one that serde derives for its fields.
//!
//! Layer: core. An object is put together field by field only where that is all that serde would do.
//! A macro does not see other implementations, but a deserializer sees who asks: serde's derive asks
//! for a struct with a visitor of a well-known name. Invariant: in doubt the answer is no, which costs
//! time and nothing else.

use std::{any::type_name, fmt, marker::PhantomData};

use serde::{
    Deserializer,
    de::{DeserializeOwned, Error, Visitor},
    forward_to_deserialize_any,
};

/// Asks the implementation.
#[must_use]
pub fn is_derived<T: DeserializeOwned>() -> bool {
    matches!(T::deserialize(Probe::<T>(PhantomData)), Err(Answer(true)))
}

struct Probe<T>(PhantomData<T>);

#[derive(Debug)]
struct Answer(bool);

impl fmt::Display for Answer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl std::error::Error for Answer {}

impl Error for Answer {
    fn custom<T: fmt::Display>(_message: T) -> Self {
        Self(false)
    }
}

impl<'de, T> Deserializer<'de> for Probe<T> {
    type Error = Answer;

    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Answer> {
        Err(Answer(false))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        _visitor: V,
    ) -> Result<V::Value, Answer> {
        let derived = format!(" for {}>::deserialize::__Visitor", type_name::<T>());
        Err(Answer(type_name::<V>().contains(&derived)))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "never made")]
    struct Plain {
        #[serde(rename = "b", default)]
        a: u8,
    }

    #[derive(Deserialize)]
    #[serde(remote = "Self")]
    struct Checked {
        a: u8,
    }

    impl<'de> Deserialize<'de> for Checked {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            Self::deserialize(deserializer)
        }
    }

    struct ByHand;

    impl<'de> Deserialize<'de> for ByHand {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            #[derive(Deserialize)]
            #[expect(dead_code, reason = "never made")]
            struct ByHand {
                a: u8,
            }
            ByHand::deserialize(deserializer).map(|_| Self)
        }
    }

    #[derive(Deserialize)]
    #[serde(try_from = "Plain")]
    struct Tried;

    impl TryFrom<Plain> for Tried {
        type Error = &'static str;

        fn try_from(_plain: Plain) -> Result<Self, Self::Error> {
            Err("refused")
        }
    }

    /// If serde's derive ever changes, this fails, and objects are read through text from then on.
    #[test]
    fn the_derived_implementation_is_told_from_all_others() {
        assert!(is_derived::<Plain>());
        assert!(!is_derived::<Checked>());
        assert!(!is_derived::<ByHand>());
        assert!(!is_derived::<Tried>());
        assert!(!is_derived::<std::collections::BTreeMap<String, Plain>>());
        assert!(!is_derived::<serde_json::Value>());
    }
}
