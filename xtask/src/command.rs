//! Running `cargo` and its tools.
//!
//! Invariant: no child reads standard input, so nothing ever waits for an answer.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Command, ExitStatus, Stdio},
};

use crate::failure::Failure;

/// The `cargo` that started this program, run in the workspace root.
pub(crate) fn cargo(root: &Path) -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    prepared(Command::new(program), root)
}

/// The `cargo` on the path, which may be asked for another toolchain (`+nightly`).
pub(crate) fn cargo_on_path(root: &Path) -> Command {
    prepared(Command::new("cargo"), root)
}

fn prepared(mut command: Command, root: &Path) -> Command {
    command.current_dir(root).stdin(Stdio::null());
    command
}

/// Runs with this program's own output.
pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    println!("$ {}", line(command));
    run_silently(command)
}

/// The same, without a line of its own.
pub(crate) fn run_silently(command: &mut Command) -> Result<(), Failure> {
    let status = command.status().map_err(|error| not_started(command, &error))?;
    succeeded(command, status)
}

/// Runs and returns what was printed, showing it as it comes.
pub(crate) fn run_shown(command: &mut Command) -> Result<String, Failure> {
    println!("$ {}", line(command));
    let mut text = String::new();
    run_with_lines(command, &mut |line| {
        println!("{line}");
        text.push_str(line);
        text.push('\n');
    })?;
    Ok(text)
}

/// Runs without a line of its own, and passes on each line of standard output as it comes.
pub(crate) fn run_with_lines(
    command: &mut Command,
    on_line: &mut dyn FnMut(&str),
) -> Result<(), Failure> {
    let mut child =
        command.stdout(Stdio::piped()).spawn().map_err(|error| not_started(command, &error))?;
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).split(b'\n') {
            let line = line.map_err(|error| not_started(command, &error))?;
            on_line(&String::from_utf8_lossy(&line));
        }
    }
    let status = child.wait().map_err(|error| not_started(command, &error))?;
    succeeded(command, status)
}

/// Runs in silence and returns standard output; on failure, shows all that was printed.
pub(crate) fn captured(command: &mut Command) -> Result<String, Failure> {
    let output = command.output().map_err(|error| not_started(command, &error))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        print!("{text}");
        eprint!("{}", String::from_utf8_lossy(&output.stderr));
    }
    succeeded(command, output.status)?;
    Ok(text)
}

/// Whether this runs and succeeds; its output is dropped.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// The command as one would type it.
pub(crate) fn line(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let mut text = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
    for argument in command.get_args() {
        text.push(' ');
        text.push_str(&argument.to_string_lossy());
    }
    text
}

fn succeeded(command: &Command, status: ExitStatus) -> Result<(), Failure> {
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(
        format!("`{}` failed", line(command)),
        format!("it ended with {status}"),
        "see its output above",
    ))
}

fn not_started(command: &Command, error: &std::io::Error) -> Failure {
    Failure::new(
        format!("`{}` could not be run", line(command)),
        error.to_string(),
        "check that Rust's `cargo` is installed and on the path",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_without_the_folder_of_its_program() {
        let mut command = Command::new("/opt/rust/bin/cargo");
        command.args(["test", "--doc"]);
        assert_eq!(line(&command), "cargo test --doc");
    }
}
