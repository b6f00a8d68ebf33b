//! How a golden document is written.
//!
//! Layer: jobs. Invariant: [`parse`](super::parse) reads all of it, and a text that was changed by hand does not fit its hash.

use std::fmt::{Formatter, Result};

use super::{GoldenDocument, GoldenOutcome, GoldenRefusal, fold::fold};
use crate::{Printable, content::text_hash};

/// The first line.
pub(super) const TITLE: &str = "golden document, form 1";
/// How the values of a step read that could not be written.
pub(super) const UNWRITTEN: &str = "what cannot be written";
pub(super) const STORED: &str = "stored";
pub(super) const UPGRADED: &str = "upgraded";
pub(super) const FETCHED: &str = "fetched";

/// The hash of a JSON text.
pub(super) fn hash(text: &str) -> String {
    format!("{:032x}", text_hash([text]))
}

/// The hash in the name of a file.
pub(super) fn name_hash(document: &GoldenDocument) -> String {
    let fetched = document.fetched.iter().flat_map(|(name, json)| [name.as_str(), json.as_str()]);
    let texts = [document.entity.as_str(), document.stored.as_str()].into_iter().chain(fetched);
    format!("{:032x}", text_hash(texts))[20..].to_owned()
}

pub(super) fn write(document: &GoldenDocument, formatter: &mut Formatter<'_>) -> Result {
    writeln!(formatter, "{TITLE}")?;
    writeln!(formatter, "entity   {}", document.entity)?;
    writeln!(formatter, "versions {}", document.versions)?;
    write_guard(formatter, STORED, &document.stored)?;
    match &document.outcome {
        GoldenOutcome::Upgraded { document, fields } => {
            write_guard(formatter, UPGRADED, document)?;
            for field in fields {
                let stored = field.stored.map_or_else(|| "nothing".to_owned(), |it| it.to_string());
                let (name, reached) = (&field.field, field.reached);
                writeln!(formatter, "field    {name} from {stored} to {reached}")?;
                for step in &field.steps {
                    let given = step.hash.as_deref().unwrap_or(UNWRITTEN);
                    let to = u64::from(step.from.get()) + 1;
                    writeln!(formatter, "  step   {} to {to} gives {given}", step.from)?;
                }
            }
        }
        GoldenOutcome::Refused(refusal) => write_refusal(formatter, refusal)?,
    }
    write_section(formatter, STORED, &document.stored)?;
    for (name, json) in &document.fetched {
        write_section(formatter, &format!("{FETCHED} {name}"), json)?;
    }
    if let GoldenOutcome::Upgraded { document, .. } = &document.outcome {
        write_section(formatter, UPGRADED, document)?;
    }
    Ok(())
}

fn write_guard(formatter: &mut Formatter<'_>, name: &str, text: &str) -> Result {
    writeln!(formatter, "{name:8} {} bytes {}", text.len(), hash(text))
}

fn write_section(formatter: &mut Formatter<'_>, name: &str, text: &str) -> Result {
    write!(formatter, "\n[{name}]\n{}", fold(text))
}

fn write_refusal(formatter: &mut Formatter<'_>, refusal: &GoldenRefusal) -> Result {
    writeln!(formatter, "refused")?;
    if let Some(field) = &refusal.field {
        writeln!(formatter, "  field   {field}")?;
    }
    if let Some(step) = refusal.step {
        writeln!(formatter, "  step    {step} to {}", u64::from(step.get()) + 1)?;
    }
    if let Some(pointer) = &refusal.pointer {
        writeln!(formatter, "  at      {}", serde_json::Value::from(pointer.as_str()))?;
    }
    refusal
        .causes
        .iter()
        .try_for_each(|cause| writeln!(formatter, "  because {}", Printable(cause)))
}
