//! What a pattern matches in a JSON text.
//!
//! Invariant: only the containers on the way to a match are walked, and nothing is built of the rest.

use std::collections::BTreeMap;

use super::pattern::{PathPattern, Token};
use crate::{json::Pointer, lazy::Tape};

/// The nodes that a pattern matches: how many there are at each place, where a place has the keys of objects and not the
/// indexes of lists, since an index tells nothing once an element before it is gone.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Nodes(BTreeMap<String, u64>);

impl Nodes {
    /// Finds the matches in a scanned text.
    pub(super) fn find(tape: &Tape<'_>, pattern: &PathPattern<'_>) -> Self {
        let mut nodes = Self::default();
        nodes.descend(tape, tape.root(), pattern.tokens(), &mut Pointer::root());
        nodes
    }

    /// How many of these are not among the others.
    pub(super) fn missing_from(&self, others: &Self) -> u64 {
        let count = |place: &String| others.0.get(place).copied().unwrap_or(0);
        self.0.iter().map(|(place, nodes)| nodes.saturating_sub(count(place))).sum()
    }

    fn descend(
        &mut self,
        tape: &Tape<'_>,
        (json, container): (&str, Option<u32>),
        tokens: &[Token<'_>],
        place: &mut Pointer,
    ) {
        let Some((token, rest)) = tokens.split_first() else {
            *self.0.entry(place.as_str().to_owned()).or_insert(0) += 1;
            return;
        };
        let Some(container) = container else { return };
        for (index, step) in tape.walk(json, container).enumerate() {
            match step.key {
                Some(key) => {
                    let key = key.text();
                    if matches!(token, Token::Key(wanted) if *wanted != key) {
                        continue;
                    }
                    place.push_key(&key);
                }
                None => {
                    if matches!(token, Token::Key(wanted) if *wanted != index.to_string()) {
                        continue;
                    }
                    // No key is written like this: a `~` in a key is followed by 0.
                    place.push_key("");
                    *place = Pointer::from(format!("{}~2", place.as_str()));
                }
            }
            self.descend(tape, (step.value, step.container), rest, place);
            place.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Limits;

    fn find(text: &str, pattern: &str) -> Nodes {
        let tape = Tape::scan(text, &Limits::DEFAULT).expect(text);
        Nodes::find(&tape, &PathPattern::parse(pattern).expect(pattern))
    }

    fn check(text: &str, pattern: &str, expect: &[(&str, u64)]) {
        let expect = expect.iter().map(|(place, nodes)| ((*place).to_owned(), *nodes));
        assert_eq!(find(text, pattern), Nodes(expect.collect()), "{pattern} in {text}");
    }

    #[test]
    fn a_pattern_matches_at_every_depth() {
        let text = r#" {"a": [{"x": 1}, {"x": [2], "y": {}}], "b/c": {"x": null}, "d": 5} "#;
        check(text, "", &[("", 1)]);
        check(text, "/*", &[("/a", 1), ("/b~1c", 1), ("/d", 1)]);
        check(text, "/*/x", &[("/b~1c/x", 1)]);
        check(text, "/a/*/x", &[("/a/~2/x", 2)]);
        check(text, "/a/1/x", &[("/a/~2/x", 1)]);
        check(text, "/*/*", &[("/a/~2", 2), ("/b~1c/x", 1)]);
        check(text, "/b~1c", &[("/b~1c", 1)]);
        check(text, "/d/x", &[]);
        check("5", "", &[("", 1)]);
        check("5", "/*", &[]);
        check(r#"{"x": 1, "x": 2, "\u0078": 3}"#, "/x", &[("/x", 3)]);
    }

    #[test]
    fn members_are_told_apart_by_key_and_elements_are_counted() {
        let missing = |before: &str, after: &str, pattern: &str| {
            find(before, pattern).missing_from(&find(after, pattern))
        };
        assert_eq!(missing(r#"{"a":1,"b":2}"#, r#"{"a":1,"c":2}"#, "/*"), 1);
        assert_eq!(missing("[1,2,3]", "[3,4]", "/*"), 1);
        assert_eq!(missing("[1]", "[3,4]", "/*"), 0);
        assert_eq!(missing("[1]", "{}", "/*"), 1);
    }
}
