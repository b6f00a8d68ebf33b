//! An edited lazy value is worth what the same edits make of a `Value`.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| versioned_fuzz::edits::check(data));
