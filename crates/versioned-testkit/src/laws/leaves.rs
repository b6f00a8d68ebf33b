//! The scalars of a JSON text, with their places.

use versioned_core::{ConversionError, Kind, LazyRef, LazyValue, json::Pointer};

/// A text, a number, a truth value or a `null`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Leaf {
    pub(super) place: Pointer,
    /// As it is written in the text.
    pub(super) written: String,
    /// What it is compared by: a text without quotes and escapes, a number in its shortest form.
    pub(super) text: String,
    /// What it is in another type: a number as it is written, a text that holds a number as that number.
    pub(super) retyped: Option<String>,
}

/// All scalars of a text, in order.
pub(super) fn leaves(json: &str) -> Result<Vec<Leaf>, ConversionError> {
    let mut found = Vec::new();
    LazyValue::convert_str(json, |value| {
        collect(value.as_ref(), &mut Pointer::root(), &mut found);
        Ok::<_, ConversionError>(value)
    })?;
    Ok(found)
}

/// The members of an object as JSON texts.
pub(super) fn members(json: &str) -> Result<Vec<(String, String)>, ConversionError> {
    let mut found = Vec::new();
    LazyValue::convert_str(json, |value| {
        let members = value.as_ref().members();
        found.extend(members.map(|(key, value)| (key.into_owned(), value.to_json())));
        Ok::<_, ConversionError>(value)
    })?;
    Ok(found)
}

// Nesting is bounded by the scan.
fn collect(value: LazyRef<'_, '_>, place: &mut Pointer, found: &mut Vec<Leaf>) {
    match value.kind() {
        Kind::Object => {
            for (key, member) in value.members() {
                place.push_key(&key);
                collect(member, place, found);
                place.pop();
            }
        }
        Kind::List => {
            for (index, element) in value.elements().enumerate() {
                place.push_index(index);
                collect(element, place, found);
                place.pop();
            }
        }
        _ => found.push(leaf(value, place.clone())),
    }
}

fn leaf(value: LazyRef<'_, '_>, place: Pointer) -> Leaf {
    let written = value.to_json();
    if let Some(number) = value.number_text() {
        return Leaf { place, text: shortest(&number), retyped: Some(written.clone()), written };
    }
    // A lone surrogate, which no text can hold, stays as it is written.
    let text = value.as_str().map_or_else(|| written.clone(), |text| text.into_owned());
    let is_number = text.starts_with(|first: char| first == '-' || first.is_ascii_digit())
        && text.parse::<f64>().is_ok();
    let retyped = is_number.then(|| shortest(&text));
    Leaf { place, written, text, retyped }
}

/// A number without needless digits, so that `1`, `1.0` and `10e-1` are one; no digit is rounded away.
fn shortest(number: &str) -> String {
    let (sign, unsigned) = number.strip_prefix('-').map_or(("", number), |rest| ("-", rest));
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let digits = digits.trim_start_matches('0');
    let significant = digits.trim_end_matches('0');
    if significant.is_empty() {
        return "0".to_owned();
    }
    let length = |text: &str| i64::try_from(text.len()).unwrap_or(i64::MAX);
    let Ok(exponent) = exponent.parse::<i64>() else { return number.to_owned() };
    let shift = length(digits) - length(significant) - length(fraction);
    let Some(exponent) = exponent.checked_add(shift) else { return number.to_owned() };
    // Where the point is, counted from the first digit.
    let point = exponent.saturating_add(length(significant));
    match (usize::try_from(exponent), usize::try_from(point)) {
        (Ok(zeros @ 0..=40), _) => format!("{sign}{significant}{}", "0".repeat(zeros)),
        (Err(_), Ok(point @ 1..)) => {
            let (whole, fraction) = significant.split_at(point);
            format!("{sign}{whole}.{fraction}")
        }
        (Err(_), _) if point > -40 => {
            let zeros = "0".repeat(usize::try_from(-point).unwrap_or_default());
            format!("{sign}0.{zeros}{significant}")
        }
        _ => format!("{sign}{significant}e{exponent}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_one_value_have_one_form() {
        let check = |number: &str, expect: &str| assert_eq!(shortest(number), expect, "{number}");
        for one in ["1", "1.0", "1e0", "10e-1", "0.1E+1"] {
            check(one, "1");
        }
        check("-0", "0");
        check("0.00e7", "0");
        check("1.50", "1.5");
        check("-12.5e-3", "-0.0125");
        check("120", "120");
        check("1.2e2", "120");
        check("0.5", "0.5");
        check("100.25", "100.25");
        check("1e400", "1e400");
        check("1e-400", "1e-400");
        check("1e99999999999999999999", "1e99999999999999999999");
        check("123456789012345678901234567890", "123456789012345678901234567890");
    }

    #[test]
    fn every_scalar_is_found_with_its_place() {
        let found = leaves(r#"{"a": [1.0, {"b/c": "\u0078"}], "d": {}, "e": null, "f": "1e1"}"#);
        let told: Vec<_> = found
            .unwrap()
            .into_iter()
            .map(|leaf| format!("{} {} {:?}", leaf.place.as_str(), leaf.text, leaf.retyped))
            .collect();
        let expect =
            ["/a/0 1 Some(\"1.0\")", "/a/1/b~1c x None", "/e null None", "/f 1e1 Some(\"10\")"];
        assert_eq!(told, expect);
    }
}
