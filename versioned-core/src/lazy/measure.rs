//! How long and how deep the text of an opened value would be, at most.
//!
//! Layer: core. Invariant: in doubt too long and too deep; the text is written then, which decides.

use serde::de::DeserializeOwned;

use super::{
    deserialize,
    key::{Key, OtherKey},
    value::{LazyValue, Made, Node},
};
use crate::chain::Room;

/// Most bytes that a number takes.
const NUMBER: usize = 40;
/// Most bytes that a byte of a text takes in a string.
const ESCAPE: usize = 6;

impl LazyValue<'_> {
    /// The value as a type, and the most bytes that its text takes; `None` where the text has to be read.
    pub(crate) fn typed_within<T: DeserializeOwned>(&self, room: Room) -> Option<(T, usize)> {
        let mut measure = Measure { bytes: 0, depth_max: room.depth_max() };
        measure.add(self, 0)?;
        let object = deserialize::typed(self)?;
        Some((object, measure.bytes))
    }
}

/// What was measured so far.
struct Measure {
    bytes: usize,
    depth_max: usize,
}

impl Measure {
    /// `None` for what may be nested too deeply.
    fn add(&mut self, value: &LazyValue<'_>, level: usize) -> Option<()> {
        let made = match &value.node {
            Node::Slice(slice) => {
                self.bytes += slice.bytes();
                return (level + slice.depth_bound() <= self.depth_max).then_some(());
            }
            Node::Made(made) => &**made,
        };
        match made {
            Made::String(text) => self.bytes += of_string(text),
            Made::Number(_) => self.bytes += NUMBER,
            Made::NumberText(text) => self.bytes += text.len(),
            Made::List(elements, _) => {
                self.open(level)?;
                for element in elements {
                    self.bytes += 1;
                    self.add(element, level + 1)?;
                }
            }
            Made::Object(object) => {
                self.open(level)?;
                for member in &object.members {
                    self.bytes += 2 + of_key(&member.key);
                    self.add(&member.value, level + 1)?;
                }
            }
        }
        Some(())
    }

    fn open(&mut self, level: usize) -> Option<()> {
        self.bytes += 2;
        (level < self.depth_max).then_some(())
    }
}

const fn of_string(text: &str) -> usize {
    2 + ESCAPE * text.len()
}

fn of_key(key: &Key<'_>) -> usize {
    match key {
        Key::Plain(text) => of_string(text),
        Key::Other(other) => match &**other {
            OtherKey::Escaped(quoted, _) => quoted.len(),
            OtherKey::Given(given) => of_string(given),
        },
    }
}
