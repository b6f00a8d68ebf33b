//! MariaDB.

use versioned_testkit::servers::MariaDb;

use super::story;

#[test]
fn each_test_gets_a_database_of_its_own() {
    story::databases_are_apart::<MariaDb>("mysql://");
}

#[test]
fn a_committed_row_survives_a_kill() {
    story::committed_rows_survive::<MariaDb>();
}

#[test]
fn a_server_ends_when_its_process_is_killed() {
    story::ends_with_its_process::<MariaDb>(
        "servers::mariadb::a_server_ends_when_its_process_is_killed",
    );
}

#[test]
fn a_server_that_refuses_to_start_says_why() {
    story::refusal_says_why::<MariaDb>();
}
