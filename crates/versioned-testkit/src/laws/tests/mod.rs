//! Each law on a wrong chain that it catches, with the whole text, and on right ones that it must not blame.

mod damage;
mod process;
mod right;
mod values;
mod whole;
mod wrong;

use super::{Law, Laws};

/// The text of the only counterexample.
fn told(laws: &Laws, law: Law) -> String {
    let found = laws.check(law);
    let [one] = found.as_slice() else { panic!("{} ways: {found:#?}", found.len()) };
    one.to_string()
}

fn check_told(laws: &Laws, law: Law, expect: &[&str]) {
    let told = told(laws, law);
    let lines: Vec<&str> = told.lines().map(str::trim_start).collect();
    assert_eq!(lines, expect, "{told}");
}
