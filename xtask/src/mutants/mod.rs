//! `cargo xtask mutants`: seeded mistakes in the examples' chains, each of which has to be caught.
//!
//! A copy of the example's domain is built as a small package of its own, with one mistake at a time. What may catch it is, in this
//! order: the compiler, the lock of schemas, a law, a golden document; the example's own tests do not count. Exits 2 where a
//! mistake is not caught.

mod check;
mod list;
mod mutant;
mod tree;

use serde_json::{Value, json};

use self::{
    check::{Caught, Checks},
    mutant::Mutant,
    tree::Tree,
};
use crate::{failure::Failure, flags, stopwatch::Stopwatch, workspace::Workspace};

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    let flags = flags::mutants(arguments)?;
    let chosen = choose(&flags.only)?;
    let whole = Stopwatch::start();
    let tree = Tree::create(workspace)?;
    for mutant in list::all() {
        mutant.check(&|file| tree.text(file))?;
    }
    let checks = Checks::build(&tree)?;
    if let Some(caught) = checks.run(&tree)? {
        return Err(Failure::new(
            "the example fails without any mistake",
            format!("{}: {}", caught.by.as_str(), caught.detail),
            "repair it first: `cargo test --example learning_platform`",
        ));
    }
    let show = |line: &Value| {
        println!("{}", if flags.is_json { line.to_string() } else { sentence(line) });
    };
    show(&json!({"mutant": null, "kind": "no mistake", "seconds": seconds(whole)}));
    let mut lines = Vec::new();
    for mutant in chosen {
        let watch = Stopwatch::start();
        tree.apply(mutant)?;
        let caught = checks.run(&tree);
        tree.restore(mutant)?;
        let line = line(mutant, caught?.as_ref(), seconds(watch));
        show(&line);
        lines.push(line);
    }
    let total = total(&lines, seconds(whole));
    show(&total);
    findings(&total)
}

fn choose(only: &[String]) -> Result<Vec<&'static Mutant>, Failure> {
    if let Some(unknown) = only.iter().find(|name| list::all().all(|it| it.name != *name)) {
        return Err(Failure::new(
            format!("no mutant is named `{unknown}`"),
            "the name is not in the list",
            "see `xtask/src/mutants/list` for the names",
        ));
    }
    let is_chosen = |mutant: &&Mutant| only.is_empty() || only.iter().any(|it| it == mutant.name);
    Ok(list::all().filter(is_chosen).collect())
}

fn seconds(watch: Stopwatch) -> f64 {
    (watch.elapsed().as_secs_f64() * 10.0).round() / 10.0
}

fn line(mutant: &Mutant, caught: Option<&Caught>, seconds: f64) -> Value {
    json!({
        "mutant": mutant.name,
        "kind": mutant.kind,
        "file": mutant.file(),
        "caught_by": caught.map(|caught| caught.by.as_str()),
        "which": caught.map(|caught| caught.which.as_str()),
        "detail": caught.map(|caught| caught.detail.as_str()),
        "seconds": seconds,
    })
}

fn total(lines: &[Value], seconds: f64) -> Value {
    let by = |name: &str| lines.iter().filter(|line| line["caught_by"] == name).count();
    let missed = lines.iter().filter(|line| line["caught_by"].is_null());
    let missed: Vec<&Value> = missed.map(|line| &line["mutant"]).collect();
    json!({
        "total": lines.len(),
        "caught": lines.len() - missed.len(),
        "compiler": by("compiler"),
        "lock": by("lock"),
        "law": by("law"),
        "golden": by("golden"),
        "not_caught": missed,
        "seconds": seconds,
    })
}

fn findings(total: &Value) -> Result<(), Failure> {
    let missed = total["not_caught"].as_array().map_or(0, Vec::len);
    if missed == 0 {
        return Ok(());
    }
    Err(Failure::new(
        format!("{missed} mistakes are not caught"),
        total["not_caught"].to_string(),
        "sharpen a law, or add a document that shows the mistake",
    )
    .with_findings())
}

fn sentence(line: &Value) -> String {
    let text = |key: &str| line[key].as_str().unwrap_or("-").to_owned();
    if let Some(total) = line["total"].as_u64() {
        let missed = line["not_caught"].as_array().into_iter().flatten();
        let missed: Vec<&str> = missed.filter_map(Value::as_str).collect();
        let missed = if missed.is_empty() { "none".to_owned() } else { missed.join(", ") };
        return format!(
            "{total} mistakes, {} caught: {} by the compiler, {} by the lock, {} by laws, {} by golden \
             documents; not caught: {missed}; {:.0} s",
            line["caught"],
            line["compiler"],
            line["lock"],
            line["law"],
            line["golden"],
            line["seconds"].as_f64().unwrap_or_default(),
        );
    }
    let seconds = line["seconds"].as_f64().unwrap_or_default();
    let caught = match line["caught_by"].as_str() {
        Some(by) => format!("{by} {}: {}", text("which"), text("detail")),
        None if line["mutant"].is_null() => "passes".to_owned(),
        None => "NOT CAUGHT".to_owned(),
    };
    format!("{:<34} {:<52} {seconds:>5.1} s  {caught}", text("mutant"), text("kind"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_that_is_not_caught_is_a_finding() {
        let caught = json!({"mutant": "a", "caught_by": "law", "which": "x", "detail": "y"});
        let missed = json!({"mutant": "b", "caught_by": null});
        let none_missed = total(std::slice::from_ref(&caught), 3.0);
        assert_eq!(findings(&none_missed), Ok(()));
        assert_eq!(none_missed["law"], 1);
        let total = total(&[caught, missed], 3.0);
        assert_eq!(findings(&total).unwrap_err().exit_code(), 2);
        assert!(sentence(&total).contains("not caught: b; 3 s"), "{}", sentence(&total));
    }

    #[test]
    fn names_are_told_apart_and_unknown_ones_refused() {
        let mut names: Vec<&str> = list::all().map(|mutant| mutant.name).collect();
        names.sort_unstable();
        let mut kinds: Vec<&str> = list::all().map(|mutant| mutant.kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        assert!(names.is_sorted_by(|one, next| one < next), "{names:?}");
        assert!(kinds.len() >= 40, "{} kinds", kinds.len());
        assert_eq!(choose(&[names[0].to_owned()]).unwrap().len(), 1);
        assert!(choose(&["nothing".to_owned()]).is_err());
    }

    /// A list that no longer fits the example would prove nothing.
    #[test]
    fn every_mistake_applies_to_the_example_of_today() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        for mutant in list::all() {
            let read = |file: &str| {
                std::fs::read_to_string(root.join(file))
                    .map_err(|error| Failure::unreadable(&root.join(file), &error))
            };
            assert_eq!(mutant.check(&read), Ok(()), "{}", mutant.name);
        }
    }
}
