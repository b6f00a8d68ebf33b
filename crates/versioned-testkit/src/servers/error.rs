//! What can go wrong with a private server.
//!
//! Layer: testkit.

use std::{io, path::PathBuf, process::ExitStatus};

/// Why a private server could not do what a test asked of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// A program of the server was not found.
    #[error("{server} is not installed: no `{program}` in {places}")]
    #[non_exhaustive]
    NotInstalled {
        /// The server's name.
        server: &'static str,
        /// The program that is missing.
        program: String,
        /// Where it was looked for.
        places: String,
        /// How to install it, or where to say that it is elsewhere.
        fix: &'static str,
    },

    /// The program that was found belongs to another server.
    #[error("`{}` is no {server}, it is `{found}`", program.display())]
    #[non_exhaustive]
    OtherServer {
        /// The server that was looked for.
        server: &'static str,
        /// The program that was found.
        program: PathBuf,
        /// What the program calls itself.
        found: String,
    },

    /// The operating system refused something in the server's folder.
    #[error("cannot {action} `{}`", path.display())]
    #[non_exhaustive]
    System {
        /// What was tried.
        action: &'static str,
        /// With what.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },

    /// The path of the socket is longer than any Unix allows.
    #[error("the socket `{}` has a path of more than {max} bytes", path.display())]
    #[non_exhaustive]
    SocketPath {
        /// The path.
        path: PathBuf,
        /// The longest that is allowed.
        max: usize,
    },

    /// A program ended early, or with an error.
    #[error("`{program}` of {server} ended with {status}; the last it said: {said}")]
    #[non_exhaustive]
    Program {
        /// The server's name.
        server: &'static str,
        /// The program.
        program: String,
        /// How it ended.
        status: ExitStatus,
        /// The last lines of its output or log.
        said: String,
    },

    /// The server runs and does not answer.
    #[error("{server} did not answer within {seconds} s; the last it said: {said}")]
    #[non_exhaustive]
    NotReady {
        /// The server's name.
        server: &'static str,
        /// How long it was waited for.
        seconds: u64,
        /// The last lines of its log.
        said: String,
    },

    /// The guard could not end all processes of the server.
    #[error("processes of {server} in `{}` did not end", folder.display())]
    #[non_exhaustive]
    NotEnded {
        /// The server's name.
        server: &'static str,
        /// The server's folder.
        folder: PathBuf,
    },

    /// A database was asked for by a name that would need quoting.
    #[error("`{name}` is no plain name of a database")]
    #[non_exhaustive]
    Name {
        /// The name.
        name: String,
    },
}

impl ServerError {
    /// What to do next, if anything is known.
    #[must_use]
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::NotInstalled { fix, .. } => Some(fix),
            Self::OtherServer { .. } => Some("name the folder of the right one, or install it"),
            Self::SocketPath { .. } => Some("set TMPDIR to a folder with a shorter path"),
            Self::Name { .. } => Some("take up to 40 of a-z, 0-9 and `_`, a letter first"),
            Self::NotEnded { .. } => Some("look at what they wait for with `ps`"),
            Self::System { .. } | Self::Program { .. } | Self::NotReady { .. } => {
                Some("check that the server's account may enter the temporary folder (TMPDIR)")
            }
        }
    }

    pub(super) fn system(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::System { action, path, source }
    }
}
