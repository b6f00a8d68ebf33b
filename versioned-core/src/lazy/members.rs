//! The members of an opened object, and where it stands in the text.
//!
//! Layer: core. Invariant: a stored key is found in the object that it stands in, or in an extract of it; so one of them is
//! enough to tell where the object stands, and most objects need nothing beside their members.

use super::{
    key::Key,
    spare::Kept,
    value::{LazyValue, Place},
};

#[derive(Clone)]
pub(super) struct Member<'a> {
    pub(super) key: Key<'a>,
    pub(super) value: LazyValue<'a>,
}

/// The members of an object in their order: no larger than a `Vec` of them.
#[derive(Clone)]
pub(super) enum Members<'a> {
    /// Where the object stands is told by the first of its stored keys. One without any was made by a conversion.
    Alone(Vec<Member<'a>>),
    /// Of an object in the text that has none of its stored keys, or never had one.
    Placed(Kept<Placed<'a>>),
}

#[derive(Clone)]
pub(super) struct Placed<'a> {
    pub(super) members: Vec<Member<'a>>,
    place: Place,
}

impl Default for Members<'_> {
    fn default() -> Self {
        Self::Alone(Vec::new())
    }
}

impl<'a> Members<'a> {
    /// Members of an object that stands there.
    pub(super) fn at(members: Vec<Member<'a>>, place: Place) -> Self {
        if place == 0 || stored_place(&members) != 0 {
            Self::Alone(members)
        } else {
            Self::Placed(Placed { members, place }.into())
        }
    }

    #[inline]
    pub(super) fn as_slice(&self) -> &[Member<'a>] {
        match self {
            Self::Alone(members) => members,
            Self::Placed(placed) => &placed.members,
        }
    }

    /// To change values or to add members; keys are taken away by [`change_keys`](Self::change_keys).
    #[inline]
    pub(super) fn as_mut_vec(&mut self) -> &mut Vec<Member<'a>> {
        match self {
            Self::Alone(members) => members,
            Self::Placed(placed) => &mut placed.members,
        }
    }

    /// Takes keys away, and remembers where the object stands if no other key tells it any more.
    pub(super) fn change_keys<R>(&mut self, change: impl FnOnce(&mut Vec<Member<'a>>) -> R) -> R {
        let place = self.place();
        let result = change(self.as_mut_vec());
        if place != 0 && self.place() == 0 {
            *self = Self::at(std::mem::take(self.as_mut_vec()), place);
        }
        result
    }

    /// Where the object stands; 0 for one that a conversion made.
    ///
    /// Behind its bracket, in front of one of its keys, as far as pointers are concerned the object itself.
    #[inline]
    pub(super) fn place(&self) -> Place {
        match self {
            Self::Alone(members) => stored_place(members),
            Self::Placed(placed) => placed.place,
        }
    }
}

/// Where the first stored key stands; 0 if there is none.
#[inline]
fn stored_place(members: &[Member<'_>]) -> Place {
    members.iter().map(|member| member.key.place()).find(|place| *place != 0).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use crate::{ConversionError, LazyObject, LazyValue, json::Pointer};

    const TEXT: &str =
        r#"{"list":[{"a":1,"b":2,"a":3},{},{"b\u0031":1}],"other":{"key":{"k":0},"n":[4]}}"#;

    /// Changes the object at an index of the list; then an error of it and one of what was taken out have its pointer.
    fn check(index: usize, change: impl for<'t> Fn(&mut LazyObject<'t>) -> LazyObject<'t>) {
        let pointer_after = |is_of_taken: bool| {
            let result = LazyValue::convert_str(TEXT, |mut value| {
                let other = value.get("other").map(LazyValue::from).expect("a member");
                let list = value.try_get_mut("list")?.try_list_mut()?;
                let object = list[index].try_object_mut()?;
                // What comes from elsewhere says nothing about the object.
                object.insert("moved", other);
                let mut taken = change(object);
                taken.insert("added", LazyValue::null());
                object.insert("added", LazyValue::null());
                if is_of_taken { &taken } else { object }.try_get("x")?;
                Ok(value)
            });
            result.expect_err("there is no x").pointer().map(Pointer::to_string)
        };
        let expected = Some(format!("/list/{index}"));
        assert_eq!(pointer_after(false), expected, "of the object");
        assert_eq!(pointer_after(true), expected, "of what was taken");
    }

    /// Without it, an error would name the object around, or none, once the keys are gone that tell where an object stands.
    #[test]
    fn an_object_without_its_stored_keys_knows_where_it_stands() {
        for index in 0..3 {
            check(index, |object| object.extract(|_, _| true));
            check(index, |object| object.extract(|_, _| false));
            check(index, |object| object.extract(|key, _| key == "moved"));
            check(index, |object| object.extract(|key, _| key == "b"));
            check(index, |object| {
                object.retain(|_, _| false);
                object.clone()
            });
            check(index, |object| {
                for key in ["b", "a", "b1", "moved"] {
                    object.remove(key);
                }
                object.clone()
            });
            check(index, |object| {
                for (from, to) in [("a", "c"), ("b", "c"), ("b1", "d")] {
                    object.rename(from, to);
                }
                object.extract(|key, _| key == "d")
            });
        }
    }

    #[test]
    fn an_object_that_a_conversion_made_stands_nowhere() {
        let result = LazyValue::convert_str(TEXT, |mut value| {
            let moved = value.remove("other").expect("a member");
            let mut made = LazyObject::new();
            made.insert("moved", moved);
            made.try_get("x")?;
            Ok(value)
        });
        let error = result.expect_err("there is no x");
        assert_eq!(error.pointer(), None);
        let around: Result<_, ConversionError> = LazyValue::convert_str(TEXT, |mut value| {
            value.map_each(|_| LazyObject::new().try_get("x").map(LazyValue::from))?;
            Ok(value)
        });
        assert_eq!(around.expect_err("no x").pointer().map(Pointer::as_str), Some("/list"));
    }
}
