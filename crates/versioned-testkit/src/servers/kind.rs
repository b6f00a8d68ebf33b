//! What differs between the servers.
//!
//! Layer: testkit.

use std::{fmt, path::PathBuf, process::Command, sync::OnceLock};

use super::{PrivateServer, ServerError, ServerOptions, folder::Folder};

/// A kind of server: how it is found, made, started and asked.
///
/// Tests name it to take either kind; its functions are for [`PrivateServer`], and nobody else can implement it.
pub trait ServerKind: fmt::Debug + Sized + Send + Sync + 'static {
    /// The name for people.
    const NAME: &'static str;
    /// The word in the names of folders.
    const WORD: &'static str;
    /// The account that its package makes.
    const ACCOUNT: &'static str;
    /// The signal by which it ends soonest without leaving anything behind.
    const END: &'static str;
    /// Asks for the version.
    const VERSION: &'static str;

    /// Finds the programs.
    ///
    /// # Errors
    ///
    /// [`ServerError::NotInstalled`], or [`ServerError::OtherServer`].
    fn find() -> Result<Self, ServerError>;

    /// The place of the server that a process shares.
    fn shared() -> &'static OnceLock<Result<PrivateServer<Self>, ServerError>>;

    /// The socket that clients connect to.
    ///
    /// # Errors
    ///
    /// [`ServerError::SocketPath`].
    fn socket(folder: &Folder) -> Result<PathBuf, ServerError>;

    /// Makes an empty data directory.
    fn make(&self, folder: &Folder, options: &ServerOptions) -> Command;

    /// Runs the server in the foreground.
    ///
    /// # Errors
    ///
    /// [`ServerError::SocketPath`].
    fn serve(&self, folder: &Folder, options: &ServerOptions) -> Result<Command, ServerError>;

    /// Runs one statement and prints its rows, with tabs between columns.
    ///
    /// # Errors
    ///
    /// [`ServerError::SocketPath`].
    fn ask(
        &self,
        folder: &Folder,
        database: Option<&str>,
        sql: &str,
    ) -> Result<Command, ServerError>;

    /// The URL of a database, as drivers take it.
    fn url(folder: &Folder, database: &str) -> String;
}
