//! SQLite files.

use std::path::PathBuf;

use super::{
    SHORT, asked_for, count::Tally, database::Kind, program::Role, round, subject::Subject,
};

/// The binary of the example, which is killed too where it is named.
const NOTEBOOKS: &str = "VERSIONED_TORTURE_NOTEBOOKS";

/// Without it, a crash at the wrong moment could lose what users wrote, bring back what they deleted, or convert a row
/// twice, and nobody would know.
#[test]
fn kills_and_writers_lose_nothing_and_bring_nothing_back() {
    if let Some(role) = Role::of_this_process() {
        role.play();
    }
    let mut subjects = vec![Subject::Columns, Subject::Documents];
    subjects.extend(std::env::var_os(NOTEBOOKS).map(PathBuf::from).map(Subject::Notebooks));
    let (seed, limit) = asked_for(subjects.len(), SHORT);
    for subject in subjects {
        let tally = round::torture(&subject, seed, limit, None);
        println!("\n{}", tally.to_json(Kind::Sqlite, &subject, seed));
        assert_eq!(tally.wrong(), Tally::NOTHING_WRONG, "{}, seed {seed}", subject.name());
        assert!(tally.kills > 0 && tally.operations.edits > 0, "the programs did not meet");
    }
}
