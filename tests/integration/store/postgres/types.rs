//! Types of columns, names and tables of PostgreSQL.

use versioned_sql::{SqlStore, sqlx::Row as _};
use versioned_store::{
    BatchLimits, Bodies, ColumnValue, EntityKey, EntityTable, IdColumn, ModelStore, Row, RowWrite,
    ScanRequest, StorageModel, StoreErrorKind, WriteOutcome,
};
use versioned_testkit::{
    conformance::StoreFixture,
    sample::{SAMPLE, SAMPLE_DOCUMENT, Sample, SampleColumn, sample_model},
    servers::{Postgres, PrivateServer},
};

use super::{PostgresFixture, block_on};

fn text(text: &str) -> ColumnValue {
    ColumnValue::Text(text.to_owned())
}

fn write(expected: Row, column: usize, value: ColumnValue) -> [RowWrite; 1] {
    [RowWrite { expected, set: vec![(column, value)] }]
}

async fn rows(fixture: &PostgresFixture, table: &EntityTable) -> Vec<Row> {
    let request = ScanRequest {
        after: None,
        until: None,
        limits: BatchLimits { rows_max: 2, ..BatchLimits::default() },
        bodies: Bodies::All,
    };
    let (mut rows, mut request) = (Vec::new(), request);
    loop {
        let page = fixture.store().scan(table, &request).await.unwrap();
        rows.extend(page.rows);
        if page.is_last {
            return rows;
        }
        request.after = rows.last().map(|row| row.key.clone());
    }
}

/// The server's own form is what is read and compared; a number that is equal and spelled otherwise is another one.
#[test]
fn jsonb_is_compared_in_the_form_of_the_server() {
    block_on(async {
        let fixture = PostgresFixture::new("JSONB").await;
        let table = EntityTable::new(&SAMPLE, sample_model()).unwrap();
        fixture.create_table(&table).await;
        let put = Sample::stale("a").with(SampleColumn::Params, text(r#"{"b":1.0,"a" : [2]}"#));
        fixture.put(&table, put.row).await;
        let row = fixture.store().get(&table, &"a".into()).await.unwrap().unwrap();
        let params = SampleColumn::Params as usize;
        assert_eq!(row.values[params], Some(text(r#"{"a": [2], "b": 1.0}"#)));

        fixture.execute(r#"UPDATE samples SET params = '{"a":[2],"b":1.00}'"#).await;
        let outcomes =
            fixture.store().write_batch(&table, &write(row, params, text("{}"))).await.unwrap();
        assert_eq!(outcomes, [WriteOutcome::Conflict]);
        let row = fixture.store().get(&table, &"a".into()).await.unwrap().unwrap();
        let written = write(row, params, text(r#"{"c":1e2}"#));
        let outcomes = fixture.store().write_batch(&table, &written).await.unwrap();
        assert_eq!(outcomes, [WriteOutcome::Written]);
        let row = fixture.store().get(&table, &"a".into()).await.unwrap().unwrap();
        assert_eq!(row.values[params], Some(text(r#"{"c": 100}"#)));
    });
}

/// Without a name of its own, it would be an error of the whole batch that names no row.
#[test]
fn what_jsonb_cannot_hold_is_an_error_of_its_row() {
    block_on(async {
        let zero = (r#""\u0000""#, "column `params` of row `a` has U+0000");
        let half = (r#""\ud83d""#, "column `params` of row `a` has an escape of half a character");
        for (json, refused) in [("JSONB", true), ("JSON", false)] {
            let fixture = PostgresFixture::new(json).await;
            let table = EntityTable::new(&SAMPLE, sample_model()).unwrap();
            fixture.create_table(&table).await;
            fixture.put(&table, Sample::stale("a").row).await;
            for (value, expect) in [zero, half] {
                let row = fixture.store().get(&table, &"a".into()).await.unwrap().unwrap();
                let writes = write(row, SampleColumn::Params as usize, text(value));
                let written = fixture.store().write_batch(&table, &writes).await;
                if !refused {
                    assert_eq!(written.unwrap(), [WriteOutcome::Written]);
                    continue;
                }
                let error = written.unwrap_err();
                assert_eq!(error.kind(), StoreErrorKind::Rejected);
                let cause = error.problem().unwrap().to_string();
                assert!(cause.contains(expect), "{cause}");
                assert!(error.help().unwrap().contains("`json` instead of `jsonb`"));
            }
        }
    });
}

#[test]
fn a_document_may_lie_in_bytea() {
    block_on(async {
        let fixture = PostgresFixture::new("BYTEA").await;
        let model = StorageModel::document("documents", "body").id(IdColumn::integer("id"));
        let table = EntityTable::new(&SAMPLE_DOCUMENT, model).unwrap();
        fixture.create_table(&table).await;
        fixture.execute(r#"INSERT INTO documents VALUES (1, '{"version":3}')"#).await;
        let row = fixture.store().get(&table, &1.into()).await.unwrap().unwrap();
        assert_eq!(row.values[0], Some(ColumnValue::Bytes(br#"{"version":3}"#.to_vec())));
        let writes = [table.document_write(row, "{}".to_owned())];
        let outcomes = fixture.store().write_batch(&table, &writes).await.unwrap();
        assert_eq!(outcomes, [WriteOutcome::Written]);
        let row = fixture.store().get(&table, &1.into()).await.unwrap().unwrap();
        assert_eq!(row.values[0], Some(ColumnValue::Bytes(b"{}".to_vec())));
    });
}

/// Schemas, partitions, narrow integers and collations are the application's choice.
#[test]
fn a_table_may_have_a_schema_partitions_and_narrow_types() {
    block_on(async {
        let fixture = PostgresFixture::new("JSON").await;
        fixture
            .execute(
                r#"CREATE SCHEMA "My School";
                CREATE COLLATION nocase
                    (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
                CREATE TYPE mood AS ENUM ('glad', 'sad');
                CREATE TABLE "My School".lessons (
                    part smallint NOT NULL, id varchar(20) COLLATE nocase NOT NULL,
                    version integer, gone boolean, "statesVersion" smallint,
                    "notesVersion" integer, states json, notes json, title mood,
                    "nextIndex" smallint, params jsonb, comment timestamptz,
                    PRIMARY KEY (part, id)
                ) PARTITION BY LIST (part);
                CREATE TABLE "My School".one PARTITION OF "My School".lessons FOR VALUES IN (1);
                CREATE TABLE "My School".two PARTITION OF "My School".lessons FOR VALUES IN (2);
                INSERT INTO "My School".lessons
                    SELECT part, id, 7, false, 1, 1, '{}', '[]', 'glad', NULL, '{}', NULL
                    FROM unnest('{2,2,1,1}'::smallint[], '{b,A,é,B}'::text[]) AS row(part, id)"#,
            )
            .await;
        let model = StorageModel::columns("My School.lessons").id(IdColumn::integer("part"));
        let model = model.id("id").model_version("version").deleted("gone");
        let table = EntityTable::new(&SAMPLE, model).unwrap();
        let all = rows(&fixture, &table).await;
        let keys: Vec<String> = all.iter().map(|row| row.key.to_string()).collect();
        assert_eq!(keys, ["1/B", "1/é", "2/A", "2/b"]);

        let set = |expected: Row| RowWrite {
            expected,
            set: vec![
                (SampleColumn::StatesVersion as usize, ColumnValue::Integer(3)),
                (SampleColumn::States as usize, text("[1.0]")),
                (SampleColumn::Title as usize, text("sad")),
                (SampleColumn::NextIndex as usize, ColumnValue::Integer(9)),
                (SampleColumn::Comment as usize, text("2020-02-03 04:05:06+00")),
            ],
        };
        let mut writes: Vec<RowWrite> = all.into_iter().map(set).collect();
        // Under the column's collation this is the first row.
        let lower = EntityKey::new(vec![
            versioned_store::KeyPart::Integer(1),
            versioned_store::KeyPart::Text("b".to_owned()),
        ]);
        writes[1].expected.key = lower;
        let outcomes = fixture.store().write_batch(&table, &writes).await.unwrap();
        let (written, gone) = (WriteOutcome::Written, WriteOutcome::Gone);
        assert_eq!(outcomes, [written, gone, written, written]);
        let all = rows(&fixture, &table).await;
        assert_eq!(all[0].model_version, Some(8));
        assert_eq!(all[0].values[SampleColumn::Title as usize], Some(text("sad")));
        assert_eq!(all[1].model_version, Some(7));
        let outcomes = fixture.store().write_batch(&table, &writes).await.unwrap();
        assert_eq!(outcomes[0], WriteOutcome::Conflict);
        assert_eq!(fixture.store().count(&table).await.unwrap(), 4);
    });
}

/// The server would round a fraction to an integer, and cut spaces off, without a word.
#[test]
fn a_value_of_another_type_than_the_column_is_refused() {
    block_on(async {
        let fixture = PostgresFixture::new("TEXT").await;
        let table = EntityTable::new(&SAMPLE, sample_model()).unwrap();
        fixture.create_table(&table).await;
        fixture.put(&table, Sample::stale("a").row).await;
        let row = fixture.store().get(&table, &"a".into()).await.unwrap().unwrap();
        for (column, value) in [
            (SampleColumn::NextIndex, ColumnValue::Real(1.5)),
            (SampleColumn::NextIndex, text("1")),
            (SampleColumn::Comment, ColumnValue::Integer(1)),
        ] {
            let writes = write(row.clone(), column as usize, value);
            let error = fixture.store().write_batch(&table, &writes).await.unwrap_err();
            assert_eq!(error.kind(), StoreErrorKind::Misconfigured, "{error:?}");
        }
        assert_eq!(fixture.store().get(&table, &"a".into()).await.unwrap(), Some(row));
    });
}

#[test]
fn a_store_is_chosen_by_its_address() {
    block_on(async {
        let server = PrivateServer::<Postgres>::shared().unwrap();
        let store = SqlStore::connect(&server.database("address").unwrap()).await.unwrap();
        let pool = store.pool().as_postgres().unwrap();
        let one = versioned_sql::sqlx::query("SELECT 1").fetch_one(pool).await.unwrap();
        assert_eq!(one.get::<i32, _>(0), 1);
        let error = SqlStore::connect("postgres://a:secret@localhost:1/b").await.unwrap_err();
        assert!(error.is_retryable(), "{error:?}");
        assert_eq!(error.target(), "postgres://a@localhost:1/b");
    });
}
