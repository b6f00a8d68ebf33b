//! A profile of 881 bytes, twenty texts, and five steps that add one each: in ours, and in the crates that we compare with.

pub(crate) mod columns;
pub(crate) mod documents;
pub(crate) mod native;
pub(crate) mod serde_evolve;
pub(crate) mod version_migrate;
pub(crate) mod versions;

use serde_json::Value;
use versioned_core::LazyValue;

use self::versions::{V1, V6};

/// The text that every step adds.
pub(crate) const ADDED: &str = "added";

/// Keys that the steps add, by the version that they start from.
pub(crate) const ADDED_KEYS: [&str; 5] = ["added_1", "added_2", "added_3", "added_4", "added_5"];

/// The stored profile without any version: 881 bytes.
pub(crate) fn stored() -> String {
    let members = (1..=20).map(|number| {
        let text = format!("text {number:02} with {} in it", "words ".repeat(3).trim_end());
        format!(r#""field_{number:02}":"{}""#, &text[..30.min(text.len())])
    });
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

/// The same with a member in front.
pub(crate) fn stored_with(member: &str) -> String {
    format!("{{{member},{}", &stored()[1..])
}

/// The latest profile, by the plainest way there is: serde and five functions.
///
/// # Panics
///
/// When the profile is refused.
pub(crate) fn plain(stored: &str) -> V6 {
    use versions::{V2, V3, V4, V5};
    match serde_json::from_str::<V1>(stored) {
        Ok(profile) => V6::from(V5::from(V4::from(V3::from(V2::from(profile))))),
        Err(error) => panic!("the profile was refused: {error}"),
    }
}

/// The step on serde_json's tree that starts from a version.
pub(crate) fn value_step(from: usize, mut profile: Value) -> Value {
    if let Value::Object(members) = &mut profile {
        members.insert(ADDED_KEYS[from - 1].to_owned(), Value::from(ADDED));
    }
    profile
}

/// The step on the lazily opened tree that starts from a version.
pub(crate) fn lazy_step(from: usize, mut profile: LazyValue<'_>) -> LazyValue<'_> {
    profile.insert(ADDED_KEYS[from - 1], ADDED);
    profile
}

/// What every side gives, to be compared.
pub(crate) fn texts<T: serde::Serialize>(profile: &T) -> Value {
    let mut value = serde_json::to_value(profile).unwrap_or_default();
    if let Value::Object(members) = &mut value {
        members.remove("version");
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_profile_has_881_bytes() {
        assert_eq!(stored().len(), 881);
    }

    #[test]
    fn every_side_gives_the_same_profile() {
        let expect = texts(&plain(&stored()));
        for (name, found) in [
            ("typed", texts(&documents::read_typed(&documents::stored()))),
            ("values", texts(&documents::read_values(&documents::stored()))),
            ("lazy", texts(&documents::read_lazy(&documents::stored()))),
            ("typed columns", texts(&columns::read_typed(&stored()))),
            ("values columns", texts(&columns::read_values(&stored()))),
            ("lazy columns", texts(&columns::read_lazy(&stored()))),
            ("serde_evolve", texts(&serde_evolve::read(&serde_evolve::stored()))),
            ("native_model", texts(&native::read(&native::stored()))),
            (
                "version_migrate",
                texts(&version_migrate::Peer::new().read(&version_migrate::stored())),
            ),
        ] {
            assert_eq!(found, expect, "{name}");
        }
    }
}
