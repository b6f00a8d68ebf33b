//! `completions`: the completions for a shell.
//!
//! Layer: cli.

use clap::{ArgMatches, Command};
use clap_complete::Shell;

use crate::{Output, exit_code};

pub(crate) fn completions(mut command: Command, matches: &ArgMatches, output: &Output) -> u8 {
    let Some(shell) = matches.get_one::<Shell>("shell") else {
        return exit_code::USAGE;
    };
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(*shell, &mut command, name, &mut script);
    output.text(String::from_utf8_lossy(&script));
    exit_code::DONE
}
