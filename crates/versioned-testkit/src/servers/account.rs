//! The account that a server runs as.
//!
//! Layer: testkit. Invariant: no server is started as root.

use std::{
    fs,
    os::unix::{
        fs::{MetadataExt as _, chown},
        process::CommandExt as _,
    },
    path::Path,
    process::Command,
};

use super::ServerError;

/// Where the numbers of accounts are found.
const PASSWD: &str = "/etc/passwd";

/// The one that exists everywhere and may do nothing.
const FALLBACK: &str = "nobody";

/// An account that a root caller steps down to; any other caller keeps its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Account(Option<(u32, u32)>);

impl Account {
    /// The caller's own, or for root the account of that name, or else `nobody`.
    pub(super) fn unprivileged(name: &str) -> Result<Self, ServerError> {
        let own = "/proc/self";
        let owner = fs::metadata(own).map_err(ServerError::system("look at", own))?.uid();
        if owner != 0 {
            return Ok(Self(None));
        }
        let accounts = fs::read_to_string(PASSWD).map_err(ServerError::system("read", PASSWD))?;
        let found = numbers(&accounts, name).or_else(|| numbers(&accounts, FALLBACK));
        let missing = || std::io::Error::other(format!("no account `{name}` or `{FALLBACK}`"));
        let numbers = found.ok_or_else(missing);
        numbers
            .map(|numbers| Self(Some(numbers)))
            .map_err(ServerError::system("step down by", PASSWD))
    }

    /// Gives a folder or file to this account.
    pub(super) fn give(self, path: &Path) -> Result<(), ServerError> {
        let Some((user, group)) = self.0 else { return Ok(()) };
        chown(path, Some(user), Some(group))
            .map_err(ServerError::system("change the owner of", path))
    }

    /// Lets a command run as this account; the standard library drops root's further groups.
    pub(super) fn apply(self, command: &mut Command) {
        if let Some((user, group)) = self.0 {
            command.uid(user).gid(group);
        }
    }
}

/// The numbers of user and group in text of the form `name:password:user:group:..`.
fn numbers(accounts: &str, name: &str) -> Option<(u32, u32)> {
    accounts.lines().find_map(|line| {
        let mut parts = line.split(':');
        (parts.next() == Some(name)).then_some(())?;
        let user = parts.nth(1)?.parse().ok()?;
        let group = parts.next()?.parse().ok()?;
        // An account with the number of root would be no step down.
        (user != 0).then_some((user, group))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_found_by_their_whole_name() {
        let accounts = "root:x:0:0::/:/bin/sh\nmysqlx:x:7:7::/:\nmysql:x:101:104:a,b::\nodd\n";
        assert_eq!(numbers(accounts, "mysql"), Some((101, 104)));
        assert_eq!(numbers(accounts, "odd"), None);
        assert_eq!(numbers(accounts, "postgres"), None);
    }

    // A server that runs as root refuses to start, or may overwrite anything.
    #[test]
    fn root_is_no_account_to_step_down_to() {
        assert_eq!(numbers("nobody:x:0:0::/:\n", "nobody"), None);
    }
}
