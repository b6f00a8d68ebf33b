//! MariaDB.

use versioned_testkit::servers::MariaDb;

use super::{losing, operating, racing, story};
use crate::jobs::backend::MariaDbFixture;

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

#[test]
fn a_batch_that_loses_a_deadlock_is_written_again() {
    losing::a_batch_that_loses_a_deadlock_is_written_again::<MariaDbFixture>();
}

#[test]
fn a_batch_whose_connection_is_killed_is_written_again() {
    losing::a_batch_whose_connection_is_killed_is_written_again::<MariaDbFixture>();
}

#[test]
fn a_line_that_is_cut_anywhere_changes_no_count() {
    losing::a_line_that_is_cut_anywhere_changes_no_count::<MariaDbFixture>();
}

#[test]
fn a_commit_of_which_nothing_more_is_heard_is_counted_once() {
    losing::a_commit_of_which_nothing_more_is_heard_is_counted_once::<MariaDbFixture>();
}

#[test]
fn a_server_that_is_killed_between_batches_ends_no_run() {
    losing::a_server_that_is_killed_between_batches_ends_no_run::<MariaDbFixture>(
        "transaction-isolation=SERIALIZABLE",
    );
}

#[test]
fn nothing_is_lost_while_two_processes_migrate_columns() {
    racing::nothing_is_lost_while_two_processes_run_one_job::<MariaDbFixture>(
        &racing::Words::COLUMNS,
    );
}

#[test]
fn nothing_is_lost_while_two_processes_migrate_documents() {
    racing::nothing_is_lost_while_two_processes_run_one_job::<MariaDbFixture>(
        &racing::Words::MARIADB,
    );
}

#[test]
fn a_lock_that_stays_is_told() {
    operating::a_lock_that_stays_is_told::<MariaDbFixture>(
        "  caused by: 1205 (HY000): Lock wait timeout exceeded; try restarting transaction\n",
    );
}

#[test]
fn a_statement_that_takes_too_long_is_told() {
    operating::a_statement_that_takes_too_long_is_told::<MariaDbFixture>(
        "CREATE TRIGGER slow BEFORE UPDATE ON lessons FOR EACH ROW SET NEW.title = sleep(60)",
        "  caused by: 1969 (70100): Query",
    );
}

#[test]
fn a_wrong_address_is_told_with_what_to_do() {
    operating::a_wrong_address_is_told_with_what_to_do::<MariaDbFixture>(&operating::Said {
        no_database: "  caused by: 1049 (42000): Unknown database 'nosuch'\n",
        no_user: "  caused by: 1045 (28000): Access denied for user 'nobody'@'localhost'",
        make_reader: &[
            "CREATE USER reader@localhost",
            "GRANT SELECT ON lessons TO reader@localhost",
        ],
        no_right: "  caused by: 1142 (42000): CREATE command denied to user 'reader",
    });
}
