//! Patterns of JSON Schema: the part of ECMAScript's regular expressions that can be both matched and generated.
//!
//! Layer: testkit. Invariant: what two dialects read differently is translated or refused; a text that is generated is
//! still checked by the matcher.

use regex::Regex;
use regex_syntax::{
    ParserBuilder,
    hir::{Class, Hir, HirKind, Look},
};

use super::random::Random;

/// Repetitions without an end are generated with at most this many more than they need.
const REPEATS_MORE: usize = 4;
/// Characters that ECMAScript's `\s` and `.` know.
const SPACES: &str =
    r"\t\n\x0B\x0C\r \u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000\uFEFF";
const LINE_ENDS: &str = r"\n\r\u2028\u2029";

/// A pattern, to match and to generate.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    regex: Regex,
    branches: Vec<Branch>,
}

/// One alternative of a pattern.
#[derive(Debug, Clone)]
struct Branch {
    parts: Vec<Hir>,
    is_open_before: bool,
    is_open_after: bool,
}

impl Pattern {
    /// Reads a pattern, or says what in it is not supported.
    pub(super) fn new(pattern: &str) -> Result<Self, &'static str> {
        let translated = translate(pattern)?;
        let hir = ParserBuilder::new()
            .nest_limit(64)
            .build()
            .parse(&translated)
            .map_err(|_| "it is no regular expression of the supported kind")?;
        let branches = match hir.kind() {
            HirKind::Alternation(branches) => branches.iter().map(Branch::new).collect(),
            _ => Branch::new(&hir).map(|branch| vec![branch]),
        };
        let regex = Regex::new(&translated).map_err(|_| "it is too large")?;
        Ok(Self { regex, branches: branches? })
    }

    pub(super) fn is_match(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// A text that matches.
    pub(super) fn text(&self, random: &mut Random) -> String {
        let mut text = String::new();
        let Some(branch) = random.pick(&self.branches) else { return text };
        if branch.is_open_before && random.once_in(4) {
            surroundings(random, &mut text);
        }
        for part in &branch.parts {
            generate(part, random, &mut text);
        }
        if branch.is_open_after && random.once_in(4) {
            surroundings(random, &mut text);
        }
        text
    }
}

impl Branch {
    fn new(hir: &Hir) -> Result<Self, &'static str> {
        let mut hir = hir;
        while let HirKind::Capture(capture) = hir.kind() {
            hir = &capture.sub;
        }
        let mut parts = match hir.kind() {
            HirKind::Concat(parts) => parts.clone(),
            _ => vec![hir.clone()],
        };
        let is =
            |part: Option<&Hir>, look| part.is_some_and(|part| *part.kind() == HirKind::Look(look));
        let is_open_before = !is(parts.first(), Look::Start);
        if !is_open_before {
            parts.remove(0);
        }
        let is_open_after = !is(parts.last(), Look::End);
        if !is_open_after {
            parts.pop();
        }
        if parts.iter().any(|part| !part.properties().look_set().is_empty()) {
            return Err("an anchor stands inside of it");
        }
        Ok(Self { parts, is_open_before, is_open_after })
    }
}

fn surroundings(random: &mut Random, text: &mut String) {
    for _ in 0..=random.below(3) {
        text.extend(random.pick(&['a', 'Z', '0', ' ', '-', 'ß']));
    }
}

/// Appends what one part of a pattern matches. The parser bounds the nesting.
fn generate(hir: &Hir, random: &mut Random, text: &mut String) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(class) => text.extend(character(class, random)),
        HirKind::Capture(capture) => generate(&capture.sub, random, text),
        HirKind::Concat(parts) => parts.iter().for_each(|part| generate(part, random, text)),
        HirKind::Alternation(branches) => {
            if let Some(branch) = random.pick(branches) {
                generate(branch, random, text);
            }
        }
        HirKind::Repetition(repetition) => {
            let least = usize::try_from(repetition.min).unwrap_or(usize::MAX);
            let most = repetition.max.and_then(|most| usize::try_from(most).ok());
            let more = most.map_or(REPEATS_MORE, |most| most.saturating_sub(least));
            let more = if random.once_in(8) { more.min(64) } else { more.min(REPEATS_MORE) };
            for _ in 0..least.saturating_add(random.below(more + 1)) {
                generate(&repetition.sub, random, text);
            }
        }
    }
}

fn character(class: &Class, random: &mut Random) -> Option<char> {
    let Class::Unicode(class) = class else { return None };
    let ranges: Vec<(char, char)> =
        class.ranges().iter().map(|range| (range.start(), range.end())).collect();
    // Plain characters first: they are easier to read in a counterexample.
    let plain = ['a', '0', 'A', 'b', 'z', 'Z', '9', '-', '_', ' '];
    let plain: Vec<char> = plain
        .into_iter()
        .filter(|plain| ranges.iter().any(|(first, last)| first <= plain && plain <= last))
        .collect();
    if !plain.is_empty() && !random.once_in(3) {
        return random.pick(&plain).copied();
    }
    let (first, last) = *random.pick(&ranges)?;
    let (first, last) = (u32::from(first), u32::from(last));
    let drawn = random.within(i128::from(first), i128::from(last.min(first.saturating_add(400))));
    // The gap of the surrogates.
    u32::try_from(drawn).ok().and_then(char::from_u32).or_else(|| char::from_u32(first))
}

/// The pattern in the dialect of the matcher.
fn translate(pattern: &str) -> Result<String, &'static str> {
    let mut translated = String::with_capacity(pattern.len());
    let mut rest = pattern.chars().peekable();
    let mut is_in_class = false;
    while let Some(character) = rest.next() {
        match character {
            '\\' => {
                let escaped = rest.next().ok_or("it ends with a backslash")?;
                translated.push_str(&escape(escaped, is_in_class)?);
            }
            '[' if is_in_class => translated.push_str("\\["),
            '[' => {
                is_in_class = true;
                translated.push('[');
                if rest.next_if_eq(&'^').is_some() {
                    translated.push('^');
                }
                if rest.peek() == Some(&']') {
                    return Err("it has an empty class");
                }
            }
            ']' if is_in_class => {
                is_in_class = false;
                translated.push(']');
            }
            // Operators between classes in one dialect, plain characters in the other.
            '&' | '~' if is_in_class => {
                translated.push('\\');
                translated.push(character);
            }
            '-' if is_in_class && rest.peek() == Some(&'-') => {
                return Err("it has two hyphens in a class");
            }
            '.' if !is_in_class => translated.push_str(&format!("[^{LINE_ENDS}]")),
            '(' if !is_in_class && rest.peek() == Some(&'?') => {
                rest.next();
                if rest.next() != Some(':') {
                    return Err("it has a group other than `(..)` and `(?:..)`");
                }
                translated.push_str("(?:");
            }
            '{' if !is_in_class && !rest.peek().is_some_and(char::is_ascii_digit) => {
                return Err("it has a brace that repeats nothing");
            }
            _ => translated.push(character),
        }
    }
    Ok(translated)
}

fn escape(escaped: char, is_in_class: bool) -> Result<String, &'static str> {
    let set = |characters: &str, is_negated: bool| match (is_in_class, is_negated) {
        (true, false) => characters.to_owned(),
        (_, true) => format!("[^{characters}]"),
        (false, false) => format!("[{characters}]"),
    };
    Ok(match escaped {
        'd' | 'D' => set("0-9", escaped == 'D'),
        'w' | 'W' => set("0-9A-Z_a-z", escaped == 'W'),
        's' | 'S' => set(SPACES, escaped == 'S'),
        't' | 'n' | 'r' | 'f' | 'v' | 'x' | 'u' => format!("\\{escaped}"),
        'p' | 'P' => return Err("it has a class of Unicode"),
        'b' | 'B' => return Err("it has a word boundary"),
        _ if escaped.is_ascii_punctuation() && !matches!(escaped, '<' | '>') => {
            format!("\\{escaped}")
        }
        _ => return Err("it has an escape that is not known"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_texts_match() {
        let patterns = [
            "^[a-z]{3}-\\d+$",
            "b+",
            "^x|y$",
            "^(ab|cd){2,5}$",
            "^\\S+@\\S+$",
            "^[^a-c]$",
            "^a.b$",
            "^$",
            "^[\\w.-]+$",
        ];
        for source in patterns {
            let pattern = Pattern::new(source).unwrap();
            for seed in 0..200 {
                let text = pattern.text(&mut Random::seeded(seed));
                assert!(pattern.is_match(&text), "{text:?} of {source}");
            }
        }
    }

    #[test]
    fn digits_and_letters_are_those_of_ecmascript() {
        let pattern = Pattern::new("^\\d\\w$").unwrap();
        assert!(pattern.is_match("1a"));
        assert!(!pattern.is_match("\u{0661}a"));
        assert!(!pattern.is_match("1\u{e4}"));
    }

    #[test]
    fn what_cannot_be_generated_is_refused() {
        for source in ["(?=a)", "\\bword", "(a)\\1", "a(^b)c", "(?i)a", "[", "a{,3}", "\\p{L}"] {
            assert!(Pattern::new(source).is_err(), "{source}");
        }
    }
}
