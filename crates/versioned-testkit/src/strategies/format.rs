//! Formats of texts and of integers.
//!
//! Layer: testkit. Invariant: a text that is `surely` of a format is so to every validator, and one that is not `possibly` of
//! it to none; in between, formats of the world are too wide to be told here.

use std::fmt::Write as _;

use super::{node::Kinds, number::Amount, random::Random};

/// The numbers that a format of integers, or `float`, holds.
pub(super) fn bounds(format: &str) -> Option<(Amount, Amount)> {
    let whole = |low: i128, high: i128| Some((Amount::Whole(low), Amount::Whole(high)));
    match format.strip_prefix("format: ")? {
        "int8" => whole(i8::MIN.into(), i8::MAX.into()),
        "int16" => whole(i16::MIN.into(), i16::MAX.into()),
        "int32" => whole(i32::MIN.into(), i32::MAX.into()),
        // JSON numbers of more bits would become fractions on their way.
        "int64" | "int" | "int128" => whole(i64::MIN.into(), i64::MAX.into()),
        "uint8" => whole(0, u8::MAX.into()),
        "uint16" => whole(0, u16::MAX.into()),
        "uint32" => whole(0, u32::MAX.into()),
        "uint64" | "uint" | "uint128" => whole(0, u64::MAX.into()),
        "float" => Some((Amount::real(f32::MIN.into()), Amount::real(f32::MAX.into()))),
        _ => None,
    }
}

/// The kinds of values that a format speaks of.
pub(super) fn kinds(format: &str) -> Kinds {
    match format.strip_prefix("format: ") {
        Some("double") => Kinds::NUMBER,
        _ if bounds(format).is_some() => Kinds::NUMBER,
        _ => Kinds::STRING,
    }
}

/// A text of a format; `None` for formats of numbers.
pub(super) fn text(format: &str, random: &mut Random) -> Option<String> {
    Some(match format.strip_prefix("format: ")? {
        "date" => date(random),
        "time" => time(random),
        "date-time" => format!("{}T{}", date(random), time(random)),
        "uuid" => uuid(random),
        "uri" => uri(random),
        "email" => format!("{}@{}.{}", label(random), label(random), label(random)),
        // An address of either kind, as `schemars` writes it for `IpAddr`.
        "ip" if random.once_in(2) => text("format: ipv6", random)?,
        "ip" | "ipv4" => {
            let mut octet = || random.below(256);
            format!("{}.{}.{}.{}", octet(), octet(), octet(), octet())
        }
        "ipv6" if random.is_least() => "::".to_owned(),
        "ipv6" => {
            let groups: Vec<String> =
                (0..8).map(|_| format!("{:x}", random.below(0x1_0000))).collect();
            groups.join(":")
        }
        _ => return None,
    })
}

/// Whether every validator takes the text as of this format.
pub(super) fn surely(format: &str, text: &str) -> bool {
    match format.strip_prefix("format: ") {
        Some("date") => is_date(text),
        Some("time") => is_time(text),
        Some("date-time") => {
            text.split_once('T').is_some_and(|(date, time)| is_date(date) && is_time(time))
        }
        Some("uuid") => is_uuid(text),
        Some("uri") => text.split_once("://").is_some_and(|(scheme, rest)| {
            let is_path = |rest: &str| rest.chars().all(|c| is_plain(c) || c == '/' || c == '.');
            is_label(scheme) && rest.starts_with(is_plain) && is_path(rest)
        }),
        Some("email") => text.split_once('@').is_some_and(|(local, domain)| {
            is_label(local) && domain.contains('.') && domain.split('.').all(is_label)
        }),
        Some("ip") => text.parse::<std::net::IpAddr>().is_ok(),
        Some("ipv4") => text.parse::<std::net::Ipv4Addr>().is_ok(),
        Some("ipv6") => text.parse::<std::net::Ipv6Addr>().is_ok(),
        _ => true,
    }
}

/// Whether some validator may take the text as of this format.
pub(super) fn possibly(format: &str, text: &str) -> bool {
    match format.strip_prefix("format: ") {
        Some("date") => text.chars().count() == 10,
        Some("date-time") => text.chars().count() > 15,
        Some("time" | "uri" | "ipv6") => text.contains(':'),
        Some("uuid") => text.len() >= 32,
        Some("email") => text.contains('@'),
        Some("ipv4") => text.contains('.'),
        _ => true,
    }
}

fn date(random: &mut Random) -> String {
    let year = if random.once_in(8) { random.below(10_000) } else { 1970 + random.below(130) };
    let month = 1 + random.below(12);
    let day = 1 + random.below(days(year, month));
    format!("{year:04}-{month:02}-{day:02}")
}

fn time(random: &mut Random) -> String {
    let (hour, minute, second) = (random.below(24), random.below(60), random.below(60));
    let mut text = format!("{hour:02}:{minute:02}:{second:02}");
    if random.once_in(3) {
        let digits = 1 + random.below(9);
        text.push('.');
        for _ in 0..digits {
            // Writing to a text cannot fail.
            let _ = write!(text, "{}", random.below(10));
        }
    }
    if random.once_in(3) {
        let sign = if random.once_in(2) { '-' } else { '+' };
        let _ = write!(text, "{sign}{:02}:{:02}", random.below(24), random.below(60));
    } else {
        text.push('Z');
    }
    text
}

fn uuid(random: &mut Random) -> String {
    let mut text = String::with_capacity(36);
    for length in [8, 4, 4, 4, 12] {
        if !text.is_empty() {
            text.push('-');
        }
        for _ in 0..length {
            let _ = write!(text, "{:x}", random.below(16));
        }
    }
    text
}

fn uri(random: &mut Random) -> String {
    let scheme = random.pick(&["https", "http", "ftp"]).copied().unwrap_or("https");
    let mut text = format!("{scheme}://{}.example", label(random));
    for _ in 0..random.below(3) {
        text.push('/');
        text.push_str(&label(random));
    }
    text
}

fn label(random: &mut Random) -> String {
    let length = 1 + random.below(8);
    (0..length).filter_map(|_| random.pick(&['a', 'b', 'k', 'x', 'z'])).collect()
}

fn is_plain(character: char) -> bool {
    character.is_ascii_lowercase()
}

fn is_label(text: &str) -> bool {
    (1..=63).contains(&text.len()) && text.chars().all(is_plain)
}

fn days(year: usize, month: usize) -> usize {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// A number that fills the text with digits.
fn digits(text: Option<&str>) -> Option<usize> {
    text.filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?.parse().ok()
}

fn is_date(text: &str) -> bool {
    let has_form = text.len() == 10 && text.get(4..5) == Some("-") && text.get(7..8) == Some("-");
    let parts = (digits(text.get(..4)), digits(text.get(5..7)), digits(text.get(8..)));
    match parts {
        (Some(year), Some(month), Some(day)) if has_form => {
            (1..=12).contains(&month) && (1..=days(year, month)).contains(&day)
        }
        _ => false,
    }
}

fn is_clock(text: &str) -> bool {
    let has_form = text.len() == 5 && text.get(2..3) == Some(":");
    let parts = (digits(text.get(..2)), digits(text.get(3..)));
    has_form && matches!(parts, (Some(0..=23), Some(0..=59)))
}

fn is_time(text: &str) -> bool {
    let (Some(clock), Some(seconds)) = (text.get(..5), text.get(5..8)) else { return false };
    let second = seconds.strip_prefix(':');
    let after = text.get(8..).unwrap_or_default();
    let (fraction, offset) = match after.find(['Z', '+', '-']) {
        Some(start) => after.split_at(start),
        None => return false,
    };
    let is_fraction = fraction.is_empty()
        || fraction.strip_prefix('.').is_some_and(|fraction| {
            (1..=9).contains(&fraction.len()) && digits(Some(fraction)).is_some()
        });
    let is_offset = offset == "Z" || offset.strip_prefix(['+', '-']).is_some_and(is_clock);
    is_clock(clock)
        && second.is_some_and(|second| second.len() == 2)
        && matches!(digits(second), Some(0..=59))
        && is_fraction
        && is_offset
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let is_hex = |group: &&str| group.bytes().all(|byte| byte.is_ascii_hexdigit());
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12]) && groups.iter().all(is_hex)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_texts_are_of_their_format() {
        for name in ["date", "time", "date-time", "uuid", "uri", "email", "ip", "ipv4", "ipv6"] {
            let format = format!("format: {name}");
            let least = text(&format, &mut Random::least()).unwrap();
            assert!(surely(&format, &least), "{name}: {least}");
            for seed in 0..300 {
                let text = text(&format, &mut Random::seeded(seed)).unwrap();
                assert!(surely(&format, &text) && possibly(&format, &text), "{name}: {text}");
            }
        }
    }

    #[test]
    fn texts_at_the_border_of_a_format_are_refused() {
        let check = |format: &str, text: &str| {
            assert!(!surely(&format!("format: {format}"), text), "{format}: {text}");
        };
        check("date", "2023-02-29");
        check("date", "2023-2-28");
        check("time", "24:00:00Z");
        check("time", "12:00:00");
        check("time", "12:00:00Z01:00");
        check("date-time", "2023-02-28 12:00:00Z");
        check("uuid", "00000000-0000-0000-0000-00000000000g");
        check("email", "a@b");
        check("uri", "//a");
    }
}
