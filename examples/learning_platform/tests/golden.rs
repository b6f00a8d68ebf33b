//! The golden documents: they replay, and samples of the seeds are among them.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use versioned_cli::{Output, exit_code};
use versioned_core::Registry;
use versioned_jobs::StopFlag;
use versioned_testkit::golden;

use super::{block_on, filled};
use crate::app;

fn recorded() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/learning_platform/golden")
}

/// What a verb prints, and its exit code.
fn ran(arguments: &[&str]) -> (u8, String) {
    block_on(async {
        let store = filled().await;
        let mut output = Output::captured();
        let arguments =
            ["learning_platform", "--database", "x.db", "golden", "record"].iter().chain(arguments);
        let stop = StopFlag::default();
        let code = app().run(arguments, &mut output, &stop, async |_url| Ok(store)).await;
        (code, output.captured_results() + &output.captured_errors())
    })
}

/// The files below a folder with their texts.
fn files(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    for entity in fs::read_dir(folder).unwrap() {
        for file in fs::read_dir(entity.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            let text = fs::read_to_string(&path).unwrap();
            found.insert(path.strip_prefix(folder).unwrap().to_owned(), text);
        }
    }
    found
}

#[test]
fn every_golden_document_replays() {
    golden::assert_replays(&Registry::collect(), recorded());
}

#[test]
fn the_golden_documents_have_what_the_seeds_give() {
    let folder = std::env::temp_dir().join(format!("golden-of-seeds-{}", std::process::id()));
    let into = folder.to_str().unwrap();
    let (code, text) = ran(&["--unscrubbed", "--into", into]);
    assert_eq!(code, exit_code::DONE, "{text}");
    let (code, again) = ran(&["--unscrubbed", "--into", into]);
    assert_eq!(code, exit_code::DONE);
    assert!(again.starts_with("0 documents recorded, "), "{again}");
    let (found, kept) = (files(&folder), files(&recorded()));
    fs::remove_dir_all(&folder).unwrap();
    for (path, text) in &found {
        assert_eq!(kept.get(path), Some(text), "{}", path.display());
    }
    // Beside them, a few of odder documents: unusual letters, blanks and numbers, rare interactions.
    assert_eq!((found.len(), kept.len()), (67, 74));
}

#[test]
fn documents_are_not_written_as_they_are_unless_that_is_asked_for() {
    let (code, text) = ran(&[]);
    assert_eq!(code, exit_code::USAGE);
    let expect = "error: documents would be written as they are stored, names and texts of people \
                  included\n  help: add `.scrub(..)` to the `App`; or `--unscrubbed`, if whoever \
                  reads the repository may read them\n";
    assert_eq!(text, expect);
}
