//! Changing a value: every method opens what it goes through, one level each.

use std::borrow::Cow;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{
    iterate::{LazyElements, LazyMembers},
    object::{Entry, LazyObject},
    read::{Kind, LazyRef, list_index, tokens},
    value::{LazyValue, List, Node, Place},
};
use crate::ConversionError;

/// Reading: the same methods as [`LazyRef`], which opens nothing.
impl<'a> LazyValue<'a> {
    /// Which kind of value it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.as_ref().kind()
    }

    /// Whether it is `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.as_ref().is_null()
    }

    /// The truth value, if it is one.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        self.as_ref().as_bool()
    }

    /// The text, if it is one; `None` too for a text with a lone surrogate, which Rust cannot hold.
    #[must_use]
    pub fn as_str(&self) -> Option<Cow<'_, str>> {
        self.as_ref().as_str()
    }

    /// The last character of a text, for which no more of it is decoded; `None` if this is no text, an empty one, or
    /// one that ends in a lone surrogate.
    #[must_use]
    pub fn last_char(&self) -> Option<char> {
        self.as_ref().last_char()
    }

    /// The text of a number, as it is written.
    #[must_use]
    pub fn number_text(&self) -> Option<Cow<'_, str>> {
        self.as_ref().number_text()
    }

    /// The integer, if it is written as one (not 1.0 or 1e2) and fits.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        self.as_ref().as_i64()
    }

    /// The integer, if it is written as one (not 1.0 or 1e2), is not negative, and fits.
    #[must_use]
    pub fn as_u64(&self) -> Option<u64> {
        self.as_ref().as_u64()
    }

    /// The number, rounded to the nearest `f64`; `None` if it is beyond the largest one.
    #[must_use]
    pub fn as_f64(&self) -> Option<f64> {
        self.as_ref().as_f64()
    }

    /// How many members or elements it has; 0 for a scalar.
    #[must_use]
    pub fn len(&self) -> usize {
        self.as_ref().len()
    }

    /// Whether it has no members or elements.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.as_ref().is_empty()
    }

    /// The member with this key; of several, the last one.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<LazyRef<'_, 'a>> {
        self.as_ref().get(key)
    }

    /// The element with this index.
    #[must_use]
    pub fn at(&self, index: usize) -> Option<LazyRef<'_, 'a>> {
        self.as_ref().at(index)
    }

    /// The value that a JSON pointer (RFC 6901) leads to.
    #[must_use]
    pub fn pointer(&self, pointer: &str) -> Option<LazyRef<'_, 'a>> {
        self.as_ref().pointer(pointer)
    }

    /// The elements of a list; none for anything else.
    #[must_use]
    pub fn elements(&self) -> LazyElements<'_, 'a> {
        self.as_ref().elements()
    }

    /// The members of an object in their order; none for anything else.
    #[must_use]
    pub fn members(&self) -> LazyMembers<'_, 'a> {
        self.as_ref().members()
    }

    /// Deserialises the value, straight from its slice of the text where it was not opened.
    ///
    /// # Errors
    ///
    /// [`ConversionError`] with a JSON pointer if the type does not accept it.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, ConversionError> {
        self.as_ref().parse()
    }

    /// The value as a tree of serde_json's.
    ///
    /// # Errors
    ///
    /// [`ConversionError`] with a JSON pointer for what that cannot hold unchanged.
    pub fn to_value(&self) -> Result<Value, ConversionError> {
        self.as_ref().to_value()
    }
}

/// Changing.
impl<'a> LazyValue<'a> {
    /// The object, opened, if it is one.
    pub fn as_object_mut(&mut self) -> Option<&mut LazyObject<'a>> {
        match self.opened() {
            Node::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The list, opened, if it is one.
    pub fn as_list_mut(&mut self) -> Option<&mut Vec<LazyValue<'a>>> {
        match self.opened() {
            Node::List(list) => Some(&mut list.elements),
            _ => None,
        }
    }

    /// The member with this key, to change it; of several, the last one.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut LazyValue<'a>> {
        self.as_object_mut()?.get_mut(key)
    }

    /// The element with this index, to change it.
    pub fn at_mut(&mut self, index: usize) -> Option<&mut LazyValue<'a>> {
        self.as_list_mut()?.get_mut(index)
    }

    /// The value that a JSON pointer (RFC 6901) leads to, to change it.
    pub fn pointer_mut(&mut self, pointer: &str) -> Option<&mut LazyValue<'a>> {
        let mut value = self;
        for token in tokens(pointer)? {
            value = match value.kind() {
                Kind::Object => value.get_mut(&token)?,
                Kind::List => value.at_mut(list_index(&token)?)?,
                _ => return None,
            };
        }
        Some(value)
    }

    /// Sets a member of an object, in its place if the key exists and last otherwise. Gives what it replaced; nothing
    /// happens if this is no object.
    pub fn insert(
        &mut self,
        key: impl Into<Cow<'a, str>>,
        value: impl Into<LazyValue<'a>>,
    ) -> Option<LazyValue<'a>> {
        self.as_object_mut()?.insert(key, value)
    }

    /// Removes the members with this key from an object and gives the last of them.
    pub fn remove(&mut self, key: &str) -> Option<LazyValue<'a>> {
        // Not opened for a key that it does not have.
        if self.unopened().is_some() {
            self.get(key)?;
        }
        self.as_object_mut()?.remove(key)
    }

    /// Renames a member of an object, which keeps its place. Says whether there was one.
    pub fn rename(&mut self, from: &str, to: impl Into<Cow<'a, str>>) -> bool {
        if self.unopened().is_some() && self.get(from).is_none() {
            return false;
        }
        self.as_object_mut().is_some_and(|object| object.rename(from, to))
    }

    /// Renames members of an object all at once; see [`LazyObject::rename_each`]. Says whether there was one to rename: if
    /// not, the object is not opened.
    pub fn rename_each<K: Into<Cow<'a, str>>>(
        &mut self,
        new_key: impl FnMut(&str) -> Option<K>,
    ) -> bool {
        let unopened = self.unopened();
        if self.is_empty() {
            return false;
        }
        let is_renamed = self.as_object_mut().is_some_and(|object| object.rename_each(new_key));
        if let Some(slice) = unopened.filter(|_| !is_renamed) {
            *self = slice.into();
        }
        is_renamed
    }

    /// The place of a key in an object; `None` if this is no object.
    pub fn entry(&mut self, key: impl Into<Cow<'a, str>>) -> Option<Entry<'_, 'a>> {
        Some(self.as_object_mut()?.entry(key))
    }

    /// The elements of a list, to change them; none for anything else.
    pub fn elements_mut(&mut self) -> impl Iterator<Item = &mut LazyValue<'a>> {
        self.as_list_mut().into_iter().flatten()
    }

    /// The members of an object in their order, to change their values; none for anything else.
    pub fn members_mut(&mut self) -> impl Iterator<Item = (Cow<'_, str>, &mut LazyValue<'a>)> {
        self.as_object_mut().into_iter().flat_map(LazyObject::iter_mut)
    }

    /// Replaces every element of a list, or every member's value of an object, by what `map` makes of it.
    ///
    /// # Errors
    ///
    /// The first error of `map`; a pointer that `map` named with [`at`](ConversionError::at) is taken to be relative to the
    /// element. An error too if this is neither a list nor an object.
    pub fn map_each(
        &mut self,
        mut map: impl FnMut(LazyValue<'a>) -> Result<LazyValue<'a>, ConversionError>,
    ) -> Result<(), ConversionError> {
        match self.opened() {
            Node::List(list) => {
                let List { elements, place } = &mut **list;
                elements.iter_mut().try_for_each(|element| replace(element, *place, &mut map))
            }
            Node::Object(LazyObject { members }) => {
                let place = members.place();
                let mut values = members.as_mut_vec().iter_mut().map(|member| &mut member.value);
                values.try_for_each(|value| replace(value, place, &mut map))
            }
            _ => Err(self.as_ref().is_not("a list or an object")),
        }
    }

    /// Takes the value out and leaves `null`.
    #[must_use]
    pub fn take(&mut self) -> LazyValue<'a> {
        std::mem::take(self)
    }
}

/// Replaces a value; an error gets the place of the value, or of the container around it, unless it has one.
fn replace<'a>(
    value: &mut LazyValue<'a>,
    around: Place,
    map: &mut impl FnMut(LazyValue<'a>) -> Result<LazyValue<'a>, ConversionError>,
) -> Result<(), ConversionError> {
    let own = value.as_ref().place();
    let place = if own == 0 { around } else { own };
    *value = map(value.take()).map_err(|error| error.below(place))?;
    Ok(())
}
