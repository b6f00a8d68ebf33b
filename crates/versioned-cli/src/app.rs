//! The application: its jobs, its own verbs, and the way from a command line to an exit code.
//!
//! Layer: cli.

use std::{ffi::OsString, fmt, marker::PhantomData, process::ExitCode};

use clap::{ArgMatches, Command};
use versioned_core::Registry;
use versioned_jobs::{
    BaseMigrateVersionedModelJob, BaseMigrateVersionedModelSnapshotsJob, Mode, StopFlag,
    golden::Scrub,
};
use versioned_store::{HistoryStore, StoreError};

use crate::{
    DatabaseUrl, Output, VerbCall, VerbError, args,
    error::{OutputError, UsageError},
    exit_code,
    job::{AnyJob, JobOf, SnapshotsJobOf},
    own_verb::{OwnVerb, open},
    run::run,
    signals::{first_of, interrupts},
    verbs,
};

/// A command line over the jobs of an application, generic over its store.
///
/// # Examples
///
/// A verb of the application's own, run as in a test:
///
/// ```
/// use versioned_cli::{App, Output, exit_code};
/// use versioned_jobs::StopFlag;
/// use versioned_store::MemoryStore;
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
/// # runtime.block_on(async {
/// let greet = clap::Command::new("greet").about("Says hello");
/// let app = App::new("notebooks").verb(greet, async |call| {
///     call.output.line("hello");
///     Ok(exit_code::DONE)
/// });
/// let mut output = Output::captured();
/// let args = ["notebooks", "--database", "notebooks.db", "greet"];
/// let code = app
///     .run(args, &mut output, &StopFlag::default(), async |_url| Ok(MemoryStore::new()))
///     .await;
/// assert_eq!((code, output.captured_results().as_str()), (exit_code::DONE, "hello\n"));
/// # });
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct App<S> {
    command: Command,
    jobs: Vec<Box<dyn AnyJob<S>>>,
    verbs: Vec<(String, OwnVerb<S>)>,
    default_verb: Option<&'static str>,
    scrub: Option<Scrub>,
}

impl<S> fmt::Debug for App<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entities: Vec<_> = self.jobs.iter().map(|job| job.declaration().type_name).collect();
        formatter
            .debug_struct("App")
            .field("name", &self.command.get_name())
            .field("entities", &entities)
            .finish_non_exhaustive()
    }
}

impl<S: HistoryStore + 'static> App<S> {
    /// An application with this name and no jobs.
    #[must_use]
    pub fn new(name: &'static str) -> Self {
        let (jobs, verbs) = (Vec::new(), Vec::new());
        Self { command: args::command(name), jobs, verbs, default_verb: None, scrub: None }
    }

    /// Sets the line that `--help` begins with.
    #[must_use]
    pub fn about(self, about: &'static str) -> Self {
        Self { command: self.command.about(about), ..self }
    }

    /// Sets what `--version` prints; without this there is no such option.
    #[must_use]
    pub fn version(self, version: &'static str) -> Self {
        Self { command: self.command.version(version), ..self }
    }

    /// Adds a job over models.
    #[must_use]
    pub fn job<J: BaseMigrateVersionedModelJob>(mut self) -> Self {
        self.jobs.push(Box::new(JobOf::<J>(PhantomData)));
        self
    }

    /// Adds a job over snapshots; verbs call it by the name of its entity and `/snapshots`.
    #[must_use]
    pub fn snapshots_job<J: BaseMigrateVersionedModelSnapshotsJob>(mut self) -> Self {
        self.jobs.push(Box::new(SnapshotsJobOf::<J>(PhantomData)));
        self
    }

    /// Adds a verb of the application's own, which gets the connected store and returns an exit code.
    ///
    /// # Panics
    ///
    /// If the application has a verb of that name already.
    #[must_use]
    pub fn verb<F>(self, command: Command, handler: F) -> Self
    where
        F: AsyncFn(VerbCall<'_, S>) -> Result<u8, VerbError> + 'static,
    {
        self.own_verb(command, OwnVerb::Connected(Box::new(handler)))
    }

    /// Adds a verb of the application's own for which no database is opened: it needs none, or opens one itself, for
    /// example by [`VerbCall::open`].
    ///
    /// # Panics
    ///
    /// If the application has a verb of that name already.
    #[must_use]
    pub fn unconnected_verb<F>(self, command: Command, handler: F) -> Self
    where
        F: AsyncFn(VerbCall<'_, ()>) -> Result<u8, VerbError> + 'static,
    {
        self.own_verb(command, OwnVerb::Unconnected(Box::new(handler)))
    }

    /// Sets the verb of a command line that names none; without this such a line is a mistake.
    ///
    /// # Panics
    ///
    /// If the application has no verb of that name.
    #[must_use]
    pub fn default_verb(self, name: &'static str) -> Self {
        assert!(self.has_verb(name), "there is no verb `{name}`");
        let command = self.command.subcommand_required(false).arg_required_else_help(false);
        Self { command, default_verb: Some(name), ..self }
    }

    /// Sets what `golden record` takes out of documents before it writes them into the repository; without this they are
    /// written only as they are, and only if `--unscrubbed` asks for that.
    #[must_use]
    pub fn scrub(self, scrub: Scrub) -> Self {
        Self { scrub: Some(scrub), ..self }
    }

    fn has_verb(&self, name: &str) -> bool {
        self.command.get_subcommands().any(|known| known.get_name() == name)
    }

    fn own_verb(mut self, command: Command, verb: OwnVerb<S>) -> Self {
        let name = command.get_name().to_owned();
        assert!(!self.has_verb(&name), "the verb `{name}` exists already");
        self.command = self.command.subcommand(command);
        self.verbs.push((name, verb));
        self
    }

    /// Runs the command line of the process, and gives its exit code.
    ///
    /// `connect` is called once, for a verb that needs the database. Ctrl-C, and on Unix a `SIGTERM`, end a run after
    /// its current batch; a second one ends it at once. This starts a Tokio runtime; within one, use
    /// [`run`](Self::run).
    pub fn main<C>(self, connect: C) -> ExitCode
    where
        C: AsyncFnOnce(DatabaseUrl) -> Result<S, StoreError>,
    {
        self.main_with(std::env::args_os(), connect)
    }

    /// The same with other arguments; the first one is the name of the program.
    pub fn main_with<C>(
        self,
        args: impl IntoIterator<Item = impl Into<OsString> + Clone>,
        connect: C,
    ) -> ExitCode
    where
        C: AsyncFnOnce(DatabaseUrl) -> Result<S, StoreError>,
    {
        let mut output = Output::standard();
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        let code = match runtime {
            Ok(runtime) => runtime.block_on(async {
                let stop = StopFlag::default();
                let interrupted = interrupts(stop.clone());
                let run = self.run(args, &mut output, &stop, connect);
                first_of(run, interrupted).await
            }),
            Err(error) => {
                output.error(&error, Some("see the limits on threads and files"), exit_code::USAGE);
                exit_code::USAGE
            }
        };
        match output.take_failure() {
            Some(source) => {
                let error = OutputError { source };
                let help = "what was done is done; run it again to see the results";
                output.error(&error, Some(help), exit_code::USAGE);
                ExitCode::from(exit_code::worse(code, exit_code::USAGE))
            }
            None => ExitCode::from(code),
        }
    }

    /// Runs a command line, and gives its exit code; needs a Tokio runtime.
    ///
    /// The first argument is the name of the program. Nothing is done on a signal: set `stop` to end a run after its
    /// current batch.
    pub async fn run<C>(
        &self,
        args: impl IntoIterator<Item = impl Into<OsString> + Clone>,
        output: &mut Output,
        stop: &StopFlag,
        connect: C,
    ) -> u8
    where
        C: AsyncFnOnce(DatabaseUrl) -> Result<S, StoreError>,
    {
        let matches = match self.matches(args) {
            Ok(matches) => matches,
            Err(error) if error.use_stderr() => {
                output.error_text(error.render());
                return exit_code::USAGE;
            }
            Err(help) => {
                output.text(help.render());
                return exit_code::DONE;
            }
        };
        output.set_json(matches.get_flag("json"));
        let Some((verb, matches)) = matches.subcommand() else {
            // clap asks for a verb itself.
            return exit_code::USAGE;
        };
        match self.dispatch(verb, matches, output, stop, connect).await {
            Ok(code) => code,
            Err(error) => {
                output.error(error.error(), error.help(), error.exit_code());
                error.exit_code()
            }
        }
    }

    fn matches(
        &self,
        args: impl IntoIterator<Item = impl Into<OsString> + Clone>,
    ) -> Result<ArgMatches, clap::Error> {
        let mut args: Vec<OsString> = args.into_iter().map(Into::into).collect();
        let matches = self.command.clone().try_get_matches_from(&args)?;
        match (matches.subcommand(), self.default_verb) {
            (None, Some(verb)) => {
                args.push(verb.into());
                self.command.clone().try_get_matches_from(args)
            }
            _ => Ok(matches),
        }
    }

    async fn dispatch<C>(
        &self,
        verb: &str,
        matches: &ArgMatches,
        output: &Output,
        stop: &StopFlag,
        connect: C,
    ) -> Result<u8, VerbError>
    where
        C: AsyncFnOnce(DatabaseUrl) -> Result<S, StoreError>,
    {
        let database = args::database(matches);
        let database = database.as_ref();
        match verb {
            args::ENTITIES => Ok(verbs::entities(&self.jobs, &self.registry(), output)),
            args::COMPLETIONS => Ok(verbs::completions(self.command.clone(), matches, output)),
            args::CHECK => {
                let store = match database {
                    Some(_) => Some(open(verb, database, connect).await?),
                    None => None,
                };
                Ok(verbs::check(&self.jobs, &self.registry(), store.as_ref(), output).await)
            }
            args::CENSUS => {
                let jobs = self.select_places(matches)?;
                Ok(verbs::census(&jobs, &open(verb, database, connect).await?, output).await)
            }
            args::AUDIT | args::MIGRATE => {
                let mode = if verb == args::AUDIT { Mode::Audit } else { Mode::Migrate };
                let jobs = self.select(matches)?;
                let is_chosen = matches.get_flag("all") || matches.contains_id("entity");
                if mode == Mode::Migrate && jobs.len() > 1 && !is_chosen {
                    let known = verbs::names(&self.jobs);
                    return Err(UsageError::EntityNotChosen { known }.into());
                }
                let store = open(verb, database, connect);
                run(verbs::Kind::Run(mode), &jobs, matches, output, stop, store).await
            }
            args::HISTORY | args::REVERT => {
                let (jobs, store) = (self.select(matches)?, open(verb, database, connect));
                verbs::of_one_entity(verb, &jobs, store, matches, output).await
            }
            args::RUNS => verbs::ledger::runs(&open(verb, database, connect).await?, output).await,
            args::CANCEL => {
                let (run, who) = (args::run_id(matches), args::operator(matches));
                verbs::ledger::cancel(&open(verb, database, connect).await?, run, &who, output)
                    .await
            }
            args::UNDO => {
                let store = open(verb, database, connect).await?;
                verbs::ledger::undo(&self.jobs, &store, matches, stop, output).await
            }
            args::FORGET => {
                let (run, store) = (args::run_id(matches), open(verb, database, connect));
                verbs::ledger::forget(&store.await?, run, output).await
            }
            args::SCHEMA => {
                let store = open(verb, database, connect);
                verbs::schema::run(&self.jobs, &self.registry(), matches, output, store).await
            }
            args::QUARANTINE => {
                let Some((what, matches)) = matches.subcommand() else {
                    return Ok(exit_code::USAGE);
                };
                self.quarantine(what, matches, output, stop, open(verb, database, connect)).await
            }
            verbs::golden::GOLDEN => {
                let (store, registry) = (open(verb, database, connect), &self.registry());
                let (jobs, scrub) = (&self.jobs, self.scrub);
                verbs::golden::golden((jobs, registry), scrub, matches, store, output).await
            }
            _ => self.own(verb, matches, output, stop, (database, connect)).await,
        }
    }

    /// Runs a verb of the application's own.
    async fn own<C>(
        &self,
        verb: &str,
        matches: &ArgMatches,
        output: &Output,
        stop: &StopFlag,
        (database, connect): (Option<&DatabaseUrl>, C),
    ) -> Result<u8, VerbError>
    where
        C: AsyncFnOnce(DatabaseUrl) -> Result<S, StoreError>,
    {
        match self.verbs.iter().find(|(name, _)| name == verb) {
            Some((_, OwnVerb::Connected(handler))) => {
                let store = &open(verb, database, connect).await?;
                handler.call(VerbCall { store, database, matches, output, stop, verb }).await
            }
            Some((_, OwnVerb::Unconnected(handler))) => {
                let store = &();
                handler.call(VerbCall { store, database, matches, output, stop, verb }).await
            }
            // clap knows no other verbs.
            None => Ok(exit_code::USAGE),
        }
    }

    async fn quarantine(
        &self,
        what: &str,
        matches: &ArgMatches,
        output: &Output,
        stop: &StopFlag,
        store: impl Future<Output = Result<S, VerbError>>,
    ) -> Result<u8, VerbError> {
        if what == "replay" {
            let jobs = self.select(matches)?;
            return run(verbs::Kind::Replay, &jobs, matches, output, stop, store).await;
        }
        let (store, entity) = (store.await?, matches.get_one::<String>("of").map(String::as_str));
        let id = || matches.get_one::<String>("id").map_or("", String::as_str);
        match what {
            "show" => verbs::quarantine::show(&store, entity, id(), output).await,
            "export" => verbs::quarantine::export(&store, entity, output).await,
            "release" => verbs::quarantine::release(&store, entity, id(), output).await,
            _ => verbs::quarantine::list(&store, entity, output).await,
        }
    }

    fn select(&self, matches: &ArgMatches) -> Result<Vec<&dyn AnyJob<S>>, UsageError> {
        verbs::select(&self.jobs, &self.registry(), &args::entity_names(matches))
    }

    fn select_places(&self, matches: &ArgMatches) -> Result<Vec<&dyn AnyJob<S>>, UsageError> {
        verbs::select_places(&self.jobs, &self.registry(), &args::entity_names(matches))
    }

    /// What is registered, and what the jobs name though it is not.
    fn registry(&self) -> Registry {
        Registry::collect().with(self.jobs.iter().map(|job| job.declaration()))
    }
}
