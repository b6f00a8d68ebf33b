//! An opened object: its members in their order.

use std::borrow::Cow;

use super::{
    key::Key,
    read::LazyRef,
    value::{LazyValue, Place},
};

/// An opened object. Members keep their order; new ones come last.
///
/// Look-up goes through the members one by one, from the last to the first.
#[derive(Clone, Default)]
pub struct LazyObject<'a> {
    pub(super) members: Vec<Member<'a>>,
    pub(super) place: Place,
}

#[derive(Clone)]
pub(super) struct Member<'a> {
    pub(super) key: Key<'a>,
    pub(super) value: LazyValue<'a>,
}

impl<'a> LazyObject<'a> {
    /// An object without members.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many members it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether it has no members.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Whether it has a member with this key.
    #[must_use]
    pub fn contains_key(&self, key: &str) -> bool {
        self.position(key).is_some()
    }

    /// The member with this key; of several, the last one.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<LazyRef<'_, 'a>> {
        self.position(key).map(|position| self.members[position].value.as_ref())
    }

    /// The member with this key, to change it; of several, the last one.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut LazyValue<'a>> {
        self.position(key).map(|position| &mut self.members[position].value)
    }

    /// Sets a member, in its place if the key exists and last otherwise; gives what it replaced.
    pub fn insert(
        &mut self,
        key: impl Into<Cow<'a, str>>,
        value: impl Into<LazyValue<'a>>,
    ) -> Option<LazyValue<'a>> {
        let (key, value) = (key.into(), value.into());
        match self.position(&key) {
            Some(position) => Some(std::mem::replace(&mut self.members[position].value, value)),
            None => {
                self.push(Member { key: Key::given(key), value });
                None
            }
        }
    }

    /// Removes the members with this key and gives the last of them.
    pub fn remove(&mut self, key: &str) -> Option<LazyValue<'a>> {
        let position = self.position(key)?;
        let removed = self.members.remove(position).value;
        // Behind it there is none.
        self.remove_before(position, key);
        Some(removed)
    }

    /// Removes the members with this key that stand before a position.
    fn remove_before(&mut self, position: usize, key: &str) {
        if self.members[..position].iter().any(|member| member.key.is(key)) {
            let mut index = 0..position;
            self.members.retain(|member| index.next().is_none_or(|_| !member.key.is(key)));
        }
    }

    /// Renames a member, which keeps its place. Says whether there was one.
    ///
    /// A member that has the new key already is removed, so that the key stands once.
    pub fn rename(&mut self, from: &str, to: impl Into<Cow<'a, str>>) -> bool {
        let to = to.into();
        if from == to {
            return self.contains_key(from);
        }
        let Some(mut position) = self.position(from) else { return false };
        if self.contains_key(&to) {
            self.remove(&to);
            let Some(moved) = self.position(from) else { return false };
            position = moved;
        }
        self.members[position].key = Key::given(to);
        // What is left of the old key stood before it and meant nothing.
        self.remove_before(position, from);
        true
    }

    /// Keeps the members for which `keep` is true, in their order.
    pub fn retain(&mut self, mut keep: impl FnMut(&str, &mut LazyValue<'a>) -> bool) {
        self.members.retain_mut(|member| keep(&member.key.text(), &mut member.value));
    }

    /// Moves the members for which `take` is true into an object of their own, in their order and spelling.
    #[must_use]
    pub fn extract(
        &mut self,
        mut take: impl FnMut(&str, &LazyValue<'a>) -> bool,
    ) -> LazyObject<'a> {
        let is_taken = |member: &mut Member<'a>| take(&member.key.text(), &member.value);
        let members = self.members.extract_if(.., is_taken).collect();
        LazyObject { members, place: self.place }
    }

    /// The place of a key, to look and then set without a second look-up.
    pub fn entry(&mut self, key: impl Into<Cow<'a, str>>) -> Entry<'_, 'a> {
        let key = key.into();
        match self.position(&key) {
            Some(position) => Entry::Occupied(OccupiedEntry { object: self, position }),
            None => Entry::Vacant(VacantEntry { object: self, key }),
        }
    }

    /// The members in their order.
    pub fn iter(&self) -> impl Iterator<Item = (Cow<'_, str>, LazyRef<'_, 'a>)> {
        self.members.iter().map(|member| (member.key.text(), member.value.as_ref()))
    }

    /// The members in their order, to change their values.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (Cow<'_, str>, &mut LazyValue<'a>)> {
        self.members.iter_mut().map(|member| (member.key.text(), &mut member.value))
    }

    fn push(&mut self, member: Member<'a>) {
        // Less room than a `Vec` would take: objects are many, and few members are added to each.
        if self.members.len() == self.members.capacity() {
            self.members.reserve_exact(2.max(1 + self.members.len() / 2));
        }
        self.members.push(member);
    }

    fn position(&self, key: &str) -> Option<usize> {
        self.members.iter().rposition(|member| member.key.is(key))
    }
}

/// The place of a key in an object.
#[expect(clippy::exhaustive_enums, reason = "a key exists or does not")]
#[derive(Debug)]
pub enum Entry<'v, 'a> {
    /// The key exists.
    Occupied(OccupiedEntry<'v, 'a>),
    /// The key does not exist.
    Vacant(VacantEntry<'v, 'a>),
}

impl<'v, 'a> Entry<'v, 'a> {
    /// The value; this one is inserted if there is none.
    pub fn or_insert(self, default: impl Into<LazyValue<'a>>) -> &'v mut LazyValue<'a> {
        self.or_insert_with(|| default.into())
    }

    /// The value; what `default` gives is inserted if there is none.
    pub fn or_insert_with(self, default: impl FnOnce() -> LazyValue<'a>) -> &'v mut LazyValue<'a> {
        match self {
            Self::Occupied(entry) => entry.into_mut(),
            Self::Vacant(entry) => entry.insert(default()),
        }
    }

    /// Changes the value if there is one.
    #[must_use]
    pub fn and_modify(self, modify: impl FnOnce(&mut LazyValue<'a>)) -> Self {
        match self {
            Self::Occupied(entry) => {
                modify(&mut entry.object.members[entry.position].value);
                Self::Occupied(entry)
            }
            vacant @ Self::Vacant(_) => vacant,
        }
    }
}

/// A key that exists.
#[derive(Debug)]
pub struct OccupiedEntry<'v, 'a> {
    object: &'v mut LazyObject<'a>,
    position: usize,
}

impl<'v, 'a> OccupiedEntry<'v, 'a> {
    /// The value.
    #[must_use]
    pub fn get(&self) -> LazyRef<'_, 'a> {
        self.object.members[self.position].value.as_ref()
    }

    /// The value, to change it.
    #[must_use]
    pub fn into_mut(self) -> &'v mut LazyValue<'a> {
        &mut self.object.members[self.position].value
    }
}

/// A key that does not exist.
#[derive(Debug)]
pub struct VacantEntry<'v, 'a> {
    object: &'v mut LazyObject<'a>,
    key: Cow<'a, str>,
}

impl<'v, 'a> VacantEntry<'v, 'a> {
    /// Inserts a value under the key, as the last member.
    pub fn insert(self, value: impl Into<LazyValue<'a>>) -> &'v mut LazyValue<'a> {
        let position = self.object.len();
        self.object.push(Member { key: Key::given(self.key), value: value.into() });
        &mut self.object.members[position].value
    }
}
