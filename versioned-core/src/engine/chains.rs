//! Running the chains of one entity: staleness, context, elements.

use std::{any::Any, borrow::Cow, cell::OnceCell};

use super::{
    members::{Members, json_text},
    versions,
};
use crate::{
    ConversionError, Declaration, FetchedAttribute, FieldPlace, Loss, MigrationError,
    MigrationOptions, SchemaVersion, Scope, VersionedAttribute,
    chain::{
        ChainError, ChainErrorCause, ChainOutput, ChainRun, ContextSource, ElementKey, Ending,
        Part, Room, Text,
    },
    document::Member,
    engine::versions::FoundVersion,
    json::{JsonError, JsonErrorKind, Limits, Pointer},
    lazy::RawKey,
    loss::LossCounter,
};

/// The chains of one entity, over the members of one stored document.
#[derive(Clone, Copy)]
pub(super) struct Chains<'a> {
    pub(super) declaration: &'static Declaration,
    pub(super) members: &'a dyn Members,
    pub(super) limits: &'a Limits,
    pub(super) options: &'a MigrationOptions<'a>,
}

/// What accompanies a run.
#[derive(Clone, Copy, Default)]
struct Aside<'a> {
    /// How many chains ask for context around this one.
    nesting: usize,
    ending: Option<&'a Ending<'a>>,
    counter: Option<&'a LossCounter>,
}

/// A field that is not at its latest version, or whose version member is absent.
pub(super) struct Stale {
    pub(super) from: SchemaVersion,
}

impl Chains<'_> {
    /// `None` if the field is at its latest version.
    pub(super) fn staleness(
        &self,
        attribute: &VersionedAttribute,
    ) -> Result<Option<Stale>, MigrationError> {
        let place = || FieldPlace::field(self.declaration.entity, attribute.field);
        let version_key = attribute.version_key;
        let found = match versions::read(self.members.member(version_key)) {
            FoundVersion::Number(found) if found == attribute.max => return Ok(None),
            FoundVersion::Number(found) => found,
            FoundVersion::Missing => match attribute.missing_version {
                Some(from) => return Ok(Some(Stale { from })),
                None => {
                    return Err(MigrationError::VersionMissing { place: place(), version_key });
                }
            },
            FoundVersion::Malformed(found) => {
                let place = place();
                return Err(MigrationError::VersionMalformed { place, version_key, found });
            }
        };
        if found < attribute.min {
            return Err(MigrationError::TooOld { place: place(), found, min: attribute.min });
        }
        if found > attribute.max {
            return Err(MigrationError::TooNew { place: place(), found, max: attribute.max });
        }
        Ok(Some(Stale { from: found }))
    }

    /// JSON text of a versioned field; `None` if an optional field is absent or null.
    pub(super) fn body(
        &self,
        attribute: &VersionedAttribute,
    ) -> Result<Option<Cow<'_, str>>, MigrationError> {
        let place = || FieldPlace::field(self.declaration.entity, attribute.field);
        let json = self
            .members
            .json(attribute.key)
            .map_err(|source| MigrationError::Unreadable { place: place(), source })?;
        match json {
            Some(json) if attribute.optional && json.trim_ascii() == "null" => Ok(None),
            None if !attribute.optional => {
                Err(MigrationError::FieldMissing { place: place(), key: attribute.key })
            }
            json => Ok(json),
        }
    }

    /// Runs the steps `from..to` on the text of the field; what is to be kept is no text.
    pub(super) fn run(
        &self,
        attribute: &'static VersionedAttribute,
        part: Part<'_>,
        versions: (SchemaVersion, SchemaVersion),
        ending: Option<&Ending<'_>>,
    ) -> Result<ChainOutput, MigrationError> {
        self.run_nested(attribute, part, versions, Aside { ending, ..Aside::default() })
    }

    /// Runs the steps up to the latest version, and counts what they lose if that was asked for.
    pub(super) fn run_counting(
        &self,
        attribute: &'static VersionedAttribute,
        part: Part<'_>,
        from: SchemaVersion,
        (ending, losses): (Option<&Ending<'_>>, &mut Vec<Loss>),
    ) -> Result<ChainOutput, MigrationError> {
        let versions = (from, attribute.max);
        if attribute.losses.is_empty() || !self.options.counts_losses() {
            return self.run(attribute, part, versions, ending);
        }
        let counter = LossCounter::new(attribute, from, attribute.max);
        let aside = Aside { nesting: 0, ending, counter: counter.as_ref() };
        let output = self.run_nested(attribute, part, versions, aside)?;
        losses.extend(counter.into_iter().flat_map(LossCounter::into_losses));
        Ok(output)
    }

    fn run_nested(
        &self,
        attribute: &'static VersionedAttribute,
        part: Part<'_>,
        (from, to): (SchemaVersion, SchemaVersion),
        aside: Aside<'_>,
    ) -> Result<ChainOutput, MigrationError> {
        let place = || FieldPlace::field(self.declaration.entity, attribute.field);
        if part.json.len() > self.limits.bytes_max {
            let source = JsonError::new(JsonErrorKind::TooLarge(self.limits.bytes_max), 0);
            return Err(MigrationError::Unreadable { place: place(), source });
        }
        for FetchedAttribute { name, .. } in attribute.fetched {
            if self.options.fetched(name).is_none() {
                return Err(MigrationError::NotFetched { place: place(), name, from });
            }
        }
        let kept = OnceCell::new();
        let context = Siblings { chains: *self, attribute, nesting: aside.nesting, kept };
        // Elements lie below the list or map, and that below the document.
        let levels = match attribute.scope {
            Scope::Document => 0,
            Scope::Field => 1,
            Scope::Each => 2,
        };
        let text = part.text(Room::below(levels, self.limits.depth_max));
        let ending = aside.ending;
        let context = &context;
        let run = ChainRun { text: &text, from, to, key: None, context, ending, watch: None };
        let result = match attribute.scope {
            Scope::Each => run_elements(attribute, run, aside.counter),
            Scope::Field | Scope::Document => run_located(attribute, run, aside.counter),
        };
        let output = result.map_err(|error| step_error(error, place()))?;
        // A chain made by hand may have read the text by any means.
        text.judged().map_err(|source| {
            let (step, cause) = (from, ChainErrorCause::Input);
            step_error(ChainError { step, cause, source }, place())
        })?;
        check_size(&output.json, self.limits, (from, to), place)?;
        Ok(output)
    }
}

/// A text that no reader would accept is an error of the last of the steps that wrote it.
pub(super) fn check_size(
    json: &str,
    limits: &Limits,
    (from, to): (SchemaVersion, SchemaVersion),
    place: impl FnOnce() -> FieldPlace,
) -> Result<(), MigrationError> {
    if json.len() <= limits.bytes_max {
        return Ok(());
    }
    let source = JsonError::new(JsonErrorKind::TooLarge(limits.bytes_max), limits.bytes_max);
    let last = from.max(SchemaVersion::new(to.get().saturating_sub(1)));
    let source = ConversionError::from(source).into_failure();
    Err(MigrationError::StepOutput { place: place(), from: last, to, source })
}

/// Runs a chain on one value; its errors have pointers into that value.
fn run_located<'a>(
    attribute: &VersionedAttribute,
    run: ChainRun<'a>,
    counter: Option<&'a LossCounter>,
) -> Result<ChainOutput, ChainError> {
    let stored = run.text.json();
    let result = match counter {
        None => (attribute.run)(run),
        Some(counter) => counter.watch(run, attribute.run),
    };
    result.map_err(|error| {
        let source = error.source.located_in(stored);
        ChainError { source, ..error }
    })
}

/// Runs the chain over every element of a list or map; what stands between the elements stays.
fn run_elements(
    attribute: &VersionedAttribute,
    run: ChainRun<'_>,
    counter: Option<&LossCounter>,
) -> Result<ChainOutput, ChainError> {
    let input = |source| ChainError { step: run.from, cause: ChainErrorCause::Input, source };
    let json = run.text.json();
    let (tape, container) = run.text.tape().map_err(|error| {
        let pointer = error.pointer().cloned().unwrap_or_default();
        input(ConversionError::from(error).at(pointer))
    })?;
    let Some(container) = container else {
        return Err(input(ConversionError::new("expected a list or a map")));
    };
    let mut output = ChainOutput { json: String::new(), side_outputs: Vec::new() };
    output.json.reserve(json.len() + json.len() / 8);
    let mut copied = 0;
    for (index, step) in tape.walk(json.trim_ascii(), container).enumerate() {
        let start = step.value.as_ptr() as usize - json.as_ptr() as usize;
        output.json.push_str(&json[copied..start]);
        let element = Part { scanned: Some((tape, step.container)), ..Part::new(step.value) };
        let element = element.text(run.text.room());
        let element = ChainRun { text: &element, key: step.key.map(ElementKey), ..run };
        let converted = run_located(attribute, element, counter);
        let converted = converted.map_err(|error| {
            let place = element_pointer(step.key, index);
            ChainError { source: error.source.within(&place), ..error }
        })?;
        output.json.push_str(&converted.json);
        copied = start + step.value.len();
    }
    output.json.push_str(&json[copied..]);
    Ok(output)
}

/// Where an element is: under its key or at its index.
fn element_pointer(key: Option<RawKey<'_>>, index: usize) -> Pointer {
    let mut pointer = Pointer::root();
    match key {
        Some(key) => pointer.push_key(&key.text()),
        None => pointer.push_index(index),
    }
    pointer
}

/// The siblings that one chain reads as context.
struct Siblings<'a> {
    chains: Chains<'a>,
    attribute: &'static VersionedAttribute,
    /// How many chains ask for context around this one.
    nesting: usize,
    /// What the chain has read of them, for the elements that follow.
    kept: OnceCell<Box<dyn Any>>,
}

impl ContextSource for Siblings<'_> {
    fn sibling(&self, field: &str) -> Result<Option<Cow<'_, str>>, ConversionError> {
        let Chains { declaration, members, .. } = self.chains;
        let mut constants = self.attribute.constants.iter();
        if let Some(constant) = constants.find(|constant| constant.field == field) {
            return Ok(Some(Cow::Borrowed(constant.json)));
        }
        let Some(entry) = self.attribute.context.iter().find(|entry| entry.field == field) else {
            if let Some(fetched) = self.fetched(field) {
                return Ok(json_text(fetched.value)?);
            }
            return Err(ConversionError::new("the field does not declare this sibling as context"));
        };
        let Some(to) = entry.version else { return Ok(members.json(entry.key)?) };
        // The derive refuses cycles; a declaration made by hand could hold one.
        if self.nesting >= declaration.versioned.len() {
            return Err(ConversionError::new("the contexts of the versioned fields form a cycle"));
        }
        let Some(sibling) = declaration.attribute(field) else {
            return Err(ConversionError::new("the sibling has a version but is not versioned"));
        };
        let from = match self.chains.staleness(sibling) {
            Ok(stale) => stale.map_or(sibling.max, |stale| stale.from),
            Err(error) => return Err(error.into()),
        };
        if from > to {
            return Err(ConversionError::new(format!(
                "it is stored at version {from}, newer than version {to} that the chain asks for"
            )));
        }
        let Some(json) = self.chains.body(sibling)? else { return Ok(None) };
        if from == to {
            return Ok(Some(json));
        }
        // Side outputs of the sibling's chain are written by its own run.
        let part = members.part(sibling.key, &json);
        let aside = Aside { nesting: self.nesting + 1, ..Aside::default() };
        let output = self.chains.run_nested(sibling, part, (from, to), aside)?;
        Ok(Some(Cow::Owned(output.json)))
    }

    fn kept(&self) -> Option<&OnceCell<Box<dyn Any>>> {
        (self.attribute.scope == Scope::Each).then_some(&self.kept)
    }
}

impl<'a> Siblings<'a> {
    /// A value that the field declares as fetched, and that the caller has given.
    fn fetched(&self, name: &str) -> Option<Member<'a>> {
        let declared = self.attribute.fetched.iter().find(|fetched| fetched.name == name)?;
        self.chains.options.fetched(declared.name)
    }
}

fn step_error(error: ChainError, place: FieldPlace) -> MigrationError {
    let ChainError { step: from, cause, source } = error;
    let to = from.next().unwrap_or(from);
    let pointer = source.pointer().cloned();
    let source = source.into_failure();
    match cause {
        ChainErrorCause::Refused => MigrationError::StepFailed { place, from, to, pointer, source },
        ChainErrorCause::Input => MigrationError::StepInput { place, from, to, pointer, source },
        ChainErrorCause::Output => MigrationError::StepOutput { place, from, to, source },
        ChainErrorCause::Context(sibling) => {
            MigrationError::ContextUnavailable { place, sibling, from, source }
        }
    }
}

pub(super) fn check_type(
    declaration: &Declaration,
    attribute: &VersionedAttribute,
    json: &str,
) -> Result<(), MigrationError> {
    let Some(check) = attribute.check else { return Ok(()) };
    let mismatch = |error: ConversionError| MigrationError::ObjectMismatch {
        place: FieldPlace::field(declaration.entity, attribute.field),
        type_name: declaration.type_name,
        pointer: error.pointer().cloned(),
        source: Box::new(error.into_failure()),
    };
    if attribute.scope != Scope::Each {
        return check(json).map_err(mismatch);
    }
    let text = Text::new(json);
    let (tape, container) = text.tape().map_err(|error| mismatch(error.into()))?;
    let Some(container) = container else { return check(json).map_err(mismatch) };
    for (index, step) in tape.walk(json.trim_ascii(), container).enumerate() {
        check(step.value)
            .map_err(|error| mismatch(error.within(&element_pointer(step.key, index))))?;
    }
    Ok(())
}
