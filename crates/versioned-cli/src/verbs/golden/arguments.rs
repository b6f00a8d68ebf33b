//! The command line of `golden`.
//!
//! Layer: cli.

use clap::{Arg, ArgAction, Command, value_parser};

/// The name of the verb.
pub(crate) const GOLDEN: &str = "golden";

/// The verb with what is below it.
pub(crate) fn command() -> Command {
    Command::new(GOLDEN)
        .about("Keep stored documents in the repository, for a test that replays them")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(
            Command::new("record")
                .about("Sample documents of each combination of stored versions into files")
                .arg(
                    Arg::new("entity")
                        .long("entity")
                        .value_name("ENTITY")
                        .action(ArgAction::Append)
                        .help("Entities to sample, with their snapshots; all by default"),
                )
                .arg(
                    Arg::new("per-version")
                        .long("per-version")
                        .value_name("N")
                        .value_parser(value_parser!(u8).range(1..=100))
                        .default_value("3")
                        .help("Most files of a combination, those included that are there already"),
                )
                .arg(
                    Arg::new("max-bytes")
                        .long("max-bytes")
                        .value_name("BYTES")
                        .value_parser(value_parser!(u32).range(1..))
                        .default_value("65536")
                        .help("Leave larger documents out"),
                )
                .arg(
                    Arg::new("into")
                        .long("into")
                        .value_name("FOLDER")
                        .default_value("golden")
                        .help("Where the files lie"),
                )
                .arg(
                    Arg::new("unscrubbed")
                        .long("unscrubbed")
                        .action(ArgAction::SetTrue)
                        .help("Write documents as they are stored, whatever stands in them"),
                )
                .arg(
                    Arg::new("again")
                        .long("again")
                        .value_name("FILE")
                        .action(ArgAction::Append)
                        .conflicts_with_all(["entity", "unscrubbed"])
                        .help("Replace what a file expects by what the chains give today"),
                ),
        )
}
