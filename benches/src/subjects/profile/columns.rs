//! Ours, the profile in a column beside its version; and many of them in one column.

use serde::Deserialize;
use serde_json::Value;
use versioned_core::{
    BaseVersionedDomainObject, LazyValue, SchemaVersion,
    document::{Member, MemberValue},
};

use super::{
    lazy_step, value_step,
    versions::{V1, V2, V3, V4, V5, V6},
};
use crate::subjects::corpus::json_of;

/// Declares an entity with one column, whose steps go from type to type through a function.
macro_rules! row {
    ($name:ident, $entity:literal, $latest:ty;
        $($step:ident($from:ty) -> $to:ty = $function:expr;)*) => {
        #[derive(Debug, Deserialize, BaseVersionedDomainObject)]
        #[versioned(entity = $entity)]
        #[expect(dead_code, reason = "not every object is made, and its version is not looked at")]
        struct $name {
            #[versioned(version_field = "profile_version", min = 1, max = 6)]
            profile: $latest,
            profile_version: SchemaVersion,
        }

        impl $name {$(
            fn $step(profile: $from) -> $to {
                $function(profile)
            }
        )*}
    };
}

row! { TypedRow, "typed_row", V6;
    _convert_profile_v1_to_v2(V1) -> V2 = V2::from;
    _convert_profile_v2_to_v3(V2) -> V3 = V3::from;
    _convert_profile_v3_to_v4(V3) -> V4 = V4::from;
    _convert_profile_v4_to_v5(V4) -> V5 = V5::from;
    _convert_profile_v5_to_v6(V5) -> V6 = V6::from;
}

row! { ListRow, "list_row", Vec<V6>;
    _convert_profile_v1_to_v2(Vec<V1>) -> Vec<V2> = each;
    _convert_profile_v2_to_v3(Vec<V2>) -> Vec<V3> = each;
    _convert_profile_v3_to_v4(Vec<V3>) -> Vec<V4> = each;
    _convert_profile_v4_to_v5(Vec<V4>) -> Vec<V5> = each;
    _convert_profile_v5_to_v6(Vec<V5>) -> Vec<V6> = each;
}

row! { ValueRow, "value_row", V6;
    _convert_profile_v1_to_v2(Value) -> Value = |profile| value_step(1, profile);
    _convert_profile_v2_to_v3(Value) -> Value = |profile| value_step(2, profile);
    _convert_profile_v3_to_v4(Value) -> Value = |profile| value_step(3, profile);
    _convert_profile_v4_to_v5(Value) -> Value = |profile| value_step(4, profile);
    _convert_profile_v5_to_v6(Value) -> Value = |profile| value_step(5, profile);
}

row! { LazyRow, "lazy_row", V6;
    _convert_profile_v1_to_v2(LazyValue<'_>) -> LazyValue<'_> = |profile| lazy_step(1, profile);
    _convert_profile_v2_to_v3(LazyValue<'_>) -> LazyValue<'_> = |profile| lazy_step(2, profile);
    _convert_profile_v3_to_v4(LazyValue<'_>) -> LazyValue<'_> = |profile| lazy_step(3, profile);
    _convert_profile_v4_to_v5(LazyValue<'_>) -> LazyValue<'_> = |profile| lazy_step(4, profile);
    _convert_profile_v5_to_v6(LazyValue<'_>) -> LazyValue<'_> = |profile| lazy_step(5, profile);
}

fn each<A: Into<B>, B>(profiles: Vec<A>) -> Vec<B> {
    profiles.into_iter().map(Into::into).collect()
}

pub(crate) fn read_typed(stored: &str) -> V6 {
    read::<TypedRow>(stored).profile
}

pub(crate) fn read_values(stored: &str) -> V6 {
    read::<ValueRow>(stored).profile
}

pub(crate) fn read_lazy(stored: &str) -> V6 {
    read::<LazyRow>(stored).profile
}

pub(crate) fn rewrite_typed(stored: &str) -> String {
    rewrite::<TypedRow>(stored)
}

pub(crate) fn rewrite_values(stored: &str) -> String {
    rewrite::<ValueRow>(stored)
}

pub(crate) fn rewrite_lazy(stored: &str) -> String {
    rewrite::<LazyRow>(stored)
}

/// Many profiles in one column, from text to text.
pub(crate) fn rewrite_list(stored: &str) -> String {
    rewrite::<ListRow>(stored)
}

/// The same by hand: the same structs and the same steps in a straight line.
///
/// # Panics
///
/// When the profiles are refused.
pub(crate) fn list_by_hand(stored: &str) -> String {
    let convert = || {
        let profiles: Vec<V1> = serde_json::from_str(stored)?;
        let profiles: Vec<V2> = each(profiles);
        let profiles: Vec<V3> = each(profiles);
        let profiles: Vec<V4> = each(profiles);
        let profiles: Vec<V5> = each(profiles);
        let profiles: Vec<V6> = each(profiles);
        serde_json::to_string(&profiles)
    };
    match convert() {
        Ok(profiles) => profiles,
        Err(error) => panic!("the profiles were refused: {error}"),
    }
}

/// From the column to the column that is stored next.
fn rewrite<T: BaseVersionedDomainObject>(stored: &str) -> String {
    match T::migrate_members_to_latest_schema_versions(&members(stored)) {
        Ok(migrated) => json_of(migrated.writes.into_iter().map(|write| write.value)),
        Err(error) => panic!("the profile was refused: {error}"),
    }
}

/// From the columns to the object.
fn read<T: BaseVersionedDomainObject>(stored: &str) -> T {
    match T::from_stored_members(&members(stored)) {
        Ok(row) => row,
        Err(error) => panic!("the profile was refused: {error}"),
    }
}

fn members(stored: &str) -> [Member<'_>; 2] {
    [
        Member { key: "profile", value: MemberValue::Json(stored) },
        Member { key: "profile_version", value: MemberValue::Integer(1) },
    ]
}
