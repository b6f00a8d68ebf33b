//! Making values: from Rust values, from serde_json's, from anything that serialises, and with `lazy!`.

use std::{borrow::Cow, fmt};

use serde::Serialize;
use serde_json::{Number, Value};

use super::{
    key::{Key, RawKey},
    members::Member,
    object::LazyObject,
    read::{Kind, LazyRef},
    short::ShortText,
    slice::Slice,
    tape::Tape,
    value::{LazyValue, List, Node},
};
use crate::{
    ConversionError,
    json::{Limits, Pointer},
};

impl<'a> LazyValue<'a> {
    /// `null`.
    #[must_use]
    pub const fn null() -> Self {
        Self { node: Node::Slice(Slice::NULL) }
    }

    /// An object without members.
    #[must_use]
    pub fn object() -> Self {
        LazyObject::new().into()
    }

    /// A list without elements.
    #[must_use]
    pub fn list() -> Self {
        list(Vec::new())
    }

    /// A number; `None` for an infinite one or NaN, which JSON does not have.
    #[must_use]
    pub fn from_f64(number: f64) -> Option<Self> {
        Number::from_f64(number).map(|number| Node::Number(number).into())
    }

    /// What a type serialises as.
    ///
    /// # Errors
    ///
    /// What the type's `Serialize` refuses, such as a map whose keys are no texts; NaN and infinity, which JSON does not
    /// have.
    pub fn from_serialize<T: Serialize + ?Sized>(value: &T) -> Result<Self, ConversionError> {
        Self::from_json(&crate::chain::write::to_text(value)?)
    }

    /// The value of a JSON text, as a copy that does not need the text; for JSON that lies inside of texts.
    ///
    /// Numbers keep their spelling. Prefer [`convert_str`](Self::convert_str) where the text lives long enough.
    ///
    /// # Errors
    ///
    /// It is no JSON, breaks [`Limits::DEFAULT`], or has a lone surrogate in a text; with the JSON pointer.
    pub fn from_json(json: &str) -> Result<Self, ConversionError> {
        let tape = Tape::scan(json, &Limits::DEFAULT).map_err(|error| {
            let pointer = error.pointer().cloned().unwrap_or_else(Pointer::root);
            ConversionError::from(error).at(pointer)
        })?;
        let (text, container) = tape.root();
        owned(Slice::within(&tape, text, container)).map_err(|error| error.located_in(json))
    }
}

/// A list that does not stand in the text.
fn list(elements: Vec<LazyValue<'_>>) -> LazyValue<'_> {
    Node::List(List { elements, place: 0 }.into()).into()
}

/// A copy that does not need the text; the tape bounds its nesting.
fn owned(slice: Slice<'_>) -> Result<LazyValue<'static>, ConversionError> {
    let held = |raw: RawKey<'_>| match raw.decoded() {
        Some(text) => Ok(Cow::Owned(text.into_owned())),
        None => Err(ConversionError::new("a text with a lone surrogate, which cannot be copied")
            .or_at_place(raw.quoted.as_ptr() as usize)),
    };
    Ok(match (slice.kind(), slice.walk()) {
        (Kind::Object, Some(mut walk)) => {
            let mut members = Vec::with_capacity(slice.len());
            while let Some((key, value)) = walk.next_slice() {
                let value = owned(value)?;
                members.push(Member { key: Key::given(held(key)?), value });
            }
            LazyObject::from(members).into()
        }
        (_, Some(mut walk)) => {
            let mut elements = Vec::with_capacity(slice.len());
            while let Some((_, element)) = walk.next_slice() {
                elements.push(owned(element)?);
            }
            list(elements)
        }
        (Kind::String, None) => {
            let quoted = slice.text();
            let raw = RawKey { quoted, has_escapes: quoted.contains('\\') };
            held(raw)?.into()
        }
        (Kind::Number, None) => Node::NumberText(slice.text().into()).into(),
        (Kind::Bool, None) => (slice.text() == "true").into(),
        (_, None) => LazyValue::null(),
    })
}

impl Default for LazyValue<'_> {
    /// `null`.
    fn default() -> Self {
        Self::null()
    }
}

impl From<Value> for LazyValue<'_> {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Self::null(),
            Value::Bool(value) => value.into(),
            Value::Number(number) => Node::Number(number).into(),
            Value::String(text) => text.into(),
            Value::Array(elements) => elements.into(),
            Value::Object(members) => {
                let members = members.into_iter().map(|(key, value)| Member {
                    key: Key::given(Cow::Owned(key)),
                    value: Self::from(value),
                });
                LazyObject::from(members.collect::<Vec<_>>()).into()
            }
        }
    }
}

impl From<bool> for LazyValue<'_> {
    fn from(value: bool) -> Self {
        if value { Slice::TRUE.into() } else { Slice::FALSE.into() }
    }
}

impl<'a> From<&'a str> for LazyValue<'a> {
    fn from(text: &'a str) -> Self {
        Node::Text(text).into()
    }
}

impl From<String> for LazyValue<'_> {
    fn from(text: String) -> Self {
        match ShortText::new(&text) {
            Some(text) => Node::ShortText(text).into(),
            None => Node::OwnedText(text.into_boxed_str()).into(),
        }
    }
}

impl From<fmt::Arguments<'_>> for LazyValue<'_> {
    /// A text; a short one, such as an id, needs no memory of its own.
    ///
    /// ```
    /// use versioned_core::LazyValue;
    ///
    /// let number = 12;
    /// assert_eq!(LazyValue::from(format_args!("cell-{number}")).to_json(), r#""cell-12""#);
    /// ```
    fn from(text: fmt::Arguments<'_>) -> Self {
        match ShortText::shown(text) {
            Some(text) => Node::ShortText(text).into(),
            None => text.to_string().into(),
        }
    }
}

impl<'a> From<Cow<'a, str>> for LazyValue<'a> {
    fn from(text: Cow<'a, str>) -> Self {
        match text {
            Cow::Borrowed(text) => text.into(),
            Cow::Owned(text) => text.into(),
        }
    }
}

impl<'a> From<LazyObject<'a>> for LazyValue<'a> {
    fn from(object: LazyObject<'a>) -> Self {
        Node::Object(object).into()
    }
}

impl<'a> From<LazyRef<'_, 'a>> for LazyValue<'a> {
    /// A copy; it shares what was not opened.
    fn from(value: LazyRef<'_, 'a>) -> Self {
        value.to_owned_value()
    }
}

impl<'a, T: Into<LazyValue<'a>>> From<Vec<T>> for LazyValue<'a> {
    fn from(elements: Vec<T>) -> Self {
        list(elements.into_iter().map(Into::into).collect())
    }
}

impl<'a, T: Into<LazyValue<'a>>> From<Option<T>> for LazyValue<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::null(), Into::into)
    }
}

impl<'a, T: Into<LazyValue<'a>>> FromIterator<T> for LazyValue<'a> {
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Self {
        list(elements.into_iter().map(Into::into).collect())
    }
}

macro_rules! from_integer {
    ($($integer:ty),*) => {
        $(impl From<$integer> for LazyValue<'_> {
            fn from(number: $integer) -> Self {
                Node::Number(number.into()).into()
            }
        })*
    };
}

from_integer!(u8, u16, u32, u64, usize, i8, i16, i32, i64, isize);

/// Makes a [`LazyValue`], as `serde_json::json!` makes a `Value`.
///
/// Keys are expressions that become a text; values are anything that converts into a `LazyValue`.
///
/// # Examples
///
/// ```
/// use versioned_core::{LazyValue, lazy};
///
/// let first = "content_1";
/// let value: LazyValue<'_> = lazy!({"ids": [first, null], "open": true, "nested": {"n": 1}});
/// assert_eq!(value.to_json(), r#"{"ids":["content_1",null],"open":true,"nested":{"n":1}}"#);
/// ```
#[macro_export]
macro_rules! lazy {
    (null) => { $crate::LazyValue::null() };
    ([ $($elements:tt)* ]) => { $crate::__lazy_elements!({ $crate::LazyValue::list() } $($elements)*) };
    ({ $($members:tt)* }) => { $crate::__lazy_members!({ $crate::LazyValue::object() } $($members)*) };
    ($value:expr) => { $crate::LazyValue::from($value) };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __lazy_elements {
    ({ $list:expr }) => { $list };
    ({ $list:expr } null $(, $($rest:tt)*)?) => {
        $crate::__lazy_elements!({ $list.__with_element($crate::LazyValue::null()) } $($($rest)*)?)
    };
    ({ $list:expr } [ $($inner:tt)* ] $(, $($rest:tt)*)?) => {
        $crate::__lazy_elements!({ $list.__with_element($crate::lazy!([ $($inner)* ])) } $($($rest)*)?)
    };
    ({ $list:expr } { $($inner:tt)* } $(, $($rest:tt)*)?) => {
        $crate::__lazy_elements!({ $list.__with_element($crate::lazy!({ $($inner)* })) } $($($rest)*)?)
    };
    ({ $list:expr } $value:expr $(, $($rest:tt)*)?) => {
        $crate::__lazy_elements!({ $list.__with_element($crate::LazyValue::from($value)) } $($($rest)*)?)
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __lazy_members {
    ({ $object:expr }) => { $object };
    ({ $object:expr } $key:tt : null $(, $($rest:tt)*)?) => {
        $crate::__lazy_members!({ $object.__with_member($key, $crate::LazyValue::null()) } $($($rest)*)?)
    };
    ({ $object:expr } $key:tt : [ $($inner:tt)* ] $(, $($rest:tt)*)?) => {
        $crate::__lazy_members!({ $object.__with_member($key, $crate::lazy!([ $($inner)* ])) } $($($rest)*)?)
    };
    ({ $object:expr } $key:tt : { $($inner:tt)* } $(, $($rest:tt)*)?) => {
        $crate::__lazy_members!({ $object.__with_member($key, $crate::lazy!({ $($inner)* })) } $($($rest)*)?)
    };
    ({ $object:expr } $key:tt : $value:expr $(, $($rest:tt)*)?) => {
        $crate::__lazy_members!({ $object.__with_member($key, $crate::LazyValue::from($value)) } $($($rest)*)?)
    };
}

/// For [`lazy!`].
impl<'a> LazyValue<'a> {
    #[doc(hidden)]
    #[must_use]
    pub fn __with_element(mut self, element: LazyValue<'a>) -> Self {
        if let Some(elements) = self.as_list_mut() {
            elements.push(element);
        }
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub fn __with_member(mut self, key: impl Into<Cow<'a, str>>, value: LazyValue<'a>) -> Self {
        self.insert(key, value);
        self
    }
}
