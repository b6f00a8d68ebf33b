//! MariaDB.

use versioned_testkit::servers::MariaDb;

use super::{database::Kind, subject::Subject, torture_on};

/// Without it, a server that dies or hangs up at the wrong moment could leave a batch by half, or a row written twice.
#[test]
fn kills_of_workers_and_server_and_cut_connections_lose_nothing() {
    torture_on::<MariaDb>(Kind::MariaDb, Subject::Documents);
}
