//! Tables of text with aligned columns, for reports on a terminal.
//!
//! Layer: jobs. Invariant: what comes from stored data cannot control the terminal: see [`Printable`].

use std::fmt::{self, Write as _};

/// How a column is aligned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Align {
    /// At its left edge: texts.
    Left,
    /// At its right edge: numbers.
    Right,
}

/// A table with a header line; columns are as wide as their widest cell and two spaces apart.
///
/// # Examples
///
/// ```
/// use versioned_jobs::{Align, TextTable};
///
/// let mut table = TextTable::new(&[("field", Align::Left), ("rows", Align::Right)]);
/// table.row(["states", "12"]);
/// assert_eq!(table.to_string(), "field   rows\nstates    12\n");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextTable {
    aligns: Vec<Align>,
    lines: Vec<Vec<String>>,
    indent: usize,
}

impl TextTable {
    /// A table with these column headers.
    #[must_use]
    pub fn new(columns: &[(&str, Align)]) -> Self {
        Self {
            aligns: columns.iter().map(|(_, align)| *align).collect(),
            lines: vec![columns.iter().map(|(name, _)| (*name).to_owned()).collect()],
            indent: 0,
        }
    }

    /// Moves every line this many spaces to the right.
    #[must_use]
    pub fn indent(mut self, spaces: usize) -> Self {
        self.indent = spaces;
        self
    }

    /// Adds a line; cells beyond the header's are left out.
    pub fn row<C: fmt::Display>(&mut self, cells: impl IntoIterator<Item = C>) {
        let cells = cells.into_iter().take(self.aligns.len());
        self.lines.push(cells.map(|cell| Printable(cell).to_string()).collect());
    }

    /// Whether the table has no line but its header.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.len() == 1
    }

    fn widths(&self) -> Vec<usize> {
        let mut widths = vec![0; self.aligns.len()];
        for line in &self.lines {
            for (width, cell) in widths.iter_mut().zip(line) {
                *width = (*width).max(cell.chars().count());
            }
        }
        widths
    }
}

impl fmt::Display for TextTable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths = self.widths();
        for line in &self.lines {
            let mut text = " ".repeat(self.indent);
            for (index, (cell, width)) in line.iter().zip(&widths).enumerate() {
                if index > 0 {
                    text.push_str("  ");
                }
                match self.aligns.get(index) {
                    Some(Align::Right) => write!(text, "{cell:>width$}")?,
                    Some(Align::Left) | None => write!(text, "{cell:<width$}")?,
                }
            }
            writeln!(formatter, "{}", text.trim_end())?;
        }
        Ok(())
    }
}

/// Shows a value with its control characters escaped, so that a stored text can neither move the cursor nor fake a
/// line.
///
/// # Examples
///
/// ```
/// use versioned_jobs::Printable;
///
/// assert_eq!(Printable("a\u{1b}[2Jb\nc").to_string(), "a\\u{1b}[2Jb\\nc");
/// ```
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct Printable<T>(pub T);

impl<T: fmt::Display> fmt::Display for Printable<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(Escaping(formatter), "{}", self.0)
    }
}

struct Escaping<'a, 'b>(&'a mut fmt::Formatter<'b>);

impl fmt::Write for Escaping<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|character| {
            // The direction marks reorder what stands around them on a terminal.
            let is_direction =
                matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
            if character.is_control() || is_direction {
                write!(self.0, "{}", character.escape_default())
            } else {
                self.0.write_char(character)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_lines_have_no_trailing_spaces() {
        let mut table =
            TextTable::new(&[("outcome", Align::Left), ("rows", Align::Right), ("x", Align::Left)])
                .indent(2);
        table.row(["migrated", "1204", ""]);
        table.row(["é", "3", "y"]);
        assert_eq!(
            table.to_string(),
            "  outcome   rows  x\n  migrated  1204\n  é            3  y\n"
        );
    }

    #[test]
    fn a_stored_text_cannot_add_a_line_to_a_table() {
        let mut table = TextTable::new(&[("id", Align::Left)]);
        table.row(["a\nb\u{202e}"]);
        assert_eq!(table.to_string(), "id\na\\nb\\u{202e}\n");
    }
}
