//! An edit script out of bytes, and what it does to a lazy value.
//!
//! Every byte means something, so that no input is wasted; what is missing at the end is zero.

use serde_json::{Number, Value};
use versioned_core::{ConversionError, Entry, Kind, LazyValue, lazy};

/// More edits than this are not made, so that copies of copies stay small.
const EDITS_MAX: usize = 24;
/// The same for copies alone, each of which can double the value.
const COPIES_MAX: usize = 3;

/// Keys that edits use; some need escapes, some are likely to exist.
const KEYS: [&str; 8] = ["a", "b", "", "c\n", "é\"", "\\u0061", "0", "\u{0}/~1"];

/// One change of one value.
#[derive(Debug, Clone)]
pub struct Edit {
    /// Where: each number picks a member or element, counted round.
    pub path: Vec<usize>,
    /// What.
    pub change: Change,
}

/// What an edit does to the value at its path; nothing where that has another kind.
#[derive(Debug, Clone)]
pub enum Change {
    /// Sets a member.
    Insert(&'static str, Value),
    /// Removes a member.
    Remove(&'static str),
    /// Renames a member.
    Rename(&'static str, &'static str),
    /// Sets a member that does not exist; makes `true` of one that does.
    Enter(&'static str, Value),
    /// Removes the members whose keys have this many bytes or more.
    Retain(usize),
    /// Appends an element.
    Push(Value),
    /// Removes the element with this index.
    RemoveAt(usize),
    /// Puts another value in its place.
    Replace(Value),
    /// Puts every member or element into a list of its own.
    WrapEach,
    /// Moves it to a member of the whole value.
    MoveUp(&'static str),
    /// Copies it to a member of the whole value.
    CopyUp(&'static str),
    /// Reads it into a `Value` and makes a lazy value of that again.
    Reread,
    /// Replaces it by what serde writes of a `Value`.
    Rewrite,
    /// Turns a list round.
    Reverse,
}

/// A place below a value.
#[derive(Debug, Clone)]
pub enum Token {
    /// Under this key.
    Key(String),
    /// At this index.
    Index(usize),
}

/// Reads a script.
#[must_use]
pub fn read(bytes: &[u8]) -> Vec<Edit> {
    let mut reader = Reader(bytes);
    let mut edits = Vec::new();
    let mut copies = 0;
    while !reader.0.is_empty() && edits.len() < EDITS_MAX {
        let change = reader.change();
        copies += usize::from(matches!(change, Change::CopyUp(_)));
        let path = (0..reader.below(5)).map(|_| reader.below(256)).collect();
        if !(copies > COPIES_MAX && matches!(change, Change::CopyUp(_))) {
            edits.push(Edit { path, change });
        }
    }
    edits
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::from(self.byte()) % bound
    }

    fn key(&mut self) -> &'static str {
        KEYS[self.below(KEYS.len())]
    }

    fn eight(&mut self) -> [u8; 8] {
        std::array::from_fn(|_| self.byte())
    }

    fn value(&mut self) -> Value {
        match self.below(9) {
            0 => Value::Null,
            1 => self.byte().is_multiple_of(2).into(),
            2 => u64::from_le_bytes(self.eight()).into(),
            3 => i64::from_le_bytes(self.eight()).into(),
            4 => Number::from_f64(f64::from_le_bytes(self.eight())).into(),
            5 => Value::from([self.value_in_list()]),
            6 => {
                Value::Object([(self.key().to_owned(), self.value_in_list())].into_iter().collect())
            }
            7 => self.key().into(),
            _ => String::from_utf8_lossy(&self.eight()).into_owned().into(),
        }
    }

    fn value_in_list(&mut self) -> Value {
        if self.byte() < 0x60 { Value::from(self.byte()) } else { self.value() }
    }

    fn change(&mut self) -> Change {
        match self.below(14) {
            0 => Change::Insert(self.key(), self.value()),
            1 => Change::Remove(self.key()),
            2 => Change::Rename(self.key(), self.key()),
            3 => Change::Enter(self.key(), self.value()),
            4 => Change::Retain(self.below(4)),
            5 => Change::Push(self.value()),
            6 => Change::RemoveAt(self.below(8)),
            7 => Change::Replace(self.value()),
            8 => Change::WrapEach,
            9 => Change::MoveUp(self.key()),
            10 => Change::CopyUp(self.key()),
            11 => Change::Reread,
            12 => Change::Rewrite,
            _ => Change::Reverse,
        }
    }
}

/// Makes an edit, and says where; `None` if its path leads through a key that no text can hold.
///
/// # Panics
///
/// On a finding.
pub fn apply(root: &mut LazyValue<'_>, edit: &Edit) -> Option<Vec<Token>> {
    let tokens = follow(root, &edit.path);
    let mut target = Some(&mut *root);
    for token in &tokens {
        target = match (target, token) {
            (Some(value), Token::Key(key)) => value.get_mut(key),
            (Some(value), Token::Index(index)) => value.at_mut(*index),
            (None, _) => None,
        };
    }
    let target = target?;
    let moved = match &edit.change {
        Change::MoveUp(key) => Some((*key, target.take())),
        Change::CopyUp(key) => Some((*key, LazyValue::from(target.as_ref()))),
        change => {
            change_one(target, change);
            None
        }
    };
    if let Some((key, value)) = moved {
        // A value that is no object drops it.
        drop(root.insert(key, value));
    }
    Some(tokens)
}

/// The place that the numbers pick, each counted round; a scalar ends the path.
fn follow(root: &LazyValue<'_>, path: &[usize]) -> Vec<Token> {
    let mut value = root.as_ref();
    let mut tokens = Vec::new();
    for pick in path {
        let Some(index) = pick.checked_rem(value.len()) else { break };
        (value, tokens) = if value.kind() == Kind::List {
            tokens.push(Token::Index(index));
            (value.at(index).expect("the index is below the length"), tokens)
        } else {
            let (key, member) = value.members().nth(index).expect("it is below the length");
            // Of equal keys, look-up means the last one.
            let last = value.get(&key).unwrap_or(member);
            tokens.push(Token::Key(key.into_owned()));
            (last, tokens)
        };
    }
    tokens
}

fn change_one(value: &mut LazyValue<'_>, change: &Change) {
    match change {
        Change::Insert(key, new) => drop(value.insert(*key, new.clone())),
        Change::Remove(key) => drop(value.remove(key)),
        Change::Rename(from, to) => {
            let existed = value.get(from).is_some();
            assert_eq!(value.rename(from, *to), existed);
        }
        Change::Enter(key, new) => match value.entry(*key) {
            Some(Entry::Occupied(entry)) => *entry.into_mut() = true.into(),
            Some(Entry::Vacant(entry)) => *entry.insert(Value::Null) = new.clone().into(),
            None => {}
        },
        Change::Retain(length) => {
            if let Some(object) = value.as_object_mut() {
                object.retain(|key, _| key.len() < *length);
            }
        }
        Change::Push(new) => {
            if let Some(elements) = value.as_list_mut() {
                elements.push(new.clone().into());
            }
        }
        Change::RemoveAt(index) => {
            if let Some(elements) = value.as_list_mut()
                && *index < elements.len()
            {
                drop(elements.remove(*index));
            }
        }
        Change::Replace(new) => *value = new.clone().into(),
        Change::WrapEach => {
            let is_container = matches!(value.kind(), Kind::List | Kind::Object);
            let wrapped = value.map_each(|element| Ok(lazy!([element])));
            assert_eq!(wrapped.is_ok(), is_container);
        }
        Change::Reread => reread(value, |value| value.parse::<Value>().map(LazyValue::from)),
        Change::Rewrite => reread(value, |value| LazyValue::from_serialize(&value.to_value()?)),
        Change::Reverse => {
            if let Some(elements) = value.as_list_mut() {
                elements.reverse();
            }
        }
        Change::MoveUp(_) | Change::CopyUp(_) => unreachable!("these concern the whole value"),
    }
}

/// Replaces a value by what a way through serde makes of it; what `Value` would change stays.
fn reread(
    value: &mut LazyValue<'_>,
    way: impl Fn(&LazyValue<'_>) -> Result<LazyValue<'static>, ConversionError>,
) {
    if value.to_value().is_ok() {
        *value = way(value).expect("it was read before");
    } else {
        // Too deep, or hard to hold: it may be refused, but nothing may break.
        drop(way(value));
    }
}
