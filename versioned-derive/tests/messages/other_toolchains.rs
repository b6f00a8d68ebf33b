//! The errors of the failing programs on a version of the compiler whose whole output is not
//! compared: all programs are the binaries of one package, which is checked once.

use std::{
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

use super::{Errors, failing_programs, name};

pub(super) fn errors() -> Errors {
    let manifest = write_package();
    let output = Command::new(env!("CARGO"))
        .args(["check", "--quiet", "--offline", "--keep-going", "--bins", "--message-format=json"])
        .arg("--manifest-path")
        .arg(&manifest)
        .arg("--target-dir")
        .arg(manifest.with_file_name("target"))
        .output()
        .unwrap();
    let mut errors = Errors::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let Ok(report) = serde_json::from_str::<Value>(line) else { continue };
        let message = &report["message"];
        let is_error = message["level"] == "error";
        // The summary of a failed compilation points nowhere.
        let points_somewhere = message["spans"].as_array().is_some_and(|spans| !spans.is_empty());
        if is_error && points_somewhere {
            let program = report["target"]["name"].as_str().unwrap().to_owned();
            let rendered = message["rendered"].as_str().unwrap().to_owned();
            errors.entry(program).or_default().push(rendered);
        }
    }
    assert!(
        !errors.is_empty(),
        "the programs were not checked: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    errors
}

fn write_package() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("messages");
    fs::create_dir_all(&folder).unwrap();
    fs::copy(here.join("../Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    let path = folder.join("Cargo.toml");
    let mut manifest = File::create(&path).unwrap();
    let core = here.join("../versioned-core");
    writeln!(
        manifest,
        "[package]\nname = \"messages\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n\
         serde = {{ version = \"1.0\", features = [\"derive\"] }}\nserde_json = \"1.0\"\n\
         versioned-core = {{ path = {core:?} }}\n"
    )
    .unwrap();
    for program in failing_programs() {
        let name = name(&program);
        writeln!(manifest, "[[bin]]\nname = {name:?}\npath = {program:?}\n").unwrap();
    }
    path
}
