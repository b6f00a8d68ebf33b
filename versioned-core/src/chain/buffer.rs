//! Memory of results that the thread writes into again.
//!
//! Layer: core. A result belongs to whoever asked for it; who is done with it may give its memory back. Invariant: at most
//! one short text and a long one are kept for a thread, and nothing of what they said.

use std::cell::Cell;

thread_local! {
    /// A short one and a long one.
    static KEPT: [Cell<String>; 2] = const { [const { Cell::new(String::new()) }; 2] };
}

/// Room of a long text: short ones, of which there are many between two long ones, must not push it out.
const LONG: usize = 1 << 20;

/// How many times as long as what is asked for a kept text may be: whoever keeps the result keeps all of its room.
const LARGER_MAX: usize = 4;

/// Gives the memory of a migrated text back: the next text that this thread migrates is written into it.
///
/// For programs that convert one document after the other and are done with each before the next. It saves the allocator's
/// work, and for documents of many megabytes that of the operating system too, which takes their pages back and clears new
/// ones. Two texts are kept for a thread, the last one with room for a megabyte and the last one with less, until others
/// take their places or the thread ends. Each is used for texts that need at least a quarter of its room.
///
/// # Examples
///
/// ```
/// use versioned_core::document::recycle;
///
/// let migrated = String::from(r#"{"title":"Fractions"}"#);
/// println!("{migrated}");
/// recycle(migrated);
/// ```
pub fn recycle(mut text: String) {
    text.clear();
    // While the thread ends, it is dropped.
    let _ = KEPT.try_with(|kept| kept[usize::from(text.capacity() >= LONG)].set(text));
}

/// An empty text with room for so many bytes.
pub(crate) fn buffer(bytes: usize) -> String {
    let kept = KEPT.try_with(|kept| kept.iter().find(|text| is_for(text, bytes)).map(Cell::take));
    kept.ok().flatten().unwrap_or_else(|| String::with_capacity(bytes))
}

/// Whether a text with room for so many bytes is kept.
pub(crate) fn is_kept(bytes: usize) -> bool {
    KEPT.try_with(|kept| kept.iter().any(|text| is_for(text, bytes))).unwrap_or(false)
}

fn is_for(kept: &Cell<String>, bytes: usize) -> bool {
    let text = kept.take();
    let capacity = text.capacity();
    kept.set(text);
    capacity >= bytes && capacity / LARGER_MAX <= bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(capacity: usize) -> *const u8 {
        let text = String::with_capacity(capacity) + "something";
        let memory = text.as_ptr();
        recycle(text);
        memory
    }

    #[test]
    fn the_last_text_is_written_into_again_if_its_room_is_about_right() {
        kept(5_000);
        let memory = kept(1_000);
        for other in [1_001, 249, 1] {
            assert!(!is_kept(other), "{other}");
            let text = buffer(other);
            assert!(text.capacity() >= other && text.as_ptr() != memory, "{other}");
        }
        assert!(is_kept(250) && is_kept(1_000));
        let text = buffer(250);
        assert_eq!((text.as_str(), text.as_ptr()), ("", memory));
        // It is another's now.
        assert!(!is_kept(250));
        let another = buffer(250);
        assert_ne!(another.as_ptr(), memory);
    }

    #[test]
    fn a_short_text_and_a_long_one_are_kept() {
        let long = kept(LONG);
        let short = kept(1_000);
        let again = [buffer(LONG), buffer(1_000)];
        assert_eq!(again.each_ref().map(|text| text.as_ptr()), [long, short]);
        assert!(!is_kept(LONG) && !is_kept(1_000));
    }
}
