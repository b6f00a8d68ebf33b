//! JSON as a tree of slices of its text, by a reader of its own that shares nothing with the
//! library's.

/// A value and where it stands: nothing of the text is interpreted.
#[derive(Debug)]
pub(super) struct Raw<'t> {
    /// The text of the value, from its first byte to its last.
    pub(super) text: &'t str,
    /// What is in it; empty for a scalar.
    pub(super) parts: Vec<Part<'t>>,
}

/// An element, or a member with its key.
#[derive(Debug)]
pub(super) struct Part<'t> {
    /// The key as it is written between its quotes; `None` for an element.
    pub(super) key: Option<&'t str>,
    pub(super) value: Raw<'t>,
}

impl<'t> Raw<'t> {
    /// Reads a text, which must be JSON.
    pub(super) fn read(text: &'t str) -> Self {
        serde_json::from_str::<serde::de::IgnoredAny>(text).unwrap();
        let mut reader = Reader { text, at: 0 };
        let value = reader.value();
        reader.skip_blanks();
        assert_eq!(reader.at, text.len(), "text after the value");
        value
    }

    /// The last member that is written with this key.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        self.parts.iter().rfind(|part| part.key == Some(key)).map(|part| &part.value)
    }

    /// The text between the quotes of a member that is a string.
    pub(super) fn string(&self, key: &str) -> Option<&'t str> {
        self.get(key)?.text.strip_prefix('"')?.strip_suffix('"')
    }

    /// Where the value begins in the text that it was read from.
    pub(super) fn offset_in(&self, text: &str) -> usize {
        self.text.as_ptr() as usize - text.as_ptr() as usize
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn value(&mut self) -> Raw<'t> {
        self.skip_blanks();
        let start = self.at;
        let parts = match self.byte() {
            b'{' => self.parts(b'}', |reader| {
                reader.skip_blanks();
                let key = reader.string();
                reader.skip_blanks();
                reader.at += 1;
                Some(&key[1..key.len() - 1])
            }),
            b'[' => self.parts(b']', |_| None),
            b'"' => {
                self.string();
                Vec::new()
            }
            _ => {
                while !matches!(self.byte(), b',' | b']' | b'}' | b' ' | b'\t' | b'\n' | b'\r' | 0)
                {
                    self.at += 1;
                }
                Vec::new()
            }
        };
        Raw { text: &self.text[start..self.at], parts }
    }

    fn parts(&mut self, end: u8, key: impl Fn(&mut Self) -> Option<&'t str>) -> Vec<Part<'t>> {
        let mut parts = Vec::new();
        self.at += 1;
        self.skip_blanks();
        while self.byte() != end {
            if self.byte() == b',' {
                self.at += 1;
            }
            let key = key(self);
            parts.push(Part { key, value: self.value() });
            self.skip_blanks();
        }
        self.at += 1;
        parts
    }

    fn string(&mut self) -> &'t str {
        let start = self.at;
        self.at += 1;
        while self.byte() != b'"' {
            self.at += if self.byte() == b'\\' { 2 } else { 1 };
        }
        self.at += 1;
        &self.text[start..self.at]
    }

    fn skip_blanks(&mut self) {
        while matches!(self.byte(), b' ' | b'\t' | b'\n' | b'\r') {
            self.at += 1;
        }
    }

    /// The byte to read next; 0 at the end.
    fn byte(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or_default()
    }
}

#[test]
fn a_text_is_read_as_slices_of_itself() {
    let text = "\n{ \"a\\\"\": [ 1.0 ,\"]\\\\\", {}],\"a\": -0,\n\"a\": \"\\u00e9\" } ";
    let raw = Raw::read(text);
    assert_eq!(raw.text, text.trim());
    let keys: Vec<_> = raw.parts.iter().filter_map(|part| part.key).collect();
    assert_eq!(keys, ["a\\\"", "a", "a"]);
    let elements: Vec<_> = raw.parts[0].value.parts.iter().map(|part| part.value.text).collect();
    assert_eq!(elements, ["1.0", "\"]\\\\\"", "{}"]);
    assert_eq!((raw.parts[1].value.text, raw.string("a")), ("-0", Some("\\u00e9")));
    assert_eq!(raw.parts[1].value.offset_in(text), text.find("-0").unwrap());
}
