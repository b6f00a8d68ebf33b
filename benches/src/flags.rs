//! The command line.

/// What `--help` prints.
pub(crate) const USAGE: &str = "\
usage: cargo xtask bench [BENCH..] [--json] [--seconds S] [--database NAMES]

  BENCH        only these benches; all without one
  --json       one line of JSON for each case instead of the table
  --seconds S  how long a case is measured at least, from 0.05 to 60 (0.8)
  --database NAMES  what `scale` runs on: sqlite, postgres, mariadb, with commas between them (sqlite)

environment
  VERSIONED_CORPUS  absolute path of the folder with real documents; generated ones without it
";

/// What `--database` takes.
const DATABASES: [&str; 3] = ["sqlite", "postgres", "mariadb"];

/// What the command line asks for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Flags {
    pub(crate) json: bool,
    pub(crate) help: bool,
    /// Least time for a case.
    pub(crate) seconds: f64,
    /// Names of benches; empty for all.
    pub(crate) names: Vec<String>,
    /// Names of databases; empty for what needs no server.
    pub(crate) databases: Vec<String>,
}

impl Default for Flags {
    fn default() -> Self {
        Self { json: false, help: false, seconds: 0.8, names: Vec::new(), databases: Vec::new() }
    }
}

impl Flags {
    pub(crate) fn parse(
        mut arguments: impl Iterator<Item = String>,
        known: &[&str],
    ) -> Result<Self, String> {
        let mut flags = Self::default();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--json" => flags.json = true,
                "--help" | "-h" => flags.help = true,
                "--seconds" => {
                    let number = arguments.next().unwrap_or_default();
                    let seconds = number.parse().ok().filter(|it| (0.05..=60.0).contains(it));
                    flags.seconds = seconds
                        .ok_or_else(|| format!("`--seconds {number}` is not from 0.05 to 60"))?;
                }
                "--database" => {
                    let names = arguments.next().unwrap_or_default();
                    let names: Vec<_> = names.split(',').map(str::to_owned).collect();
                    if let Some(name) =
                        names.iter().find(|name| !DATABASES.contains(&name.as_str()))
                    {
                        return Err(format!("no database is named `{name}`"));
                    }
                    flags.databases.extend(names);
                }
                unknown if unknown.starts_with('-') => {
                    return Err(format!("the argument `{unknown}` is unknown"));
                }
                name if known.contains(&name) => flags.names.push(name.to_owned()),
                name => return Err(format!("no bench is named `{name}`")),
            }
        }
        Ok(flags)
    }

    pub(crate) fn selects(&self, name: &str) -> bool {
        self.names.is_empty() || self.names.iter().any(|chosen| chosen == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &str) -> Result<Flags, String> {
        let words = arguments.split_whitespace().map(str::to_owned);
        Flags::parse(words, &["peers", "scaling"])
    }

    #[test]
    fn flags_are_read() {
        assert_eq!(parse(""), Ok(Flags::default()));
        let flags = parse("--json peers --seconds 3").unwrap();
        assert!(flags.json && flags.selects("peers") && !flags.selects("scaling"));
        assert_eq!(flags.seconds.total_cmp(&3.0), std::cmp::Ordering::Equal);
        let flags = parse("--database postgres,mariadb").unwrap();
        assert_eq!(flags.databases, ["postgres", "mariadb"]);
    }

    #[test]
    fn what_is_unknown_is_refused() {
        for arguments in
            ["--database oracle", "--database", "--seconds 0", "--seconds", "--jsno", "piers"]
        {
            assert!(parse(arguments).is_err(), "{arguments}");
        }
    }
}
