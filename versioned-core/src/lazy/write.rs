//! Writing a value: slices as they are, opened containers member by member.

use super::{
    read::{LazyRef, Source},
    value::{LazyValue, Made, Node},
};
use crate::{ConversionError, chain::Room};

impl LazyValue<'_> {
    /// The JSON text: parts that were not opened as they came, opened containers without blanks.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.as_ref().to_json()
    }

    /// Appends the JSON text to a buffer.
    pub fn write_to(&self, output: &mut String) {
        Writer { output, level: 0, depth_bound: 0 }.value(self);
    }

    /// The JSON text, if a reader accepts its nesting.
    pub(crate) fn to_json_within(&self, room: Room) -> Result<String, ConversionError> {
        let mut output = room.buffer();
        let mut writer = Writer { output: &mut output, level: 0, depth_bound: 0 };
        writer.value(self);
        // What was opened is counted; of slices it is only known how deep their text goes at its deepest place.
        let bound = writer.depth_bound;
        room.check(&output, bound)?;
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
            Source::Made(made) => {
                Writer { output: &mut output, level: 0, depth_bound: 0 }.made(made);
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
    #[inline]
    fn value(&mut self, value: &LazyValue<'_>) {
        match &value.node {
            Node::Slice(slice) => {
                self.output.push_str(slice.text());
                self.depth_bound = self.depth_bound.max(self.level + slice.depth_bound());
            }
            Node::Made(made) => self.made(made),
        }
    }

    fn made(&mut self, made: &Made<'_>) {
        match made {
            Made::String(text) => push_string(text, self.output),
            Made::Number(number) => self.output.push_str(&number.to_string()),
            Made::NumberText(text) => self.output.push_str(text),
            Made::List(elements, _) => {
                self.open('[');
                for (index, element) in elements.iter().enumerate() {
                    if index > 0 {
                        self.output.push(',');
                    }
                    self.value(element);
                }
                self.close(']');
            }
            Made::Object(object) => {
                self.open('{');
                for (index, member) in object.members.iter().enumerate() {
                    if index > 0 {
                        self.output.push(',');
                    }
                    member.key.write_to(self.output);
                    self.output.push(':');
                    self.value(&member.value);
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

/// Appends a text with its quotes and escapes.
pub(super) fn push_string(text: &str, output: &mut String) {
    output.push('"');
    crate::json::strings::push_escaped(text, output);
    output.push('"');
}
