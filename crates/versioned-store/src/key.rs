//! Keys of entities: one part per id column, in an order that every store shares.
//!
//! Layer: store.

use std::fmt;

use versioned_core::EntityId;

use crate::{ColumnValue, IdKind};

/// The key of an entity: the values of its id columns, in their order; at least one.
///
/// Keys are ordered part by part: integers by value, texts by their bytes, UUIDs by their 16 bytes. A store scans in
/// this order, whatever collation its columns have.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntityKey(Vec<KeyPart>);

/// The value of one id column.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum KeyPart {
    /// An integer id.
    Integer(i64),
    /// A text id.
    Text(String),
    /// A UUID, as its 16 bytes.
    Uuid([u8; 16]),
}

impl EntityKey {
    /// The key with these parts; at least one.
    #[must_use]
    pub fn new(parts: Vec<KeyPart>) -> Self {
        debug_assert!(!parts.is_empty(), "a key has at least one part");
        Self(parts)
    }

    /// The parts, in the order of the id columns.
    #[must_use]
    pub fn parts(&self) -> &[KeyPart] {
        &self.0
    }

    /// The key as text, for messages and reports: parts are joined by `/`.
    #[must_use]
    pub fn to_entity_id(&self) -> EntityId {
        EntityId::new(self.to_string())
    }
}

impl KeyPart {
    /// The part that a stored value stands for, or `None` where an id column of this kind cannot hold the value.
    ///
    /// A UUID as text must be spelled canonically, so that every stored key has one spelling and can be found again.
    #[must_use]
    pub fn from_value(kind: IdKind, value: ColumnValue) -> Option<Self> {
        match (kind, value) {
            (IdKind::Integer, ColumnValue::Integer(number)) => Some(Self::Integer(number)),
            (IdKind::Text, ColumnValue::Text(text)) => Some(Self::Text(text)),
            (IdKind::Uuid, ColumnValue::Bytes(bytes)) => bytes.try_into().ok().map(Self::Uuid),
            (IdKind::UuidText, ColumnValue::Text(text)) => uuid_from_text(&text).map(Self::Uuid),
            _ => None,
        }
    }

    /// The value that an id column of this kind holds for the part, or `None` where the kinds differ.
    #[must_use]
    pub fn to_stored(&self, kind: IdKind) -> Option<ColumnValue> {
        match (kind, self) {
            (IdKind::Integer, Self::Integer(_))
            | (IdKind::Text, Self::Text(_))
            | (IdKind::UuidText, Self::Uuid(_)) => Some(self.to_value()),
            (IdKind::Uuid, Self::Uuid(bytes)) => Some(ColumnValue::Bytes(bytes.to_vec())),
            _ => None,
        }
    }

    /// The value of a field that lies in the id column: an integer, a text, or a UUID as canonical text.
    #[must_use]
    pub fn to_value(&self) -> ColumnValue {
        match self {
            Self::Integer(number) => ColumnValue::Integer(*number),
            Self::Text(text) => ColumnValue::Text(text.clone()),
            Self::Uuid(_) => ColumnValue::Text(self.to_string()),
        }
    }
}

/// The bytes of a UUID in canonical text: lower-case, with hyphens.
fn uuid_from_text(text: &str) -> Option<[u8; 16]> {
    let mut bytes = [0; 16];
    let digits: Vec<u8> = text.bytes().filter(|byte| *byte != b'-').collect();
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    // Writing it again refuses every other spelling: upper case, signs, hyphens elsewhere, too few or too many digits.
    (KeyPart::Uuid(bytes).to_string() == text).then_some(bytes)
}

impl From<&str> for EntityKey {
    fn from(id: &str) -> Self {
        Self(vec![KeyPart::Text(id.to_owned())])
    }
}

impl From<i64> for EntityKey {
    fn from(id: i64) -> Self {
        Self(vec![KeyPart::Integer(id)])
    }
}

impl fmt::Display for EntityKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, part) in self.0.iter().enumerate() {
            if index > 0 {
                formatter.write_str("/")?;
            }
            part.fmt(formatter)?;
        }
        Ok(())
    }
}

impl fmt::Display for KeyPart {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(number) => number.fmt(formatter),
            Self::Text(text) => formatter.write_str(text),
            Self::Uuid(bytes) => {
                for (index, byte) in bytes.iter().enumerate() {
                    if matches!(index, 4 | 6 | 8 | 10) {
                        formatter.write_str("-")?;
                    }
                    write!(formatter, "{byte:02x}")?;
                }
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_has_one_spelling_as_text() {
        let text = "0f8fad5b-d9cb-469f-a165-70867728950e";
        let part =
            KeyPart::from_value(IdKind::UuidText, ColumnValue::Text(text.to_owned())).unwrap();
        assert_eq!(part.to_string(), text);
        for other in [
            "0F8FAD5B-D9CB-469F-A165-70867728950E",
            "0f8fad5bd9cb469fa16570867728950e",
            "0f8fad5b-d9cb-469f-a165-70867728950",
            "0f8fad5b-d9cb-469f-a165-70867728950e0",
            "+f8fad5b-d9cb-469f-a165-70867728950e",
            "",
            "äöü",
        ] {
            let value = ColumnValue::Text(other.to_owned());
            assert_eq!(KeyPart::from_value(IdKind::UuidText, value), None, "{other}");
        }
    }

    #[test]
    fn a_key_part_comes_back_from_its_stored_value() {
        for (kind, part) in [
            (IdKind::Integer, KeyPart::Integer(i64::MIN)),
            (IdKind::Text, KeyPart::Text("a/'\"b".to_owned())),
            (IdKind::Uuid, KeyPart::Uuid([0xab; 16])),
            (IdKind::UuidText, KeyPart::Uuid([0xab; 16])),
        ] {
            let stored = part.to_stored(kind).unwrap();
            assert_eq!(KeyPart::from_value(kind, stored), Some(part));
        }
        assert_eq!(KeyPart::Integer(1).to_stored(IdKind::Text), None);
        assert_eq!(KeyPart::from_value(IdKind::Uuid, ColumnValue::Bytes(vec![0; 15])), None);
    }

    #[test]
    fn texts_are_ordered_by_their_bytes() {
        let mut keys: Vec<EntityKey> = ["b", "B", "é", "", "a", "😀"].map(EntityKey::from).into();
        keys.sort();
        let shown: Vec<String> = keys.iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["", "B", "a", "b", "é", "😀"]);
    }
}
