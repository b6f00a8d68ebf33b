//! PostgreSQL.

use versioned_testkit::servers::Postgres;

use super::{losing, operating, racing, story};
use crate::jobs::backend::PostgresFixture;

#[test]
fn each_test_gets_a_database_of_its_own() {
    story::databases_are_apart::<Postgres>("postgres://");
}

#[test]
fn a_committed_row_survives_a_kill() {
    story::committed_rows_survive::<Postgres>();
}

#[test]
fn a_server_ends_when_its_process_is_killed() {
    story::ends_with_its_process::<Postgres>(
        "servers::postgres::a_server_ends_when_its_process_is_killed",
    );
}

#[test]
fn a_server_that_refuses_to_start_says_why() {
    story::refusal_says_why::<Postgres>();
}

#[test]
fn a_batch_that_loses_a_deadlock_is_written_again() {
    losing::a_batch_that_loses_a_deadlock_is_written_again::<PostgresFixture>();
}

#[test]
fn a_batch_whose_connection_is_killed_is_written_again() {
    losing::a_batch_whose_connection_is_killed_is_written_again::<PostgresFixture>();
}

#[test]
fn a_line_that_is_cut_anywhere_changes_no_count() {
    losing::a_line_that_is_cut_anywhere_changes_no_count::<PostgresFixture>();
}

#[test]
fn a_commit_of_which_nothing_more_is_heard_is_counted_once() {
    losing::a_commit_of_which_nothing_more_is_heard_is_counted_once::<PostgresFixture>();
}

#[test]
fn a_server_that_is_killed_between_batches_ends_no_run() {
    losing::a_server_that_is_killed_between_batches_ends_no_run::<PostgresFixture>(
        "default_transaction_isolation=serializable",
    );
}

#[test]
fn nothing_is_lost_while_two_processes_migrate_columns() {
    racing::nothing_is_lost_while_two_processes_run_one_job::<PostgresFixture>(
        &racing::Words::COLUMNS,
    );
}

#[test]
fn nothing_is_lost_while_two_processes_migrate_documents() {
    racing::nothing_is_lost_while_two_processes_run_one_job::<PostgresFixture>(
        &racing::Words::POSTGRES,
    );
}

#[test]
fn a_lock_that_stays_is_told() {
    operating::a_lock_that_stays_is_told::<PostgresFixture>(
        "  caused by: canceling statement due to lock timeout (SQLSTATE 55P03)\n",
    );
}

#[test]
fn a_statement_that_takes_too_long_is_told() {
    operating::a_statement_that_takes_too_long_is_told::<PostgresFixture>(
        "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS \
             'BEGIN PERFORM pg_sleep(60); RETURN NEW; END'; \
             CREATE TRIGGER slow BEFORE UPDATE ON lessons FOR EACH ROW EXECUTE FUNCTION slow()",
        "  caused by: canceling statement due to statement timeout (SQLSTATE 57014)",
    );
}

#[test]
fn a_wrong_address_is_told_with_what_to_do() {
    operating::a_wrong_address_is_told_with_what_to_do::<PostgresFixture>(&operating::Said {
        no_database: "  caused by: database \"nosuch\" does not exist (SQLSTATE 3D000)\n",
        no_user: "  caused by: role \"nobody\" does not exist (SQLSTATE 28000)\n",
        make_reader: &["CREATE ROLE reader LOGIN", "GRANT SELECT ON lessons TO reader"],
        no_right: "  caused by: permission denied for schema public (SQLSTATE 42501)\n",
    });
}

#[test]
fn a_row_that_moves_to_another_partition_is_migrated_there() {
    losing::a_row_that_moves_to_another_partition_is_migrated_there::<PostgresFixture>();
}
