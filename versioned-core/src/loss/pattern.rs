//! Path patterns: JSON pointers in which a token may stand for every key and index.

use std::borrow::Cow;

use crate::json::Pointer;

/// A JSON pointer (RFC 6901) in which the token `*` stands for every key and every index, such as `/*/content/html`.
///
/// `~0` is `~`, `~1` is `/`, and `~2` is `*`, in a key that has one; a bare `*` inside of a longer token is refused. The empty
/// pattern is the whole value.
///
/// # Examples
///
/// ```
/// use versioned_core::PathPattern;
///
/// let rules = PathPattern::parse("/*/rules").unwrap();
/// assert!(rules.covers(&"/Intro/rules".into()));
/// assert!(rules.covers(&"/Intro/rules/0/name".into()));
/// assert!(!rules.covers(&"/Intro".into()));
/// assert_eq!(PathPattern::parse("/rule*"), None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathPattern<'a>(Vec<Token<'a>>);

/// One token of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// `*`
    Any,
    /// A key, or an index as text.
    Key(Cow<'a, str>),
}

impl<'a> PathPattern<'a> {
    /// Reads a pattern; `None` if it is none.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        if text.is_empty() {
            return Some(Self(Vec::new()));
        }
        let tokens = text.strip_prefix('/')?.split('/');
        tokens.map(token).collect::<Option<Vec<_>>>().map(Self)
    }

    /// Whether a place is one that the pattern matches, or lies inside of one.
    #[must_use]
    pub fn covers(&self, place: &Pointer) -> bool {
        let mut place = place.as_str().split('/').skip(1);
        self.0.iter().all(|token| {
            place.next().is_some_and(|part| match token {
                Token::Any => true,
                Token::Key(key) => decoded(part).is_some_and(|part| part == *key),
            })
        })
    }

    pub(super) fn tokens(&self) -> &[Token<'a>] {
        &self.0
    }

    /// Where this place is after a move: `None` if it is not inside of what was moved.
    pub(super) fn moved(&self, from: &Self, to: &Self) -> Option<Self> {
        let rest = self.0.strip_prefix(from.0.as_slice())?;
        Some(Self([to.0.as_slice(), rest].concat()))
    }
}

fn token(text: &str) -> Option<Token<'_>> {
    match text {
        "*" => Some(Token::Any),
        _ if text.contains('*') => None,
        _ => decoded(text).map(Token::Key),
    }
}

/// A token with its escapes read; `None` for an escape that there is not.
fn decoded(token: &str) -> Option<Cow<'_, str>> {
    if !token.contains('~') {
        return Some(Cow::Borrowed(token));
    }
    let mut text = String::with_capacity(token.len());
    let mut letters = token.chars();
    while let Some(letter) = letters.next() {
        text.push(match letter {
            '~' => match letters.next()? {
                '0' => '~',
                '1' => '/',
                '2' => '*',
                _ => return None,
            },
            other => other,
        });
    }
    Some(Cow::Owned(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_covers_what_it_matches_and_what_is_inside() {
        let check = |pattern: &str, place: &str, expect: bool| {
            let parsed = PathPattern::parse(pattern).expect(pattern);
            assert_eq!(parsed.covers(&place.into()), expect, "{pattern} {place}");
        };
        check("", "", true);
        check("", "/a", true);
        check("/a", "", false);
        check("/a", "/a", true);
        check("/a", "/a/b", true);
        check("/a", "/ab", false);
        check("/*/b", "/a/b/c", true);
        check("/*/b", "/a/c", false);
        check("/*/0", "/x/0", true);
        check("/a~1b/~0/~2", "/a~1b/~0/*", true);
        check("/~2", "/a", false);
        check("/", "/", true);
        check("/", "", false);
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for text in ["a", "/a*", "/**", "/~", "/~3", "/a/~"] {
            assert_eq!(PathPattern::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_place_inside_of_what_was_moved_moves_along() {
        let path = |text: &'static str| PathPattern::parse(text).expect(text);
        let moved = path("/*/a/x").moved(&path("/*/a"), &path("/b/*"));
        assert_eq!(moved, Some(path("/b/*/x")));
        assert_eq!(path("/*/c").moved(&path("/*/a"), &path("/b")), None);
    }
}
