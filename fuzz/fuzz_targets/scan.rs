//! A text is accepted, refused and read as serde_json does.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| versioned_fuzz::scan::check(data));
