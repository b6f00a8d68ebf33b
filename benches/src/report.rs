//! What is printed: a table for people, or a line of JSON for each case.

use serde_json::json;

use crate::harness::Medians;

/// The result of one case.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) bench: &'static str,
    pub(crate) case: &'static str,
    pub(crate) medians: Medians,
}

impl Line {
    /// How many times as long we take.
    fn ratio(&self) -> f64 {
        self.medians.this / self.medians.other
    }
}

/// A line each with the times in nanoseconds; `ratio` is this over other, and lower is better.
pub(crate) fn json(lines: &[Line]) -> String {
    let line = |line: &Line| {
        let value = json!({
            "bench": line.bench,
            "case": line.case,
            "this": rounded(line.medians.this, 1.0),
            "other": rounded(line.medians.other, 1.0),
            "unit": "ns",
            "ratio": rounded(line.ratio(), 1e-4),
            "better": "lower",
        });
        format!("{value}\n")
    };
    lines.iter().map(line).collect()
}

pub(crate) fn table(lines: &[Line]) -> String {
    let mut text =
        format!("{:<14} {:<34} {:>12} {:>12} {:>8}\n", "bench", "case", "this", "other", "ratio");
    for line in lines {
        text.push_str(&format!(
            "{:<14} {:<34} {:>12} {:>12} {:>8.3}\n",
            line.bench,
            line.case,
            readable(line.medians.this),
            readable(line.medians.other),
            line.ratio()
        ));
    }
    text.push_str("median time of one call; ratio = this / other, lower is better\n");
    text
}

fn rounded(number: f64, unit: f64) -> f64 {
    // Dividing by the inverse keeps decimals short.
    (number / unit).round() / (1.0 / unit)
}

fn readable(nanoseconds: f64) -> String {
    match nanoseconds {
        time if time < 1e3 => format!("{time:.1} ns"),
        time if time < 1e6 => format!("{:.1} us", time / 1e3),
        time => format!("{:.1} ms", time / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: &[Line] = &[Line {
        bench: "read",
        case: "current",
        medians: Medians { this: 250.0, other: 2_000_000.0 },
    }];

    #[test]
    fn a_line_of_json_names_both_times_and_what_is_better() {
        let value: serde_json::Value = serde_json::from_str(&json(LINES)).unwrap();
        let expect = json!({"bench": "read", "case": "current", "this": 250.0,
            "other": 2_000_000.0, "unit": "ns", "ratio": 0.0001, "better": "lower"});
        assert_eq!(value, expect);
    }

    #[test]
    fn the_table_shows_times_in_readable_units() {
        let text = table(LINES);
        assert!(text.contains("250.0 ns") && text.contains("2.0 ms"), "{text}");
    }
}
