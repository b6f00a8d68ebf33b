//! SQLite, on files.

pub(crate) mod fixture;

mod connections;
mod keys;
mod kill;
mod ledger;
mod values;
mod writes;

use fixture::{SqliteFixture, block_on};

fn run(rule: impl AsyncFnOnce(&SqliteFixture)) {
    block_on(async { rule(&SqliteFixture::new().await).await });
}

versioned_testkit::store_conformance!(run);
