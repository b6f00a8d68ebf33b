//! Progress: one run of a chain, step by step.
//!
//! Layer: core. Derived code calls [`Progress::first`] and then [`Progress::next`] once per step,
//! in straight line; everything here is generic, so a run over typed values compiles to the calls
//! of the functions.

use super::{
    Ending,
    bridge::Bridge,
    ends::{Close, Open},
    keep::Keeper,
    sides::Splits,
    step::{Converts, Step},
};
use crate::{
    ConversionError, SchemaVersion,
    chain::{ChainError, ChainErrorCause, ChainOutput, ChainRun, SideOutput, Text, Watch},
};

/// One run of a chain.
pub struct Progress<'a> {
    text: &'a Text<'a>,
    from: u32,
    to: u32,
    ending: Option<&'a Ending<'a>>,
    side_outputs: Vec<SideOutput>,
    watch: Option<&'a dyn Watch>,
    /// Set when the run is over.
    exit: Option<Exit>,
}

/// What passes from one step to the next.
pub enum Carry<U> {
    /// The run starts at a later step, or is over.
    Nothing,
    /// What the step before returned.
    Value(U),
}

/// Why a run leaves its chain.
pub enum Exit {
    /// It has come to the version that was asked for.
    Done(ChainOutput),
    /// A step failed.
    Failed(ChainError),
}

/// What a step needs besides the value.
pub struct Stage<X> {
    /// The version that the step starts from.
    pub version: u32,
    /// A reference to the context.
    pub context: X,
    /// The siblings that the step sets.
    pub side_outputs: &'static [&'static str],
}

impl<'a> Progress<'a> {
    #[must_use]
    pub fn new(run: &ChainRun<'a>) -> Self {
        let ChainRun { text, from, ending, watch, .. } = *run;
        // A value that is kept passes every step.
        let keeps = ending.is_some_and(Ending::keeps);
        let to = if keeps { u32::MAX } else { run.to.get() };
        let (from, side_outputs, exit) = (from.get(), Vec::new(), None);
        Self { text, from, to, ending, side_outputs, watch, exit }
    }

    /// The first step of a chain.
    #[inline(always)]
    pub fn first<F, M, T, R, S, X>(
        &mut self,
        stage: &Stage<X>,
        (opener, closer): (impl Open<'a, T>, impl Close<R::Main>),
        step: &Step<F, M, T, R, S>,
    ) -> Carry<R::Main>
    where
        R: Splits<S>,
        Step<F, M, T, R, S>: Converts<T, R, X>,
        X: Copy,
    {
        if self.from != stage.version {
            return Carry::Nothing;
        }
        match opener.open(self.text) {
            Ok(value) => self.convert(stage, closer, step, value),
            Err(source) => self.fail(stage.version, ChainErrorCause::Input, source),
        }
    }

    /// Any further step.
    #[inline(always)]
    pub fn next<F, M, A, T, R, S, X>(
        &mut self,
        stage: &Stage<X>,
        carry: Carry<A>,
        (bridge, opener, closer): (impl Bridge<A, T>, impl Open<'a, T>, impl Close<R::Main>),
        step: &Step<F, M, T, R, S>,
    ) -> Carry<R::Main>
    where
        R: Splits<S>,
        Step<F, M, T, R, S>: Converts<T, R, X>,
        X: Copy,
    {
        match carry {
            Carry::Value(value) => match bridge.cross(value) {
                Ok(value) => self.convert(stage, closer, step, value),
                Err(error) => {
                    // What cannot be written is the fault of the step that returned it.
                    let output = matches!(error.cause, ChainErrorCause::Output);
                    let version = stage.version - u32::from(output);
                    self.fail(version, error.cause, error.source)
                }
            },
            Carry::Nothing if self.from == stage.version => match opener.open(self.text) {
                Ok(value) => self.convert(stage, closer, step, value),
                Err(source) => self.fail(stage.version, ChainErrorCause::Input, source),
            },
            Carry::Nothing => Carry::Nothing,
        }
    }

    /// After the last step: the value is kept, or the run asked for a version that the chain does not
    /// have.
    #[must_use]
    pub fn finish<U>(self, carry: Carry<U>, keeper: impl Keeper<U>) -> Exit {
        if let Some(exit) = self.exit {
            return exit;
        }
        match (self.ending, carry) {
            (Some(ending), Carry::Value(value)) => {
                match keeper.keep(value, ending, self.text.room()) {
                    Ok(()) => Exit::Done(ChainOutput {
                        json: String::new(),
                        side_outputs: self.side_outputs,
                    }),
                    Err(source) => failed(self.from, ChainErrorCause::Output, source),
                }
            }
            _ => self.beyond(),
        }
    }

    fn beyond(self) -> Exit {
        let message = format!("the chain has no steps from version {} to {}", self.from, self.to);
        failed(self.from, ChainErrorCause::Input, ConversionError::new(message))
    }

    #[cold]
    fn fail<U>(
        &mut self,
        version: u32,
        cause: ChainErrorCause,
        source: ConversionError,
    ) -> Carry<U> {
        self.exit = Some(failed(version, cause, source));
        Carry::Nothing
    }

    #[inline(always)]
    fn convert<F, M, T, R, S, X>(
        &mut self,
        stage: &Stage<X>,
        closer: impl Close<R::Main>,
        step: &Step<F, M, T, R, S>,
        value: T,
    ) -> Carry<R::Main>
    where
        R: Splits<S>,
        Step<F, M, T, R, S>: Converts<T, R, X>,
        X: Copy,
    {
        let returned = match step.convert(value, stage.context) {
            Ok(returned) => returned,
            Err(source) => return self.fail(stage.version, ChainErrorCause::Refused, source),
        };
        let value = match returned.split(stage.side_outputs, &mut self.side_outputs) {
            Ok(value) => value,
            Err(source) => return self.fail(stage.version, ChainErrorCause::Output, source),
        };
        if stage.version + 1 < self.to {
            if let Some(watch) = self.watch {
                show(watch, stage.version + 1, &closer, &value);
            }
            return Carry::Value(value);
        }
        self.close(stage.version, value, closer);
        Carry::Nothing
    }

    /// The version that was asked for is reached.
    fn close<U>(&mut self, version: u32, value: U, closer: impl Close<U>) {
        let side_outputs = std::mem::take(&mut self.side_outputs);
        let member = self.ending.and_then(Ending::version);
        self.exit = Some(match closer.close(value, self.text.room(), member) {
            Ok(json) => Exit::Done(ChainOutput { json, side_outputs }),
            Err(source) => failed(version, ChainErrorCause::Output, source),
        });
    }
}

/// Shows a value to who wants to see it.
#[cold]
fn show<U>(watch: &dyn Watch, version: u32, closer: &impl Close<U>, value: &U) {
    if watch.wants(version) {
        watch.see(version, closer.show(value).ok().as_deref());
    }
}

#[cold]
pub(super) fn failed(version: u32, cause: ChainErrorCause, source: ConversionError) -> Exit {
    Exit::Failed(ChainError { step: SchemaVersion::new(version), cause, source })
}

impl Exit {
    /// The result of the run.
    ///
    /// # Errors
    ///
    /// The run failed.
    pub fn into_result(self) -> Result<ChainOutput, ChainError> {
        match self {
            Self::Done(output) => Ok(output),
            Self::Failed(error) => Err(error),
        }
    }
}
