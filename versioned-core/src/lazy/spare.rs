//! Memory of opened objects that the thread uses again.
//!
//! Layer: core. A chain opens hundreds of objects, all of which go when its result is written, and the next document opens
//! about the same again: an allocator has to look further for each of so many than this does. Invariant: what is kept is
//! bounded, and holds nothing.

use std::{
    cell::RefCell,
    ops::{Deref, DerefMut},
};

use super::{
    members::{Member, Members, Placed},
    value::{LazyValue, List, Node},
};

/// Most items that there is room for in what is kept of one container: larger ones are rare.
const CAPACITY_MAX: usize = 63;

/// Most items that there is room for in all objects that are kept, or in all lists: 40 and 24 bytes each, as much as is
/// opened of a document of some 200 KB.
const TOTAL_MAX: usize = 8 * 1024;

/// The same for those of one capacity, lest those that nobody asks for take all the room.
const ALIKE_MAX: usize = TOTAL_MAX / 4;

/// Most boxes of one kind that are kept, 32 bytes each.
const BOXES_MAX: usize = 2 * 1024;

/// Most containers of one value that are taken apart: what there is beyond would not be kept, and to drop it takes less.
const CONTAINERS_MAX: usize = TOTAL_MAX / 2;

thread_local! {
    static SPARE: RefCell<Spare> = const {
        RefCell::new(Spare::new())
    };
}

/// Room for so many members, or for somewhat more.
#[inline]
pub(super) fn members<'a>(capacity: usize) -> Vec<Member<'a>> {
    // While the thread ends, there is none to ask.
    let kept = SPARE.try_with(|spare| spare.borrow_mut().objects.take(capacity));
    kept.ok().flatten().unwrap_or_else(|| Vec::with_capacity(capacity))
}

/// Room for so many elements, or for somewhat more.
#[inline]
pub(super) fn elements<'a>(capacity: usize) -> Vec<LazyValue<'a>> {
    let kept = SPARE.try_with(|spare| spare.borrow_mut().lists.take(capacity));
    kept.ok().flatten().unwrap_or_else(|| Vec::with_capacity(capacity))
}

/// A box whose memory can be used again, for a value of another lifetime too: a slice of one.
#[derive(Clone)]
pub(super) struct Kept<T>(Box<[T]>);

impl<T> Kept<T> {
    fn new(value: T, memory: Option<Vec<T>>) -> Self {
        let mut memory = memory.unwrap_or_else(|| Vec::with_capacity(1));
        memory.push(value);
        Self(memory.into_boxed_slice())
    }

    /// The value, and its memory.
    fn into_parts(self) -> (Option<T>, Vec<T>) {
        let mut memory = self.0.into_vec();
        (memory.pop(), memory)
    }
}

impl<T> Deref for Kept<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.0[0]
    }
}

impl<T> DerefMut for Kept<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0[0]
    }
}

impl<'a> From<List<'a>> for Kept<List<'a>> {
    fn from(list: List<'a>) -> Self {
        let memory = SPARE.try_with(|spare| spare.borrow_mut().list_boxes.pop());
        Self::new(list, memory.ok().flatten())
    }
}

impl<'a> From<Placed<'a>> for Kept<Placed<'a>> {
    fn from(placed: Placed<'a>) -> Self {
        let memory = SPARE.try_with(|spare| spare.borrow_mut().placed_boxes.pop());
        Self::new(placed, memory.ok().flatten())
    }
}

/// Uses up the items of a vector and gives its memory: what is collected from a vector takes it over, if it is of the same
/// type but for a lifetime.
fn emptied<A, B>(vector: Vec<A>, mut use_up: impl FnMut(A)) -> Vec<B> {
    let nothing = vector.into_iter().filter_map(|item| {
        use_up(item);
        None
    });
    nothing.collect()
}

impl LazyValue<'_> {
    /// Drops the value, and keeps the memory of its objects and lists.
    pub(crate) fn take_apart(self) {
        let mut value = Some(self);
        // What is not taken, because the thread ends, is dropped here.
        let _ = SPARE.try_with(|spare| {
            if let Some(value) = value.take() {
                let mut spare = spare.borrow_mut();
                spare.left = CONTAINERS_MAX;
                spare.take_apart(value);
            }
        });
    }
}

struct Spare {
    /// How many containers more are taken apart of the value at hand.
    left: usize,
    objects: Shelf<Member<'static>>,
    lists: Shelf<LazyValue<'static>>,
    list_boxes: Vec<Vec<List<'static>>>,
    placed_boxes: Vec<Vec<Placed<'static>>>,
}

impl Spare {
    const fn new() -> Self {
        Self {
            left: 0,
            objects: Shelf::new(),
            lists: Shelf::new(),
            list_boxes: Vec::new(),
            placed_boxes: Vec::new(),
        }
    }

    #[inline]
    fn take_apart(&mut self, value: LazyValue<'_>) {
        match &value.node {
            // What most are needs not even be dropped.
            Node::Slice(_) | Node::Text(_) | Node::ShortText(_) => std::mem::forget(value),
            _ if self.left > 0 => {
                self.left -= 1;
                self.take_apart_opened(value);
            }
            _ => {}
        }
    }

    fn take_apart_opened(&mut self, value: LazyValue<'_>) {
        match value.node {
            Node::Object(object) => {
                let members = match object.members {
                    Members::Alone(members) => members,
                    Members::Placed(placed) => {
                        let (placed, memory) = placed.into_parts();
                        if self.placed_boxes.len() < BOXES_MAX {
                            self.placed_boxes.push(emptied(memory, drop));
                        }
                        placed.map_or_else(Vec::new, |placed| placed.members)
                    }
                };
                let members = emptied(members, |member: Member<'_>| self.take_apart(member.value));
                self.objects.keep(members);
            }
            Node::List(list) => {
                let (list, memory) = list.into_parts();
                if self.list_boxes.len() < BOXES_MAX {
                    self.list_boxes.push(emptied(memory, drop));
                }
                if let Some(list) = list {
                    let elements = emptied(list.elements, |element| self.take_apart(element));
                    self.lists.keep(elements);
                }
            }
            _ => {}
        }
    }
}

/// Empty vectors by their capacities.
struct Shelf<T> {
    of_capacity: [Vec<Vec<T>>; CAPACITY_MAX + 1],
    /// A bit for each capacity of which there are some.
    is_there: u64,
    total: usize,
}

impl<T> Shelf<T> {
    const fn new() -> Self {
        Self { of_capacity: [const { Vec::new() }; CAPACITY_MAX + 1], is_there: 0, total: 0 }
    }

    /// The smallest that is large enough, unless it is more than twice as large.
    #[inline]
    fn take(&mut self, capacity: usize) -> Option<Vec<T>> {
        if capacity > CAPACITY_MAX {
            return None;
        }
        let found = capacity + (self.is_there >> capacity).trailing_zeros() as usize;
        if found > CAPACITY_MAX.min(2 * capacity) {
            return None;
        }
        let vectors = &mut self.of_capacity[found];
        let taken = vectors.pop()?;
        if vectors.is_empty() {
            self.is_there &= !(1 << found);
        }
        self.total -= found;
        Some(taken)
    }

    #[inline]
    fn keep(&mut self, vector: Vec<T>) {
        let capacity = vector.capacity();
        if !(1..=CAPACITY_MAX).contains(&capacity) || self.total + capacity > TOTAL_MAX {
            return;
        }
        let alike = &mut self.of_capacity[capacity];
        if (alike.len() + 1) * capacity <= ALIKE_MAX {
            alike.push(vector);
            self.is_there |= 1 << capacity;
            self.total += capacity;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{LazyObject, lazy};

    /// Whatever other tests of this thread have left.
    fn forget() {
        SPARE.set(Spare::new());
    }

    /// Room that is kept for members and for elements.
    fn totals() -> (usize, usize) {
        SPARE.with(|spare| (spare.borrow().objects.total, spare.borrow().lists.total))
    }

    fn object(length: usize) -> LazyValue<'static> {
        let mut object = LazyObject::from(members(length));
        for key in 0..length {
            object.insert(key.to_string(), lazy!([{"number": key}]));
        }
        object.into()
    }

    /// A standard library that copies what is collected would leave nothing to use again.
    #[test]
    fn memory_of_objects_and_lists_is_used_again() {
        forget();
        let (object, list) = (members(7), elements(5));
        let memory = (object.as_ptr(), list.as_ptr());
        assert_eq!((object.capacity(), list.capacity()), (7, 5));
        lazy!([(LazyObject::from(object)), list]).take_apart();
        assert_eq!(totals().0, 7);
        for too_small_or_too_large in [8, 3, 64, 1_000] {
            assert_eq!(members(too_small_or_too_large).capacity(), too_small_or_too_large);
        }
        let (object, list) = (members(4), elements(5));
        assert_eq!(object.len() + list.len(), 0);
        assert_eq!((object.as_ptr(), list.as_ptr()), memory);
        assert_eq!((members(7).capacity(), totals().0), (7, 0));
    }

    #[test]
    fn memory_of_boxes_is_used_again() {
        forget();
        let list: Kept<List<'_>> = List { elements: Vec::new(), place: 1 }.into();
        let memory = std::ptr::from_ref(&*list);
        LazyValue::from(Node::List(list)).take_apart();
        let again: Kept<List<'_>> = List { elements: Vec::new(), place: 2 }.into();
        assert!(std::ptr::eq(&*again, memory));
        assert_eq!(again.place, 2);
    }

    #[test]
    fn containers_in_containers_are_taken_apart() {
        forget();
        object(5).take_apart();
        assert_eq!(totals().0, 5 + 5 * 2, "the object, and one in each of its lists");
        object(5).take_apart();
        assert_eq!(totals().0, 5 + 5 * 2, "they were used again");
    }

    #[test]
    fn what_is_kept_is_bounded() {
        forget();
        for length in 0..60 {
            LazyValue::from((0..100).map(|_| object(length)).collect::<Vec<_>>()).take_apart();
            assert!(totals().0.max(totals().1) <= TOTAL_MAX, "{:?}", totals());
        }
        let kept = totals();
        assert!(kept.0 > TOTAL_MAX - 60);
        SPARE.with_borrow(|spare| {
            let room = |alike: &Vec<Vec<_>>| alike.iter().map(Vec::capacity).sum::<usize>();
            let rooms: Vec<_> = spare.objects.of_capacity.iter().map(room).collect();
            assert_eq!(rooms.iter().sum::<usize>(), kept.0);
            assert!(rooms.iter().all(|room| *room <= ALIKE_MAX));
        });
        object(64).take_apart();
        assert_eq!(totals(), kept);
    }
}
