//! From the names on the command line to jobs.
//!
//! Layer: cli. Invariant: a name that is not known is an error, before anything is done for the others.

use versioned_core::Registry;

use crate::{error::UsageError, job::AnyJob, suggest::nearest};

/// The jobs of these entities in the order of the names, each once; all jobs where no name is given.
pub(crate) fn select<'a, S>(
    jobs: &'a [Box<dyn AnyJob<S>>],
    registry: &Registry,
    names: &[String],
) -> Result<Vec<&'a dyn AnyJob<S>>, UsageError> {
    if jobs.is_empty() {
        return Err(UsageError::NoJobs);
    }
    if names.is_empty() {
        return Ok(jobs.iter().map(AsRef::as_ref).collect());
    }
    let mut selected: Vec<&dyn AnyJob<S>> = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let before = selected.len();
        if !names[..index].contains(name) {
            let all = jobs.iter().map(AsRef::as_ref);
            selected.extend(all.filter(|job| job.name() == name));
            if selected.len() == before {
                return Err(unknown(jobs, registry, name));
            }
        }
    }
    Ok(selected)
}

/// The same, and with an entity the places in which its history lies.
pub(crate) fn select_places<'a, S>(
    jobs: &'a [Box<dyn AnyJob<S>>],
    registry: &Registry,
    names: &[String],
) -> Result<Vec<&'a dyn AnyJob<S>>, UsageError> {
    let mut all = Vec::new();
    for name in names {
        all.push(name.clone());
        let of_entity = jobs.iter().filter(|job| job.declaration().entity == name);
        all.extend(of_entity.map(|job| job.name().to_owned()));
    }
    select(jobs, registry, &all)
}

/// The entities that have jobs, each once, in the order of the jobs.
pub(crate) fn names<S>(jobs: &[Box<dyn AnyJob<S>>]) -> Vec<&'static str> {
    let mut names = Vec::new();
    for job in jobs {
        let name = job.name();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn unknown<S>(jobs: &[Box<dyn AnyJob<S>>], registry: &Registry, name: &str) -> UsageError {
    let known = names(jobs);
    match registry.get(name) {
        Some(declaration) => UsageError::JobMissing { name: declaration.entity, known },
        None => {
            let nearest = nearest(name, known.iter().copied());
            UsageError::EntityUnknown { name: name.to_owned(), nearest, known }
        }
    }
}
