//! Keys that are read ahead, where no index of the table has the order of the keys.
//!
//! Layer: adapters. Sorting the table for every page would read it as often as it has pages: the keys of many pages are
//! sorted at once, and each page is found by its keys. Invariant: a scan ends only where its own transaction sees no row
//! after the page, and the keys that are kept are bounded.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;
use versioned_store::{EntityKey, IdColumn, KeyPart, Page, ScanRequest};

use crate::{
    connection::Transaction,
    dialect::{Class, Dialect},
    error::Fault,
    keys,
    scan::{self, limit, range},
    schema::View,
    statement::Statement,
};

/// Most keys that are read ahead at once.
const KEYS_MAX: u16 = 50_000;

/// How many bytes of keys end a reading; more of them could fill the memory.
const BYTES_MAX: usize = 8 << 20;

/// Most scans whose keys are kept.
const WINDOWS_MAX: usize = 32;

/// Most bytes of keys that are kept for all scans.
const KEPT_BYTES_MAX: usize = 64 << 20;

/// What a key costs beside its texts.
const KEY_BYTES: usize = 96;

/// For how long keys may be used, however fast they were read.
const KEPT_FOR: Duration = Duration::from_secs(5);

/// For how many times the time that they took: so reading them takes a small part of the time of a scan.
const KEPT_FOR_TIMES: u32 = 20;

/// Most keys of one page that are looked up part by part, or in one list.
const LIST_MAX: usize = 500;

/// The keys that were read ahead, of the scans that go on; clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ahead(Arc<Mutex<Vec<Window>>>);

/// The next keys of a scan.
#[derive(Debug)]
struct Window {
    table: String,
    ids: Vec<IdColumn>,
    /// The key that these follow.
    after: Option<EntityKey>,
    until: Option<EntityKey>,
    keys: VecDeque<EntityKey>,
    bytes: usize,
    /// Whether there were no more of them.
    is_complete: bool,
    begun: Instant,
    ends: Instant,
}

impl Ahead {
    /// Takes the keys that a request asks for, if they were read and are not too old.
    fn take(&self, view: &View<'_>, request: &ScanRequest) -> Option<Window> {
        // A scan that begins sees what is there by then.
        request.after.as_ref()?;
        let now = Instant::now();
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        windows.retain(|window| now < window.ends);
        let place = windows.iter().position(|window| {
            window.after == request.after
                && window.until == request.until
                && window.table == view.table.name()
                && window.ids == view.table.id()
        })?;
        Some(windows.remove(place))
    }

    /// Keeps keys for the next page, and drops those that were kept for longest where there are too many.
    fn keep(&self, window: Window) {
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A scan that passes where another one has stopped goes on with what was read later, which is never before it began.
        if let Some(place) = windows.iter().position(|other| other.is_at(&window)) {
            if windows[place].begun > window.begun {
                return;
            }
            windows.remove(place);
        }
        windows.push(window);
        while windows.len() > WINDOWS_MAX
            || windows.iter().map(|window| window.bytes).sum::<usize>() > KEPT_BYTES_MAX
        {
            windows.remove(0);
        }
    }
}

/// Whether the order of the keys is one that the columns' own indexes do not have.
pub(crate) fn is_needed(view: &View<'_>) -> bool {
    view.dialect != Dialect::Sqlite
        && view.table.id().iter().any(|id| {
            matches!(view.schema.class(id.name()), Class::Text { by_bytes: false })
        })
}

/// Reads a page by its keys.
///
/// Rows that were deleted since the keys were read are missing, and so may be some that were inserted since.
pub(crate) async fn page(
    ahead: &Ahead,
    transaction: &mut Transaction,
    view: &View<'_>,
    request: &ScanRequest,
) -> Result<Page, Fault> {
    let kept = ahead.take(view, request);
    let mut is_new = kept.is_none();
    let mut window = match kept {
        Some(window) => window,
        None => Window::read(transaction, view, request.after.clone(), request).await?,
    };
    loop {
        let keys = window.next(page_max(view, request));
        let Some(last) = keys.last() else {
            return Ok(Page { rows: Vec::new(), is_last: true });
        };
        let part = ScanRequest {
            after: window.after.clone(),
            until: Some(last.clone()),
            limits: request.limits,
            bodies: request.bodies,
        };
        by_index(transaction, "SET LOCAL enable_seqscan = off").await?;
        let page = scan::page(transaction, view, &part, &keys).await?;
        window.pass(&keys, &page);
        if window.keys.is_empty() && !(is_new && window.is_complete) {
            by_index(transaction, "SET LOCAL enable_seqscan = DEFAULT").await?;
            window = Window::read(transaction, view, window.after, request).await?;
            is_new = true;
        }
        let is_last = page.is_last && window.keys.is_empty();
        if is_last || !page.rows.is_empty() {
            if !is_last {
                ahead.keep(window);
            }
            return Ok(Page { is_last, ..page });
        }
        // All rows of these keys were deleted since.
    }
}

/// Sets whether PostgreSQL reads rows by an index wherever it can. For the rows of many keys, it would often take reading the
/// table from end to end for less work, and do so for each page.
async fn by_index(transaction: &mut Transaction, setting: &'static str) -> Result<(), Fault> {
    if transaction.dialect() == Dialect::Postgres {
        transaction.execute(Statement::with(Dialect::Postgres, setting, &[])?).await?;
    }
    Ok(())
}

/// Most keys of a page.
fn page_max(view: &View<'_>, request: &ScanRequest) -> usize {
    let rows_max = usize::try_from(request.limits.rows()).unwrap_or(LIST_MAX);
    match (view.dialect, view.table.id().len()) {
        (Dialect::Postgres, _) | (_, 1) => rows_max,
        _ => rows_max.min(LIST_MAX),
    }
}

/// The condition that a row has one of the keys, such that an index over the id columns finds the rows; other rows, which
/// the collation takes for them, may have it too.
pub(crate) fn among(
    statement: &mut Statement,
    view: &View<'_>,
    keys: &[EntityKey],
) -> Result<(), Fault> {
    #[cfg(feature = "postgres")]
    if let (Dialect::Postgres, [_, _, ..]) = (view.dialect, view.table.id()) {
        let mut parts: Vec<Vec<_>> = view.table.id().iter().map(|_| Vec::new()).collect();
        for key in keys {
            for (part, value) in parts.iter_mut().zip(view.table.stored_key(key)?) {
                part.push(value);
            }
        }
        statement.sql.text("(").join(", ", view.table.id(), |sql, id| {
            keys::column(sql, view, id.name());
        });
        statement.sql.text(") IN (SELECT * FROM unnest(");
        for (index, (id, part)) in view.table.id().iter().zip(&parts).enumerate() {
            statement.sql.text(if index > 0 { ", " } else { "" });
            let class = view.schema.class(id.name());
            crate::dialect::postgres::bind_all(statement, class, part)?;
        }
        statement.sql.text("))");
        return Ok(());
    }
    let keys: Vec<&EntityKey> = keys.iter().collect();
    if view.dialect == Dialect::Postgres {
        return keys::among(statement, view, &keys);
    }
    // MariaDB makes a table of a longer list, and reads the other one from end to end.
    statement.sql.text("(");
    for (index, some) in keys.chunks(LIST_MAX).enumerate() {
        statement.sql.text(if index > 0 { " OR " } else { "" });
        keys::among(statement, view, some)?;
    }
    statement.sql.text(")");
    Ok(())
}

impl Window {
    /// Reads the next keys of a request's range.
    async fn read(
        transaction: &mut Transaction,
        view: &View<'_>,
        after: Option<EntityKey>,
        request: &ScanRequest,
    ) -> Result<Self, Fault> {
        let begun = Instant::now();
        let part = ScanRequest { after: after.clone(), ..request.clone() };
        let mut statement = Statement::new(view.dialect);
        statement.sql.text("SELECT ");
        keys::select(&mut statement.sql, view);
        statement.sql.text(" FROM ").table(view.table.name());
        range(&mut statement, view, &part)?;
        keys::order(&mut statement.sql, view);
        limit(&mut statement, KEYS_MAX.into())?;
        let mut keys: VecDeque<EntityKey> = VecDeque::new();
        let (mut bytes, mut count, mut is_cut) = (0, 0, false);
        let take = |mut found| {
            let key = keys::read(&mut found, view, keys.back().or(after.as_ref()))?;
            count += 1;
            // A key that two rows have is refused with its page.
            if keys.back() != Some(&key) {
                bytes += byte_len(&key);
                keys.push_back(key);
            }
            is_cut = bytes >= BYTES_MAX;
            Ok(!is_cut)
        };
        transaction.each(statement, take).await?;
        let now = Instant::now();
        Ok(Self {
            table: view.table.name().to_owned(),
            ids: view.table.id().to_vec(),
            after,
            until: request.until.clone(),
            keys,
            bytes,
            is_complete: !is_cut && count < KEYS_MAX,
            begun,
            ends: now + KEPT_FOR + (now - begun) * KEPT_FOR_TIMES,
        })
    }

    /// Whether these are keys of the same range after the same key.
    fn is_at(&self, other: &Self) -> bool {
        self.after == other.after
            && self.until == other.until
            && self.table == other.table
            && self.ids == other.ids
    }

    /// The keys of the next page.
    fn next(&self, count: usize) -> Vec<EntityKey> {
        self.keys.iter().take(count).cloned().collect()
    }

    /// Drops those of the keys whose rows are in a page, or are gone.
    fn pass(&mut self, keys: &[EntityKey], page: &Page) {
        let last = page.rows.last().map(|row| &row.key);
        let passed = match page.is_last {
            true => keys.len(),
            // A page may end with a row that was inserted since: then the keys behind it are read again.
            false => keys
                .iter()
                .position(|key| Some(key) == last)
                .map_or(self.keys.len(), |place| place + 1),
        };
        for key in self.keys.drain(..passed) {
            self.bytes -= byte_len(&key);
        }
        self.after = last.or(keys.last()).cloned();
    }
}

/// About how many bytes a key takes in memory.
fn byte_len(key: &EntityKey) -> usize {
    let texts = key.parts().iter().map(|part| match part {
        KeyPart::Text(text) => text.len(),
        _ => 0,
    });
    KEY_BYTES * key.parts().len() + texts.sum::<usize>()
}
