//! Pages of text keys in columns whose collation is not the order of the keys.

use versioned_store::{BatchLimits, Bodies, EntityKey, EntityTable, ModelStore, Page, ScanRequest};
use versioned_testkit::{
    conformance::StoreFixture,
    sample::{SAMPLE, Sample, sample_model},
};

/// A request of the first rows.
pub(crate) fn request(rows_max: u32) -> ScanRequest {
    ScanRequest {
        after: None,
        until: None,
        limits: BatchLimits { rows_max, ..BatchLimits::default() },
        bodies: Bodies::All,
    }
}

/// The keys of all pages, and how many pages there were.
pub(crate) async fn keys_and_pages<S: ModelStore>(
    store: &S,
    table: &EntityTable,
    rows_max: u32,
) -> (Vec<EntityKey>, usize) {
    let (mut request, mut keys, mut pages) = (request(rows_max), Vec::new(), 0);
    loop {
        let page = store.scan(table, &request).await.unwrap();
        keys.extend(page.rows.into_iter().map(|row| row.key));
        pages += 1;
        if page.is_last {
            return (keys, pages);
        }
        request.after = keys.last().cloned();
    }
}

fn ids(page: &Page) -> Vec<String> {
    page.rows.iter().map(|row| row.key.to_string()).collect()
}

async fn with_rows<F: StoreFixture>(fixture: &F, ids: &[&str]) -> EntityTable {
    let table = EntityTable::new(&SAMPLE, sample_model()).unwrap();
    fixture.create_table(&table).await;
    for id in ids.iter().copied() {
        fixture.put(&table, Sample::stale(id).row).await;
    }
    table
}

/// A page that takes missing rows for the end would leave all rows behind them as they are.
pub(crate) async fn rows_that_go_meanwhile_end_no_scan<F: StoreFixture>(fixture: &F) {
    let table = with_rows(fixture, &["A", "B", "a", "b", "c", "d", "e", "f", "g"]).await;
    let mut request = request(2);
    let first = fixture.store().scan(&table, &request).await.unwrap();
    assert_eq!((ids(&first), first.is_last), (vec!["A".to_owned(), "B".to_owned()], false));
    for id in ["a", "b", "c"] {
        fixture.delete(&table, &id.into()).await;
    }
    request.after = Some("B".into());
    let second = fixture.store().scan(&table, &request).await.unwrap();
    assert_eq!((ids(&second), second.is_last), (vec!["d".to_owned()], false));
    for id in ["f", "g"] {
        fixture.delete(&table, &id.into()).await;
    }
    request.after = Some("d".into());
    let third = fixture.store().scan(&table, &request).await.unwrap();
    assert_eq!((ids(&third), third.is_last), (vec!["e".to_owned()], false));
    request.after = Some("e".into());
    let last = fixture.store().scan(&table, &request).await.unwrap();
    assert_eq!((ids(&last), last.is_last), (vec![], true));
}

/// All that is left goes: the scan ends without a row.
pub(crate) async fn a_scan_ends_where_nothing_is_left<F: StoreFixture>(fixture: &F) {
    let table = with_rows(fixture, &["a", "b", "c", "d", "e"]).await;
    let mut request = request(2);
    assert!(!fixture.store().scan(&table, &request).await.unwrap().is_last);
    for id in ["c", "d", "e"] {
        fixture.delete(&table, &id.into()).await;
    }
    request.after = Some("b".into());
    let last = fixture.store().scan(&table, &request).await.unwrap();
    assert_eq!((ids(&last), last.is_last), (vec![], true));
}

/// Ids that grow are inserted at the end: the scan that passes there takes them with it.
pub(crate) async fn rows_that_come_behind_the_last_are_seen<F: StoreFixture>(fixture: &F) {
    let table = with_rows(fixture, &["A", "a", "b", "c"]).await;
    let mut request = request(2);
    assert!(!fixture.store().scan(&table, &request).await.unwrap().is_last);
    fixture.put(&table, Sample::stale("d").row).await;
    request.after = Some("a".into());
    let second = fixture.store().scan(&table, &request).await.unwrap();
    assert_eq!((ids(&second), second.is_last), (vec!["b".to_owned(), "c".to_owned()], false));
    request.after = Some("c".into());
    let third = fixture.store().scan(&table, &request).await.unwrap();
    assert_eq!((ids(&third), third.is_last), (vec!["d".to_owned()], true));
}

/// What was inserted while one scan went on is in the next one, whatever was read ahead for the first.
pub(crate) async fn a_scan_that_begins_sees_every_row<F: StoreFixture>(fixture: &F) {
    let table = with_rows(fixture, &["A", "a", "c", "d"]).await;
    assert!(!fixture.store().scan(&table, &request(2)).await.unwrap().is_last);
    fixture.put(&table, Sample::stale("b").row).await;
    let (keys, _) = keys_and_pages(fixture.store(), &table, 2).await;
    let expected: Vec<EntityKey> = ["A", "a", "b", "c", "d"].map(EntityKey::from).into();
    assert_eq!(keys, expected);
}

/// A part of the keys has an end, which what was read ahead for the whole does not have.
pub(crate) async fn a_range_ends_where_it_says<F: StoreFixture>(fixture: &F) {
    let table = with_rows(fixture, &["A", "B", "a", "b", "c", "d"]).await;
    let mut whole = request(2);
    assert!(!fixture.store().scan(&table, &whole).await.unwrap().is_last);
    whole.after = Some("B".into());
    let part = ScanRequest { until: Some("b".into()), ..whole.clone() };
    let page = fixture.store().scan(&table, &part).await.unwrap();
    assert_eq!((ids(&page), page.is_last), (vec!["a".to_owned(), "b".to_owned()], true));
    let page = fixture.store().scan(&table, &whole).await.unwrap();
    assert_eq!((ids(&page), page.is_last), (vec!["a".to_owned(), "b".to_owned()], false));
}

macro_rules! stories {
    ($run:ident) => {
        $crate::store::reading_ahead::stories!(
            $run: rows_that_go_meanwhile_end_no_scan, a_scan_ends_where_nothing_is_left,
            rows_that_come_behind_the_last_are_seen, a_scan_that_begins_sees_every_row,
            a_range_ends_where_it_says
        );
    };
    ($run:ident: $($rule:ident),*) => {
        $(
            #[test]
            fn $rule() {
                $run(async |fixture| $crate::store::reading_ahead::$rule(fixture).await);
            }
        )*
    };
}
pub(crate) use stories;
