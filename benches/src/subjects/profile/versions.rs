//! Six versions of a profile: twenty texts, and one more with every version.

/// Declares versions of the profile; each names its attributes and what was added to the first one.
macro_rules! profiles {
    ($($(#[$attribute:meta])* $name:ident { $($extra:ident: $type:ty),* } [$($added:ident)*];)*) => {$(
        $(#[$attribute])*
        #[derive(Debug, Clone, PartialEq, ::serde::Serialize, ::serde::Deserialize)]
        pub(crate) struct $name {
            $(pub(crate) $extra: $type,)*
            pub(crate) field_01: String, pub(crate) field_02: String,
            pub(crate) field_03: String, pub(crate) field_04: String,
            pub(crate) field_05: String, pub(crate) field_06: String,
            pub(crate) field_07: String, pub(crate) field_08: String,
            pub(crate) field_09: String, pub(crate) field_10: String,
            pub(crate) field_11: String, pub(crate) field_12: String,
            pub(crate) field_13: String, pub(crate) field_14: String,
            pub(crate) field_15: String, pub(crate) field_16: String,
            pub(crate) field_17: String, pub(crate) field_18: String,
            pub(crate) field_19: String, pub(crate) field_20: String,
            $(pub(crate) $added: String,)*
        }
    )*};
}

/// Declares the step from one version to another.
macro_rules! grow {
    ($from:ident => $to:ident { $($extra:ident: $value:expr),* } [$($kept:ident)*] $($new:ident)?) => {
        impl From<$from> for $to {
            fn from(old: $from) -> Self {
                Self {
                    $($extra: $value,)*
                    field_01: old.field_01, field_02: old.field_02,
                    field_03: old.field_03, field_04: old.field_04,
                    field_05: old.field_05, field_06: old.field_06,
                    field_07: old.field_07, field_08: old.field_08,
                    field_09: old.field_09, field_10: old.field_10,
                    field_11: old.field_11, field_12: old.field_12,
                    field_13: old.field_13, field_14: old.field_14,
                    field_15: old.field_15, field_16: old.field_16,
                    field_17: old.field_17, field_18: old.field_18,
                    field_19: old.field_19, field_20: old.field_20,
                    $($kept: old.$kept,)*
                    $($new: $crate::subjects::profile::ADDED.to_owned(),)?
                }
            }
        }
    };
}

pub(crate) use {grow, profiles};

profiles! {
    V1 {} [];
    V2 {} [added_1];
    V3 {} [added_1 added_2];
    V4 {} [added_1 added_2 added_3];
    V5 {} [added_1 added_2 added_3 added_4];
    V6 {} [added_1 added_2 added_3 added_4 added_5];
}

grow!(V1 => V2 {} [] added_1);
grow!(V2 => V3 {} [added_1] added_2);
grow!(V3 => V4 {} [added_1 added_2] added_3);
grow!(V4 => V5 {} [added_1 added_2 added_3] added_4);
grow!(V5 => V6 {} [added_1 added_2 added_3 added_4] added_5);
