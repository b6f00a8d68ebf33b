//! An opened object: its members in their order.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use super::{
    key::Key,
    members::{Member, Members},
    read::LazyRef,
    spare,
    value::LazyValue,
};

/// An opened object. Members keep their order; new ones come last.
///
/// Look-up goes through the members one by one, from the last to the first.
#[derive(Clone, Default)]
pub struct LazyObject<'a> {
    pub(super) members: Members<'a>,
}

/// Room that an object gets at least when there is none for a member.
const ROOM_MIN: usize = 2;

/// Room for members that are extracted, before it is known how many they are.
const EXTRACT_ROOM: usize = 4;

impl<'a> LazyObject<'a> {
    /// An object without members.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many members it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.members.as_slice().len()
    }

    /// Whether it has no members.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.members.as_slice().is_empty()
    }

    /// Whether it has a member with this key.
    #[must_use]
    pub fn contains_key(&self, key: &str) -> bool {
        self.position(key).is_some()
    }

    /// The member with this key; of several, the last one.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<LazyRef<'_, 'a>> {
        self.find(key).map(|member| member.value.as_ref())
    }

    /// The member with this key, to change it; of several, the last one.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut LazyValue<'a>> {
        self.find_mut(key).map(|member| &mut member.value)
    }

    /// Sets a member, in its place if the key exists and last otherwise; gives what it replaced.
    pub fn insert(
        &mut self,
        key: impl Into<Cow<'a, str>>,
        value: impl Into<LazyValue<'a>>,
    ) -> Option<LazyValue<'a>> {
        let (key, value) = (key.into(), value.into());
        match self.find_mut(&key) {
            Some(member) => Some(std::mem::replace(&mut member.value, value)),
            None => {
                self.push(Member { key: Key::given(key), value });
                None
            }
        }
    }

    /// Removes the members with this key and gives the last of them.
    pub fn remove(&mut self, key: &str) -> Option<LazyValue<'a>> {
        let (position, is_alone) = self.positions(key)?;
        self.members.change_keys(|members| {
            let removed = members.remove(position).value;
            if !is_alone {
                // Behind it there is none.
                remove_before(members, position, key);
            }
            Some(removed)
        })
    }

    /// Renames a member, which keeps its place. Says whether there was one.
    ///
    /// A member that has the new key already is removed, so that the key stands once.
    pub fn rename(&mut self, from: &str, to: impl Into<Cow<'a, str>>) -> bool {
        let to = to.into();
        if from == to {
            return self.contains_key(from);
        }
        let Some((mut position, is_alone)) = self.positions(from) else { return false };
        if self.contains_key(&to) {
            self.remove(&to);
            let Some(moved) = self.position(from) else { return false };
            position = moved;
        }
        self.members.change_keys(|members| {
            members[position].key = Key::given(to);
            if !is_alone {
                // What is left of the old key stood before it and meant nothing.
                remove_before(members, position, from);
            }
        });
        true
    }

    /// Renames, all at once, the members for which `new_key` gives a key; they keep their places. Says whether there was one.
    ///
    /// `new_key` is asked for every member, with the key that it had. Where a new key stands twice then, the member that
    /// kept its key is removed, and of several renamed ones all but the last, so that it stands once.
    ///
    /// # Examples
    ///
    /// ```
    /// use versioned_core::LazyValue;
    ///
    /// let renamed = LazyValue::convert_str(r#"{"text": 1, "svg": 2, "other": 3}"#, |mut data| {
    ///     data.rename_each(|key| match key {
    ///         "text" => Some("text/plain"),
    ///         "svg" => Some("image/svg+xml"),
    ///         _ => None,
    ///     });
    ///     Ok(data)
    /// })?;
    /// assert_eq!(renamed, r#"{"text/plain":1,"image/svg+xml":2,"other":3}"#);
    /// # Ok::<(), versioned_core::ConversionError>(())
    /// ```
    pub fn rename_each<K: Into<Cow<'a, str>>>(
        &mut self,
        mut new_key: impl FnMut(&str) -> Option<K>,
    ) -> bool {
        self.members.change_keys(|members| {
            let mut renamed = Vec::new();
            for (position, member) in members.iter_mut().enumerate() {
                let key = new_key(&member.key.text());
                if let Some(key) = key {
                    member.key = Key::given(key.into());
                    renamed.push(position);
                }
            }
            if !renamed.is_empty() {
                remove_beside(members, &renamed);
            }
            !renamed.is_empty()
        })
    }

    /// Keeps the members for which `keep` is true, in their order.
    pub fn retain(&mut self, mut keep: impl FnMut(&str, &mut LazyValue<'a>) -> bool) {
        self.members.change_keys(|members| {
            members.retain_mut(|member| keep(&member.key.text(), &mut member.value));
        });
    }

    /// Moves the members for which `take` is true into an object of their own, in their order and spelling.
    #[must_use]
    pub fn extract(
        &mut self,
        mut take: impl FnMut(&str, &LazyValue<'a>) -> bool,
    ) -> LazyObject<'a> {
        let is_taken = |member: &mut Member<'a>| take(&member.key.text(), &member.value);
        let place = self.members.place();
        let taken = self.members.change_keys(|members| {
            let room = members.len().min(EXTRACT_ROOM);
            let mut taken = Vec::new();
            for member in members.extract_if(.., is_taken) {
                if taken.is_empty() {
                    taken = spare::members(room);
                }
                taken.push(member);
            }
            taken
        });
        LazyObject { members: Members::at(taken, place) }
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
        self.members.as_slice().iter().map(|member| (member.key.text(), member.value.as_ref()))
    }

    /// The members in their order, to change their values.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (Cow<'_, str>, &mut LazyValue<'a>)> {
        let members = self.members.as_mut_vec().iter_mut();
        members.map(|member| (member.key.text(), &mut member.value))
    }

    fn push(&mut self, member: Member<'a>) {
        // Less room than a `Vec` would take: objects are many, and few members are added to each.
        let members = self.members.as_mut_vec();
        if members.capacity() == 0 {
            *members = spare::members(ROOM_MIN);
        } else if members.len() == members.capacity() {
            members.reserve_exact(ROOM_MIN.max(1 + members.len() / 2));
        }
        members.push(member);
    }

    pub(super) fn position(&self, key: &str) -> Option<usize> {
        self.members.as_slice().iter().rposition(|member| member.key.is(key))
    }

    /// Where the last member with this key stands, and whether it is the only one.
    fn positions(&self, key: &str) -> Option<(usize, bool)> {
        let mut members = self.members.as_slice().iter();
        let position = members.rposition(|member| member.key.is(key))?;
        Some((position, !members.any(|member| member.key.is(key))))
    }

    fn find(&self, key: &str) -> Option<&Member<'a>> {
        self.members.as_slice().iter().rfind(|member| member.key.is(key))
    }

    fn find_mut(&mut self, key: &str) -> Option<&mut Member<'a>> {
        self.members.as_mut_vec().iter_mut().rfind(|member| member.key.is(key))
    }

    pub(super) fn value_mut(&mut self, position: usize) -> &mut LazyValue<'a> {
        &mut self.members.as_mut_vec()[position].value
    }
}

impl<'a> From<Vec<Member<'a>>> for LazyObject<'a> {
    /// Members of an object that does not stand in the text.
    fn from(members: Vec<Member<'a>>) -> Self {
        Self { members: Members::Alone(members) }
    }
}

/// Removes the members with this key that stand before a position.
#[cold]
fn remove_before(members: &mut Vec<Member<'_>>, position: usize, key: &str) {
    let mut index = 0..position;
    members.retain(|member| index.next().is_none_or(|_| !member.key.is(key)));
}

/// Removes the members that have the key of one of these that were renamed: of several renamed ones, the last one stays.
fn remove_beside(members: &mut Vec<Member<'_>>, renamed: &[usize]) {
    let mut stays = BTreeMap::new();
    for position in renamed {
        stays.insert(members[*position].key.as_ordered(), *position);
    }
    let gives_way = |(position, member): (usize, &Member<'_>)| {
        let stays = stays.get(&member.key.as_ordered())?;
        (*stays != position).then_some(position)
    };
    let removed: BTreeSet<usize> = members.iter().enumerate().filter_map(gives_way).collect();
    if !removed.is_empty() {
        let mut position = 0..;
        members.retain(|_| position.next().is_none_or(|position| !removed.contains(&position)));
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
                modify(entry.object.value_mut(entry.position));
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
        self.object.members.as_slice()[self.position].value.as_ref()
    }

    /// The value, to change it.
    #[must_use]
    pub fn into_mut(self) -> &'v mut LazyValue<'a> {
        self.object.value_mut(self.position)
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
        self.object.value_mut(position)
    }
}

#[cfg(test)]
mod tests {
    use crate::LazyValue;

    fn check(text: &str, expected: &str, names: &[(&str, &'static str)]) {
        let renamed = LazyValue::convert_str(text, |mut value| {
            value
                .try_object_mut()?
                .rename_each(|key| names.iter().find(|(from, _)| *from == key).map(|(_, to)| *to));
            Ok(value)
        });
        assert_eq!(renamed.expect(text), expected);
    }

    #[test]
    fn members_are_renamed_all_at_once() {
        check(r#"{ "a" : 1 }"#, r#"{"a":1}"#, &[("b", "c")]);
        check(r#"{"a":1,"b":2,"c":3}"#, r#"{"x":1,"b":2,"y":3}"#, &[("c", "y"), ("a", "x")]);
        // A key that another member had before.
        check(r#"{"a":1,"b":2,"c":3}"#, r#"{"b":1,"a":2,"c":3}"#, &[("a", "b"), ("b", "a")]);
        check(
            r#"{"a":1,"b":2,"c":3}"#,
            r#"{"b":1,"c":2,"d":3}"#,
            &[("a", "b"), ("b", "c"), ("c", "d")],
        );
        // A key that another member keeps, in front or behind.
        check(r#"{"a":1,"b":2,"c":3}"#, r#"{"a":2,"c":3}"#, &[("b", "a")]);
        check(r#"{"a":1,"b":2,"c":3}"#, r#"{"a":1,"c":2}"#, &[("b", "c")]);
        check(r#"{"a":1,"b":2,"a":3,"a":4}"#, r#"{"a":2}"#, &[("b", "a")]);
        // A key that two members get, one of them twice.
        check(r#"{"a":1,"b":2,"c":3}"#, r#"{"x":2,"c":3}"#, &[("a", "x"), ("b", "x")]);
        check(r#"{"a":1,"b":2,"a":3}"#, r#"{"b":2,"x":3}"#, &[("a", "x")]);
        check(r#"{"a":1,"b":2,"a":3}"#, r#"{"a":1,"b":2,"a":3}"#, &[("x", "a")]);
        check(r#"{"x":0,"a":1,"b":2,"a":3}"#, r#"{"x":3}"#, &[("a", "x"), ("b", "x")]);
        check(r#"{"a\u0062":1,"b":2}"#, r#"{"c\"":1,"b":2}"#, &[("ab", "c\"")]);
        // What no text can hold is no text that is written alike.
        check(r#"{"\ud800":1,"b":2}"#, r#"{"\ud800":1,"\\ud800":2}"#, &[("b", "\\ud800")]);
    }

    /// Maps are renamed too: one look for each of many members at all others would take minutes.
    #[test]
    fn members_of_a_large_object_are_renamed_in_a_moment() {
        let members: Vec<_> = (0..200_000).map(|number| format!("\"{number}\":0")).collect();
        let text = format!("{{{}}}", members.join(","));
        let renamed = LazyValue::convert_str(&text, |mut value| {
            let object = value.try_object_mut()?;
            object.rename_each(|key| Some(format!("{}x", key.len())));
            assert_eq!(object.len(), 6);
            Ok(value)
        });
        assert_eq!(renamed.expect("an object"), r#"{"1x":0,"2x":0,"3x":0,"4x":0,"5x":0,"6x":0}"#);
    }
}
