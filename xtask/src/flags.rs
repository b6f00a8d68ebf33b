//! The arguments of every verb.
//!
//! Invariant: what is not understood is refused, never ignored.

use crate::failure::Failure;

/// Arguments of `test`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct TestFlags {
    /// Parts to run; empty for all.
    pub(crate) names: Vec<String>,
    /// Parts to leave out.
    pub(crate) without: Vec<String>,
}

/// Arguments of `ci`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CiFlags<'a> {
    /// The job.
    pub(crate) job: &'a str,
    /// Arguments for the job's tool.
    pub(crate) tool_arguments: &'a [String],
}

/// Arguments of `faults`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct FaultsFlags<'a> {
    /// The only kind of store to take; both if there is none.
    pub(crate) database: Option<&'a str>,
    /// Whether lines are shown as JSON.
    pub(crate) is_json: bool,
}

/// Arguments of `laws`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct LawsFlags {
    /// Documents for each schema by hand and of a type, and the number of schemas at random.
    pub(crate) documents: u32,
    /// Whether lines are shown as JSON.
    pub(crate) is_json: bool,
}

/// Arguments of `mutants`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct MutantsFlags {
    /// The only mistakes to make; all if there are none.
    pub(crate) only: Vec<String>,
    /// Whether lines are shown as JSON.
    pub(crate) is_json: bool,
}

/// Arguments of `torture`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TortureFlags {
    /// How long, over all subjects.
    pub(crate) seconds: u32,
    /// The seed of every random choice.
    pub(crate) seed: u64,
    /// Whether lines are shown as JSON.
    pub(crate) is_json: bool,
}

/// Whether help is asked for, before any `--`.
pub(crate) fn asks_for_help(arguments: &[String]) -> bool {
    arguments
        .iter()
        .take_while(|argument| *argument != "--")
        .any(|argument| matches!(argument.as_str(), "--help" | "-h"))
}

pub(crate) fn test(arguments: &[String]) -> Result<TestFlags, Failure> {
    let mut flags = TestFlags::default();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        if argument == "--without" {
            let Some(names) = rest.next() else {
                return Err(Failure::new(
                    "`--without` stands last",
                    "it takes the names of the parts to leave out",
                    "write for example `--without examples,corpus`",
                ));
            };
            flags.without.extend(split_names(names));
        } else if let Some(names) = argument.strip_prefix("--without=") {
            flags.without.extend(split_names(names));
        } else if argument.starts_with('-') {
            return Err(unknown("test", argument, "`--without`"));
        } else {
            flags.names.push(argument.clone());
        }
    }
    Ok(flags)
}

pub(crate) fn ci(arguments: &[String]) -> Result<CiFlags<'_>, Failure> {
    let Some((job, rest)) = arguments.split_first() else {
        return Err(Failure::new(
            "`cargo xtask ci` was called without a job",
            "it runs one job at a time",
            "see `cargo xtask help` for the jobs",
        ));
    };
    match rest.split_first() {
        None => Ok(CiFlags { job, tool_arguments: &[] }),
        Some((separator, tool_arguments)) if separator == "--" => {
            Ok(CiFlags { job, tool_arguments })
        }
        Some((other, _)) => Err(unknown("ci", other, "`--`, before arguments for the tool")),
    }
}

pub(crate) fn faults(arguments: &[String]) -> Result<FaultsFlags<'_>, Failure> {
    let mut flags = FaultsFlags::default();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--json" => flags.is_json = true,
            "--database" => match rest.next().map(String::as_str) {
                Some(name @ ("sqlite" | "memory")) => flags.database = Some(name),
                other => return Err(value("--database", other, "`sqlite` or `memory`")),
            },
            _ => return Err(unknown("faults", argument, "`--database NAME`, `--json`")),
        }
    }
    Ok(flags)
}

pub(crate) fn mutants(arguments: &[String]) -> Result<MutantsFlags, Failure> {
    let mut flags = MutantsFlags::default();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--json" => flags.is_json = true,
            "--only" => match rest.next() {
                Some(names) => flags.only.extend(split_names(names)),
                None => return Err(value("--only", None, "names of mistakes")),
            },
            _ => return Err(unknown("mutants", argument, "`--only NAME[,NAME..]`, `--json`")),
        }
    }
    Ok(flags)
}

pub(crate) fn laws(arguments: &[String]) -> Result<LawsFlags, Failure> {
    let mut flags = LawsFlags { documents: 1000, is_json: false };
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--json" => flags.is_json = true,
            "--documents" => flags.documents = number(argument, rest.next())?,
            _ => return Err(unknown("laws", argument, "`--documents N`, `--json`")),
        }
    }
    Ok(flags)
}

pub(crate) fn torture(arguments: &[String]) -> Result<TortureFlags, Failure> {
    let mut flags = TortureFlags { seconds: 60, seed: 1, is_json: false };
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--json" => flags.is_json = true,
            "--seconds" => flags.seconds = number(argument, rest.next())?,
            "--seed" => flags.seed = number(argument, rest.next())?,
            _ => {
                return Err(unknown("torture", argument, "`--seconds N`, `--seed N`, `--json`"));
            }
        }
    }
    Ok(flags)
}

fn number<T: std::str::FromStr>(flag: &str, given: Option<&String>) -> Result<T, Failure> {
    let parsed = given.and_then(|given| given.parse().ok());
    parsed.ok_or_else(|| value(flag, given.map(String::as_str), "a whole number"))
}

fn value(flag: &str, given: Option<&str>, expected: &str) -> Failure {
    let found = given.map_or_else(|| "nothing".to_owned(), |given| format!("`{given}`"));
    Failure::new(
        format!("`{flag}` is followed by {found}"),
        format!("it takes {expected}"),
        "see `cargo xtask help`",
    )
}

/// For verbs that take no arguments.
pub(crate) fn none(verb: &str, arguments: &[String]) -> Result<(), Failure> {
    match arguments.first() {
        None => Ok(()),
        Some(argument) => Err(unknown(verb, argument, "none")),
    }
}

fn split_names(names: &str) -> impl Iterator<Item = String> {
    names.split(',').filter(|name| !name.is_empty()).map(str::to_owned)
}

fn unknown(verb: &str, argument: &str, known: &str) -> Failure {
    Failure::new(
        format!("`cargo xtask {verb}` does not know the argument `{argument}`"),
        format!("known arguments: {known}"),
        "see `cargo xtask help`",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    fn check_test(input: &str, names: &str, without: &str) {
        let expect = TestFlags { names: words(names), without: words(without) };
        assert_eq!(test(&words(input)), Ok(expect), "{input}");
    }

    #[test]
    fn parts_are_named_and_left_out_in_every_accepted_form() {
        check_test("", "", "");
        check_test("unit doc", "unit doc", "");
        check_test("--without ui,doc unit", "unit", "ui doc");
        check_test("--without=ui --without doc", "", "ui doc");
    }

    #[test]
    fn unknown_arguments_are_refused() {
        assert!(test(&words("--wihtout ui")).is_err());
        assert!(test(&words("unit --without")).is_err());
        assert!(ci(&words("deny bans")).is_err());
        assert!(ci(&[]).is_err());
        assert!(none("tidy", &words("fast")).is_err());
    }

    #[test]
    fn faults_and_torture_take_their_values() {
        let flags = FaultsFlags { database: Some("memory"), is_json: true };
        assert_eq!(faults(&words("--json --database memory")), Ok(flags));
        assert!(faults(&words("--database oracle")).is_err());
        assert!(faults(&words("--database")).is_err());
        let flags = TortureFlags { seconds: 5, seed: 9, is_json: false };
        assert_eq!(torture(&words("--seed 9 --seconds 5")), Ok(flags));
        assert!(torture(&words("--seconds -5")).is_err());
        assert!(torture(&words("--minutes 5")).is_err());
    }

    #[test]
    fn laws_take_a_number_of_documents() {
        let flags = LawsFlags { documents: 50, is_json: true };
        assert_eq!(laws(&words("--documents 50 --json")), Ok(flags));
        assert!(laws(&words("--documents many")).is_err());
        assert!(laws(&words("--seconds 5")).is_err());
    }

    #[test]
    fn mutants_take_names() {
        let only = vec!["a".to_owned(), "b".to_owned(), "c".to_owned()];
        let flags = MutantsFlags { only, is_json: true };
        assert_eq!(mutants(&words("--only a,b --json --only c")), Ok(flags));
        assert!(mutants(&words("--only")).is_err());
        assert!(mutants(&words("--without a")).is_err());
    }

    #[test]
    fn what_follows_the_dashes_goes_to_the_tool() {
        let arguments = words("deny -- bans sources");
        let expect = CiFlags { job: "deny", tool_arguments: &words("bans sources") };
        assert_eq!(ci(&arguments), Ok(expect));
        assert!(!asks_for_help(&words("deny -- --help")));
        assert!(asks_for_help(&words("deny --help")));
    }
}
