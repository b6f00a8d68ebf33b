//! The file of entities to skip: one line each, `id<TAB>reason`.
//!
//! Layer: cli. Invariant: nothing is skipped without a reason.

use versioned_core::EntityId;

use crate::error::UsageError;

/// An entity to skip, and why.
pub(crate) type Skipped = (EntityId, String);

/// Reads a file. Empty lines and those that begin with `#` say nothing.
pub(crate) fn read(path: &str) -> Result<Vec<Skipped>, UsageError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| UsageError::SkipFileUnreadable { path: path.to_owned(), source })?;
    parse(path, &text)
}

fn parse(path: &str, text: &str) -> Result<Vec<Skipped>, UsageError> {
    let lines = (1..).zip(text.lines());
    let lines = lines.filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
    lines
        .map(|(number, line)| match line.split_once('\t') {
            Some((id, reason)) if !id.is_empty() && !reason.trim().is_empty() => {
                Ok((EntityId::new(id), reason.trim().to_owned()))
            }
            _ => Err(UsageError::SkipFileMalformed { path: path.to_owned(), line: number }),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_an_id_a_tab_and_a_reason() {
        let text = "# waits\n\na\tfor the author\nb c\t for ever \n";
        let skipped = parse("skip.txt", text).unwrap();
        let expect = [("a", "for the author"), ("b c", "for ever")];
        let expect = expect.map(|(id, reason)| (EntityId::new(id), reason.to_owned()));
        assert_eq!(skipped, expect);
        for (text, line) in [("a", 1), ("a\tb\nb\t ", 2), ("\tb", 1)] {
            let error = parse("skip.txt", text).unwrap_err();
            assert!(error.to_string().contains(&format!("line {line} ")), "{error}");
        }
    }
}
