//! What an opened value holds: elements, members, and what a variant holds.
//!
//! Layer: core.

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor},
};

use super::{
    key::KeyPart,
    log::{Fault, Log},
    part::{Part, Source},
};
use crate::lazy::{members::Member, value::LazyValue};

/// The elements of a list.
pub(super) struct ElementParts<'v, 'a> {
    pub(super) elements: std::slice::Iter<'v, LazyValue<'a>>,
    pub(super) log: &'v Log,
}

impl<'v> SeqAccess<'v> for ElementParts<'v, '_> {
    type Error = Fault;

    fn next_element_seed<S: DeserializeSeed<'v>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Fault> {
        let Some(value) = self.elements.next() else { return Ok(None) };
        let log = self.log;
        log.handed(|| seed.deserialize(Part::of(value, log))).map(Some)
    }
}

/// The members of an object.
pub(super) struct MemberParts<'v, 'a> {
    pub(super) members: std::slice::Iter<'v, Member<'a>>,
    /// The value of the key that was given last.
    pub(super) value: Option<&'v LazyValue<'a>>,
    pub(super) log: &'v Log,
}

impl<'v> MapAccess<'v> for MemberParts<'v, '_> {
    type Error = Fault;

    #[inline]
    fn next_key_seed<S: DeserializeSeed<'v>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Fault> {
        let log = self.log;
        if self.value.is_some() {
            return log.take(|| Err(Fault));
        }
        let Some(member) = self.members.next() else { return Ok(None) };
        self.value = Some(&member.value);
        log.handed(|| seed.deserialize(KeyPart::of(member, log))).map(Some)
    }

    #[inline]
    fn next_value_seed<S: DeserializeSeed<'v>>(&mut self, seed: S) -> Result<S::Value, Fault> {
        let log = self.log;
        let Some(value) = self.value.take() else { return log.take(|| Err(Fault)) };
        log.handed(|| seed.deserialize(Part::of(value, log)))
    }
}

/// The only member of an object, as a variant and what it holds.
pub(super) struct VariantPart<'v, 'a> {
    pub(super) member: &'v Member<'a>,
    pub(super) log: &'v Log,
}

impl<'v, 'a> EnumAccess<'v> for VariantPart<'v, 'a> {
    type Error = Fault;
    type Variant = Part<'v, 'a>;

    fn variant_seed<S: DeserializeSeed<'v>>(
        self,
        seed: S,
    ) -> Result<(S::Value, Part<'v, 'a>), Fault> {
        let Self { member, log } = self;
        let (name, is_plain) = KeyPart::of(member, log).string()?;
        let name = Part { source: Source::String(name, is_plain), log };
        let variant = log.handed(|| seed.deserialize(name))?;
        // From here on it is what the variant holds that nobody has looked at.
        log.hand();
        Ok((variant, Part::of(&member.value, log)))
    }
}

impl<'v> VariantAccess<'v> for Part<'v, '_> {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        Deserialize::deserialize(self)
    }

    fn newtype_variant_seed<S: DeserializeSeed<'v>>(self, seed: S) -> Result<S::Value, Fault> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'v>>(self, _len: usize, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'v>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_struct("", fields, visitor)
    }
}
