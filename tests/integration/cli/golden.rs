//! `golden record`: what is written into the repository, and what is never written over.

use std::{fs, path::PathBuf};

use serde::Deserialize;
use versioned_cli::exit_code;
use versioned_core::{
    BaseVersionedDomainObject, ConversionError, Declaration, EntityKind, LazyValue,
};
use versioned_jobs::golden::GoldenDocument;

use super::{Quiz, app, run, school};

/// A folder of its own, gone with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let name = format!("golden-record-{name}-{}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }

    fn record(&self, more: &str) -> String {
        format!("--database school.db golden record --into {} {more}", self.0.display())
    }

    /// The files with their texts, by name.
    fn files(&self) -> Vec<(String, String)> {
        let mut files = Vec::new();
        for entity in fs::read_dir(&self.0).into_iter().flatten() {
            for file in fs::read_dir(entity.unwrap().path()).unwrap() {
                let path = file.unwrap().path();
                let name = path.strip_prefix(&self.0).unwrap().display().to_string();
                files.push((name, fs::read_to_string(path).unwrap()));
            }
        }
        files.sort();
        files
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

/// A quiz in a program that knows of no versions.
#[derive(Deserialize)]
struct Unchanged {}

impl BaseVersionedDomainObject for Unchanged {
    fn schema_versioned_attributes() -> &'static Declaration {
        &Declaration { entity: "quiz", type_name: "Unchanged", versioned: &[], others: &[] }
    }
}

fn scrub<'a>(what: &str, mut value: LazyValue<'a>) -> Result<LazyValue<'a>, ConversionError> {
    let members = value.try_object_mut()?;
    for key in ["q", "question"] {
        if let Some(question) = members.get_mut(key) {
            *question = format!("a {what}").into();
        }
    }
    Ok(value)
}

/// A person's data in a repository cannot be taken back.
#[test]
fn nothing_is_written_as_it_is_unless_that_is_asked_for() {
    let folder = Folder::new("asked");
    let ran = run(&app(), &school(&[], 2), &folder.record(""));
    assert_eq!((ran.code, ran.has_connected), (exit_code::USAGE, false), "{}", ran.errors);
    assert!(ran.errors.contains("help: add `.scrub(..)` to the `App`; or"), "{}", ran.errors);
    assert_eq!(folder.files(), []);
}

#[test]
fn documents_are_scrubbed_before_they_are_recorded() {
    let folder = Folder::new("scrubbed");
    let (app, store) = (app().scrub(scrub), school(&[], 3));
    let ran = run(&app, &store, &folder.record("--entity quiz"));
    assert_eq!(ran.code, exit_code::DONE, "{}", ran.errors);
    let files = folder.files();
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert!(
        matches!(names[..], [one, two] if one.starts_with("quiz/v1-") && two.starts_with("quiz/v2-"))
    );
    for (name, text) in &files {
        assert!(text.contains("\"a quiz\"") && !text.contains("why"), "{name}: {text}");
        let golden: GoldenDocument = text.parse().unwrap();
        assert_eq!(golden.recorded_again(EntityKind::of::<Quiz>()), golden);
    }
    let ran = run(&app, &store, &folder.record("--entity quiz --json"));
    assert!(ran.results.contains("\"recorded\":0,\"known\":2,"), "{}", ran.results);
}

#[test]
fn there_are_no_more_files_of_a_version_than_were_asked_for() {
    let folder = Folder::new("enough");
    let store = school(&[], 2);
    let ran = run(&app(), &store, &folder.record("--unscrubbed --per-version 1 --entity quiz"));
    assert!(ran.results.contains("2 documents recorded, 0 known, "), "{}", ran.results);
    let scrubbing = app().scrub(scrub);
    let ran = run(&scrubbing, &store, &folder.record("--per-version 1 --entity quiz"));
    let told = "  left out: 2 not needed: there are enough files of their versions\n";
    assert!(ran.results.contains(told), "{}", ran.results);
    assert_eq!(folder.files().len(), 2);
}

/// What a file expects is the memory of what was released.
#[test]
fn a_file_is_written_over_only_where_it_is_named() {
    let folder = Folder::new("again");
    let store = school(&[], 1);
    run(&app(), &store, &folder.record("--unscrubbed --entity quiz"));
    let [(name, text)] = &folder.files()[..] else { panic!("one file is recorded") };
    let golden: GoldenDocument = text.parse().unwrap();
    let other = golden.recorded_again(EntityKind::of::<Unchanged>()).to_string();
    assert_ne!(&other, text);
    let path = folder.0.join(name);
    fs::remove_file(&path).unwrap();
    fs::copy(written(&folder, &other), &path).unwrap();

    let ran = run(&app(), &store, &folder.record("--unscrubbed --entity quiz"));
    assert_eq!(ran.code, exit_code::FINDINGS, "{}", ran.results);
    assert!(ran.results.contains("is there, and the chains give something else today\n"));
    assert_eq!(fs::read_to_string(&path).unwrap(), other);

    let again = format!("golden record --again {}", path.display());
    let ran = run(&app(), &store, &again);
    assert_eq!((ran.code, ran.has_connected), (exit_code::DONE, false), "{}", ran.errors);
    assert!(ran.results.contains("recorded again: review the difference"), "{}", ran.results);
    assert_eq!(&fs::read_to_string(&path).unwrap(), text);
    let ran = run(&app(), &store, &again);
    assert!(ran.results.contains("expects what the chains give already"), "{}", ran.results);
}

#[test]
fn a_file_that_is_no_golden_document_is_named_with_its_line() {
    let folder = Folder::new("malformed");
    let path = written(&folder, "golden document, form 1\nentity   quiz\nsomething\n");
    let ran = run(&app(), &school(&[], 0), &format!("golden record --again {}", path.display()));
    assert_eq!(ran.code, exit_code::USAGE);
    assert!(
        ran.errors.contains("caused by: line 3: this line is not understood"),
        "{}",
        ran.errors
    );
}

fn written(folder: &Folder, text: &str) -> PathBuf {
    use std::io::Write as _;
    fs::create_dir_all(&folder.0).unwrap();
    let path = folder.0.join("by-hand.txt");
    fs::File::create(&path).unwrap().write_all(text.as_bytes()).unwrap();
    path
}
