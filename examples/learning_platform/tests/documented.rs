//! The page about the features of such a platform names tests: each of them exists.

use std::{fs, path::Path};

#[test]
fn every_test_that_the_page_names_exists() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(folder.join("docs/oppia.md")).unwrap();
    let mut named = 0;
    for reference in page.split('`').skip(1).step_by(2).filter(|text| text.contains(".rs")) {
        let (path, test) = reference.split_once("::").unwrap_or((reference, ""));
        let source = fs::read_to_string(folder.join(path));
        let source = source.unwrap_or_else(|error| panic!("{reference}: {error}"));
        let function = match test {
            "" => String::new(),
            name => format!("fn {name}"),
        };
        let ends = |rest: &str| test.is_empty() || rest.starts_with(['(', '<']);
        let is_there =
            source.match_indices(&function).any(|(at, _)| ends(&source[at + function.len()..]));
        assert!(is_there, "{reference}");
        named += 1;
    }
    assert!(named >= 40, "{named} tests are named");
}

/// A feature and a defect each have a line, and each line has a test or says what it waits for.
#[test]
fn every_line_of_the_page_names_a_test_or_what_it_waits_for() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(folder.join("docs/oppia.md")).unwrap();
    let (page, _) = page.split_once("## Lines").unwrap();
    let lines = page.lines().filter(|line| line.starts_with("| ") && !line.contains("covers it"));
    let lines: Vec<&str> = lines.filter(|line| !line.contains("went wrong there")).collect();
    assert_eq!(lines.len(), 24 + 10);
    for line in lines {
        assert!(line.contains(".rs") || line.contains("waits for"), "{line}");
    }
}
