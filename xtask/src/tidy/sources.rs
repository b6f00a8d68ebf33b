//! Rules about Rust sources.

use super::{Finding, tree::TextFile};

/// A file is read in one sitting.
const LINES_MAX: usize = 450;

/// What the pure crate must not reach for: I/O, clocks, threads, async.
const IMPURE: &[&str] = &[
    "std::fs",
    "std::env",
    "std::process",
    "std::thread",
    "std::net::Tcp",
    "std::net::Udp",
    "SystemTime::now",
    "Instant::now",
    "tokio",
    "async fn",
    "async move",
    ".await",
];

/// What must not be handed over as done; written in halves, so that this file may pass.
const UNFINISHED: &[&str] =
    &[concat!("todo", "!("), concat!("unimplemented", "!("), concat!("dbg", "!("), "#[ignore"];

pub(super) fn check(files: &[TextFile]) -> Vec<Finding> {
    let mut findings = Vec::new();
    // The sources of UI tests are wrong on purpose, and their layout is part of what is compared.
    for file in files.iter().filter(|file| file.is_rust() && !file.path.contains("tests/ui/")) {
        findings.extend(header(file));
        findings.extend(length(file));
        findings.extend(unfinished(file));
        if file.path.starts_with("versioned-core/src/") {
            findings.extend(purity(file));
        }
    }
    findings.extend(one_sql_door(files));
    findings
}

fn header(file: &TextFile) -> Option<Finding> {
    let in_src = file.path.split('/').any(|part| part == "src");
    let has_header =
        ["//!", "#![doc = include_str!("].iter().any(|start| file.text.starts_with(start));
    (in_src && !has_header).then(|| {
        Finding::in_file(
            &file.path,
            "the file has no header",
            "start it with `//!` lines: name and purpose, layer, invariant",
        )
    })
}

fn length(file: &TextFile) -> Option<Finding> {
    let lines = file.text.lines().count();
    (lines > LINES_MAX).then(|| {
        Finding::in_file(
            &file.path,
            format!("{lines} lines are more than {LINES_MAX}"),
            "split it by topic",
        )
    })
}

fn unfinished(file: &TextFile) -> Vec<Finding> {
    // This table itself holds the one mark that cannot be written in halves.
    let is_this_table = file.path.ends_with("tidy/sources.rs");
    find(file, &file.text, UNFINISHED)
        .filter(|(_, mark)| !(is_this_table && mark.starts_with("#[")))
        .map(|(line, mark)| {
            Finding::at_line(&file.path, line, format!("`{mark}` is left in"), "finish this")
        })
        .collect()
}

/// Tests may use threads, for small stacks; they stand at the end of their file or in `tests.rs`.
fn purity(file: &TextFile) -> Vec<Finding> {
    if file.path.ends_with("/tests.rs") || file.path.contains("/tests/") {
        return Vec::new();
    }
    let product = file.text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    find(file, product, IMPURE)
        .map(|(line, name)| {
            Finding::at_line(
                &file.path,
                line,
                format!("`{name}` does not belong into the pure crate"),
                "take it as an argument, or move this to a crate above",
            )
        })
        .collect()
}

/// SQL text that the driver cannot check is built in one file, where names are quoted. Tests set their tables up as they
/// like.
fn one_sql_door(files: &[TextFile]) -> Vec<Finding> {
    let mark = concat!("AssertSql", "Safe");
    let doors: Vec<(&TextFile, usize)> = files
        .iter()
        .filter(|file| file.is_rust() && !file.path.starts_with("tests/"))
        .filter_map(|file| find(file, &file.text, &[mark]).next().map(|(line, _)| (file, line)))
        .collect();
    if doors.len() <= 1 {
        return Vec::new();
    }
    let finding = |&(file, line): &(&TextFile, usize)| {
        Finding::at_line(
            &file.path,
            line,
            format!("`{mark}` is used in {} files", doors.len()),
            "build SQL text in the one file that quotes names",
        )
    };
    doors.iter().map(finding).collect()
}

/// Line numbers where a mark stands outside of comments, with the mark.
fn find<'a>(
    file: &TextFile,
    text: &'a str,
    marks: &'a [&'static str],
) -> impl Iterator<Item = (usize, &'static str)> + use<'a> {
    debug_assert!(file.is_rust());
    text.lines().zip(1..).filter(|(line, _)| !line.trim_start().starts_with("//")).flat_map(
        |(line, number)| {
            let found = marks.iter().filter(move |mark| stands(line, mark));
            found.map(move |&mark| (number, mark))
        },
    )
}

/// Whether the mark stands in the line as a word of its own.
fn stands(line: &str, mark: &str) -> bool {
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    line.match_indices(mark).any(|(start, _)| {
        let starts_word = mark.starts_with(is_word);
        !(starts_word && line[..start].ends_with(is_word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> TextFile {
        TextFile { path: path.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn sources_start_with_a_header() {
        assert!(header(&file("xtask/src/main.rs", "//! Tests.\n")).is_none());
        assert!(
            header(&file("a/src/lib.rs", "#![doc = include_str!(\"../README.md\")]\n")).is_none()
        );
        assert!(header(&file("xtask/src/main.rs", "// Tests.\n")).is_some());
        assert!(header(&file("tests/integration/main.rs", "mod corpus;\n")).is_none());
    }

    #[test]
    fn long_files_are_found_except_ui_tests() {
        let long = "//!\n".repeat(LINES_MAX + 1);
        assert_eq!(check(&[file("a/src/b.rs", &long)]).len(), 1);
        assert_eq!(check(&[file("a/src/b.rs", &long[4..])]).len(), 0);
        assert_eq!(check(&[file("a/tests/ui/b.rs", &long)]).len(), 0);
    }

    #[test]
    fn unfinished_code_is_found_with_its_line() {
        let text = format!("//! {}\nfn f() {{ {}) }}\n", UNFINISHED[0], UNFINISHED[0]);
        let findings = unfinished(&file("a/src/b.rs", &text));
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert_eq!(findings[0].place.1, Some(2));
        assert_eq!(unfinished(&file("a/src/b.rs", "//!\nfn my_todo() {}\n")).len(), 0);
    }

    #[test]
    fn the_pure_crate_reaches_for_nothing() {
        let check = |text: &str| purity(&file("versioned-core/src/a.rs", text)).len();
        assert_eq!(check("//! No std::fs.\nuse std::fs;\n"), 1);
        assert_eq!(check("let now = SystemTime::now();\n"), 1);
        assert_eq!(check("impl PlainField for std::net::IpAddr {}\n"), 0);
        assert_eq!(check("fn f() {}\n\n#[cfg(test)]\nmod tests { use std::thread; }\n"), 0);
    }

    #[test]
    fn sql_text_is_made_in_one_file() {
        let text = concat!("//!\nquery(AssertSql", "Safe(text))\n");
        assert_eq!(one_sql_door(&[file("a.rs", text)]).len(), 0);
        assert_eq!(one_sql_door(&[file("a.rs", text), file("b.rs", text)]).len(), 2);
        assert_eq!(one_sql_door(&[file("a.rs", text), file("tests/b.rs", text)]).len(), 0);
    }

    #[test]
    fn a_mark_is_a_word_of_its_own() {
        assert!(stands("use std::env;", "std::env"));
        assert!(!stands("use my_std::env;", "std::env"));
        assert!(stands("x().await", ".await"));
    }
}
