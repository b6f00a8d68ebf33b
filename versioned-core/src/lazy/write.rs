//! Writing a value: slices as they are, opened containers member by member.

use super::{
    plan::Plan,
    read::{LazyRef, Source},
    slice::Slice,
    value::{LazyValue, Node},
};
use crate::{
    ConversionError,
    chain::Room,
    json::{is_plain, strings::push_escaped},
};

impl<'a> LazyValue<'a> {
    /// The JSON text: parts that were not opened as they came, opened containers without blanks.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.as_ref().to_json()
    }

    /// Appends the JSON text to a buffer.
    pub fn write_to(&self, output: &mut String) {
        self.write_into(output);
    }

    /// The JSON text, if a reader accepts its nesting. The memory of what was opened is used again.
    pub(crate) fn into_json_within(self, room: Room) -> Result<String, ConversionError> {
        if room.bytes() >= PLANNED_MIN
            && !room.has_buffer()
            && let Some(text) = self.text_of_at_least(PLANNED_MIN)
        {
            return self.into_json_by_plan(text, room);
        }
        self.into_json_at_once(room)
    }

    /// Says how many levels the value has at most, too.
    pub(super) fn write_into(&self, output: &mut impl Sink) -> usize {
        Writer::write(&self.node, output)
    }

    fn into_json_at_once(self, room: Room) -> Result<String, ConversionError> {
        let mut output = room.buffer();
        let bound = self.write_into(&mut output);
        room.check(&output, bound)?;
        self.take_apart();
        Ok(output)
    }

    /// The same for a value of which most stands in this text, without its tree and the result in memory at the same time.
    #[cold]
    pub(super) fn into_json_by_plan(
        self,
        text: &'a str,
        room: Room,
    ) -> Result<String, ConversionError> {
        let mut plan = Plan::new(text);
        let bound = self.write_into(&mut plan);
        if !plan.saves_memory() {
            drop(plan);
            return self.into_json_at_once(room);
        }
        // What a thread keeps of a tree would keep the rest from going back to the system.
        drop(self);
        let output = plan.write();
        room.check(&output, bound)?;
        Ok(output)
    }

    /// The first text of this length of which the value has a part.
    pub(super) fn text_of_at_least(&self, length: usize) -> Option<&'a str> {
        match &self.node {
            Node::Slice(slice) => Some(slice.tape().text()).filter(|text| text.len() >= length),
            Node::List(list) => {
                list.elements.iter().find_map(|element| element.text_of_at_least(length))
            }
            Node::Object(object) => {
                let mut members = object.members.as_slice().iter();
                members.find_map(|member| member.value.text_of_at_least(length))
            }
            _ => None,
        }
    }
}

/// Shortest text whose results are planned before they are written: below, it saves little memory and no time.
const PLANNED_MIN: usize = 16 << 20;

impl LazyRef<'_, '_> {
    /// The JSON text, as [`LazyValue::to_json`] gives it.
    #[must_use]
    pub fn to_json(self) -> String {
        let mut output = String::new();
        match self.source {
            Source::Slice(slice) => output.push_str(slice.text()),
            Source::Node(node) => {
                Writer::write(node, &mut output);
            }
        }
        output
    }
}

/// Where the parts of a JSON text go.
pub(super) trait Sink {
    /// A part of a stored text, or a word.
    fn stored(&mut self, text: &str);

    /// A bracket, a comma or a colon.
    fn sign(&mut self, sign: u8);

    /// To append what a conversion gave.
    fn given(&mut self) -> &mut String;
}

impl Sink for String {
    #[inline]
    fn stored(&mut self, text: &str) {
        self.push_str(text);
    }

    #[inline]
    fn sign(&mut self, sign: u8) {
        self.push(sign.into());
    }

    #[inline]
    fn given(&mut self) -> &mut String {
        self
    }
}

/// Writes, and takes down how deep what it writes may be nested.
struct Writer<'o, S> {
    output: &'o mut S,
    level: usize,
    depth_bound: usize,
}

impl<'o, S: Sink> Writer<'o, S> {
    /// Writes a value, and says how many levels it has at most: what was opened is counted; of slices it is only known how
    /// deep their text goes at its deepest place.
    fn write(node: &Node<'_>, output: &'o mut S) -> usize {
        let mut writer = Self { output, level: 0, depth_bound: 0 };
        writer.node(node);
        writer.depth_bound
    }

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
        self.output.stored(slice.text());
        self.depth_bound = self.depth_bound.max(self.level + slice.depth_bound());
    }

    fn opened(&mut self, node: &Node<'_>) {
        match node {
            Node::Slice(slice) => self.slice(*slice),
            Node::Text(text) => push_string(text, self.output.given()),
            Node::ShortText(text) => push_string(text.as_str(), self.output.given()),
            Node::OwnedText(text) => push_string(text, self.output.given()),
            Node::Number(number) => self.output.given().push_str(&number.to_string()),
            Node::NumberText(text) => self.output.given().push_str(text),
            Node::List(list) => {
                self.open(b'[');
                for (index, element) in list.elements.iter().enumerate() {
                    if index > 0 {
                        self.output.sign(b',');
                    }
                    self.node(&element.node);
                }
                self.close(b']');
            }
            Node::Object(object) => {
                self.open(b'{');
                for (index, member) in object.members.as_slice().iter().enumerate() {
                    if index > 0 {
                        self.output.sign(b',');
                    }
                    member.key.write_to(self.output);
                    self.output.sign(b':');
                    self.node(&member.value.node);
                }
                self.close(b'}');
            }
        }
    }

    fn open(&mut self, bracket: u8) {
        self.output.sign(bracket);
        self.level += 1;
        self.depth_bound = self.depth_bound.max(self.level);
    }

    fn close(&mut self, bracket: u8) {
        self.output.sign(bracket);
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
