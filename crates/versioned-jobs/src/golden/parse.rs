//! Reading a golden document.
//!
//! Layer: jobs. Invariant: what cannot be read is an error with its line; nothing is guessed or left out.

use versioned_core::{SchemaVersion, json::Pointer};

use super::{
    GoldenDocument, GoldenField, GoldenFormatError, GoldenFormatProblem as Problem, GoldenOutcome,
    GoldenRefusal, GoldenStep,
    fold::unfold,
    form::{FETCHED, STORED, TITLE, UNWRITTEN, UPGRADED, hash},
};

pub(super) fn parse(text: &str) -> Result<GoldenDocument, GoldenFormatError> {
    let at = |line, problem| GoldenFormatError { line, problem };
    let lines: Vec<(usize, &str)> = (1..).zip(text.lines()).collect();
    let is_mark = |line: &str| ["<<<<<<<", ">>>>>>>"].iter().any(|mark| line.starts_with(mark));
    if let Some((line, _)) = lines.iter().find(|(_, line)| is_mark(line)) {
        return Err(at(*line, Problem::Conflict));
    }
    let is_section = |(_, line): &(usize, &str)| line.starts_with('[');
    let first_section = lines.iter().position(is_section).unwrap_or(lines.len());
    let (facts, sections) = lines.split_at(first_section);
    let facts = read_facts(facts)?;
    let mut parts = Vec::new();
    for section in sections.chunk_by(|_, next| !is_section(next)) {
        parts.push(read_section(section)?);
    }
    let mut take = |name: &str| {
        let found = parts.iter().position(|part| part.name == name)?;
        Some(parts.remove(found))
    };
    let end = lines.len();
    let stored = take(STORED).ok_or(at(end, Problem::SectionMissing { name: STORED }))?;
    facts.stored.check(STORED, &stored)?;
    let outcome = match (facts.refusal, facts.upgraded) {
        (Some(refusal), None) => GoldenOutcome::Refused(refusal),
        (None, Some(guard)) => {
            let upgraded =
                take(UPGRADED).ok_or(at(end, Problem::SectionMissing { name: UPGRADED }))?;
            guard.check(UPGRADED, &upgraded)?;
            GoldenOutcome::Upgraded { document: upgraded.text, fields: facts.fields }
        }
        _ => return Err(at(1, Problem::Unknown)),
    };
    let mut fetched = Vec::new();
    for part in parts {
        let Some(name) = part.name.strip_prefix(FETCHED).and_then(|it| it.strip_prefix(' ')) else {
            return Err(at(part.line, Problem::Unknown));
        };
        fetched.push((name.to_owned(), part.text));
    }
    let (entity, versions) = (facts.entity, facts.versions);
    Ok(GoldenDocument { entity, versions, stored: stored.text, fetched, outcome })
}

/// A JSON text under its name.
struct Part<'l> {
    name: &'l str,
    line: usize,
    text: String,
}

fn read_section<'l>(lines: &[(usize, &'l str)]) -> Result<Part<'l>, GoldenFormatError> {
    let unknown = |line| GoldenFormatError { line, problem: Problem::Unknown };
    let Some(((line, title), body)) = lines.split_first() else { return Err(unknown(1)) };
    let name = title.strip_prefix('[').and_then(|title| title.strip_suffix(']'));
    let name = name.ok_or(unknown(*line))?;
    // The empty line before the next section.
    let blank = body.iter().rposition(|(_, line)| !line.is_empty()).map_or(0, |last| last + 1);
    let text = unfold(body[..blank].iter().map(|(_, line)| *line));
    let text = text.map_err(|number| unknown(line + 1 + number))?;
    Ok(Part { name, line: *line, text })
}

/// Length and hash of a text, by which an edited one is seen.
#[derive(Debug, Default)]
struct Guard {
    line: usize,
    length: usize,
    hash: String,
}

impl Guard {
    fn check(&self, name: &'static str, part: &Part<'_>) -> Result<(), GoldenFormatError> {
        if self.length == part.text.len() && self.hash == hash(&part.text) {
            return Ok(());
        }
        Err(GoldenFormatError { line: part.line, problem: Problem::Edited { name } })
    }
}

/// The lines before the first text.
#[derive(Debug, Default)]
struct Facts {
    entity: String,
    versions: String,
    stored: Guard,
    upgraded: Option<Guard>,
    fields: Vec<GoldenField>,
    refusal: Option<GoldenRefusal>,
}

fn read_facts(lines: &[(usize, &str)]) -> Result<Facts, GoldenFormatError> {
    let Some(((_, title), lines)) = lines.split_first() else {
        return Err(GoldenFormatError { line: 1, problem: Problem::NoGoldenDocument });
    };
    if title.trim_end() != TITLE {
        return Err(GoldenFormatError { line: 1, problem: Problem::NoGoldenDocument });
    }
    let mut facts = Facts::default();
    for (line, text) in lines.iter().copied().filter(|(_, text)| !text.is_empty()) {
        let read = match text.strip_prefix("  ") {
            Some(text) => facts.read_detail(text),
            None => facts.read_fact(line, text),
        };
        read.ok_or(GoldenFormatError { line, problem: Problem::Unknown })?;
    }
    let needed = [(&facts.entity, "entity"), (&facts.versions, "versions")];
    let missing = needed.iter().find(|(fact, _)| fact.is_empty());
    let missing = missing.map(|(_, name)| *name).or((facts.stored.line == 0).then_some(STORED));
    match missing {
        None => Ok(facts),
        Some(name) => Err(GoldenFormatError { line: 1, problem: Problem::FactMissing { name } }),
    }
}

impl Facts {
    fn read_fact(&mut self, line: usize, text: &str) -> Option<()> {
        let (name, rest) = text.split_once(' ').unwrap_or((text, ""));
        let rest = rest.trim_start();
        match name {
            "entity" => rest.clone_into(&mut self.entity),
            "versions" => rest.clone_into(&mut self.versions),
            STORED => self.stored = guard(line, rest)?,
            UPGRADED => self.upgraded = Some(guard(line, rest)?),
            "field" => {
                let (rest, reached) = rest.rsplit_once(" to ")?;
                let (field, stored) = rest.rsplit_once(" from ")?;
                let stored = match stored {
                    "nothing" => None,
                    stored => Some(version(stored)?),
                };
                let (field, reached) = (field.to_owned(), version(reached)?);
                self.fields.push(GoldenField { field, stored, reached, steps: Vec::new() });
            }
            "refused" => {
                let nothing =
                    GoldenRefusal { field: None, step: None, pointer: None, causes: vec![] };
                self.refusal = Some(nothing);
            }
            _ => return None,
        }
        Some(())
    }

    fn read_detail(&mut self, text: &str) -> Option<()> {
        let (name, rest) = text.split_once(' ')?;
        let rest = rest.trim_start();
        let Some(refusal) = &mut self.refusal else {
            let (versions, given) = rest.split_once(" gives ")?;
            let from = version(versions.split_once(" to ")?.0)?;
            let hash = (given != UNWRITTEN).then(|| given.to_owned());
            let field = self.fields.last_mut().filter(|_| name == "step")?;
            field.steps.push(GoldenStep { from, hash });
            return Some(());
        };
        match name {
            "field" => refusal.field = Some(rest.to_owned()),
            "step" => refusal.step = Some(version(rest.split_once(" to ")?.0)?),
            "at" => {
                let pointer: String = serde_json::from_str(rest).ok()?;
                refusal.pointer = Some(Pointer::from(pointer));
            }
            "because" => refusal.causes.push(rest.to_owned()),
            _ => return None,
        }
        Some(())
    }
}

fn version(text: &str) -> Option<SchemaVersion> {
    text.parse().ok().map(SchemaVersion::new)
}

fn guard(line: usize, text: &str) -> Option<Guard> {
    let (length, hash) = text.split_once(" bytes ")?;
    Some(Guard { line, length: length.parse().ok()?, hash: hash.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "golden document, form 1\n\
        entity   quiz\n\
        versions 1\n\
        stored   2 bytes 2c2dc5a3e6b6e8e0f3a5a3f6d0a5ea26\n\
        refused\n  field   answers\n  step    1 to 2\n  at      \"/a b\"\n  because it is so\n\n\
        [stored]\n|{}\n\n[fetched sizes]\n|[1]\n";

    fn text() -> String {
        TEXT.replace("2c2dc5a3e6b6e8e0f3a5a3f6d0a5ea26", &hash("{}"))
    }

    fn check(text: &str, expect: &str) {
        assert_eq!(parse(text).unwrap_err().to_string(), expect);
    }

    #[test]
    fn a_refused_document_comes_back_from_its_text() {
        let document = parse(&text()).unwrap();
        assert_eq!(document.to_string(), text());
        assert_eq!(document.fetched, [("sizes".to_owned(), "[1]".to_owned())]);
        let GoldenOutcome::Refused(refusal) = document.outcome else { panic!("it is refused") };
        assert_eq!(refusal.step, Some(SchemaVersion::new(1)));
        assert_eq!(refusal.pointer, Some(Pointer::from("/a b")));
    }

    #[test]
    fn what_is_wrong_with_a_file_is_named_with_its_line() {
        check("", "line 1: this is no golden document");
        check("golden document, form 2", "line 1: this is no golden document");
        check(
            &text().replace("|{}", "|{ }"),
            "line 11: the text of [stored] does not fit its hash",
        );
        check(&text().replace("|{}", "{}"), "line 12: this line is not understood");
        check(&text().replace("  step ", "  steq "), "line 7: this line is not understood");
        check(
            &text().replace("[stored]", "<<<<<<< ours\n[stored]"),
            "line 11: a merge conflict is left in",
        );
        check(&text().replace("[stored]", "[scored]"), "line 15: there is no section [stored]");
        check(&text().replace("entity   quiz\n", ""), "line 1: the line `entity` is missing");
    }
}
