//! The profile with serde-evolve: an enum tagged with the version, and a chain of `From`.

use super::versions::{V1, V2, V3, V4, V5, V6, grow, profiles};

profiles! {
    #[derive(::serde_evolve::Versioned)]
    #[versioned(mode = "infallible", chain(V1, V2, V3, V4, V5, V6))]
    Profile {} [added_1 added_2 added_3 added_4 added_5];
}

grow!(V6 => Profile {} [added_1 added_2 added_3 added_4 added_5]);
grow!(Profile => V6 {} [added_1 added_2 added_3 added_4 added_5]);

impl From<&Profile> for V6 {
    fn from(profile: &Profile) -> Self {
        profile.clone().into()
    }
}

/// The profile as it is stored.
pub(crate) fn stored() -> String {
    super::stored_with(r#""_version":"1""#)
}

/// From stored text to the object.
pub(crate) fn read(stored: &str) -> Profile {
    match serde_json::from_str::<ProfileVersions>(stored) {
        Ok(profile) => profile.into(),
        Err(error) => panic!("the profile was refused: {error}"),
    }
}

/// From stored text to the text that is stored next; written from the last version itself, which saves the copy that the
/// crate's own conversion from the object makes.
pub(crate) fn rewrite(stored: &str) -> String {
    let profile = ProfileVersions::V6(read(stored).into());
    match serde_json::to_string(&profile) {
        Ok(text) => text,
        Err(error) => panic!("the profile was refused: {error}"),
    }
}
