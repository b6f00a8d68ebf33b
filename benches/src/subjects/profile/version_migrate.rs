//! The profile with version-migrate: a registry of paths, through a tree with every step.

use ::version_migrate::{IntoDomain, MigratesTo, Migrator};

use super::versions::{grow, profiles};

profiles! {
    #[derive(::version_migrate::Versioned)]
    #[versioned(version = "1.0.0")]
    V1 {} [];
    #[derive(::version_migrate::Versioned)]
    #[versioned(version = "2.0.0")]
    V2 {} [added_1];
    #[derive(::version_migrate::Versioned)]
    #[versioned(version = "3.0.0")]
    V3 {} [added_1 added_2];
    #[derive(::version_migrate::Versioned)]
    #[versioned(version = "4.0.0")]
    V4 {} [added_1 added_2 added_3];
    #[derive(::version_migrate::Versioned)]
    #[versioned(version = "5.0.0")]
    V5 {} [added_1 added_2 added_3 added_4];
    #[derive(::version_migrate::Versioned)]
    #[versioned(version = "6.0.0")]
    V6 {} [added_1 added_2 added_3 added_4 added_5];
    Profile {} [added_1 added_2 added_3 added_4 added_5];
}

grow!(V1 => V2 {} [] added_1);
grow!(V2 => V3 {} [added_1] added_2);
grow!(V3 => V4 {} [added_1 added_2] added_3);
grow!(V4 => V5 {} [added_1 added_2 added_3] added_4);
grow!(V5 => V6 {} [added_1 added_2 added_3 added_4] added_5);
grow!(V6 => Profile {} [added_1 added_2 added_3 added_4 added_5]);
grow!(Profile => V6 {} [added_1 added_2 added_3 added_4 added_5]);

macro_rules! migrates {
    ($($from:ident => $to:ident)*) => {$(
        impl MigratesTo<$to> for $from {
            fn migrate(self) -> $to {
                self.into()
            }
        }
    )*};
}

migrates!(V1 => V2 V2 => V3 V3 => V4 V4 => V5 V5 => V6);

impl IntoDomain<Profile> for V6 {
    fn into_domain(self) -> Profile {
        self.into()
    }
}

/// The registry, made once.
pub(crate) struct Peer(Migrator);

impl Peer {
    /// # Panics
    ///
    /// When the paths are refused.
    pub(crate) fn new() -> Self {
        match ::version_migrate::migrator!("profile" => [V1, V2, V3, V4, V5, V6, Profile]) {
            Ok(migrator) => Self(migrator),
            Err(error) => panic!("the paths were refused: {error}"),
        }
    }

    /// From stored text to the object.
    pub(crate) fn read(&self, stored: &str) -> Profile {
        match self.0.load("profile", stored) {
            Ok(profile) => profile,
            Err(error) => panic!("the profile was refused: {error}"),
        }
    }

    /// From stored text to the text that is stored next.
    pub(crate) fn rewrite(&self, stored: &str) -> String {
        match self.0.save(V6::from(self.read(stored))) {
            Ok(text) => text,
            Err(error) => panic!("the profile was refused: {error}"),
        }
    }
}

/// The profile as it is stored.
pub(crate) fn stored() -> String {
    format!(r#"{{"version":"1.0.0","data":{}}}"#, super::stored())
}
