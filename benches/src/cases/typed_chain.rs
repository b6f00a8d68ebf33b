//! Typed steps from text to text, against the same structs and the same steps in a straight line.

use super::text_to_text::check_equal;
use crate::{
    measure::{Session, Side},
    subjects::profile::{self, columns},
};

const BENCH: &str = "typed_chain";

/// Profiles in the large case.
const PROFILES: usize = 45;

pub(crate) fn run(session: &Session) {
    let small = profile::stored();
    compare(session, "profile_881B_5_steps", &small, columns::rewrite_typed, |stored| {
        serde_json::to_string(&profile::plain(stored)).unwrap_or_default()
    });
    let large = format!("[{}]", vec![small; PROFILES].join(","));
    compare(session, "profiles_40KB_5_steps", &large, columns::rewrite_list, columns::list_by_hand);
}

fn compare(
    session: &Session,
    case: &str,
    stored: &str,
    this: impl Fn(&str) -> String,
    by_hand: impl Fn(&str) -> String,
) {
    check_equal(&this(stored), &by_hand(stored));
    let stored = || std::hint::black_box(stored);
    let mut sides: Vec<Side<'_>> = vec![
        Box::new(|| std::hint::black_box(this(stored())).len()),
        Box::new(|| std::hint::black_box(by_hand(stored())).len()),
    ];
    let rounds = session.in_turns(&mut sides);
    session.time((BENCH, case), 1, &rounds, (0, 1));
}
