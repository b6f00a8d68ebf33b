//! Rules of scans and counts.

use versioned_store::{
    BatchLimits, Bodies, ColumnValue, EntityKey, IdColumn, KeyPart, ModelStore, Page, RowWrite,
    ScanRequest, StorageModel, WriteOutcome,
};

use super::fixture::{StoreFixture, get, pages, put_all, request, scan, table, text, write};
use crate::sample::{SAMPLE, Sample, SampleColumn, sample_model};

fn keys(page: &Page) -> Vec<String> {
    page.rows.iter().map(|row| row.key.to_string()).collect()
}

/// A page has as many rows as its limit allows, and says exactly whether it is the last one.
pub async fn pages_end_at_their_limits<F: StoreFixture>(fixture: &F) {
    for count in [0_usize, 1, 2, 3, 4, 6, 7] {
        let model = StorageModel::columns(format!("samples_{count}")).id("id");
        let table = table(fixture, &SAMPLE, model).await;
        let rows = (0..count).map(|index| Sample::stale(&*format!("{index}")).row);
        put_all(fixture, &table, rows).await;
        let limits = BatchLimits { rows_max: 3, ..BatchLimits::default() };
        let found = pages(fixture, &table, ScanRequest { limits, ..request(Bodies::All) }).await;
        let sizes: Vec<usize> = found.iter().map(|page| page.rows.len()).collect();
        let expected: &[usize] = match count {
            0 => &[0],
            1 => &[1],
            2 => &[2],
            3 => &[3],
            4 => &[3, 1],
            6 => &[3, 3],
            _ => &[3, 3, 1],
        };
        assert_eq!(sizes, expected, "{count} rows");
        assert_eq!(fixture.store().count(&table).await.expect("count"), count as u64);
    }
}

/// Bytes end a page after the row that reaches them, so that one large row still gets through.
pub async fn a_page_ends_with_the_row_that_reaches_its_bytes<F: StoreFixture>(fixture: &F) {
    let table = table(fixture, &SAMPLE, sample_model()).await;
    let body = |bytes| text(&format!("\"{}\"", "x".repeat(bytes)));
    let rows = ["a", "b", "c"].map(|key| Sample::stale(key).with(SampleColumn::States, body(1000)));
    put_all(fixture, &table, rows.map(|sample| sample.row)).await;
    let huge = Sample::stale("d").with(SampleColumn::States, body(5 << 20));
    fixture.put(&table, huge.row).await;
    fixture.put(&table, Sample::current("e").with(SampleColumn::States, body(9000)).row).await;
    fixture.put(&table, Sample::stale("f").row).await;
    for (bytes_max, expected) in [
        (0, &[1, 1, 1, 1, 1, 1][..]),
        // The fields of a current row are not read, so they count for nothing.
        (1, &[1, 1, 1, 1, 2]),
        (1500, &[2, 2, 2]),
        (3500, &[4, 2]),
        (usize::MAX, &[6]),
    ] {
        let limits = BatchLimits { bytes_max, ..BatchLimits::default() };
        let found = pages(fixture, &table, ScanRequest { limits, ..request(Bodies::Stale) }).await;
        let sizes: Vec<usize> = found.iter().map(|page| page.rows.len()).collect();
        assert_eq!(sizes, expected, "{bytes_max} bytes");
    }
}

/// `after` is left out, `until` is taken in; a range without rows is one empty last page.
pub async fn a_range_is_open_below_and_closed_above<F: StoreFixture>(fixture: &F) {
    let table = table(fixture, &SAMPLE, sample_model()).await;
    put_all(fixture, &table, ["b", "d", "f"].map(|key| Sample::stale(key).row)).await;
    for (after, until, expected) in [
        (None, None, &["b", "d", "f"][..]),
        (Some("b"), None, &["d", "f"]),
        (Some("c"), Some("f"), &["d", "f"]),
        (Some("c"), Some("e"), &["d"]),
        (None, Some("d"), &["b", "d"]),
        (None, Some("a"), &[]),
        (Some("f"), None, &[]),
        (Some("d"), Some("d"), &[]),
        (Some("f"), Some("b"), &[]),
    ] {
        let [after, until] = [after, until].map(|key| key.map(EntityKey::from));
        let page =
            scan(fixture, &table, &ScanRequest { after, until, ..request(Bodies::All) }).await;
        assert_eq!(keys(&page), expected);
        assert!(page.is_last);
    }
}

/// With [`Bodies::Stale`], fields are read of rows that are stale and not deleted, and only those that a migration needs;
/// versions are read of every row.
pub async fn current_and_deleted_rows_come_without_fields<F: StoreFixture>(fixture: &F) {
    let table = table(fixture, &SAMPLE, sample_model()).await;
    let version = |value| Sample::current("").with(SampleColumn::NotesVersion, value).row;
    let mut deleted = Sample::stale("deleted").row;
    deleted.deleted = true;
    let stale = [
        ("absent", version(ColumnValue::Null)),
        ("newer", version(ColumnValue::Integer(3))),
        ("one of two", version(ColumnValue::Integer(1))),
    ];
    fixture.put(&table, Sample::current("current").row).await;
    fixture.put(&table, deleted).await;
    for (key, mut row) in stale {
        row.key = key.into();
        fixture.put(&table, row).await;
    }
    let page = scan(fixture, &table, &request(Bodies::Stale)).await;
    assert_eq!(keys(&page), ["absent", "current", "deleted", "newer", "one of two"]);
    for row in &page.rows {
        let has: Vec<bool> = row.values.iter().map(Option::is_some).collect();
        let is_stale = !matches!(row.key.to_string().as_str(), "current" | "deleted");
        // The last two columns are needed by no migration.
        let fields = [is_stale; 4].into_iter().chain([false; 2]);
        let expected: Vec<bool> = [true; 2].into_iter().chain(fields).collect();
        assert_eq!(has, expected, "{}", row.key);
        assert_eq!(row.deleted, row.key == "deleted".into());
        assert_eq!(row.model_version, Some(7));
    }
    assert_eq!(page.rows[0].values[SampleColumn::NotesVersion as usize], Some(ColumnValue::Null));
    assert_eq!(page.rows[0].values[SampleColumn::NextIndex as usize], Some(ColumnValue::Null));
    let all = scan(fixture, &table, &request(Bodies::All)).await;
    assert!(all.rows.iter().all(|row| row.values.iter().all(Option::is_some)));
}

/// Keys of every kind are paged in the order of [`EntityKey`], found again, and written.
pub async fn keys_of_every_kind_come_in_order<F: StoreFixture>(fixture: &F) {
    let uuid = |first: u8| {
        let mut bytes = [0xa5; 16];
        bytes[0] = first;
        KeyPart::Uuid(bytes)
    };
    let part = |text: &str| KeyPart::Text(text.to_owned());
    let uuids = || [0x00, 0x09, 0x7f, 0x80, 0xff].map(|first| vec![uuid(first)]).to_vec();
    let texts = ["", " ", "\"", "%", "'", "1", "10", "2", "A", "B", "a", "a ", "b", "é", "😀"];
    let numbers = [i64::MIN, -1, 0, 1, 9, 10, 1 << 53, i64::MAX];
    let pairs = [("", 0), ("", 1), ("A", -1), ("a", -5), ("a", 5), ("b", 0)];
    let composite = |name| StorageModel::columns(name).id("part").id(IdColumn::integer("no"));
    for (model, keys) in [
        (StorageModel::columns("texts").id("id"), texts.map(|id| vec![part(id)]).to_vec()),
        (
            StorageModel::columns("integers").id(IdColumn::integer("id")),
            numbers.map(|id| vec![KeyPart::Integer(id)]).to_vec(),
        ),
        (StorageModel::columns("uuids").id(IdColumn::uuid("id")), uuids()),
        (StorageModel::columns("uuid_texts").id(IdColumn::uuid_text("id")), uuids()),
        (composite("pairs"), pairs.map(|(one, no)| vec![part(one), KeyPart::Integer(no)]).to_vec()),
    ] {
        let table = table(fixture, &SAMPLE, model).await;
        let expected: Vec<EntityKey> = keys.into_iter().map(EntityKey::new).collect();
        assert!(expected.is_sorted());
        let rows = expected.iter().rev().map(|key| Sample::stale(key.clone()).row);
        let rows = rows.map(|row| versioned_store::Row { model_version: None, ..row });
        put_all(fixture, &table, rows).await;
        for rows_max in [1, 2, 500] {
            let limits = BatchLimits { rows_max, ..BatchLimits::default() };
            let request = ScanRequest { limits, ..request(Bodies::Stale) };
            let found = pages(fixture, &table, request).await;
            let found: Vec<_> = found.into_iter().flat_map(|page| page.rows).collect();
            let found: Vec<_> = found.iter().map(|row| row.key.clone()).collect();
            assert_eq!(found, expected, "{} by {rows_max}", table.name());
        }
        for key in &expected {
            let row = get(fixture, &table, key).await.expect("a row that was scanned is found");
            assert_eq!(row.key, *key);
            let set = vec![(SampleColumn::Comment as usize, text(&key.to_string()))];
            let written = write(fixture, &table, &[RowWrite { expected: row, set }]).await;
            assert_eq!(written, [WriteOutcome::Written], "{key}");
        }
        let found = fixture.store().get_many(&table, &expected).await.expect("rows can be read");
        let found = found.into_iter().map(|row| row.expect("each is found among many").key);
        assert_eq!(found.collect::<Vec<_>>(), expected, "{}", table.name());
        let all = scan(fixture, &table, &request(Bodies::All)).await;
        for row in all.rows {
            let comment = row.values[SampleColumn::Comment as usize].clone();
            assert_eq!(comment, Some(text(&row.key.to_string())), "its own row was written");
        }
    }
}

/// Many rows come in the order of the keys that were asked for, one named twice comes twice, and an absent one is a gap.
pub async fn many_rows_come_in_the_order_of_the_keys<F: StoreFixture>(fixture: &F) {
    let table = table(fixture, &SAMPLE, sample_model()).await;
    let mut deleted = Sample::current("d").row;
    deleted.deleted = true;
    let rows = [Sample::stale("a").row, Sample::current("b").row, deleted];
    put_all(fixture, &table, rows.clone()).await;
    let get_many = async |keys: &[EntityKey]| {
        fixture.store().get_many(&table, keys).await.expect("rows can be read")
    };
    assert_eq!(get_many(&[]).await, []);
    let [a, b, d] = rows.map(Some);
    let keys = ["d", "absent", "a", "b", "a", "A", ""].map(EntityKey::from);
    assert_eq!(get_many(&keys).await, [d, None, a.clone(), b.clone(), a.clone(), None, None]);

    // More than a store asks for at once.
    let mut many: Vec<EntityKey> = (0..2_500).map(|no| EntityKey::from(&*no.to_string())).collect();
    many[1_700] = "b".into();
    many[2_499] = "a".into();
    let found = get_many(&many).await;
    assert_eq!(found.len(), many.len());
    assert_eq!(found.iter().flatten().count(), 2);
    assert_eq!((&found[1_700], &found[2_499]), (&b, &a));

    let model = StorageModel::columns("pairs").id("part").id(IdColumn::integer("no"));
    let table = super::fixture::table(fixture, &SAMPLE, model).await;
    let key = |no| EntityKey::new(vec![KeyPart::Text("a".to_owned()), KeyPart::Integer(no)]);
    let row = versioned_store::Row { model_version: None, ..Sample::stale(key(1_200)).row };
    fixture.put(&table, row.clone()).await;
    let keys: Vec<EntityKey> = (0..1_201).rev().map(key).collect();
    let found = fixture.store().get_many(&table, &keys).await.expect("rows can be read");
    assert_eq!(found[0], Some(row));
    assert!(found[1..].iter().all(Option::is_none));
}

/// Versions are counted per column, value and deleted flag, in order.
pub async fn versions_are_counted_per_column<F: StoreFixture>(fixture: &F) {
    let table = table(fixture, &SAMPLE, sample_model()).await;
    put_all(fixture, &table, ["a", "b"].map(|key| Sample::stale(key).row)).await;
    put_all(fixture, &table, ["c", "d", "e"].map(|key| Sample::current(key).row)).await;
    let mut deleted = Sample::stale("f").row;
    deleted.deleted = true;
    fixture.put(&table, deleted).await;
    let absent = Sample::current("g").with(SampleColumn::NotesVersion, ColumnValue::Null);
    fixture.put(&table, absent.row).await;
    let counts = fixture.store().version_counts(&table).await.expect("versions can be counted");
    let counts: Vec<_> = counts
        .into_iter()
        .map(|count| (count.column, count.version, count.deleted, count.rows))
        .collect();
    let (states, notes) =
        (SampleColumn::StatesVersion as usize, SampleColumn::NotesVersion as usize);
    let version = ColumnValue::Integer;
    let expected = [
        (states, version(1), false, 2),
        (states, version(1), true, 1),
        (states, version(3), false, 4),
        (notes, ColumnValue::Null, false, 1),
        (notes, version(1), false, 2),
        (notes, version(1), true, 1),
        (notes, version(2), false, 3),
    ];
    assert_eq!(counts, expected);
}
