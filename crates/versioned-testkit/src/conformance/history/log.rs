//! Rules of what comes back from a history.

use serde_json::json;
use versioned_core::SchemaVersion;
use versioned_store::{
    CommitCommand, CommitKind, CommitRecord, CommitsRequest, DeletedModels, EntityKey, History,
    IdColumn, KeyPart, ModelVersion, StorageModel, WriteOutcome,
};

use super::fixture::{
    HistoryFixture, commits, creation, deletion, editing, expected, log, model, save, saved,
    snapshot, with_history,
};

/// The log has the commits of all models in the order in which they were made, of one model alone too, page by page.
pub async fn commits_come_in_their_order_page_by_page<F: HistoryFixture>(fixture: &F) {
    let table = with_history(fixture, model()).await;
    let b = saved(fixture, &table, creation("b", "1")).await;
    let a = saved(fixture, &table, creation("a", "2")).await;
    let b = saved(fixture, &table, editing(b, "3")).await;
    assert_eq!(save(fixture, &table, &[creation("a", "x")]).await, [WriteOutcome::Conflict]);
    saved(fixture, &table, deletion(a)).await;
    saved(fixture, &table, editing(b, "5")).await;
    let lines = log(fixture, &table).await;
    let order: Vec<(&str, i64)> = lines.iter().map(|line| (line.0.as_str(), line.1)).collect();
    assert_eq!(order, [("b", 1), ("a", 1), ("b", 2), ("a", 2), ("b", 3)]);

    for (of, versions) in
        [(None, vec![1, 1, 2, 2, 3]), (Some("b"), vec![1, 2, 3]), (Some("c"), vec![])]
    {
        let of = of.map(EntityKey::from);
        let mut request = CommitsRequest { of: of.clone(), after: None, limit: 2 };
        let mut found = Vec::new();
        loop {
            let page = commits(fixture, &table, &request).await;
            let Some(last) = page.last() else { break };
            assert!(page.len() <= 2 && Some(last.number) > request.after);
            assert!(page.is_sorted_by_key(|entry| entry.number));
            assert!(page.iter().all(|entry| of.as_ref().is_none_or(|of| *of == entry.key)));
            request.after = Some(last.number);
            found.extend(page.iter().map(|entry| entry.model_version.number()));
        }
        assert_eq!(found, versions, "{of:?}");
    }
    let none = CommitsRequest { of: None, after: None, limit: 0 };
    assert_eq!(commits(fixture, &table, &none).await, []);
}

/// Names, messages, commands and documents come back byte for byte, whatever is in them.
pub async fn texts_and_commands_come_back_as_they_were<F: HistoryFixture>(fixture: &F) {
    let table = with_history(fixture, model()).await;
    let odd =
        ["", "é\u{301} 😀", "a'b\"c\\d`; DROP TABLE sample_commits; --", "\0\u{1e}\r\n\t", " x "];
    let documents = [
        "{}",
        "{\"a\" : 1.0,\"a\":1e5, \"\\u0061\":12345678901234567890123}\n",
        "\u{feff}not JSON at all",
        "",
        "\"\0\"",
    ];
    let kept = |text: &str| match fixture.takes_zeros() {
        true => text.to_owned(),
        false => text.replace('\0', "\u{1}"),
    };
    let (odd, documents) = (odd.map(kept), documents.map(kept));
    for (index, (words, document)) in odd.iter().zip(&documents).enumerate() {
        let mut commit = creation(&*format!("{index}{words}"), document);
        commit.record = CommitRecord {
            kind: [CommitKind::Create, CommitKind::Migrate, CommitKind::Revert][index % 3],
            committer: words.clone(),
            message: words.clone(),
            commands: vec![
                CommitCommand::Create,
                CommitCommand::Delete,
                CommitCommand::MigrateField {
                    field: words.clone(),
                    from: SchemaVersion::new(0),
                    to: SchemaVersion::new(u32::MAX),
                },
                CommitCommand::RevertTo { model_version: ModelVersion::new(i64::MIN) },
                CommitCommand::Application {
                    name: words.to_owned(),
                    parameters: json!({ words: [1.0, 1e-7, null, u64::MAX, words] }),
                },
            ],
            at_ms: [i64::MIN, -1, 0, 1, i64::MAX][index],
        };
        let key = commit.change.key().clone();
        saved(fixture, &table, commit.clone()).await;
        assert_eq!(snapshot(fixture, &table, key.clone(), 1).await, expected(&commit, 1));
        let of = CommitsRequest { of: Some(key.clone()), after: None, limit: 10 };
        let entries = commits(fixture, &table, &of).await;
        assert_eq!(entries.len(), 1);
        assert_eq!((&entries[0].key, &entries[0].record), (&key, &commit.record));
    }
}

/// Keys of every kind and of several parts have a history, under whatever names.
pub async fn every_kind_of_key_has_a_history<F: HistoryFixture>(fixture: &F) {
    let (uuid, other) = (KeyPart::Uuid([0xab; 16]), KeyPart::Uuid([0xac; 16]));
    let (text, upper) = (KeyPart::Text("a".to_owned()), KeyPart::Text("A".to_owned()));
    let integer = KeyPart::Integer;
    let named = |name: &str| {
        let (snapshots, commits) = (format!("{name} \"snapshots\""), format!("{name}'s; commits"));
        let history = History::tables(snapshots, commits).content_column("the \"content\"");
        (StorageModel::columns(name).model_version("model version").deleted("gone"), history)
    };
    let models = [
        (named("texts"), vec![IdColumn::text("select")], vec![vec![text.clone()], vec![upper]]),
        (
            named("integers"),
            vec![IdColumn::integer("id")],
            vec![vec![integer(i64::MIN)], vec![integer(0)], vec![integer(i64::MAX)]],
        ),
        (named("uuids"), vec![IdColumn::uuid("id")], vec![vec![uuid.clone()], vec![other.clone()]]),
        (
            named("uuid_texts"),
            vec![IdColumn::uuid_text("id")],
            vec![vec![uuid.clone()], vec![other]],
        ),
        (
            named("composites"),
            vec![IdColumn::text("tenant"), IdColumn::integer("no"), IdColumn::uuid("id")],
            vec![
                vec![text.clone(), integer(1), uuid.clone()],
                vec![text.clone(), integer(2), uuid.clone()],
                vec![KeyPart::Text(String::new()), integer(1), uuid],
            ],
        ),
    ];
    for ((model, history), ids, keys) in models {
        let model = ids.into_iter().fold(model, StorageModel::id);
        let model = model.history(history.snapshots_of_deleted(DeletedModels::Skip));
        let table = with_history(fixture, model).await;
        for key in keys.iter().cloned().map(EntityKey::new) {
            let created = creation(key.clone(), &format!("\"{key}\""));
            let row = saved(fixture, &table, created.clone()).await;
            let edited = editing(row, "second");
            saved(fixture, &table, edited.clone()).await;
            assert_eq!(snapshot(fixture, &table, key.clone(), 1).await, expected(&created, 1));
            assert_eq!(snapshot(fixture, &table, key.clone(), 2).await, expected(&edited, 2));
            let of = CommitsRequest { of: Some(key.clone()), after: None, limit: 10 };
            let entries = commits(fixture, &table, &of).await;
            assert_eq!(entries.iter().map(|entry| &entry.key).collect::<Vec<_>>(), [&key, &key]);
        }
        assert_eq!(log(fixture, &table).await.len(), 2 * keys.len());
        let snapshots = table.snapshots().expect("the table has a history");
        let all = super::fixture::stored(fixture, &table).await;
        let keys = all.snapshot_keys();
        assert!(keys.is_sorted() && keys.len() == 2 * all.rows_len(), "{}", snapshots.name());
        assert!(all.no_snapshot_is_deleted());
    }
}
