//! JSON text in lines that people can read and that give back its bytes.
//!
//! Layer: jobs. Invariant: unfolding gives the bytes that were folded, whether they are JSON or not.
//!
//! Each line is blanks, a mark, and a part of the text. The mark says what stands before the part: `|` nothing, `/` a line
//! feed, `\` a carriage return. So a text without line feeds can be broken where its members and elements begin, and one
//! with line feeds keeps them. A container that fits into [`WIDTH`] bytes stays on its line.

/// A container of at most so many bytes is not broken into lines.
const WIDTH: usize = 80;

/// The lines of a text, with a line feed after each.
pub(super) fn fold(text: &str) -> String {
    let ends = container_ends(text);
    let mut ends = ends.into_iter();
    let mut lines = Lines { folded: String::from("|"), is_empty: true };
    let mut state = State::default();
    let (mut depth, mut flat_until) = (0_usize, 0);
    for (at, character) in text.char_indices() {
        let is_syntax = state.is_syntax(character);
        let after = at + character.len_utf8();
        match character {
            '\n' => lines.begin('/', 0),
            '\r' => lines.begin('\\', 0),
            '}' | ']' if is_syntax => {
                depth = depth.saturating_sub(1);
                if at >= flat_until && !lines.is_empty {
                    lines.begin('|', depth);
                }
            }
            _ => {}
        }
        if !matches!(character, '\n' | '\r') {
            lines.push(character);
        }
        let breaks = match character {
            '{' | '[' if is_syntax => {
                depth += 1;
                let end = ends.next().unwrap_or(text.len());
                if at >= flat_until && end - at <= WIDTH {
                    flat_until = end;
                }
                at >= flat_until
            }
            ',' if is_syntax => at >= flat_until,
            _ => false,
        };
        // A text that has line feeds of its own is broken by them.
        if breaks && !matches!(text[after..].chars().next(), None | Some('\n' | '\r')) {
            lines.begin('|', depth);
        }
    }
    lines.folded.push('\n');
    lines.folded
}

/// Lines as they are written.
struct Lines {
    folded: String,
    /// Nothing of the last line is written yet, so a break would leave an empty one.
    is_empty: bool,
}

impl Lines {
    fn begin(&mut self, mark: char, depth: usize) {
        self.folded.push('\n');
        self.folded.extend(std::iter::repeat_n("  ", depth.min(40)));
        self.folded.push(mark);
        self.is_empty = true;
    }

    fn push(&mut self, character: char) {
        self.folded.push(character);
        self.is_empty = false;
    }
}

/// Whether characters are in a string.
#[derive(Debug, Default)]
struct State {
    in_string: bool,
    is_escaped: bool,
}

impl State {
    /// Whether a character stands outside of strings.
    fn is_syntax(&mut self, character: char) -> bool {
        let was_in_string = self.in_string;
        match character {
            _ if self.is_escaped => self.is_escaped = false,
            '\\' if self.in_string => self.is_escaped = true,
            '"' => self.in_string = !self.in_string,
            _ => {}
        }
        !was_in_string
    }
}

/// The text of which these are the lines; `None` for a line without a mark, with its number from 0.
pub(super) fn unfold<'l>(lines: impl IntoIterator<Item = &'l str>) -> Result<String, usize> {
    let mut text = String::new();
    for (number, line) in lines.into_iter().enumerate() {
        let marked = line.trim_start_matches(' ');
        let mut rest = marked.chars();
        match rest.next() {
            Some('|') => {}
            Some('/') => text.push('\n'),
            Some('\\') => text.push('\r'),
            _ => return Err(number),
        }
        text.push_str(rest.as_str());
    }
    Ok(text)
}

/// For each container in the order in which they begin, where it ends: after its last byte.
fn container_ends(text: &str) -> Vec<usize> {
    let (mut ends, mut open) = (Vec::new(), Vec::new());
    let mut state = State::default();
    for (at, character) in text.char_indices() {
        match character {
            _ if !state.is_syntax(character) => {}
            '{' | '[' => {
                open.push(ends.len());
                ends.push(text.len());
            }
            '}' | ']' => {
                if let Some(index) = open.pop() {
                    ends[index] = at + 1;
                }
            }
            _ => {}
        }
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        let folded = fold(text);
        assert_eq!(folded, expect);
        assert_eq!(unfold(folded.lines()), Ok(text.to_owned()));
    }

    #[test]
    fn members_that_do_not_fit_on_a_line_have_lines_of_their_own() {
        let long = "x".repeat(70);
        check("{}", "|{}\n");
        check("", "|\n");
        check(r#"{"a":[1,2],"b":"{,"}"#, "|{\"a\":[1,2],\"b\":\"{,\"}\n");
        check(
            &format!(r#"{{"a":[1, 2],"b":"{long}","c":{{}}}}"#),
            &format!("|{{\n  |\"a\":[1, 2],\n  |\"b\":\"{long}\",\n  |\"c\":{{}}\n|}}\n"),
        );
    }

    #[test]
    fn line_feeds_and_carriage_returns_of_the_text_are_marked() {
        check("{\n  \"a\": 1,\r\n  \"b\": 2\n}\n", "|{\n/  \"a\": 1,\n\\\n/  \"b\": 2\n/}\n/\n");
    }

    #[test]
    fn what_is_no_json_comes_back_too() {
        for text in ["}}]]{[\"", "\\\"{", "a,b\u{0}c\n\n\r", "{\"ä\":\"\\\\\"},,", "|/\\"] {
            let folded = fold(text);
            assert_eq!(unfold(folded.lines()), Ok(text.to_owned()), "{folded}");
        }
        assert_eq!(unfold(["|a", " b"]), Err(1));
    }
}
