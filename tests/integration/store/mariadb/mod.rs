//! MariaDB: the rules for every store, and what is particular to it.

mod collations;
pub(crate) mod fixture;
mod types;

use fixture::MariaDbFixture;

use super::sqlite::fixture::block_on;

fn run(rule: impl AsyncFnOnce(&MariaDbFixture)) {
    block_on(async { rule(&MariaDbFixture::new().await).await });
}

versioned_testkit::store_conformance!(run);

mod history {
    use super::run;

    versioned_testkit::history_conformance!(run);
}
