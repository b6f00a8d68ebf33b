//! The profile with native_model: eight bytes of header before the same JSON, and `From` both ways.

use native_model::native_model;
use serde::{Serialize, de::DeserializeOwned};

use super::versions::profiles;

/// JSON as the body.
pub(crate) struct Json;

impl<T: Serialize> native_model::Encode<T> for Json {
    type Error = serde_json::Error;

    fn encode(profile: &T) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(profile)
    }
}

impl<T: DeserializeOwned> native_model::Decode<T> for Json {
    type Error = serde_json::Error;

    fn decode(data: Vec<u8>) -> Result<T, serde_json::Error> {
        serde_json::from_slice(&data)
    }
}

profiles! {
    #[native_model(id = 1, version = 1, with = Json)]
    V1 {} [];
    #[native_model(id = 1, version = 2, with = Json, from = V1)]
    V2 {} [added_1];
    #[native_model(id = 1, version = 3, with = Json, from = V2)]
    V3 {} [added_1 added_2];
    #[native_model(id = 1, version = 4, with = Json, from = V3)]
    V4 {} [added_1 added_2 added_3];
    #[native_model(id = 1, version = 5, with = Json, from = V4)]
    V5 {} [added_1 added_2 added_3 added_4];
    #[native_model(id = 1, version = 6, with = Json, from = V5)]
    V6 {} [added_1 added_2 added_3 added_4 added_5];
}

/// A step up, and the way back that the crate asks for.
macro_rules! both_ways {
    ($($old:ident => $new:ident [$($kept:ident)*] $added:ident;)*) => {$(
        super::versions::grow!($old => $new {} [$($kept)*] $added);
        super::versions::grow!($new => $old {} [$($kept)*]);
    )*};
}

both_ways! {
    V1 => V2 [] added_1;
    V2 => V3 [added_1] added_2;
    V3 => V4 [added_1 added_2] added_3;
    V4 => V5 [added_1 added_2 added_3] added_4;
    V5 => V6 [added_1 added_2 added_3 added_4] added_5;
}

/// The profile as it is stored.
///
/// # Panics
///
/// When the profile is refused.
pub(crate) fn stored() -> Vec<u8> {
    let profile: V1 = match serde_json::from_str(&super::stored()) {
        Ok(profile) => profile,
        Err(error) => panic!("the profile was refused: {error}"),
    };
    encode(&profile)
}

/// From stored bytes to the object; the crate takes the bytes as a vector of its own.
pub(crate) fn read(stored: &[u8]) -> V6 {
    match native_model::decode(stored.to_vec()) {
        Ok((profile, _)) => profile,
        Err(error) => panic!("the profile was refused: {error}"),
    }
}

/// From stored bytes to the bytes that are stored next.
pub(crate) fn rewrite(stored: &[u8]) -> Vec<u8> {
    encode(&read(stored))
}

fn encode<T: native_model::Model>(profile: &T) -> Vec<u8> {
    match native_model::encode(profile) {
        Ok(bytes) => bytes,
        Err(error) => panic!("the profile was refused: {error}"),
    }
}
