//! Access that fails with a reason and a place: for conversions that return a `Result`.

use std::borrow::Cow;

use super::{
    iterate::{LazyElements, LazyMembers},
    object::LazyObject,
    read::{Kind, LazyRef},
    value::{LazyValue, Place},
};
use crate::ConversionError;

/// Access that fails with a reason; the JSON pointer of the value comes with it.
impl<'v, 'a> LazyRef<'v, 'a> {
    /// An error with this message at the place of the value.
    ///
    /// # Examples
    ///
    /// ```
    /// use versioned_core::{ConversionError, LazyValue};
    ///
    /// fn check(notebook: LazyValue<'_>) -> Result<LazyValue<'_>, ConversionError> {
    ///     for cell in notebook.try_get("cells")?.try_elements()? {
    ///         let level = cell.try_get("level")?;
    ///         if level.try_u64()? > 6 {
    ///             return Err(level.refuse("there is no heading of that level"));
    ///         }
    ///     }
    ///     Ok(notebook)
    /// }
    /// let error = LazyValue::convert_str(r#"{"cells":[{"level":7}]}"#, check).unwrap_err();
    /// assert_eq!(error.pointer().unwrap().as_str(), "/cells/0/level");
    /// ```
    #[must_use]
    pub fn refuse(self, message: impl Into<Cow<'static, str>>) -> ConversionError {
        ConversionError::new(message).or_at_place(self.place())
    }

    /// The text.
    ///
    /// # Errors
    ///
    /// It is no text, or one with a lone surrogate, which Rust cannot hold.
    pub fn try_str(self) -> Result<Cow<'v, str>, ConversionError> {
        self.as_str().ok_or_else(|| match self.kind() {
            Kind::String => {
                ConversionError::new("a text with a lone surrogate, which cannot be read")
                    .or_at_place(self.place())
            }
            _ => self.is_not("a text"),
        })
    }

    /// The truth value.
    ///
    /// # Errors
    ///
    /// It is none.
    pub fn try_bool(self) -> Result<bool, ConversionError> {
        self.as_bool().ok_or_else(|| self.is_not("a truth value"))
    }

    /// The integer, written as one.
    ///
    /// # Errors
    ///
    /// It is no number, not written as an integer, or does not fit.
    pub fn try_i64(self) -> Result<i64, ConversionError> {
        self.as_i64().ok_or_else(|| self.is_not("an integer of 64 bits"))
    }

    /// The integer, written as one.
    ///
    /// # Errors
    ///
    /// It is no number, not written as an integer, negative, or does not fit.
    pub fn try_u64(self) -> Result<u64, ConversionError> {
        self.as_u64().ok_or_else(|| self.is_not("an integer of 64 bits that is not negative"))
    }

    /// The number, rounded to the nearest `f64`.
    ///
    /// # Errors
    ///
    /// It is no number, or beyond the largest `f64`.
    pub fn try_f64(self) -> Result<f64, ConversionError> {
        self.as_f64().ok_or_else(|| self.is_not("a number"))
    }

    /// The member with this key; of several, the last one.
    ///
    /// # Errors
    ///
    /// It is no object, or has no such member.
    pub fn try_get(self, key: &str) -> Result<LazyRef<'v, 'a>, ConversionError> {
        if self.kind() != Kind::Object {
            return Err(self.is_not("an object"));
        }
        self.get(key).ok_or_else(|| missing(self, key))
    }

    /// The elements of a list.
    ///
    /// # Errors
    ///
    /// It is no list.
    pub fn try_elements(self) -> Result<LazyElements<'v, 'a>, ConversionError> {
        if self.kind() == Kind::List { Ok(self.elements()) } else { Err(self.is_not("a list")) }
    }

    /// The members of an object in their order.
    ///
    /// # Errors
    ///
    /// It is no object.
    pub fn try_members(self) -> Result<LazyMembers<'v, 'a>, ConversionError> {
        if self.kind() == Kind::Object { Ok(self.members()) } else { Err(self.is_not("an object")) }
    }

    pub(super) fn is_not(self, expected: &str) -> ConversionError {
        let message = match self.number_text() {
            // An integer that does not fit is shown, cut after 40 characters.
            Some(number) if expected.starts_with("an integer") => {
                let number: String = number.chars().take(40).collect();
                format!("expected {expected}, found {number}")
            }
            _ => format!("expected {expected}, found {}", self.kind().with_article()),
        };
        ConversionError::new(message).or_at_place(self.place())
    }
}

fn missing(object: LazyRef<'_, '_>, key: &str) -> ConversionError {
    missing_at(object.place(), key)
}

/// The pointer of a missing member is that of the object.
fn missing_at(place: Place, key: &str) -> ConversionError {
    ConversionError::new(format!("member `{key}` is missing")).or_at_place(place)
}

/// Access that fails with a reason; the JSON pointer of the object comes with it.
impl<'a> LazyObject<'a> {
    /// The member with this key; of several, the last one.
    ///
    /// # Errors
    ///
    /// There is no such member.
    pub fn try_get(&self, key: &str) -> Result<LazyRef<'_, 'a>, ConversionError> {
        self.get(key).ok_or_else(|| missing_at(self.members.place(), key))
    }

    /// The member with this key, to change it; of several, the last one.
    ///
    /// # Errors
    ///
    /// There is no such member.
    pub fn try_get_mut(&mut self, key: &str) -> Result<&mut LazyValue<'a>, ConversionError> {
        // Asked in this order because an error needs the object again.
        match self.position(key) {
            Some(position) => Ok(self.value_mut(position)),
            None => Err(missing_at(self.members.place(), key)),
        }
    }
}

/// Access that fails with a reason; the JSON pointer of the value comes with it.
impl<'a> LazyValue<'a> {
    /// An error with this message at the place of the value; see [`LazyRef::refuse`].
    #[must_use]
    pub fn refuse(&self, message: impl Into<Cow<'static, str>>) -> ConversionError {
        self.as_ref().refuse(message)
    }

    /// The text.
    ///
    /// # Errors
    ///
    /// It is no text, or one with a lone surrogate, which Rust cannot hold.
    pub fn try_str(&self) -> Result<Cow<'_, str>, ConversionError> {
        self.as_ref().try_str()
    }

    /// The truth value.
    ///
    /// # Errors
    ///
    /// It is none.
    pub fn try_bool(&self) -> Result<bool, ConversionError> {
        self.as_ref().try_bool()
    }

    /// The integer, written as one.
    ///
    /// # Errors
    ///
    /// It is no number, not written as an integer, or does not fit.
    pub fn try_i64(&self) -> Result<i64, ConversionError> {
        self.as_ref().try_i64()
    }

    /// The integer, written as one.
    ///
    /// # Errors
    ///
    /// It is no number, not written as an integer, negative, or does not fit.
    pub fn try_u64(&self) -> Result<u64, ConversionError> {
        self.as_ref().try_u64()
    }

    /// The number, rounded to the nearest `f64`.
    ///
    /// # Errors
    ///
    /// It is no number, or beyond the largest `f64`.
    pub fn try_f64(&self) -> Result<f64, ConversionError> {
        self.as_ref().try_f64()
    }

    /// The member with this key; of several, the last one.
    ///
    /// # Errors
    ///
    /// It is no object, or has no such member.
    pub fn try_get(&self, key: &str) -> Result<LazyRef<'_, 'a>, ConversionError> {
        self.as_ref().try_get(key)
    }

    /// The elements of a list.
    ///
    /// # Errors
    ///
    /// It is no list.
    pub fn try_elements(&self) -> Result<LazyElements<'_, 'a>, ConversionError> {
        self.as_ref().try_elements()
    }

    /// The members of an object in their order.
    ///
    /// # Errors
    ///
    /// It is no object.
    pub fn try_members(&self) -> Result<LazyMembers<'_, 'a>, ConversionError> {
        self.as_ref().try_members()
    }

    /// The object, opened.
    ///
    /// # Errors
    ///
    /// It is no object.
    pub fn try_object_mut(&mut self) -> Result<&mut LazyObject<'a>, ConversionError> {
        // Asked in this order because an error needs the value again.
        if self.kind() != Kind::Object {
            return Err(self.as_ref().is_not("an object"));
        }
        self.as_object_mut().ok_or_else(|| unreachable!("its kind was checked"))
    }

    /// The list, opened.
    ///
    /// # Errors
    ///
    /// It is no list.
    pub fn try_list_mut(&mut self) -> Result<&mut Vec<LazyValue<'a>>, ConversionError> {
        if self.kind() != Kind::List {
            return Err(self.as_ref().is_not("a list"));
        }
        self.as_list_mut().ok_or_else(|| unreachable!("its kind was checked"))
    }

    /// The member with this key, to change it; of several, the last one.
    ///
    /// # Errors
    ///
    /// It is no object, or has no such member.
    pub fn try_get_mut(&mut self, key: &str) -> Result<&mut LazyValue<'a>, ConversionError> {
        let position = self.try_position(key)?;
        Ok(self.try_object_mut()?.value_mut(position))
    }

    /// Where the member with this key stands in the object, which is opened if it has one.
    fn try_position(&mut self, key: &str) -> Result<usize, ConversionError> {
        let unopened = self.unopened();
        let object = self.try_object_mut()?;
        // The key is expected to be there, so that the members are gone through once.
        if let Some(position) = object.position(key) {
            return Ok(position);
        }
        let error = missing_at(object.members.place(), key);
        if let Some(slice) = unopened {
            *self = slice.into();
        }
        Err(error)
    }

    /// Sets a member, in its place if the key exists and last otherwise; gives what it replaced.
    ///
    /// # Errors
    ///
    /// This is no object.
    pub fn try_insert(
        &mut self,
        key: impl Into<Cow<'a, str>>,
        value: impl Into<LazyValue<'a>>,
    ) -> Result<Option<LazyValue<'a>>, ConversionError> {
        Ok(self.try_object_mut()?.insert(key, value))
    }

    /// Removes the members with this key and gives the last of them.
    ///
    /// # Errors
    ///
    /// This is no object, or has no such member.
    pub fn try_remove(&mut self, key: &str) -> Result<LazyValue<'a>, ConversionError> {
        self.try_position(key)?;
        let place = self.as_ref().place();
        self.try_object_mut()?.remove(key).ok_or_else(|| missing_at(place, key))
    }

    /// The elements of a list, to change them.
    ///
    /// # Errors
    ///
    /// It is no list.
    pub fn try_elements_mut(
        &mut self,
    ) -> Result<impl Iterator<Item = &mut LazyValue<'a>>, ConversionError> {
        Ok(self.try_element_slice_mut()?.iter_mut())
    }

    /// The elements of a list, which is not opened if it has none.
    fn try_element_slice_mut(&mut self) -> Result<&mut [LazyValue<'a>], ConversionError> {
        if self.kind() == Kind::List && self.is_empty() {
            return Ok(&mut []);
        }
        self.try_list_mut().map(Vec::as_mut_slice)
    }

    /// The members of an object in their order, to change their values.
    ///
    /// # Errors
    ///
    /// It is no object.
    pub fn try_members_mut(
        &mut self,
    ) -> Result<impl Iterator<Item = (Cow<'_, str>, &mut LazyValue<'a>)>, ConversionError> {
        Ok(self.try_object_mut()?.iter_mut())
    }

    /// The members of an object that are objects themselves, opened: for conversions that change every one of them.
    ///
    /// What is opened costs one walk over its members; look-ups in it are cheap afterwards, in later steps too.
    ///
    /// # Errors
    ///
    /// It is no object, or one of its members is none; nothing is changed then.
    pub fn try_object_members_mut(
        &mut self,
    ) -> Result<impl Iterator<Item = (Cow<'_, str>, &mut LazyObject<'a>)>, ConversionError> {
        let object = self.try_object_mut()?;
        for (_, value) in object.iter_mut() {
            value.try_object_mut()?;
        }
        Ok(object.iter_mut().map(|(key, value)| (key, opened_object(value))))
    }

    /// The elements of a list, all of them objects, opened: for conversions that change every one of them.
    ///
    /// # Errors
    ///
    /// It is no list, or one of its elements is no object; nothing is changed then.
    pub fn try_object_elements_mut(
        &mut self,
    ) -> Result<impl Iterator<Item = &mut LazyObject<'a>>, ConversionError> {
        let elements = self.try_element_slice_mut()?;
        for element in elements.iter_mut() {
            element.try_object_mut()?;
        }
        Ok(elements.iter_mut().map(opened_object))
    }
}

/// An object that was opened.
fn opened_object<'v, 'a>(value: &'v mut LazyValue<'a>) -> &'v mut LazyObject<'a> {
    value.as_object_mut().unwrap_or_else(|| unreachable!("all of them were opened"))
}
