//! Every seed passes its check, with or without a fuzzer.

use std::{fs, path::Path};

fn check(target: &str, check: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(target);
    let mut count = 0;
    for entry in fs::read_dir(folder).expect("the folder of seeds") {
        let path = entry.expect("a seed").path();
        println!("{}", path.display());
        check(&fs::read(path).expect("a seed"));
        count += 1;
    }
    assert!(count > 0);
}

#[test]
fn every_seed_is_scanned_as_serde_json_does() {
    check("scan", versioned_fuzz::scan::check);
}

#[test]
fn every_seed_is_edited_as_a_value_is() {
    check("edits", versioned_fuzz::edits::check);
}

#[test]
fn every_seed_is_migrated_or_refused() {
    check("migrate", versioned_fuzz::migrate::check);
}
