//! The address of a database, as it was given on the command line.
//!
//! Layer: cli. Invariant: what is printed has no password.

use std::fmt;

/// The address of a database; displayed without its password.
///
/// # Examples
///
/// ```
/// use versioned_cli::DatabaseUrl;
///
/// let url = DatabaseUrl::new("postgres://app:secret@db/notebooks");
/// assert_eq!(url.as_str(), "postgres://app:secret@db/notebooks");
/// assert_eq!(url.to_string(), "postgres://app:***@db/notebooks");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// The address with this text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The whole text, password included.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (address, query) = match self.0.split_once('?') {
            Some((address, query)) => (address, Some(query)),
            None => (self.0.as_str(), None),
        };
        match user_info(address) {
            Some((before, after)) => write!(formatter, "{before}:***@{after}")?,
            None => formatter.write_str(address)?,
        }
        for (index, pair) in query.into_iter().flat_map(|query| query.split('&')).enumerate() {
            let separator = if index == 0 { '?' } else { '&' };
            match pair.split_once('=') {
                Some((name, _)) if is_secret(name) => write!(formatter, "{separator}{name}=***")?,
                _ => write!(formatter, "{separator}{pair}")?,
            }
        }
        Ok(())
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "DatabaseUrl({self})")
    }
}

/// What stands before and after the password, if there is one.
fn user_info(address: &str) -> Option<(&str, &str)> {
    // Where something is mistyped, rather too much is hidden than a password shown.
    let host_start = address.find("://").map_or(0, |at| at + 3);
    let at = address.rfind('@').filter(|at| *at >= host_start)?;
    let colon = address[host_start..at].find(':')? + host_start;
    Some((&address[..colon], &address[at + 1..]))
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["pass", "secret", "token", "key"].iter().any(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_is_shown() {
        for (url, shown) in [
            ("notebooks.db", "notebooks.db"),
            ("sqlite:///var/a:b@c.db", "sqlite:///var/a:***@c.db"),
            ("postgres://app@db/x", "postgres://app@db/x"),
            ("postgres://app:p@ss:word@db/x", "postgres://app:***@db/x"),
            ("postgres:/app:p@db/x", "postgres:***@db/x"),
            ("app:p@db/x", "app:***@db/x"),
            ("mysql://db/x?user=a&password=p&ssl=1", "mysql://db/x?user=a&password=***&ssl=1"),
        ] {
            assert_eq!(DatabaseUrl::new(url).to_string(), shown);
            assert_eq!(format!("{:?}", DatabaseUrl::new(url)), format!("DatabaseUrl({shown})"));
        }
    }
}
