//! Checking a crate with a chain of 400 steps: derived, against the same functions called in a row by hand.
//!
//! `cold` starts from an empty target folder, dependencies included; `warm` is a check after a change to the file.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::measure::{Better, Line, Session, seconds_of};

const BENCH: &str = "compile";
const STEPS: u32 = 400;
/// Warm checks of each side.
const ROUNDS: usize = 5;
const CORE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../versioned-core");
const LOCK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.lock");

pub(crate) fn run(session: &Session) {
    if let Err(reason) = compare(session) {
        session.skip(BENCH, "derive_400_steps", &reason);
    }
}

fn compare(session: &Session) -> Result<(), String> {
    let folder = super::target_folder()?.join("bench-compile");
    let derived = Crate::write(&folder.join("derived"), &derived())?;
    let by_hand = Crate::write(&folder.join("by_hand"), &by_hand())?;
    let other = by_hand.check()?;
    let this = derived.check()?;
    print(session, "derive_400_steps_cold", this, other, this / other);
    let (mut this, mut other, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        by_hand.change(round)?;
        derived.change(round)?;
        other.push(by_hand.check()?);
        this.push(derived.check()?);
        ratios.push(this[round] / other[round]);
    }
    let middle = |mut numbers: Vec<f64>| {
        numbers.sort_by(f64::total_cmp);
        numbers[ROUNDS / 2]
    };
    print(session, "derive_400_steps_warm", middle(this), middle(other), middle(ratios));
    Ok(())
}

fn print(session: &Session, case: &str, this: f64, other: f64, ratio: f64) {
    session.print(&Line {
        bench: BENCH.to_owned(),
        case: case.to_owned(),
        this,
        other,
        unit: "s".to_owned(),
        ratio,
        better: Better::Lower,
    });
}

/// A crate outside of the workspace.
struct Crate {
    folder: PathBuf,
    source: String,
}

impl Crate {
    fn write(folder: &Path, source: &str) -> Result<Self, String> {
        if folder.exists() {
            fs::remove_dir_all(folder).map_err(|error| unwritable(folder, &error))?;
        }
        let sources = folder.join("src");
        fs::create_dir_all(&sources).map_err(|error| unwritable(folder, &error))?;
        let manifest = format!(
            "[package]\nname = \"scratch\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
             [dependencies]\nserde = {{ version = \"1\", features = [\"derive\"] }}\nserde_json = \"1\"\n\
             versioned-core = {{ path = {CORE:?} }}\n\n[workspace]\n"
        );
        write(&folder.join("Cargo.toml"), &manifest)?;
        // The same versions as ours, which are on this machine already.
        fs::copy(LOCK, folder.join("Cargo.lock")).map_err(|error| unwritable(folder, &error))?;
        write(&sources.join("lib.rs"), source)?;
        Ok(Self { folder: folder.to_owned(), source: source.to_owned() })
    }

    /// What a person does between two checks: the file changes, here in a function's body.
    fn change(&self, round: usize) -> Result<(), String> {
        let changed = format!("fn changed() -> usize {{ {round} }}");
        let source = self.source.replace("fn changed() -> usize { 99 }", &changed);
        write(&self.folder.join("src/lib.rs"), &source)
    }

    /// Seconds that a check takes.
    fn check(&self) -> Result<f64, String> {
        let mut command = Command::new("cargo");
        command.args(["check", "--quiet", "--offline"]).current_dir(&self.folder);
        command.env("CARGO_TARGET_DIR", self.folder.join("target"));
        let (seconds, output) = seconds_of(|| command.output());
        let output = output.map_err(|error| format!("`cargo` did not start: {error}"))?;
        if output.status.success() {
            return Ok(seconds);
        }
        let text = String::from_utf8_lossy(&output.stderr);
        let error = text.lines().find(|line| line.starts_with("error"));
        Err(format!("`cargo check` failed: {}", error.unwrap_or_default()))
    }
}

const HEAD: &str = "#![allow(dead_code)]\nuse versioned_core::{ConversionError, LazyValue};\n\
    fn changed() -> usize { 99 }\n";

fn derived() -> String {
    let mut source = String::from(HEAD);
    let max = STEPS + 1;
    let _ = write!(
        source,
        "use versioned_core::{{BaseVersionedDomainObject, SchemaVersion}};\n\
         #[derive(serde::Deserialize, BaseVersionedDomainObject)]\n\
         #[versioned(entity = \"long\")]\n\
         pub struct Long {{\n    #[versioned(version_field = \"body_version\", min = 1, max = {max})]\n\
         \x20   body: serde_json::Value,\n    body_version: SchemaVersion,\n}}\nimpl Long {{\n"
    );
    functions(&mut source);
    source.push_str("}\n");
    source
}

fn by_hand() -> String {
    let mut source = format!("{HEAD}pub struct Long;\nimpl Long {{\n");
    functions(&mut source);
    source.push_str(
        "pub fn run(mut from: u32, mut body: LazyValue<'_>) -> Result<LazyValue<'_>, ConversionError> {\n",
    );
    for from in 1..=STEPS {
        let to = from + 1;
        let _ = writeln!(
            source,
            "    if from == {from} {{ body = Self::_convert_body_v{from}_to_v{to}(body)?; from = {to}; }}"
        );
    }
    source.push_str("    let _ = from;\n    Ok(body)\n}\n}\n");
    source
}

fn functions(source: &mut String) {
    for from in 1..=STEPS {
        let to = from + 1;
        let _ = writeln!(
            source,
            "    fn _convert_body_v{from}_to_v{to}(mut body: LazyValue<'_>) -> \
             Result<LazyValue<'_>, ConversionError> {{\n        \
             body.try_insert(\"version\", {to}_u32)?;\n        Ok(body)\n    }}"
        );
    }
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    use std::io::Write as _;
    fs::File::create(path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| unwritable(path, &error))
}

fn unwritable(path: &Path, error: &std::io::Error) -> String {
    format!("cannot write `{}`: {error}", path.display())
}
