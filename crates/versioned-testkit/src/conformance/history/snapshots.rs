//! Rules of snapshots as a table of their own, and of putting a model back.

use versioned_store::{
    Bodies, CommitCommand, CommitKind, CommitsRequest, DeletedModels, EntityKey, EntityTable,
    ModelChange, ModelStore, ModelVersion, Row, RowWrite, StorageModel, WriteOutcome,
};

use super::fixture::{
    HistoryFixture, commit, commits, creation, deletion, editing, history, log, model, saved,
    snapshot, with_history,
};
use crate::{
    conformance::fixture::{get, request, scan, text, write},
    sample::{SampleColumn, sample_model},
};

fn keys(rows: &[Row]) -> Vec<String> {
    rows.iter().map(|row| row.key.to_string()).collect()
}

/// Snapshots are scanned in the order of model and model version, and rewritten by compare-and-set; neither the model nor
/// its commits change.
pub async fn snapshots_are_rewritten_in_place<F: HistoryFixture>(fixture: &F) {
    let table = with_history(fixture, model()).await;
    let snapshots = table.snapshots().expect("the table has a history");
    let b = saved(fixture, &table, creation("b", r#"{"b": 1.0}"#)).await;
    saved(fixture, &table, creation("a", r#"{"a":1}"#)).await;
    let mut b = saved(fixture, &table, editing(b, "2")).await;
    for version in 3..=11 {
        b = saved(fixture, &table, editing(b, &version.to_string())).await;
    }
    let page = scan(fixture, &snapshots, &request(Bodies::Stale)).await;
    let of_b: Vec<String> = (1..=11).map(|version| format!("b/{version}")).collect();
    assert_eq!(keys(&page.rows), [&["a/1".to_owned()], &of_b[..]].concat(), "numbers, not texts");
    assert_eq!(fixture.store().count(&snapshots).await.expect("count"), 12);
    assert_eq!(fixture.store().version_counts(&snapshots).await.expect("counts"), []);

    let first = page.rows[1].clone();
    assert_eq!((first.model_version, first.deleted), (None, false));
    assert_eq!(snapshots.document(&first), Ok(Some(&br#"{"b": 1.0}"#[..])));
    let (model_before, log_before) =
        (get(fixture, &table, &"b".into()).await, log(fixture, &table).await);
    let writes = [snapshots.document_write(first, r#"{"b": 2.0}"#.to_owned())];
    assert_eq!(write(fixture, &snapshots, &writes).await, [WriteOutcome::Written]);
    assert_eq!(write(fixture, &snapshots, &writes).await, [WriteOutcome::Conflict]);
    let found = snapshot(fixture, &table, "b", 1).await.expect("the snapshot is there");
    assert_eq!(found.document(), Some(&br#"{"b": 2.0}"#[..]));
    assert_eq!(found.record.map(|record| record.message), Some(r#"{"b": 1.0}"#.to_owned()));
    assert_eq!(get(fixture, &table, &"b".into()).await, model_before);
    assert_eq!(log(fixture, &table).await, log_before);

    let key = EntityKey::from("b").at(ModelVersion::new(2));
    let wanted = [key.clone(), EntityKey::from("c").at(ModelVersion::FIRST)];
    let read = fixture.store().get_many(&snapshots, &wanted).await.expect("rows");
    assert_eq!(read[0].as_ref().map(|row| &row.key), Some(&key));
    assert_eq!(read[1], None);
}

/// A table with the snapshots of a live model, of one that is marked as deleted, and of one that is gone.
async fn of_all_fates<F: HistoryFixture>(fixture: &F, model: StorageModel) -> EntityTable {
    let table = with_history(fixture, model).await;
    let deleted = saved(fixture, &table, creation("deleted", "1")).await;
    saved(fixture, &table, deletion(deleted)).await;
    saved(fixture, &table, creation("gone", "1")).await;
    fixture.delete(&table, &"gone".into()).await;
    saved(fixture, &table, creation("live", "1")).await;
    table
}

/// Whether the snapshots of deleted models count as deleted is the storage model's choice; a write compares it.
pub async fn snapshots_of_deleted_models_are_migrated_or_skipped<F: HistoryFixture>(fixture: &F) {
    for (name, choice, has_flag) in [
        ("migrated", DeletedModels::Migrate, true),
        ("skipped", DeletedModels::Skip, true),
        ("flagless", DeletedModels::Skip, false),
    ] {
        let tables = versioned_store::History::tables(format!("{name}_s"), format!("{name}_c"));
        let model =
            StorageModel::columns(name).id("id").model_version("version").deleted("deleted");
        let model = model.history(tables.clone().snapshots_of_deleted(choice));
        let mut table = of_all_fates(fixture, model).await;
        if !has_flag {
            let model = StorageModel::columns(name).id("id").model_version("version");
            let model = model.history(tables.snapshots_of_deleted(choice));
            table = EntityTable::new(table.declaration(), model).expect("the model fits");
        }
        let is_skip = choice == DeletedModels::Skip;
        let snapshots = table.snapshots().expect("the table has a history");
        let page = scan(fixture, &snapshots, &request(Bodies::Stale)).await;
        assert_eq!(keys(&page.rows), ["deleted/1", "deleted/2", "gone/1", "live/1"]);
        let flags: Vec<bool> = page.rows.iter().map(|row| row.deleted).collect();
        let of_deleted = is_skip && has_flag;
        assert_eq!(flags, [of_deleted, of_deleted, is_skip, false], "{name}");
        for row in &page.rows {
            let document = snapshots.document(row).expect("a text");
            assert_eq!(document.is_some(), !row.deleted, "{name}: no body of a deleted row");
            let read = get(fixture, &snapshots, &row.key).await.expect("the row is there");
            assert_eq!(read.deleted, row.deleted, "{name}");
            assert!(matches!(snapshots.document(&read), Ok(Some(_))));
        }
        let whole = scan(fixture, &snapshots, &request(Bodies::All)).await.rows;
        let rewrite = |row: &Row| snapshots.document_write(row.clone(), "2".to_owned());
        let writes: Vec<RowWrite> = whole.iter().map(rewrite).collect();
        // Between reading and writing, the live model is removed and the one that was gone comes back.
        let live = get(fixture, &table, &"live".into()).await.expect("it is there");
        fixture.delete(&table, &"live".into()).await;
        let back = Row { key: "gone".into(), ..live };
        fixture.put(&table, back).await;
        let outcomes = write(fixture, &snapshots, &writes).await;
        let moved = if is_skip { WriteOutcome::Conflict } else { WriteOutcome::Written };
        let stays = WriteOutcome::Written;
        assert_eq!(outcomes, [stays, stays, moved, moved], "{name}");
    }
}

/// Putting a model back is a commit with the content of an old snapshot; nothing of its history is lost.
pub async fn a_revert_is_a_commit_with_old_content<F: HistoryFixture>(fixture: &F) {
    let choice = history().snapshots_of_deleted(DeletedModels::Skip);
    let table = with_history(fixture, sample_model().history(choice)).await;
    let first = saved(fixture, &table, creation("a", "{\"title\" : 1.0}")).await;
    let second = saved(fixture, &table, editing(first.clone(), "second")).await;
    let old = snapshot(fixture, &table, "a", 1).await.expect("the first snapshot");
    let document = std::str::from_utf8(old.document().expect("a document")).expect("UTF-8");
    let old_title = first.values[SampleColumn::Title as usize].clone().expect("it was read");
    let set = vec![(SampleColumn::Title as usize, old_title)];
    let change = ModelChange::Update(RowWrite { expected: second, set });
    let mut revert = commit(change, CommitKind::Revert, document);
    revert.record.commands = vec![CommitCommand::RevertTo { model_version: old.model_version }];
    let third = saved(fixture, &table, revert.clone()).await;
    assert_eq!((third.values, third.model_version), (first.values, Some(3)));
    let read = snapshot(fixture, &table, "a", 3).await.expect("the third snapshot");
    assert_eq!((&read.content, read.content == text(document)), (&old.content, true));
    assert!(snapshot(fixture, &table, "a", 2).await.is_some());
    let of = CommitsRequest { of: Some("a".into()), after: None, limit: 10 };
    let last = commits(fixture, &table, &of).await.pop().expect("three commits");
    assert_eq!(last.record, revert.record);
}
