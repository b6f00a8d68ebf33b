//! PostgreSQL: the rules for every store, and what is particular to it.

mod collations;
pub(crate) mod fixture;
mod locks;
mod stamps;
mod types;

use fixture::PostgresFixture;

use super::sqlite::fixture::block_on;

mod text {
    use super::{PostgresFixture, block_on};

    fn run(rule: impl AsyncFnOnce(&PostgresFixture)) {
        block_on(async { rule(&PostgresFixture::new("TEXT").await).await });
    }

    versioned_testkit::store_conformance!(run);

    mod history {
        use super::{PostgresFixture, run};

        fn run_history(rule: impl AsyncFnOnce(&PostgresFixture)) {
            run(rule);
        }

        versioned_testkit::history_conformance!(run_history);
    }
}

mod json {
    use super::{PostgresFixture, block_on};

    fn run(rule: impl AsyncFnOnce(&PostgresFixture)) {
        block_on(async { rule(&PostgresFixture::new("JSON").await).await });
    }

    versioned_testkit::store_conformance!(run);
}
