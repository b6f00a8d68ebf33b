//! Our own words in the compiler's output, on every version of the compiler.

mod other_toolchains;

use std::{collections::BTreeMap, fs, path::PathBuf, process::Command, sync::OnceLock};

/// The version whose whole output is compared.
const COMPARED: &str = "rustc 1.95.";

/// The errors of each failing program, by its name.
type Errors = BTreeMap<String, Vec<String>>;

/// Whether the whole output of this compiler is compared; the variable asks for the other way on
/// that version too.
pub(crate) fn is_compared_toolchain() -> bool {
    static VERSION: OnceLock<String> = OnceLock::new();
    let version = VERSION.get_or_init(|| {
        let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let output = Command::new(rustc).arg("--version").output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    });
    version.starts_with(COMPARED) && std::env::var_os("VERSIONED_UI_MESSAGES_ONLY").is_none()
}

pub(crate) fn failing_programs() -> Vec<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/ui/fail");
    let mut programs: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect();
    programs.sort();
    programs
}

pub(crate) fn name(program: &std::path::Path) -> String {
    program.file_stem().unwrap().to_str().unwrap().to_owned()
}

/// On the compared version the output has been compared with the files beside the programs, so
/// those are the output.
fn expected_errors() -> Errors {
    let programs = failing_programs();
    let errors = programs.iter().map(|program| {
        let output = fs::read_to_string(program.with_extension("stderr")).unwrap_or_default();
        let mut errors: Vec<String> = Vec::new();
        for line in output.lines() {
            match errors.last_mut() {
                _ if line.starts_with("error") => errors.push(line.to_owned()),
                Some(error) => *error += &format!("\n{line}"),
                None => {}
            }
        }
        (name(program), errors)
    });
    errors.collect()
}

/// One mistake is one error, and it says what we mean it to say.
#[test]
fn every_mistake_is_one_error_in_our_own_words() {
    let errors =
        if is_compared_toolchain() { expected_errors() } else { other_toolchains::errors() };
    let mut problems = Vec::new();
    let mut mistakes_seen = 0;
    for program in failing_programs() {
        let (name, source) = (name(&program), fs::read_to_string(&program).unwrap());
        let mistakes: Vec<&str> =
            source.lines().filter_map(|line| line.strip_prefix("//~ ")).collect();
        let found = errors.get(&name).map_or(&[][..], Vec::as_slice);
        mistakes_seen += mistakes.len();
        if found.len() != mistakes.len() || mistakes.is_empty() {
            problems.push(format!(
                "{name}: {} errors for {} mistakes: {found:#?}",
                found.len(),
                mistakes.len()
            ));
        }
        for mistake in mistakes {
            if !found.iter().any(|error| error.contains(mistake)) {
                problems.push(format!("{name}: no error says `{mistake}`: {found:#?}"));
            }
        }
    }
    println!("{} programs with {mistakes_seen} mistakes", failing_programs().len());
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
