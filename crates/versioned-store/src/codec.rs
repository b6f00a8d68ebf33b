//! Columns as bytes, for what ledgers keep of rows.
//!
//! Layer: store. Invariant: what was encoded comes back with the same types and bytes, or not at all.

use crate::ColumnValue;

/// Columns with their names, as bytes.
///
/// A truth value comes back as the number 0 or 1, as from a database without truth values.
///
/// # Examples
///
/// ```
/// use versioned_store::{ColumnValue, decode_columns, encode_columns};
///
/// let columns = [("pages".to_owned(), ColumnValue::Integer(3))];
/// let bytes = encode_columns(columns.iter().map(|(name, value)| (name.as_str(), value)));
/// assert_eq!(decode_columns(&bytes), Some(columns.to_vec()));
/// assert_eq!(decode_columns(&bytes[1..]), None);
/// ```
#[must_use]
pub fn encode_columns<'c>(
    columns: impl IntoIterator<Item = (&'c str, &'c ColumnValue)>,
) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, value) in columns {
        encode_text(name.as_bytes(), &mut bytes);
        encode_value(value, &mut bytes);
    }
    bytes
}

/// The columns that were encoded; `None` where the bytes are not of [`encode_columns`].
#[must_use]
pub fn decode_columns(bytes: &[u8]) -> Option<Vec<(String, ColumnValue)>> {
    let mut rest = bytes;
    let mut columns = Vec::new();
    while !rest.is_empty() {
        let name = decode_text(&mut rest)?;
        columns.push((String::from_utf8(name).ok()?, decode_value(&mut rest)?));
    }
    Some(columns)
}

fn encode_text(bytes: &[u8], into: &mut Vec<u8>) {
    into.extend((bytes.len() as u64).to_le_bytes());
    into.extend(bytes);
}

fn encode_value(value: &ColumnValue, into: &mut Vec<u8>) {
    match value {
        ColumnValue::Null => into.push(0),
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
        let encoded = encode_columns(values.iter().map(|value| ("x", value)));
        let decoded = decode_columns(&encoded).unwrap();
        assert_eq!(decoded.len(), values.len());
        for ((name, found), expected) in decoded.iter().zip(&values) {
            assert!(name == "x" && found.is_same(expected), "{expected:?}");
        }
    }

    #[test]
    fn damaged_bytes_are_no_columns() {
        let value = ColumnValue::Text("a text".to_owned());
        let encoded = encode_columns([("x", &value)]);
        for length in 1..encoded.len() {
            assert_eq!(decode_columns(&encoded[..length]), None, "{length} bytes");
        }
        assert_eq!(decode_columns(&[0xff; 9]), None);
    }
}
