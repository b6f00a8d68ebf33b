//! Going over the elements of a list, or the members of an object, opened or not.

use std::borrow::Cow;

use super::{key::OrderedKey, members::Member, read::LazyRef, value::LazyValue, walk::Walk};

/// The elements of a list.
#[expect(missing_debug_implementations, reason = "an iterator has nothing to show")]
pub struct LazyElements<'v, 'a> {
    pub(super) walk: ElementWalk<'v, 'a>,
}

pub(super) enum ElementWalk<'v, 'a> {
    Opened(std::slice::Iter<'v, LazyValue<'a>>),
    Slices(Walk<'a, 'a>),
}

impl<'v, 'a> Iterator for LazyElements<'v, 'a> {
    type Item = LazyRef<'v, 'a>;

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.walk {
            ElementWalk::Opened(elements) => elements.next().map(LazyValue::as_ref),
            ElementWalk::Slices(walk) => walk.next_slice().map(|(_, slice)| slice.into()),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match &self.walk {
            ElementWalk::Opened(elements) => elements.size_hint(),
            ElementWalk::Slices(walk) => walk.size_hint(),
        }
    }
}

/// The members of an object: key and value.
#[expect(missing_debug_implementations, reason = "an iterator has nothing to show")]
pub struct LazyMembers<'v, 'a> {
    pub(super) walk: MemberWalk<'v, 'a>,
}

pub(super) enum MemberWalk<'v, 'a> {
    Opened(std::slice::Iter<'v, Member<'a>>),
    Slices(Walk<'a, 'a>),
}

impl<'v, 'a> Iterator for LazyMembers<'v, 'a> {
    type Item = (Cow<'v, str>, LazyRef<'v, 'a>);

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.walk {
            MemberWalk::Opened(members) => {
                members.next().map(|member| (member.key.text(), member.value.as_ref()))
            }
            MemberWalk::Slices(walk) => {
                walk.next_slice().map(|(key, slice)| (key.text(), slice.into()))
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match &self.walk {
            MemberWalk::Opened(members) => members.size_hint(),
            MemberWalk::Slices(walk) => walk.size_hint(),
        }
    }
}

impl<'v, 'a> LazyMembers<'v, 'a> {
    /// The members with their keys as objects are compared by them.
    pub(super) fn with_ordered_keys(
        mut self,
    ) -> impl Iterator<Item = (OrderedKey<'v>, LazyRef<'v, 'a>)> {
        std::iter::from_fn(move || match &mut self.walk {
            MemberWalk::Opened(members) => {
                members.next().map(|member| (member.key.as_ordered(), member.value.as_ref()))
            }
            MemberWalk::Slices(walk) => {
                walk.next_slice().map(|(key, slice)| (key.into_ordered(), slice.into()))
            }
        })
    }
}
