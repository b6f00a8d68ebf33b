//! `cargo xtask laws`: documents from JSON Schemas, each validated by another implementation.
//!
//! The testkit's own tests do the work and print a line per group of schemas; here they are asked for more documents, and
//! their lines are shown. Exits 2 where a document is invalid or a keyword was never reached.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{
    command,
    failure::Failure,
    faults::{json_line, none_is_a_failure},
    flags,
    workspace::Workspace,
};

/// Asks the tests for so many documents.
const DOCUMENTS: &str = "VERSIONED_LAWS_DOCUMENTS";
const PACKAGE: &str = "versioned-testkit";
const TESTS: &str = "strategies::tests::soundness::documents_of_";
/// How lines begin that tell of an invalid document.
const FINDING_STARTS: &[&str] = &["invalid: ", "  schema: ", "  document: "];

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    let flags = flags::laws(arguments)?;
    let mut cargo = command::cargo(&workspace.root);
    cargo.args(["test", "--quiet", "--package", PACKAGE, "--all-features", "--lib", "--", TESTS]);
    cargo.arg("--nocapture").env(DOCUMENTS, flags.documents.to_string());
    let show = |line: &Value| {
        println!("{}", if flags.is_json { line.to_string() } else { sentence(line) });
    };
    let mut lines = Vec::new();
    let ended = command::run_with_lines(&mut cargo, &mut |text| {
        let group = json_line(text).filter(|line| line["group"].is_string());
        match group {
            Some(line) => {
                show(&line);
                lines.push(line);
            }
            // What the tests say of an invalid document.
            None if FINDING_STARTS.iter().any(|start| text.starts_with(start)) => {
                eprintln!("{text}");
            }
            None => {}
        }
    });
    if !lines.is_empty() {
        let total = total(&lines);
        show(&total);
        findings(&total)?;
    }
    ended.map_err(|failure| failure.with_fix("see what the tests say above"))?;
    none_is_a_failure(lines.len() as u64, "laws")
}

/// All groups together: a keyword is reached if one group reached it.
fn total(lines: &[Value]) -> Value {
    let sum = |key: &str| lines.iter().filter_map(|line| line[key].as_u64()).sum::<u64>();
    let unreached = |line: &Value| -> BTreeSet<String> {
        let names = line["keywords_unreached"].as_array().into_iter().flatten();
        names.filter_map(|name| name.as_str().map(str::to_owned)).collect()
    };
    let unreached = lines.iter().map(unreached).reduce(|left, right| &left & &right);
    let unreached = unreached.unwrap_or_default();
    let supported = lines.iter().filter_map(|line| line["keywords_supported"].as_u64()).max();
    let supported = supported.unwrap_or_default();
    json!({
        "group": "total",
        "schemas": sum("schemas"),
        "without_document": sum("without_document"),
        "parts_never_made": sum("parts_never_made"),
        "documents": sum("documents"),
        "distinct": sum("distinct"),
        "shrunk": sum("shrunk"),
        "invalid": sum("invalid"),
        "keywords_reached": supported.saturating_sub(unreached.len() as u64),
        "keywords_supported": supported,
        "keywords_unreached": unreached,
    })
}

fn findings(total: &Value) -> Result<(), Failure> {
    let invalid = total["invalid"].as_u64().unwrap_or_default();
    if invalid > 0 {
        return Err(Failure::new(
            format!("{invalid} documents are invalid"),
            "a strategy made what its schema refuses",
            "see the first of them above",
        )
        .with_findings());
    }
    let unreached = total["keywords_unreached"].as_array().map_or(0, Vec::len);
    if unreached > 0 {
        return Err(Failure::new(
            format!("{unreached} supported keywords were never reached"),
            total["keywords_unreached"].to_string(),
            "add a schema by hand that has them",
        )
        .with_findings());
    }
    Ok(())
}

fn sentence(line: &Value) -> String {
    format!(
        "{}: {} schemas, {} documents ({} distinct) and {} shrunk ones, {} invalid; {} of {} keywords reached; {} schemas \
         without a document",
        line["group"].as_str().unwrap_or("?"),
        line["schemas"],
        line["documents"],
        line["distinct"],
        line["shrunk"],
        line["invalid"],
        line["keywords_reached"],
        line["keywords_supported"],
        line["without_document"],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(invalid: u64, unreached: &[&str]) -> Value {
        json!({"group": "g", "schemas": 2, "documents": 10, "invalid": invalid,
            "keywords_supported": 5, "keywords_unreached": unreached})
    }

    #[test]
    fn a_keyword_that_one_group_reached_is_reached() {
        let total = total(&[group(0, &["if", "not"]), group(0, &["enum", "not"])]);
        assert_eq!(total["documents"], 20);
        assert_eq!(total["keywords_reached"], 4);
        assert_eq!(total["keywords_unreached"], json!(["not"]));
        assert_eq!(findings(&total).unwrap_err().exit_code(), 2);
    }

    #[test]
    fn invalid_documents_are_findings() {
        let all_valid = total(&[group(0, &["if"]), group(0, &[])]);
        assert_eq!(findings(&all_valid), Ok(()));
        let one_invalid = total(&[group(1, &[]), group(0, &[])]);
        assert_eq!(findings(&one_invalid).unwrap_err().exit_code(), 2);
        assert!(sentence(&one_invalid).contains(" 1 invalid"), "{}", sentence(&one_invalid));
    }
}
