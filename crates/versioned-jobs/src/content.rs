//! What a write replaces, as bytes to keep; and hashes by which a change of content is seen.
//!
//! Layer: jobs. Pure. Invariant: what was kept comes back with the same types and bytes, or is an error.
//!
//! A pre-image is a byte for its form (1), the hash of what replaced it, the model version that was written, and the
//! replaced columns by name, compressed as an LZ4 block: it is fast enough to stay a small part of a migration, and its
//! decoder is safe Rust.

use versioned_core::document::assemble;
use versioned_store::{
    ColumnKind, ColumnValue, EntityTable, Row, RowWrite, TableLayout, decode_columns,
    encode_columns,
};

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
        self.text(&encode_columns([(name, value)]));
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
    let mut columns = Vec::with_capacity(write.set.len());
    for (index, new) in &write.set {
        let name = table.columns()[*index].name.as_str();
        hash.column(name, new);
        columns.push((name, write.expected.values[*index].as_ref()?));
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
    kept.extend(lz4_flex::compress_prepend_size(&encode_columns(columns)));
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
        let columns = decode_columns(&decoded)?;
        Some(Self { hash, version, columns })
    }
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
