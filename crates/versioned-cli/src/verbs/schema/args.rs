//! The arguments of `schema`.
//!
//! Layer: cli.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use versioned_core::SchemaVersion;

pub(super) const COMMIT: &str = "commit";
pub(super) const DIFF: &str = "diff";
pub(super) const INFER: &str = "infer";

/// The verb and what is below it.
pub(crate) fn command(name: &'static str) -> Command {
    Command::new(name)
        .about("Keep the schemas of all versions in a lock, and notice when one changes")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .arg(
            Arg::new("lock")
                .long("lock")
                .value_name("FILE")
                .global(true)
                .default_value("versioned.lock")
                .value_parser(value_parser!(PathBuf))
                .help("The lock"),
        )
        .subcommand(
            Command::new("status").about("Say what the lock knows, and what has drifted from it"),
        )
        .subcommand(
            Command::new(COMMIT)
                .about("Bless what the program knows of versions; never change what is blessed")
                .arg(
                    Arg::new("replace")
                        .long("replace")
                        .value_name("ENTITY.FIELD")
                        .action(ArgAction::Append)
                        .help("Bless the latest version of this field anew: it was never released"),
                ),
        )
        .subcommand(
            Command::new(DIFF)
                .about("Show how the types differ from the lock, or two versions from each other")
                .arg(
                    Arg::new("field")
                        .value_name("ENTITY.FIELD")
                        .help("Only this field; all by default"),
                )
                .arg(version("from", "The older version; what the lock has last by default"))
                .arg(version("to", "The newer version; the Rust type by default").requires("from")),
        )
        .subcommand(
            Command::new(INFER)
                .about("Infer the schemas of older versions from the documents in the database")
                .arg(crate::args::entities("Entities to look at; all by default").num_args(0..)),
        )
}

fn version(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name)
        .long(name)
        .value_name("VERSION")
        .value_parser(value_parser!(u32))
        .requires("field")
        .help(help)
}

pub(super) fn lock(matches: &ArgMatches) -> PathBuf {
    matches.get_one::<PathBuf>("lock").cloned().unwrap_or_else(|| "versioned.lock".into())
}

pub(super) fn replace(matches: &ArgMatches) -> Vec<String> {
    matches.get_many::<String>("replace").into_iter().flatten().cloned().collect()
}

/// What `diff` is asked for.
pub(super) struct Asked {
    pub(super) field: Option<String>,
    pub(super) from: Option<SchemaVersion>,
    pub(super) to: Option<SchemaVersion>,
}

pub(super) fn asked(matches: &ArgMatches) -> Asked {
    let version = |name| matches.get_one::<u32>(name).copied().map(SchemaVersion::new);
    let field = matches.get_one::<String>("field").cloned();
    Asked { field, from: version("from"), to: version("to") }
}
