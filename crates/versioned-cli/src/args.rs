//! The command line as clap sees it.
//!
//! Layer: cli.

use clap::{Arg, ArgAction, ArgMatches, Command, builder::NonEmptyStringValueParser, value_parser};
use clap_complete::Shell;
use versioned_core::EntityId;
use versioned_jobs::{JobOptions, StopFlag};

use crate::DatabaseUrl;

pub(crate) const ENTITIES: &str = "entities";
pub(crate) const CHECK: &str = "check";
pub(crate) const CENSUS: &str = "census";
pub(crate) const AUDIT: &str = "audit";
pub(crate) const MIGRATE: &str = "migrate";
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
        .subcommand(run_arguments(
            Command::new(MIGRATE).about("Bring stored entities to their latest schema versions"),
            "Entities to migrate; may be left out if there is only one",
        ))
        .subcommand(Command::new(COMPLETIONS).about("Print the completions for a shell").arg(
            Arg::new("shell").value_name("SHELL").required(true).value_parser(value_parser!(Shell)),
        ))
}

fn entities(help: &'static str) -> Arg {
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

pub(crate) fn job_options(matches: &ArgMatches, stop: &StopFlag) -> JobOptions {
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
    let skipped = matches.get_many::<String>("skip").into_iter().flatten();
    options.with_skipped(skipped.map(|id| EntityId::new(id.as_str())))
}
