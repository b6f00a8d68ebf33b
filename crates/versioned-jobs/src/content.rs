//! What a write replaces, as bytes to keep; and hashes by which a change of content is seen.
//!
//! Layer: jobs. Pure. Invariant: what was kept comes back with the same types and bytes, or is an error.
//!
//! A pre-image is a byte for its form (1), the hash of what replaced it, the model version that was written, and the
//! replaced columns by name, compressed as an LZ4 block: it is fast enough to stay a small part of a migration, and its
//! decoder is safe Rust.

use versioned_core::document::assemble;
use versioned_store::{ColumnKind, ColumnValue, EntityTable, Row, RowWrite, TableLayout};

/// The form that this program writes.
const FORM: u8 = 1;

/// Most bytes of a pre-image before compression, so that a damaged one cannot ask for all memory: what databases store
/// in a row at most.
const BYTES_MAX: usize = 1 << 30;

/// A 128-bit FNV-1a hash. It tells apart what changes by itself, and is no guard against somebody who seeks a collision.
#[derive(Debug, Clone, Copy)]
struct Hash(u128);

impl Hash {
    fn new() -> Self {
        Self(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d)
    }

    fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 ^= u128::from(*byte);
            self.0 = self.0.wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
        }
    }

    /// Bytes with their length before them, so that two texts are not one long text.
    fn text(&mut self, bytes: &[u8]) {
        self.bytes(&(bytes.len() as u64).to_le_bytes());
        self.bytes(bytes);
    }

    fn column(&mut self, name: &str, value: &ColumnValue) {
        self.text(name.as_bytes());
        let mut encoded = Vec::new();
        encode_value(value, &mut encoded);
        self.text(&encoded);
    }
}

/// The hash of what a migration sees of a row, as hexadecimal digits.
pub(crate) fn content_hash(table: &EntityTable, row: &Row) -> String {
    let mut hash = Hash::new();
    for (column, value) in table.columns().iter().zip(&row.values) {
        let migrates = match column.kind {
            ColumnKind::Version { .. } => true,
            kind => kind.migrates(),
        };
        if let (true, Some(value)) = (migrates, value) {
            hash.column(&column.name, value);
        }
    }
    format!("{:032x}", hash.0)
}

/// The hash of texts, as a number.
pub(crate) fn text_hash<'t>(texts: impl IntoIterator<Item = &'t str>) -> u128 {
    let mut hash = Hash::new();
    texts.into_iter().for_each(|text| hash.text(text.as_bytes()));
    hash.0
}

/// What a write replaces, as bytes to keep. `None` if the write does not know what it replaces.
pub(crate) fn keep(table: &EntityTable, write: &RowWrite) -> Option<Vec<u8>> {
    let mut hash = Hash::new();
    let mut columns = Vec::new();
    for (index, new) in &write.set {
        let name = &table.columns()[*index].name;
        hash.column(name, new);
        let old = write.expected.values[*index].as_ref()?;
        encode_text(name.as_bytes(), &mut columns);
        encode_value(old, &mut columns);
    }
    let mut kept = vec![FORM];
    kept.extend(hash.0.to_le_bytes());
    let next = table.model_version().and(write.expected.model_version);
    match next.and_then(|version| version.checked_add(1)) {
        Some(version) => {
            kept.push(1);
            kept.extend(version.to_le_bytes());
        }
        None => kept.push(0),
    }
    kept.extend(lz4_flex::compress_prepend_size(&columns));
    Some(kept)
}

/// The whole document of a row as it is after a write; `None` where the row holds what no document can.
pub(crate) fn document_after(table: &EntityTable, write: &RowWrite) -> Option<String> {
    let mut row = write.expected.clone();
    for (index, value) in &write.set {
        row.values[*index] = Some(value.clone());
    }
    document_of(table, &row)
}

/// The whole document of a row that was read with all its columns, as it is stored.
pub(crate) fn document_of(table: &EntityTable, row: &Row) -> Option<String> {
    match table.layout() {
        TableLayout::Document => {
            let document = table.document(row).ok().flatten()?;
            Some(std::str::from_utf8(document).ok()?.to_owned())
        }
        _ => assemble(table.declaration().entity, &table.members(row).ok()?, &[]).ok(),
    }
}

/// Whether a row is still as it was written, and how to put back what was there.
#[derive(Debug, PartialEq)]
pub(crate) enum PutBack {
    /// The row is as it was written; this puts it back.
    Write(RowWrite),
    /// The row has changed since.
    Changed,
    /// The bytes are no pre-image, or one of a table with other columns.
    Unreadable,
}

/// What puts a row back to what was kept of it.
pub(crate) fn put_back(table: &EntityTable, kept: &[u8], row: Row) -> PutBack {
    let Some(kept) = Kept::read(kept) else {
        return PutBack::Unreadable;
    };
    let mut hash = Hash::new();
    let mut set = Vec::with_capacity(kept.columns.len());
    for (name, old) in kept.columns {
        let found = table.columns().iter().position(|column| column.name == name);
        let Some(index) = found else {
            return PutBack::Unreadable;
        };
        let Some(now) = row.values.get(index).and_then(Option::as_ref) else {
            return PutBack::Changed;
        };
        hash.column(&name, now);
        set.push((index, old));
    }
    let is_version = table.model_version().is_none() || kept.version == row.model_version;
    if row.deleted || !is_version || hash.0 != kept.hash {
        return PutBack::Changed;
    }
    PutBack::Write(RowWrite { expected: row, set })
}

/// A pre-image that was read.
struct Kept {
    hash: u128,
    version: Option<i64>,
    columns: Vec<(String, ColumnValue)>,
}

impl Kept {
    fn read(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes;
        if take(&mut rest)? != [FORM] {
            return None;
        }
        let hash = u128::from_le_bytes(take(&mut rest)?);
        let version = match take(&mut rest)? {
            [0] => None,
            [1] => Some(i64::from_le_bytes(take(&mut rest)?)),
            _ => return None,
        };
        let (size, compressed) = lz4_flex::block::uncompressed_size(rest).ok()?;
        if size > BYTES_MAX {
            return None;
        }
        let decoded = lz4_flex::decompress(compressed, size).ok()?;
        let mut rest = decoded.as_slice();
        let mut columns = Vec::new();
        while !rest.is_empty() {
            let name = decode_text(&mut rest)?;
            columns.push((String::from_utf8(name).ok()?, decode_value(&mut rest)?));
        }
        Some(Self { hash, version, columns })
    }
}

fn encode_text(bytes: &[u8], into: &mut Vec<u8>) {
    into.extend((bytes.len() as u64).to_le_bytes());
    into.extend(bytes);
}

fn encode_value(value: &ColumnValue, into: &mut Vec<u8>) {
    match value {
        // A database without truth values gives numbers back.
        ColumnValue::Boolean(truth) => encode_value(&ColumnValue::Integer((*truth).into()), into),
        ColumnValue::Integer(number) => {
            into.push(1);
            into.extend(number.to_le_bytes());
        }
        ColumnValue::Real(number) => {
            into.push(2);
            into.extend(number.to_bits().to_le_bytes());
        }
        ColumnValue::Text(text) => {
            into.push(3);
            encode_text(text.as_bytes(), into);
        }
        ColumnValue::InvalidText(bytes) => {
            into.push(4);
            encode_text(bytes, into);
        }
        ColumnValue::Bytes(bytes) => {
            into.push(5);
            encode_text(bytes, into);
        }
        _ => into.push(0),
    }
}

fn decode_value(rest: &mut &[u8]) -> Option<ColumnValue> {
    let [tag] = take(rest)?;
    Some(match tag {
        0 => ColumnValue::Null,
        1 => ColumnValue::Integer(i64::from_le_bytes(take(rest)?)),
        2 => ColumnValue::Real(f64::from_bits(u64::from_le_bytes(take(rest)?))),
        3 => ColumnValue::Text(String::from_utf8(decode_text(rest)?).ok()?),
        4 => ColumnValue::InvalidText(decode_text(rest)?),
        5 => ColumnValue::Bytes(decode_text(rest)?),
        _ => return None,
    })
}

fn decode_text(rest: &mut &[u8]) -> Option<Vec<u8>> {
    let length = usize::try_from(u64::from_le_bytes(take(rest)?)).ok()?;
    let (text, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(text.to_vec())
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, after) = rest.split_first_chunk::<N>()?;
    *rest = after;
    Some(*taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_with_their_types_and_bytes() {
        let values = [
            ColumnValue::Null,
            ColumnValue::Integer(i64::MIN),
            ColumnValue::Real(-0.0),
            ColumnValue::Text("é".to_owned()),
            ColumnValue::InvalidText(vec![0xff]),
            ColumnValue::Bytes(vec![0, 1]),
        ];
        let mut encoded = Vec::new();
        values.iter().for_each(|value| encode_value(value, &mut encoded));
        let mut rest = encoded.as_slice();
        for value in &values {
            assert!(decode_value(&mut rest).unwrap().is_same(value), "{value:?}");
        }
        assert!(rest.is_empty());
    }

    #[test]
    fn damaged_bytes_are_no_pre_image() {
        let huge = [&[FORM][..], &[0; 16], &[0], &u32::MAX.to_le_bytes()].concat();
        for bytes in [&[][..], &[9; 40], &[FORM; 3], &huge] {
            assert!(Kept::read(bytes).is_none(), "{bytes:?}");
        }
    }

    #[test]
    fn a_hash_tells_two_texts_from_one() {
        assert_ne!(text_hash(["ab", ""]), text_hash(["a", "b"]));
        assert_eq!(text_hash([]), 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d);
    }
}
