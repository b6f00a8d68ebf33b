//! What the steps of a chain may do, declared apart from the conversions that do it.

use std::borrow::Cow;

use super::raw::Raw;

/// What a step does at the places that a pattern names.
#[derive(Debug, Clone, Copy)]
pub(super) enum Effect {
    /// Sets, changes or removes the value.
    Changes,
    /// Sets the member where there is none; one that is there stays.
    Adds,
    /// Opens the container although nothing in it may change, so that blanks in it may go.
    Opens,
    /// Puts the value elsewhere in the object around it: from its key to its new path there.
    MovesWithin(fn(&str) -> Vec<String>),
    /// Appends the value to a list of the document.
    AppendsTo(&'static [&'static str]),
}

/// One line of a declaration: at a place like this, if that holds, the step does so.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rule {
    /// Keys from the root on, separated by blanks; `*` stands for any key or index.
    pub(super) pattern: &'static str,
    pub(super) effect: Effect,
    /// Asked with the value's place; for [`Effect::Adds`], with that of the container.
    pub(super) when: fn(&Place<'_, '_>) -> bool,
}

/// A step: its rules, of which the first that applies counts.
pub(super) type Step = &'static [Rule];

/// A value of the input and what is around it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'p, 't> {
    pub(super) value: &'p Raw<'t>,
    pub(super) around: Option<&'p Place<'p, 't>>,
}

impl<'p, 't> Place<'p, 't> {
    /// The value that is this many levels further out.
    pub(super) fn out(&self, levels: usize) -> &'p Raw<'t> {
        match levels {
            0 => self.value,
            _ => self.around.expect("the pattern has so many levels").out(levels - 1),
        }
    }
}

/// Part of a path: a key as it is written, or an index, and how many equal keys stand before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token<'t> {
    pub(super) text: Cow<'t, str>,
    pub(super) before: usize,
}

impl Token<'_> {
    pub(super) fn new(text: String) -> Self {
        Self { text: Cow::Owned(text), before: 0 }
    }

    /// Whether this is the key, however it is written.
    fn is(&self, key: &str) -> bool {
        means(&self.text, key)
    }
}

fn means(raw: &str, key: &str) -> bool {
    if raw.contains('\\') { decode(raw).is_some_and(|decoded| decoded == key) } else { raw == key }
}

/// The text that is written like this between its quotes; `None` if no string can hold it.
pub(super) fn decode(raw: &str) -> Option<String> {
    serde_json::from_str(&format!("\"{raw}\"")).ok()
}

impl Rule {
    /// Whether the rule is about the value at this path.
    pub(super) fn applies(&self, path: &[Token<'_>], place: &Place<'_, '_>) -> bool {
        let mut pattern = self.pattern.split(' ');
        path.iter().all(|token| pattern.next().is_some_and(|key| key == "*" || token.is(key)))
            && pattern.next().is_none()
            && (self.when)(place)
    }

    /// The rule is about a member of the value at this path, and the value has no such member.
    pub(super) fn adds_to(&self, path: &[Token<'_>], place: &Place<'_, '_>) -> bool {
        let Some((pattern, key)) = self.pattern.rsplit_once(' ') else { return false };
        let container = Self { pattern, ..*self };
        matches!(self.effect, Effect::Adds)
            && container.applies(path, place)
            && !place.value.parts.iter().any(|part| part.key.is_some_and(|raw| means(raw, key)))
    }
}
