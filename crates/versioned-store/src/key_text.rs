//! Keys as one line of text that gives them back, for ledgers.
//!
//! Layer: store. Invariant: different keys have different texts, whatever their parts hold.

use serde_json::{Value, json};

use crate::{EntityKey, IdKind, KeyPart};

impl EntityKey {
    /// The key as a JSON array: integers and texts as they are, a UUID as `{"uuid": ".."}`.
    ///
    /// # Examples
    ///
    /// ```
    /// use versioned_store::EntityKey;
    ///
    /// let key = EntityKey::from("a/b");
    /// assert_eq!(key.to_ledger_text(), r#"["a/b"]"#);
    /// assert_eq!(EntityKey::from_ledger_text(&key.to_ledger_text()), Some(key));
    /// ```
    #[must_use]
    pub fn to_ledger_text(&self) -> String {
        let part = |part: &KeyPart| match part {
            KeyPart::Integer(number) => json!(number),
            KeyPart::Text(text) => json!(text),
            KeyPart::Uuid(_) => json!({"uuid": part.to_string()}),
        };
        Value::Array(self.parts().iter().map(part).collect()).to_string()
    }

    /// The key of which this is the text; `None` if it is none.
    #[must_use]
    pub fn from_ledger_text(text: &str) -> Option<Self> {
        let Value::Array(parts) = serde_json::from_str(text).ok()? else { return None };
        let part = |part: Value| match part {
            Value::Number(number) => Some(KeyPart::Integer(number.as_i64()?)),
            Value::String(text) => Some(KeyPart::Text(text)),
            Value::Object(mut uuid) => match uuid.remove("uuid")? {
                Value::String(text) => {
                    KeyPart::from_value(IdKind::UuidText, crate::ColumnValue::Text(text))
                }
                _ => None,
            },
            _ => None,
        };
        let parts: Vec<KeyPart> = parts.into_iter().map(part).collect::<Option<_>>()?;
        (!parts.is_empty()).then(|| Self::new(parts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_comes_back_from_its_ledger_text() {
        let uuid = KeyPart::Uuid([0xab; 16]);
        for parts in [
            vec![KeyPart::Integer(i64::MIN)],
            vec![KeyPart::Text("a/\"b\"\n".to_owned()), uuid, KeyPart::Integer(7)],
            vec![KeyPart::Text("7".to_owned())],
        ] {
            let key = EntityKey::new(parts);
            assert_eq!(EntityKey::from_ledger_text(&key.to_ledger_text()), Some(key));
        }
        for text in ["", "[]", "[1.5]", "[null]", r#"[{"uuid": "x"}]"#, "7"] {
            assert_eq!(EntityKey::from_ledger_text(text), None, "{text}");
        }
    }
}
