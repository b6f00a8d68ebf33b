//! The plan of a large result: which ranges of the stored text it consists of, and what stands between them.
//!
//! Layer: core. The opened tree of a large document and its result need not be in memory at the same time: a plan takes a
//! fraction of either, and once there is one the tree goes. Invariant: what is written by a plan is what the tree would
//! have written.

use super::{value::LazyValue, write::Sink};

/// A range of the text, and how many of the given bytes stand before it.
#[derive(Debug, Clone, Copy, Default)]
struct Piece {
    given: u32,
    start: u32,
    end: u32,
}

/// Most given bytes before one range; where there are more, some stand before empty ones.
const GIVEN_MAX: usize = if cfg!(test) { 8 } else { u32::MAX as usize };

/// Room for pieces, and for given bytes, that is asked for at once. Room of more than 32 MiB is a mapping of its own to
/// glibc, of which only what is used takes memory. What grows bit by bit would lie behind the tree, and while there is
/// something behind it, the memory of the tree does not go back to the system.
const RESERVED: usize = if cfg!(test) { 0 } else { 33 << 20 };

/// What a result consists of.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    /// The text of a tape, so that its offsets fit.
    text: &'a str,
    pieces: Vec<Piece>,
    /// The range that may become longer.
    last: Piece,
    /// All that does not stand in the text.
    given: String,
    /// How much of it stands before the last range, or before earlier ones.
    counted: usize,
    /// How much of it is taken from other texts, where that is longer than a value of the tree.
    foreign: usize,
}

impl<'a> Plan<'a> {
    /// A plan of nothing yet, for a value of which most stands in this text.
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            pieces: Vec::with_capacity(RESERVED / size_of::<Piece>()),
            last: Piece::default(),
            given: String::with_capacity(RESERVED),
            counted: 0,
            foreign: 0,
        }
    }

    /// Whether it saves memory: what stands in another text is copied, of which the tree has slices only.
    pub(super) fn saves_memory(&self) -> bool {
        self.foreign <= self.text.len() / 16
    }

    /// The result.
    pub(super) fn write(mut self) -> String {
        self.begin_at(0);
        let ranges: usize = self.pieces.iter().map(|piece| piece.range().len()).sum();
        let mut output = String::with_capacity(ranges + self.given.len());
        let mut left = self.given.as_str();
        for piece in &self.pieces {
            let (before, behind) = left.split_at(piece.given as usize);
            output.push_str(before);
            output.push_str(&self.text[piece.range()]);
            left = behind;
        }
        output.push_str(left);
        output
    }

    /// Takes down the last range, and begins one behind all that was given.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "it fits, and so do offsets in texts of tapes"
    )]
    fn begin_at(&mut self, start: usize) {
        self.pieces.push(self.last);
        while self.given.len() - self.counted > GIVEN_MAX {
            let mut until = self.counted + GIVEN_MAX;
            while !self.given.is_char_boundary(until) {
                until -= 1;
            }
            let given = (until - self.counted) as u32;
            self.pieces.push(Piece { given, ..Piece::default() });
            self.counted = until;
        }
        let (given, start) = ((self.given.len() - self.counted) as u32, start as u32);
        self.counted = self.given.len();
        self.last = Piece { given, start, end: start };
    }

    /// Where the result goes on in the text, if the last range is the last of it.
    fn end(&self) -> Option<usize> {
        (self.counted == self.given.len()).then_some(self.last.end as usize)
    }
}

impl Sink for Plan<'_> {
    #[expect(clippy::cast_possible_truncation, reason = "offsets in texts of tapes fit 32 bits")]
    fn stored(&mut self, text: &str) {
        let start = (text.as_ptr() as usize).wrapping_sub(self.text.as_ptr() as usize);
        // What stands at an address within the text is a part of it, whatever tape it is a slice of.
        if start >= self.text.len() || text.len() > self.text.len() - start {
            if text.len() > size_of::<LazyValue<'_>>() {
                self.foreign += text.len();
            }
            return self.given.push_str(text);
        }
        if self.end() != Some(start) {
            self.begin_at(start);
        }
        self.last.end += text.len() as u32;
    }

    fn sign(&mut self, sign: u8) {
        // Between members that nobody has touched, the text has the same one.
        match self.end() {
            Some(end) if self.text.as_bytes().get(end) == Some(&sign) => self.last.end += 1,
            _ => self.given.push(sign.into()),
        }
    }

    fn given(&mut self) -> &mut String {
        &mut self.given
    }
}

impl Piece {
    fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{json::Limits, lazy::Tape};

    /// The ranges and the given bytes that are planned for what becomes of a text.
    fn check(
        text: &str,
        change: impl for<'t> FnOnce(&mut LazyValue<'t>),
        ranges: &[&str],
        given: &str,
    ) {
        let tape = Tape::scan(text, &Limits::DEFAULT).expect("it is JSON");
        let mut value = LazyValue::root(&tape);
        change(&mut value);
        let mut plan = Plan::new(text);
        value.write_into(&mut plan);
        let pieces = plan.pieces.iter().chain([&plan.last]);
        let planned: Vec<_> = pieces.map(|piece| &text[piece.range()]).collect();
        let planned: Vec<_> = planned.into_iter().filter(|range| !range.is_empty()).collect();
        assert_eq!(planned, ranges);
        assert_eq!(plan.given, given);
        assert!(plan.saves_memory());
        assert_eq!(plan.write(), value.to_json());
    }

    /// Without it, a plan would take as much memory as the tree.
    #[test]
    fn neighbours_that_nobody_has_touched_are_one_range() {
        let text = r#"{"a":1,"\u0062":{"c":[2,"é"]},"d":{}}"#;
        check(text, |_| {}, &[text], "");
        let open = |value: &mut LazyValue<'_>| {
            value.get_mut("b").and_then(|b| b.get_mut("c")?.at_mut(1)).expect("a text");
            value.get_mut("d").and_then(LazyValue::as_object_mut).expect("an object");
        };
        check(text, open, &[text], "");
        let open = |value: &mut LazyValue<'_>| assert!(value.as_list_mut().is_some());
        check(" [ 1, 2 ]", open, &["1,", "2"], "[]");
    }

    #[test]
    fn what_a_conversion_gives_stands_between_ranges() {
        let text = r#"{"a":1,"b":2,"c":{"x":3}}"#;
        let set = |value: &mut LazyValue<'_>| drop(value.insert("b", "new\n"));
        check(text, set, &[r#"{"a":1,"b":"#, r#""c":{"x":3}}"#], r#""new\n","#);
        let add = |value: &mut LazyValue<'_>| {
            let object = value.get_mut("c").expect("an object");
            object.insert("n", LazyValue::null());
        };
        check(text, add, &[r#"{"a":1,"b":2,"c":{"x":3"#], r#","n":null}}"#);
        let remove = |value: &mut LazyValue<'_>| drop(value.remove("a"));
        check(text, remove, &["{", r#""b":2,"c":{"x":3}}"#], "");
        let turn = |value: &mut LazyValue<'_>| {
            let a = value.remove("a").expect("a member");
            *value = LazyValue::from(vec![value.take(), a]);
        };
        check(text, turn, &[r#""b":2,"c":{"x":3}}"#, "1"], "[{,]");
    }

    /// A tree has no more than a slice of it, however long it is.
    #[test]
    fn copies_of_another_text_are_no_saving() {
        let other = format!("[{}]", "7".repeat(100));
        let tape = Tape::scan(&other, &Limits::DEFAULT).expect("it is JSON");
        for (length, saves_memory) in [(100, false), (10_000, true)] {
            let text = "8".repeat(length);
            let mut plan = Plan::new(&text);
            LazyValue::from(vec![LazyValue::root(&tape), true.into()]).write_into(&mut plan);
            assert_eq!(plan.saves_memory(), saves_memory);
            assert_eq!(plan.write(), format!("[{other},true]"));
        }
    }

    #[test]
    fn a_large_result_is_what_a_small_one_would_be() {
        let long = format!("\"{}\"", "x".repeat(1 << 20));
        let text = format!("[ {} ]", vec![long.as_str(); 17].join(" , "));
        let converted = LazyValue::convert_str(&text, |mut value| {
            value.as_list_mut().expect("a list").push("new".into());
            Ok(value)
        });
        let expected = format!("[{},\"new\"]", vec![long.as_str(); 17].join(","));
        assert!(converted.expect("it is JSON") == expected);
    }

    #[test]
    fn nothing_is_written_by_a_plan_of_nothing() {
        assert_eq!(Plan::new("").write(), "");
    }
}
