//! `quarantine`: the entities that failed, why, and what becomes of them.
//!
//! Layer: cli. Invariant: no verb but `replay` touches the rows themselves.

use serde::Serialize;
use versioned_jobs::{Align, Printable, TextTable};
use versioned_store::{JobLedger, QuarantineEntry, QuarantineRequest, Released};

use crate::{Output, VerbError, error::UsageError, exit_code};

/// Entries that are read at a time.
const ENTRIES_MAX: u32 = 500;

#[derive(Serialize)]
struct Step {
    from: i64,
    to: i64,
}

#[derive(Serialize)]
struct EntryLine<'a> {
    entity: &'a str,
    id: String,
    key: String,
    field: Option<&'a str>,
    step: Option<Step>,
    pointer: Option<&'a str>,
    causes: &'a [String],
    help: Option<&'a str>,
    content_hash: &'a str,
    run: i64,
}

fn line(entry: &QuarantineEntry) -> EntryLine<'_> {
    EntryLine {
        entity: &entry.entity,
        id: entry.key.to_string(),
        key: entry.key.to_ledger_text(),
        field: entry.field.as_deref(),
        step: entry.step.map(|(from, to)| Step { from, to }),
        pointer: entry.pointer.as_deref(),
        causes: &entry.causes,
        help: entry.help.as_deref(),
        content_hash: &entry.content_hash,
        run: entry.run.number(),
    }
}

/// Calls `each` for every entry, in their order.
async fn for_each<S: JobLedger>(
    store: &S,
    entity: Option<&str>,
    mut each: impl FnMut(QuarantineEntry),
) -> Result<(), VerbError> {
    let mut after = None;
    loop {
        let entity = entity.map(str::to_owned);
        let request = QuarantineRequest { entity, after, limit: ENTRIES_MAX };
        let entries = store.quarantined(&request).await?;
        let Some(last) = entries.last() else {
            return Ok(());
        };
        after = Some((last.entity.clone(), last.key.clone()));
        entries.into_iter().for_each(&mut each);
    }
}

/// Lists the entries, one line each.
pub(crate) async fn list<S: JobLedger>(
    store: &S,
    entity: Option<&str>,
    output: &Output,
) -> Result<u8, VerbError> {
    if output.is_json() {
        return export(store, entity, output).await;
    }
    let mut table = TextTable::new(&[
        ("entity", Align::Left),
        ("id", Align::Left),
        ("field", Align::Left),
        ("step", Align::Left),
        ("run", Align::Right),
        ("why", Align::Left),
    ]);
    for_each(store, entity, |entry| {
        let step = entry.step.map(|(from, to)| format!("{from} to {to}"));
        let why = entry.causes.last().map(|cause| Printable(cause).to_string());
        table.row([
            entry.entity,
            Printable(&entry.key).to_string(),
            entry.field.unwrap_or_default(),
            step.unwrap_or_default(),
            entry.run.to_string(),
            why.unwrap_or_default(),
        ]);
    })
    .await?;
    if table.is_empty() {
        output.line("no entity is in quarantine");
        return Ok(exit_code::DONE);
    }
    output.text(table);
    Ok(exit_code::FINDINGS)
}

/// Writes every entry as a JSON line.
pub(crate) async fn export<S: JobLedger>(
    store: &S,
    entity: Option<&str>,
    output: &Output,
) -> Result<u8, VerbError> {
    let mut code = exit_code::DONE;
    for_each(store, entity, |entry| {
        output.json_line("quarantined", &line(&entry));
        code = exit_code::FINDINGS;
    })
    .await?;
    Ok(code)
}

async fn find<S: JobLedger>(
    store: &S,
    entity: Option<&str>,
    id: &str,
) -> Result<Vec<QuarantineEntry>, VerbError> {
    let mut found = Vec::new();
    for_each(store, entity, |entry| {
        if entry.key.to_string() == id {
            found.push(entry);
        }
    })
    .await?;
    match found.is_empty() {
        true => Err(UsageError::NotQuarantined { id: id.to_owned() }.into()),
        false => Ok(found),
    }
}

/// Shows all that is known of the entries with an id.
pub(crate) async fn show<S: JobLedger>(
    store: &S,
    entity: Option<&str>,
    id: &str,
    output: &Output,
) -> Result<u8, VerbError> {
    for entry in find(store, entity, id).await? {
        if output.is_json() {
            output.json_line("quarantined", &line(&entry));
            continue;
        }
        let id = Printable(&entry.key).to_string();
        output.line(format_args!("`{}` of `{id}` is in quarantine", Printable(&entry.entity)));
        let found = store.run(entry.run).await?;
        let who = found.map(|run| format!(", started by {}", Printable(&run.request.who)));
        output.line(format_args!("  found by: run {}{}", entry.run, who.unwrap_or_default()));
        if let Some(field) = &entry.field {
            output.line(format_args!("  field: {}", Printable(field)));
        }
        if let Some((from, to)) = entry.step {
            output.line(format_args!("  step: {from} to {to}"));
        }
        if let Some(pointer) = &entry.pointer {
            let place = if pointer.is_empty() { "the whole value" } else { pointer };
            output.line(format_args!("  at: {}", Printable(place)));
        }
        for (index, cause) in entry.causes.iter().enumerate() {
            let label = if index == 0 { "failed" } else { "caused by" };
            output.line(format_args!("  {label}: {}", Printable(cause)));
        }
        output.line(format_args!("  content hash: {}", entry.content_hash));
        if let Some(help) = &entry.help {
            output.line(format_args!("  help: {}", Printable(help)));
        }
    }
    Ok(exit_code::DONE)
}

/// Takes the entries with an id out of quarantine.
pub(crate) async fn release<S: JobLedger>(
    store: &S,
    entity: Option<&str>,
    id: &str,
    output: &Output,
) -> Result<u8, VerbError> {
    for entry in find(store, entity, id).await? {
        store.release(&entry.entity, &Released::Key(entry.key.clone())).await?;
        if output.is_json() {
            output.json_line("released", &line(&entry));
            continue;
        }
        output.line(format_args!(
            "`{}` of `{}` left the quarantine; the next run tries it again",
            Printable(&entry.entity),
            Printable(&entry.key)
        ));
    }
    Ok(exit_code::DONE)
}
