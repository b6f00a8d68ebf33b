//! The command line as clap sees it.
//!
//! Layer: cli.

use std::{env, time::Duration};

use clap::{Arg, ArgAction, ArgMatches, Command, builder::NonEmptyStringValueParser, value_parser};
use clap_complete::Shell;
use versioned_core::EntityId;
use versioned_jobs::{Commit, FailureLimit, JobOptions, Policy, StopFlag};
use versioned_store::{ModelVersion, RunId};

use crate::{
    DatabaseUrl,
    error::UsageError,
    skip_file::{Skipped, read},
    verbs,
};

pub(crate) const ENTITIES: &str = "entities";
pub(crate) const CHECK: &str = "check";
pub(crate) const CENSUS: &str = "census";
pub(crate) const AUDIT: &str = "audit";
pub(crate) const MIGRATE: &str = "migrate";
pub(crate) const HISTORY: &str = "history";
pub(crate) const REVERT: &str = "revert";
pub(crate) const RUNS: &str = "runs";
pub(crate) const CANCEL: &str = "cancel";
pub(crate) const QUARANTINE: &str = "quarantine";
pub(crate) const SCHEMA: &str = "schema";
pub(crate) const UNDO: &str = "undo";
pub(crate) const FORGET: &str = "forget";
pub(crate) const COMPLETIONS: &str = "completions";

const EXIT_CODES: &str = "\
Exit codes:
  0  done, or nothing to do
  1  wrong usage or configuration
  2  findings: failed entities, a broken check, corrupt data
  3  interrupted, or the database was lost; run it again to go on";

/// Our verbs; the application's come after them.
pub(crate) fn command(name: &'static str) -> Command {
    Command::new(name)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .after_help(EXIT_CODES)
        .arg(
            Arg::new("database")
                .long("database")
                .value_name("URL")
                .global(true)
                .value_parser(NonEmptyStringValueParser::new())
                .help("Address of the database"),
        )
        .arg(
            Arg::new("json")
                .long("json")
                .global(true)
                .action(ArgAction::SetTrue)
                .help("Write results as JSON, one object per line"),
        )
        .subcommand(
            Command::new(ENTITIES).about("List the entities, their versioned fields and versions"),
        )
        .subcommand(Command::new(CHECK).about(
            "Check the declarations and storage models; with --database also that the tables fit",
        ))
        .subcommand(
            Command::new(CENSUS)
                .about("Count which schema versions are stored")
                .arg(entities("Entities to count; all by default")),
        )
        .subcommand(run_arguments(
            Command::new(AUDIT)
                .about("Say what a migration would change and what would fail; write nothing"),
            "Entities to audit; all by default",
        ))
        .subcommand(policy_arguments(run_arguments(
            Command::new(MIGRATE).about("Bring stored entities to their latest schema versions"),
            "Entities to migrate; may be left out if there is only one",
        )))
        .subcommand(
            Command::new(HISTORY)
                .about("List the commits of one entity, oldest first")
                .args(one_entity()),
        )
        .subcommand(
            Command::new(REVERT)
                .about("Put one entity back to an old model version, as a new commit")
                .args(one_entity())
                .args([to(), who(), message()]),
        )
        .subcommand(Command::new(RUNS).about("List the runs in the ledger, newest first"))
        .subcommand(
            Command::new(CANCEL)
                .about("End an unfinished run for good; what it has written stays")
                .args([run(), who()]),
        )
        .subcommand(
            Command::new(UNDO)
                .about("Put back what a run replaced; rows that have changed since stay")
                .args([run(), who()])
                .args(lease_arguments()),
        )
        .subcommand(
            Command::new(FORGET).about("Drop what is kept of what a run replaced").arg(run()),
        )
        .subcommand(quarantine())
        .subcommands([verbs::golden::command(), verbs::schema::command(SCHEMA)])
        .subcommand(Command::new(COMPLETIONS).about("Print the completions for a shell").arg(
            Arg::new("shell").value_name("SHELL").required(true).value_parser(value_parser!(Shell)),
        ))
}

fn one_entity() -> [Arg; 2] {
    [
        Arg::new("entity").value_name("ENTITY").required(true).help("Its kind"),
        Arg::new("id").value_name("ID").required(true).help("Its id"),
    ]
}

fn to() -> Arg {
    Arg::new("to")
        .long("to")
        .value_name("VERSION")
        .required(true)
        .value_parser(value_parser!(i64).range(1..))
        .help("The model version, as `history` lists it")
}

fn message() -> Arg {
    Arg::new("message").long("message").value_name("TEXT").help("Why, for the history")
}

fn run() -> Arg {
    Arg::new("run")
        .value_name("RUN")
        .required(true)
        .value_parser(value_parser!(i64).range(1..))
        .help("Number of the run, as `runs` lists it")
}

fn who() -> Arg {
    Arg::new("who")
        .long("who")
        .value_name("NAME")
        .help("Who does it, for the ledger and the history")
}

fn quarantine() -> Command {
    let entity =
        || Arg::new("of").long("entity").value_name("ENTITY").help("Only of this entity kind");
    let id = || Arg::new("id").value_name("ID").required(true).help("The id of the entity");
    Command::new(QUARANTINE)
        .about("Show the entities that failed, and try them again")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(Command::new("list").about("List them, one line each").arg(entity()))
        .subcommand(Command::new("show").about("Show all of one of them").args([id(), entity()]))
        .subcommand(
            Command::new("export").about("Write them as JSON, one object per line").arg(entity()),
        )
        .subcommand(policy_arguments(run_arguments(
            Command::new("replay").about("Try them again; what is migrated leaves"),
            "Entities to replay; all by default",
        )))
        .subcommand(
            Command::new("release")
                .about("Take one of them out; the row stays as it is")
                .args([id(), entity()]),
        )
}

/// How long a run belongs to this process, and whether it is taken from another one.
fn lease_arguments() -> [Arg; 2] {
    [
        Arg::new("lease-seconds")
            .long("lease-seconds")
            .value_name("SECONDS")
            .value_parser(value_parser!(u32))
            .default_value("30")
            .help("How long nobody else may go on with the run after its last batch"),
        Arg::new("take-over")
            .long("take-over")
            .action(ArgAction::SetTrue)
            .help("Go on with a run that another process holds, which ends there"),
    ]
}

/// The same options for a job.
pub(crate) fn with_lease(matches: &ArgMatches, options: JobOptions) -> JobOptions {
    let options = options.with_take_over(matches.get_flag("take-over"));
    match matches.get_one::<u32>("lease-seconds") {
        Some(seconds) => options.with_lease(Duration::from_secs((*seconds).into())),
        None => options,
    }
}

/// What a run that writes does about failures, and what it keeps.
fn policy_arguments(command: Command) -> Command {
    command
        .arg(who())
        .args(lease_arguments())
        .arg(
            Arg::new("no-ledger")
                .long("no-ledger")
                .action(ArgAction::SetTrue)
                .help("Keep no ledger in the database: no checkpoints, quarantine or undo"),
        )
        .arg(
            Arg::new("keep-before")
                .long("keep-before")
                .action(ArgAction::SetTrue)
                .help("Keep what is replaced, so that `undo` can put it back"),
        )
        .arg(
            Arg::new("all-or-nothing")
                .long("all-or-nothing")
                .action(ArgAction::SetTrue)
                .help("Write nothing if an entity would fail, and put back if one is in conflict"),
        )
        .arg(
            Arg::new("stop-above")
                .long("stop-above")
                .value_name("PERCENT")
                .value_parser(value_parser!(u8).range(0..=100))
                .help("End the run once more than this share of its rows has failed"),
        )
        .arg(
            Arg::new("stop-after-rows")
                .long("stop-after-rows")
                .value_name("ROWS")
                .value_parser(value_parser!(u64))
                .default_value("1000")
                .help("Rows after which --stop-above is looked at"),
        )
        .arg(
            Arg::new("stop-on-same-errors")
                .long("stop-on-same-errors")
                .action(ArgAction::SetTrue)
                .help("End with an error if exactly what failed in the run before fails again"),
        )
}

pub(crate) fn entities(help: &'static str) -> Arg {
    Arg::new("entity").value_name("ENTITY").action(ArgAction::Append).help(help)
}

fn run_arguments(command: Command, entities_help: &'static str) -> Command {
    command
        .arg(entities(entities_help).num_args(0..).conflicts_with("all"))
        .arg(Arg::new("all").long("all").action(ArgAction::SetTrue).help("Take every entity"))
        .arg(
            Arg::new("batch-rows")
                .long("batch-rows")
                .value_name("ROWS")
                .value_parser(value_parser!(u32).range(1..=i64::from(JobOptions::BATCH_ROWS_MAX)))
                .default_value("500")
                .help("Most rows of a batch, which is one transaction"),
        )
        .arg(
            Arg::new("batch-bytes")
                .long("batch-bytes")
                .value_name("BYTES")
                .value_parser(value_parser!(u32).range(1..))
                .default_value("16777216")
                .help("A batch ends with the row that reaches this many bytes"),
        )
        .arg(
            Arg::new("skip")
                .long("skip")
                .value_name("ID")
                .action(ArgAction::Append)
                .help("Leave the entity with this id alone; may be repeated"),
        )
        .arg(
            Arg::new("skip-file")
                .long("skip-file")
                .value_name("FILE")
                .help("Leave alone what a file names: `id<TAB>reason`, one per line"),
        )
        .arg(
            Arg::new("no-type-check")
                .long("no-type-check")
                .action(ArgAction::SetTrue)
                .help("Do not check that a migrated entity fits its Rust type"),
        )
}

/// The names of entities that were given.
pub(crate) fn entity_names(matches: &ArgMatches) -> Vec<String> {
    matches.get_many::<String>("entity").into_iter().flatten().cloned().collect()
}

pub(crate) fn database(matches: &ArgMatches) -> Option<DatabaseUrl> {
    matches.get_one::<String>("database").map(DatabaseUrl::new)
}

/// The number of a run that was given.
pub(crate) fn run_id(matches: &ArgMatches) -> RunId {
    RunId::new(matches.get_one::<i64>("run").copied().unwrap_or_default())
}

/// What a file says to skip; nothing where none is named.
pub(crate) fn skip_file(matches: &ArgMatches) -> Result<Vec<Skipped>, UsageError> {
    matches.get_one::<String>("skip-file").map_or_else(|| Ok(Vec::new()), |path| read(path))
}

/// Who works: as was said, or as the environment says.
pub(crate) fn operator(matches: &ArgMatches) -> String {
    let said = matches.get_one::<String>("who").cloned();
    let known = || ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(|name| env::var(name).ok());
    said.or_else(known).unwrap_or_else(|| "unknown".to_owned())
}

/// What a revert says of itself.
pub(crate) fn commit(matches: &ArgMatches, to: ModelVersion) -> Commit {
    let message = matches.get_one::<String>("message").cloned();
    let message = message.unwrap_or_else(|| format!("revert to model version {to}"));
    Commit::by(operator(matches)).message(message)
}

/// The model version that was given.
pub(crate) fn to_version(matches: &ArgMatches) -> ModelVersion {
    ModelVersion::new(matches.get_one::<i64>("to").copied().unwrap_or_default())
}

pub(crate) fn job_options(
    matches: &ArgMatches,
    stop: &StopFlag,
    skipped: &[Skipped],
) -> JobOptions {
    // Failures are shown as they come, so the report need not keep them.
    let mut options = JobOptions::default()
        .with_failures_kept(0)
        .with_stop(stop.clone())
        .with_check_type(!matches.get_flag("no-type-check"));
    if let Some(rows) = matches.get_one::<u32>("batch-rows") {
        options = options.with_batch_rows(*rows);
    }
    let bytes = matches.get_one::<u32>("batch-bytes");
    if let Some(bytes) = bytes.and_then(|bytes| usize::try_from(*bytes).ok()) {
        options = options.with_batch_bytes(bytes);
    }
    let named = matches.get_many::<String>("skip").into_iter().flatten();
    options = options.with_skipped(named.map(|id| EntityId::new(id.as_str())));
    options.with_skipped(skipped.iter().map(|(id, _)| id.clone()))
}

/// The same for a run that writes.
pub(crate) fn writing_options(matches: &ArgMatches, options: JobOptions) -> JobOptions {
    let mut options = with_lease(matches, options)
        .with_keep_before(matches.get_flag("keep-before"))
        .with_stop_on_same_errors(matches.get_flag("stop-on-same-errors"));
    if !matches.get_flag("no-ledger") {
        options = options.with_ledger(operator(matches));
    }
    if matches.get_flag("all-or-nothing") {
        options = options.with_policy(Policy::AllOrNothing);
    }
    if let Some(percent) = matches.get_one::<u8>("stop-above") {
        let rows = matches.get_one::<u64>("stop-after-rows").copied().unwrap_or_default();
        options = options.with_failure_limit(FailureLimit::percent(*percent, rows));
    }
    options
}
