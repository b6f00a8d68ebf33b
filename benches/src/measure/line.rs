//! One case as it is printed: a line of JSON or of the table.

use serde::{Deserialize, Serialize};

/// Which way is up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Better {
    Higher,
    Lower,
}

/// The result of one case; `ratio` is this over other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Line {
    pub(crate) bench: String,
    pub(crate) case: String,
    pub(crate) this: f64,
    pub(crate) other: f64,
    pub(crate) unit: String,
    pub(crate) ratio: f64,
    pub(crate) better: Better,
}

impl Line {
    pub(crate) fn json(&self) -> String {
        let rounded = Self {
            this: rounded(self.this),
            other: rounded(self.other),
            ratio: rounded(self.ratio),
            ..self.clone()
        };
        serde_json::to_string(&rounded).unwrap_or_default()
    }

    pub(crate) fn row(&self) -> String {
        format!(
            "{:<13} {:<54} {:>10} {:>10} {:<12} {:>8} {}",
            self.bench,
            self.case,
            readable(self.this),
            readable(self.other),
            self.unit,
            readable(self.ratio),
            match self.better {
                Better::Higher => "higher",
                Better::Lower => "lower",
            },
        )
    }

    pub(crate) fn head() -> String {
        format!(
            "{:<13} {:<54} {:>10} {:>10} {:<12} {:>8} better",
            "bench", "case", "this", "other", "unit", "ratio"
        )
    }
}

/// Four digits are more than a benchmark knows.
fn rounded(number: f64) -> f64 {
    readable(number).parse().unwrap_or(number)
}

fn readable(number: f64) -> String {
    match number.abs() {
        large if large >= 1000.0 => format!("{number:.0}"),
        middle if middle >= 100.0 => format!("{number:.1}"),
        middle if middle >= 1.0 => format!("{number:.2}"),
        small if small >= 0.001 => format!("{number:.4}"),
        0.0 => "0".to_owned(),
        _ => format!("{number:.6}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn line() -> Line {
        Line {
            bench: "read".to_owned(),
            case: "current".to_owned(),
            this: 250.123,
            other: 2_000_000.4,
            unit: "ns".to_owned(),
            ratio: 0.000_125,
            better: Better::Lower,
        }
    }

    #[test]
    fn a_line_of_json_names_both_sides_and_what_is_better() {
        let value: serde_json::Value = serde_json::from_str(&line().json()).unwrap();
        let expect = json!({"bench": "read", "case": "current", "this": 250.1,
            "other": 2_000_000.0, "unit": "ns", "ratio": 0.000_125, "better": "lower"});
        assert_eq!(value, expect);
        assert!(serde_json::from_str::<Line>(&line().json()).is_ok());
    }

    #[test]
    fn a_row_stands_under_its_head() {
        let (head, row) = (Line::head(), line().row());
        assert_eq!(head.find("unit"), row.find("ns"));
        assert_eq!(head.find("better"), row.find("lower"));
    }
}
