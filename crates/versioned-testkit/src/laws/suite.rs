//! What `check_all!` runs: the laws of every entity kind that is registered.
//!
//! Layer: testkit.

use std::{fmt, fs, path::PathBuf};

use versioned_core::{Registry, lock::Lock};

use super::{
    coverage::Coverage,
    entity_laws::{Laws, report},
    law::Law,
    process,
    schemas::Schemas,
    violation::Counterexample,
};

/// What [`check_all!`](crate::check_all) was given.
#[derive(Clone)]
pub struct SuiteOptions {
    folder: PathBuf,
    module: String,
    configure: fn(Laws) -> Laws,
    lock: Option<PathBuf>,
    golden: Option<PathBuf>,
}

impl SuiteOptions {
    /// The defaults: paths begin at the folder of the manifest; the module is that of the tests.
    #[must_use]
    pub fn new(folder: &str, module: &str) -> Self {
        let module = module.split_once("::").map_or("", |(_, module)| module).to_owned();
        let folder = PathBuf::from(folder);
        let lock = Some(folder.join("versioned.lock"));
        let golden = Some(folder.join("golden")).filter(|golden| golden.is_dir());
        Self { folder, module, configure: |laws| laws, lock, golden }
    }

    /// The lock of the program; `versioned.lock` beside the manifest if this is not said.
    #[must_use]
    pub fn lock(self, path: &str) -> Self {
        Self { lock: Some(self.folder.join(path)), ..self }
    }

    /// There is no lock, for this reason: schemas may change without being noticed.
    #[must_use]
    pub fn without_lock(self, _reason: &str) -> Self {
        Self { lock: None, ..self }
    }

    /// The folder of golden documents; `golden` beside the manifest, where it is there, if this is not said.
    #[must_use]
    pub fn golden(self, path: &str) -> Self {
        Self { golden: Some(self.folder.join(path)), ..self }
    }

    /// A function that adds to the laws of an entity kind what no schema says; it is called for each of them.
    #[must_use]
    pub fn laws(self, configure: fn(Laws) -> Laws) -> Self {
        Self { configure, ..self }
    }
}

impl fmt::Debug for SuiteOptions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { folder, module, lock, golden, .. } = self;
        let mut shown = formatter.debug_struct("SuiteOptions");
        shown.field("folder", folder).field("module", module);
        shown.field("lock", lock).field("golden", golden);
        shown.finish_non_exhaustive()
    }
}

/// The laws of every entity kind that is registered; what [`check_all!`](crate::check_all) is made of.
#[derive(Debug)]
pub struct Suite {
    options: SuiteOptions,
    registry: Registry,
    entities: Vec<Laws>,
}

impl Suite {
    /// Collects the registry.
    #[must_use]
    pub fn new(options: SuiteOptions) -> Self {
        let registry = Registry::collect();
        let mut schemas = Schemas::of_registry(&registry);
        // What is wrong with the lock, its own test says.
        let lock = options.lock.as_ref().and_then(|path| fs::read_to_string(path).ok());
        if let Some(lock) = lock.and_then(|text| Lock::parse(&text).ok()) {
            schemas = schemas.with_lock(&lock);
        }
        let entities = registry
            .kinds()
            .iter()
            .map(|kind| (options.configure)(Laws::for_kind(*kind, schemas.clone())));
        let entities = entities.collect();
        Self { options, registry, entities }
    }

    /// The laws of each entity kind.
    #[must_use]
    pub fn entities(&self) -> &[Laws] {
        &self.entities
    }

    /// Stops a test with what is wrong in the registry, or where nothing is registered.
    ///
    /// # Panics
    ///
    /// A declaration is wrong, or there is none.
    pub fn assert_registry(&self) {
        let problems = self.registry.check();
        let problems: Vec<String> = problems.iter().map(|it| format!("\n  {it}")).collect();
        assert!(problems.is_empty(), "the registry is not sound:{}", problems.concat());
        assert!(
            !self.entities.is_empty(),
            "no domain object is registered: a crate takes part when the test names it; write `use my_entities as _;` \
             beside `check_all!()`"
        );
    }

    /// Stops a test with how the program differs from its lock.
    ///
    /// # Panics
    ///
    /// A released schema has changed, one is not in the lock yet, or the lock cannot be read.
    pub fn assert_lock(&self) {
        if let Some(path) = &self.options.lock {
            crate::lock::assert_unbroken(&self.registry, path);
        }
    }

    /// Stops a test with the golden documents that do not replay.
    ///
    /// # Panics
    ///
    /// A golden document does not replay, one is retired and still there, or the folder cannot be read.
    pub fn assert_golden(&self) {
        if let Some(folder) = &self.options.golden {
            crate::golden::assert_replays(&self.registry, folder);
        }
    }

    /// Stops a test with what breaks a law, for every entity kind.
    ///
    /// # Panics
    ///
    /// The law is broken, or the other process of [`Law::Deterministic`] does not run.
    pub fn assert(&self, law: Law) {
        if law == Law::Deterministic && process::is_other() {
            return process::print_digests(&self.entities);
        }
        let mut found: Vec<Counterexample> =
            self.entities.iter().flat_map(|laws| laws.check(law)).collect();
        if law == Law::Deterministic && found.is_empty() {
            let test = format!("{}::the_same_document_gives_the_same_bytes", self.options.module);
            match process::compare(&self.entities, test.trim_start_matches("::")) {
                Ok(differing) => found = differing,
                Err(message) => panic!("{message}"),
            }
        }
        let coverage: Vec<&Coverage> = self.entities.iter().map(Laws::coverage).collect();
        assert!(found.is_empty(), "{}", report(&found, &coverage));
    }

    /// What all documents cover, and what not; shown by a test with `--nocapture`.
    ///
    /// # Panics
    ///
    /// Nothing is covered at all, though entity kinds are registered: then the laws would hold of nothing.
    #[expect(clippy::print_stdout, reason = "tests show what they print where they are asked to")]
    pub fn print_coverage(&self) {
        println!("{self}");
        let documents: usize = self.entities.iter().map(|laws| laws.coverage().documents()).sum();
        assert!(documents > 0 || self.entities.is_empty(), "no document could be made:\n{self}");
    }
}

impl fmt::Display for Suite {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = || self.entities.iter().map(Laws::coverage);
        let documents: usize = all().map(Coverage::documents).sum();
        let (mut covered, mut versions) = (0, 0);
        for coverage in all() {
            let (some, of) = coverage.versions();
            covered += some;
            versions += of;
        }
        write!(
            formatter,
            "{} entity kinds: {documents} documents, {covered} of {versions} versions covered",
            self.entities.len()
        )?;
        all().try_for_each(|coverage| write!(formatter, "\n{coverage}"))
    }
}
