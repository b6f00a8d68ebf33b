//! The ledger's tables in a database of the application's.

use versioned_sql::sqlx;
use versioned_store::{Claim, JobLedger, RunKind, RunRequest, StoreErrorKind};

use super::fixture::{SqliteFixture, block_on};

fn request() -> RunRequest {
    RunRequest {
        entity: "lesson".to_owned(),
        table: "lessons".to_owned(),
        kind: RunKind::Migrate,
        target: None,
        settings: String::new(),
        must_finish: false,
        who: "ada".to_owned(),
        at_ms: 1,
    }
}

fn claim() -> Claim {
    Claim { owner: "ada".to_owned(), until_ms: 2, take_over: false }
}

#[test]
fn a_ledger_of_a_later_version_is_refused_and_left_alone() {
    // An older program would otherwise count, keep and forget in a shape that it does not know.
    block_on(async {
        let fixture = SqliteFixture::new().await;
        let store = versioned_testkit::conformance::StoreFixture::store(&fixture);
        store.open_run(&request(), &claim()).await.unwrap();
        let later = sqlx::query("UPDATE versioned_ledger SET version = 2");
        later.execute(store.pool()).await.unwrap();
        let refused = [
            store.open_run(&request(), &claim()).await.unwrap_err(),
            store.runs(None, 1).await.unwrap_err(),
            store.undelivered(1).await.unwrap_err(),
        ];
        for error in refused {
            assert_eq!(error.kind(), StoreErrorKind::Unsupported, "{error:?}");
            let help = "run the program that wrote the ledger, or a later one";
            assert_eq!(error.help(), Some(help));
        }
    });
}

#[test]
fn reading_creates_no_ledger() {
    block_on(async {
        let fixture = SqliteFixture::new().await;
        let store = versioned_testkit::conformance::StoreFixture::store(&fixture);
        assert_eq!(store.runs(None, 1).await.unwrap(), []);
        let tables: i64 = sqlx::query_scalar("SELECT count(*) FROM sqlite_schema")
            .fetch_one(store.pool())
            .await
            .unwrap();
        assert_eq!(tables, 0);
    });
}
