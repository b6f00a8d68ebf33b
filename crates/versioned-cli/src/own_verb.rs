//! Verbs of the application's own.
//!
//! Layer: cli.

use std::fmt;

use clap::ArgMatches;
use versioned_jobs::StopFlag;
use versioned_store::StoreError;

use crate::{
    DatabaseUrl, Output, VerbError,
    error::{ConnectError, UsageError},
    job::LocalFuture,
};

/// A verb of the application's.
pub(crate) enum OwnVerb<S> {
    Connected(Box<dyn Handler<S>>),
    Unconnected(Box<dyn Handler<()>>),
}

/// What a verb of the application's is called with.
#[non_exhaustive]
pub struct VerbCall<'a, S> {
    /// The store, connected; `()` for an [`unconnected_verb`](crate::App::unconnected_verb).
    pub store: &'a S,
    /// The database that `--database` names.
    pub database: Option<&'a DatabaseUrl>,
    /// The arguments of the verb.
    pub matches: &'a ArgMatches,
    /// Where to write.
    pub output: &'a Output,
    /// Set when the operator asks for a stop.
    pub stop: &'a StopFlag,
    pub(crate) verb: &'a str,
}

impl<S> VerbCall<'_, S> {
    /// Opens the database that `--database` names, for an [`unconnected_verb`](crate::App::unconnected_verb) that opens it in a way of
    /// its own, such as creating it.
    ///
    /// # Errors
    ///
    /// The error that other verbs give where no database is named or where it cannot be opened.
    pub async fn open<T, C>(&self, connect: C) -> Result<T, VerbError>
    where
        C: AsyncFnOnce(DatabaseUrl) -> Result<T, StoreError>,
    {
        open(self.verb, self.database, connect).await
    }
}

impl<S> fmt::Debug for VerbCall<'_, S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("VerbCall").field("matches", self.matches).finish_non_exhaustive()
    }
}

/// The function of a verb of the application's.
pub(crate) trait Handler<S> {
    fn call<'a>(&'a self, call: VerbCall<'a, S>) -> LocalFuture<'a, Result<u8, VerbError>>;
}

impl<S, F> Handler<S> for F
where
    F: AsyncFn(VerbCall<'_, S>) -> Result<u8, VerbError>,
{
    fn call<'a>(&'a self, call: VerbCall<'a, S>) -> LocalFuture<'a, Result<u8, VerbError>> {
        Box::pin(self(call))
    }
}

/// Opens the database that a verb needs.
pub(crate) async fn open<S, C>(
    verb: &str,
    database: Option<&DatabaseUrl>,
    connect: C,
) -> Result<S, VerbError>
where
    C: AsyncFnOnce(DatabaseUrl) -> Result<S, StoreError>,
{
    let Some(url) = database else {
        return Err(UsageError::DatabaseMissing { verb: verb.to_owned() }.into());
    };
    let opened = connect(url.clone()).await;
    opened.map_err(|error| ConnectError { url: url.clone(), error }.into())
}
