//! Locks: who waits, for how long, and what happens then.

use std::time::Duration;

use versioned_sql::{Timeouts, sqlx};
use versioned_store::{
    ColumnValue, EntityTable, ModelStore, Row, RowWrite, StoreErrorKind, WriteOutcome,
};
use versioned_testkit::{
    conformance::StoreFixture,
    sample::{SAMPLE, Sample, SampleColumn, sample_model},
};

use super::{PostgresFixture, block_on};

async fn filled() -> (PostgresFixture, EntityTable) {
    let fixture = PostgresFixture::new("JSON").await;
    let table = EntityTable::new(&SAMPLE, sample_model()).unwrap();
    fixture.create_table(&table).await;
    for key in ["a", "b"] {
        fixture.put(&table, Sample::stale(key).row).await;
    }
    (fixture, table)
}

async fn write_of(fixture: &PostgresFixture, table: &EntityTable, key: &str) -> RowWrite {
    let expected: Row = fixture.store().get(table, &key.into()).await.unwrap().unwrap();
    let set = vec![(SampleColumn::States as usize, ColumnValue::Text("[]".to_owned()))];
    RowWrite { expected, set }
}

/// A job that waited for ever would hold its own locks for as long.
#[test]
fn a_write_waits_for_a_lock_no_longer_than_it_may() {
    block_on(async {
        let (fixture, table) = filled().await;
        let write = [write_of(&fixture, &table, "a").await];
        let mut other = fixture.store().pool().begin().await.unwrap();
        let lock = sqlx::query("SELECT 1 FROM samples WHERE id = 'a' FOR UPDATE");
        lock.execute(&mut *other).await.unwrap();
        let timeouts = Timeouts { lock: Duration::from_millis(50), ..Timeouts::default() };
        let store = fixture.store().clone().with_timeouts(timeouts);
        let error = store.write_batch(&table, &write).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Transient);
        assert!(error.help().unwrap().contains("keeps a lock"), "{error:?}");
        other.rollback().await.unwrap();
        let outcomes = store.write_batch(&table, &write).await.unwrap();
        assert_eq!(outcomes, [WriteOutcome::Written], "the setting has ended with its transaction");
    });
}

#[test]
fn a_statement_runs_no_longer_than_it_may() {
    block_on(async {
        let (fixture, table) = filled().await;
        fixture
            .execute(
                "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS \
                 'BEGIN PERFORM pg_sleep(60); RETURN NEW; END'; \
                 CREATE TRIGGER slow BEFORE UPDATE ON samples FOR EACH ROW EXECUTE FUNCTION slow()",
            )
            .await;
        let write = [write_of(&fixture, &table, "a").await];
        let timeouts = Timeouts { statement: Duration::from_millis(50), ..Timeouts::default() };
        let store = fixture.store().clone().with_timeouts(timeouts);
        let error = store.write_batch(&table, &write).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Transient);
        assert!(error.help().unwrap().contains("took too long"), "{error:?}");
    });
}

/// Two batches that lock the same rows in another order would otherwise end a run now and then.
#[test]
fn a_batch_that_the_server_undid_for_a_deadlock_is_written_again() {
    block_on(async {
        let (fixture, table) = filled().await;
        // The first two updates end in what the server says of a deadlock.
        fixture
            .execute(
                "CREATE SEQUENCE tries; \
                 CREATE FUNCTION deadlock() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN \
                 IF nextval('tries') <= 2 THEN RAISE SQLSTATE '40P01'; END IF; \
                 RETURN NEW; END$$; \
                 CREATE TRIGGER deadlock BEFORE UPDATE ON samples \
                 FOR EACH ROW EXECUTE FUNCTION deadlock()",
            )
            .await;
        let write = [write_of(&fixture, &table, "a").await];
        let outcomes = fixture.store().write_batch(&table, &write).await.unwrap();
        assert_eq!(outcomes, [WriteOutcome::Written]);
        let tries: Vec<_> = fixture.query("SELECT last_value FROM tries").await;
        assert_eq!(sqlx::Row::get::<i64, _>(&tries[0], 0), 3);
    });
}

/// An administrator who ends connections, or a server that is restarted, would otherwise end every run.
#[test]
fn a_batch_whose_connection_was_ended_is_written_again() {
    block_on(async {
        let (fixture, table) = filled().await;
        // The first two updates end their own connections.
        fixture
            .execute(
                "CREATE SEQUENCE tries; \
                 CREATE FUNCTION hang_up() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN \
                 IF nextval('tries') <= 2 THEN PERFORM pg_terminate_backend(pg_backend_pid()); \
                 PERFORM pg_sleep(60); END IF; RETURN NEW; END$$; \
                 CREATE TRIGGER hang_up BEFORE UPDATE ON samples \
                 FOR EACH ROW EXECUTE FUNCTION hang_up()",
            )
            .await;
        let write = [write_of(&fixture, &table, "a").await];
        let outcomes = fixture.store().write_batch(&table, &write).await.unwrap();
        assert_eq!(outcomes, [WriteOutcome::Written]);
        let tries: Vec<_> = fixture.query("SELECT last_value FROM tries").await;
        assert_eq!(sqlx::Row::get::<i64, _>(&tries[0], 0), 3);
    });
}

/// Both read the row before either writes it; the second one waits for the first, and then sees what it wrote.
#[test]
fn of_two_writers_of_a_row_one_wins() {
    block_on(async {
        let (fixture, table) = filled().await;
        for _ in 0..20 {
            let one =
                [write_of(&fixture, &table, "a").await, write_of(&fixture, &table, "b").await];
            let tasks = [one.clone(), one].map(|writes| {
                let (store, table) = (fixture.store().clone(), table.clone());
                tokio::spawn(async move { store.write_batch(&table, &writes).await.unwrap() })
            });
            let [one, two] = tasks;
            let (one, two) = (one.await.unwrap(), two.await.unwrap());
            for (one, two) in one.into_iter().zip(two) {
                let outcomes = [one, two];
                assert!(outcomes.contains(&WriteOutcome::Written), "{outcomes:?}");
                assert!(outcomes.contains(&WriteOutcome::Conflict), "{outcomes:?}");
            }
        }
        let row = fixture.store().get(&table, &"a".into()).await.unwrap().unwrap();
        assert_eq!(row.model_version, Some(27));
    });
}
