//! Writing a value: slices as they are, opened containers member by member.

use super::{
    read::{LazyRef, Source},
    value::{LazyValue, Node},
};

impl LazyValue<'_> {
    /// The JSON text: parts that were not opened as they came, opened containers without blanks.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.as_ref().to_json()
    }

    /// The JSON text, which is expected to be about as long as the text that the value came from.
    pub(crate) fn to_json_of_about(&self, bytes: usize) -> String {
        let mut output = String::with_capacity(bytes + bytes / 16 + 64);
        self.write_to(&mut output);
        output
    }

    /// Appends the JSON text to a buffer.
    pub fn write_to(&self, output: &mut String) {
        match &self.node {
            Node::Scalar(text) => output.push_str(text),
            Node::Container(tape, container) => output.push_str(tape.container_text(*container)),
            Node::String(text) => push_string(text, output),
            Node::Number(number) => output.push_str(&number.to_string()),
            Node::NumberText(text) => output.push_str(text),
            Node::List(elements, _) => {
                output.push('[');
                for (index, element) in elements.iter().enumerate() {
                    if index > 0 {
                        output.push(',');
                    }
                    element.write_to(output);
                }
                output.push(']');
            }
            Node::Object(object) => {
                output.push('{');
                for (index, member) in object.members.iter().enumerate() {
                    if index > 0 {
                        output.push(',');
                    }
                    member.key.write_to(output);
                    output.push(':');
                    member.value.write_to(output);
                }
                output.push('}');
            }
        }
    }
}

impl LazyRef<'_, '_> {
    /// The JSON text, as [`LazyValue::to_json`] gives it.
    #[must_use]
    pub fn to_json(self) -> String {
        let mut output = String::new();
        match self.source {
            Source::Opened(value) => value.write_to(&mut output),
            Source::Scalar(text) => output.push_str(text),
            Source::Container(tape, container) => output.push_str(tape.container_text(container)),
        }
        output
    }
}

/// Appends a text with its quotes and escapes.
pub(super) fn push_string(text: &str, output: &mut String) {
    const HEX: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    output.push('"');
    let mut copied = 0;
    loop {
        let special = crate::json::strings::find_special(text.as_bytes(), copied);
        output.push_str(&text[copied..special]);
        let Some(byte) = text.as_bytes().get(special) else { break };
        match byte {
            b'"' => output.push_str("\\\""),
            b'\\' => output.push_str("\\\\"),
            b'\n' => output.push_str("\\n"),
            b'\r' => output.push_str("\\r"),
            b'\t' => output.push_str("\\t"),
            control => {
                output.push_str("\\u00");
                output.push(HEX[usize::from(control >> 4)]);
                output.push(HEX[usize::from(control & 15)]);
            }
        }
        copied = special + 1;
    }
    output.push('"');
}
