//! A stored document is migrated once, in both layouts alike, or refused with a reason.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| versioned_fuzz::migrate::check(data));
