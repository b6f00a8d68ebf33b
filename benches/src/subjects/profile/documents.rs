//! Ours, the profile as one document with a version of its own.

use serde_json::Value;
use versioned_core::{BaseVersionedDomainObject, LazyValue};

use super::{
    lazy_step, value_step,
    versions::{V1, V2, V3, V4, V5, grow, profiles},
};

profiles! {
    #[derive(BaseVersionedDomainObject)]
    #[versioned(document, entity = "typed_profile", version_field = "version", min = 1, max = 6)]
    Typed { version: u32 } [added_1 added_2 added_3 added_4 added_5];
    #[derive(BaseVersionedDomainObject)]
    #[versioned(document, entity = "value_profile", version_field = "version", min = 1, max = 6)]
    Values { version: u32 } [added_1 added_2 added_3 added_4 added_5];
    #[derive(BaseVersionedDomainObject)]
    #[versioned(document, entity = "lazy_profile", version_field = "version", min = 1, max = 6)]
    Lazy { version: u32 } [added_1 added_2 added_3 added_4 added_5];
}

grow!(V5 => Typed { version: 6 } [added_1 added_2 added_3 added_4] added_5);

impl Typed {
    fn _convert_document_v1_to_v2(profile: V1) -> V2 {
        profile.into()
    }

    fn _convert_document_v2_to_v3(profile: V2) -> V3 {
        profile.into()
    }

    fn _convert_document_v3_to_v4(profile: V3) -> V4 {
        profile.into()
    }

    fn _convert_document_v4_to_v5(profile: V4) -> V5 {
        profile.into()
    }

    fn _convert_document_v5_to_v6(profile: V5) -> Self {
        profile.into()
    }
}

/// Steps on a tree, by the version that they start from.
macro_rules! steps {
    ($object:ident, $tree:ty, $step:ident: $($from:literal $name:ident)*) => {
        impl $object {$(
            fn $name(profile: $tree) -> $tree {
                $step($from, profile)
            }
        )*}
    };
}

steps! { Values, Value, value_step:
    1 _convert_document_v1_to_v2
    2 _convert_document_v2_to_v3
    3 _convert_document_v3_to_v4
    4 _convert_document_v4_to_v5
    5 _convert_document_v5_to_v6
}

steps! { Lazy, LazyValue<'_>, lazy_step:
    1 _convert_document_v1_to_v2
    2 _convert_document_v2_to_v3
    3 _convert_document_v3_to_v4
    4 _convert_document_v4_to_v5
    5 _convert_document_v5_to_v6
}

/// The profile as it is stored.
pub(crate) fn stored() -> String {
    super::stored_with(r#""version":1"#)
}

pub(crate) fn read_typed(stored: &str) -> Typed {
    read(stored)
}

pub(crate) fn read_values(stored: &str) -> Values {
    read(stored)
}

pub(crate) fn read_lazy(stored: &str) -> Lazy {
    read(stored)
}

pub(crate) fn rewrite_typed(stored: &str) -> String {
    rewrite::<Typed>(stored)
}

pub(crate) fn rewrite_values(stored: &str) -> String {
    rewrite::<Values>(stored)
}

pub(crate) fn rewrite_lazy(stored: &str) -> String {
    rewrite::<Lazy>(stored)
}

/// From stored text to the object.
fn read<T: BaseVersionedDomainObject>(stored: &str) -> T {
    match T::from_stored_document(stored) {
        Ok(profile) => profile,
        Err(error) => panic!("the profile was refused: {error}"),
    }
}

/// From stored text to the text that is stored next.
fn rewrite<T: BaseVersionedDomainObject>(stored: &str) -> String {
    match T::migrate_to_latest_schema_versions(stored) {
        Ok(migrated) => migrated.into_document().into_owned(),
        Err(error) => panic!("the profile was refused: {error}"),
    }
}
