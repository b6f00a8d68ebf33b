//! Writing a value: slices as they are, opened containers member by member.

use super::{
    read::{LazyRef, Source},
    slice::Slice,
    value::{LazyValue, Node},
};
use crate::{
    ConversionError,
    chain::Room,
    json::{is_plain, strings::push_escaped},
};

impl LazyValue<'_> {
    /// The JSON text: parts that were not opened as they came, opened containers without blanks.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.as_ref().to_json()
    }

    /// Appends the JSON text to a buffer.
    pub fn write_to(&self, output: &mut String) {
        Writer { output, level: 0, depth_bound: 0 }.node(&self.node);
    }

    /// The JSON text, if a reader accepts its nesting. What was opened is used again.
    pub(crate) fn into_json_within(self, room: Room) -> Result<String, ConversionError> {
        let mut output = room.buffer();
        let mut writer = Writer { output: &mut output, level: 0, depth_bound: 0 };
        writer.node(&self.node);
        // What was opened is counted; of slices it is only known how deep their text goes at its deepest place.
        let bound = writer.depth_bound;
        room.check(&output, bound)?;
        self.take_apart();
        Ok(output)
    }
}

impl LazyRef<'_, '_> {
    /// The JSON text, as [`LazyValue::to_json`] gives it.
    #[must_use]
    pub fn to_json(self) -> String {
        let mut output = String::new();
        match self.source {
            Source::Slice(slice) => output.push_str(slice.text()),
            Source::Node(node) => {
                Writer { output: &mut output, level: 0, depth_bound: 0 }.node(node);
            }
        }
        output
    }
}

/// Writes, and takes down how deep what it writes may be nested.
struct Writer<'o> {
    output: &'o mut String,
    level: usize,
    depth_bound: usize,
}

impl Writer<'_> {
    #[inline(always)]
    fn node(&mut self, node: &Node<'_>) {
        match node {
            // Most are written without a call.
            Node::Slice(slice) => self.slice(*slice),
            opened => self.opened(opened),
        }
    }

    #[inline(always)]
    fn slice(&mut self, slice: Slice<'_>) {
        self.output.push_str(slice.text());
        self.depth_bound = self.depth_bound.max(self.level + slice.depth_bound());
    }

    fn opened(&mut self, node: &Node<'_>) {
        match node {
            Node::Slice(slice) => self.slice(*slice),
            Node::Text(text) => push_string(text, self.output),
            Node::ShortText(text) => push_string(text.as_str(), self.output),
            Node::OwnedText(text) => push_string(text, self.output),
            Node::Number(number) => self.output.push_str(&number.to_string()),
            Node::NumberText(text) => self.output.push_str(text),
            Node::List(list) => {
                self.open('[');
                for (index, element) in list.elements.iter().enumerate() {
                    if index > 0 {
                        self.output.push(',');
                    }
                    self.node(&element.node);
                }
                self.close(']');
            }
            Node::Object(object) => {
                self.open('{');
                for (index, member) in object.members.as_slice().iter().enumerate() {
                    if index > 0 {
                        self.output.push(',');
                    }
                    member.key.write_to(self.output);
                    self.output.push(':');
                    self.node(&member.value.node);
                }
                self.close('}');
            }
        }
    }

    fn open(&mut self, bracket: char) {
        self.output.push(bracket);
        self.level += 1;
        self.depth_bound = self.depth_bound.max(self.level);
    }

    fn close(&mut self, bracket: char) {
        self.output.push(bracket);
        self.level -= 1;
    }
}

/// Most bytes of a text that is looked at as a whole.
const SHORT: usize = 32;

/// Appends a text with its quotes and escapes.
pub(super) fn push_string(text: &str, output: &mut String) {
    output.push('"');
    // Names that a conversion gives are short, and need no search for what has to be escaped.
    if text.len() <= SHORT && is_plain(text.as_bytes()) {
        output.push_str(text);
    } else {
        push_escaped(text, output);
    }
    output.push('"');
}
