//! Progress: one run of a chain, step by step.
//!
//! Layer: core. Derived code calls [`Progress::first`] and then [`Progress::next`] once per step,
//! in straight line; everything here is generic, so a run over typed values compiles to the calls
//! of the functions.

use super::{
    bridge::Bridge,
    ends::{Close, Open},
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
    side_outputs: Vec<SideOutput>,
    watch: Option<&'a dyn Watch>,
}

/// What passes from one step to the next.
pub enum Carry<U> {
    /// The run starts at a later step.
    NotYet,
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
        let ChainRun { text, from, to, watch, .. } = *run;
        Self { text, from: from.get(), to: to.get(), side_outputs: Vec::new(), watch }
    }

    /// The first step of a chain.
    #[inline]
    pub fn first<F, M, T, R, S, X>(
        &mut self,
        stage: &Stage<X>,
        (opener, closer): (impl Open<'a, T>, impl Close<R::Main>),
        step: &Step<F, M, T, R, S>,
    ) -> Result<Carry<R::Main>, Exit>
    where
        R: Splits<S>,
        Step<F, M, T, R, S>: Converts<T, R, X>,
        X: Copy,
    {
        if self.from != stage.version {
            return Ok(Carry::NotYet);
        }
        let value = self.open(stage.version, opener)?;
        self.convert(stage, closer, step, value)
    }

    /// Any further step.
    #[inline]
    pub fn next<F, M, A, T, R, S, X>(
        &mut self,
        stage: &Stage<X>,
        carry: Carry<A>,
        (bridge, opener, closer): (impl Bridge<A, T>, impl Open<'a, T>, impl Close<R::Main>),
        step: &Step<F, M, T, R, S>,
    ) -> Result<Carry<R::Main>, Exit>
    where
        R: Splits<S>,
        Step<F, M, T, R, S>: Converts<T, R, X>,
        X: Copy,
    {
        let value = match carry {
            Carry::Value(value) => match bridge.cross(value) {
                Ok(value) => value,
                Err(error) => {
                    // What cannot be written is the fault of the step that returned it.
                    let output = matches!(error.cause, ChainErrorCause::Output);
                    let version = stage.version - u32::from(output);
                    return Err(failed(version, error.cause, error.source));
                }
            },
            Carry::NotYet if self.from == stage.version => self.open(stage.version, opener)?,
            Carry::NotYet => return Ok(Carry::NotYet),
        };
        self.convert(stage, closer, step, value)
    }

    /// After the last step: the run asked for a version that the chain does not have.
    #[must_use]
    pub fn beyond(self) -> Exit {
        let message = format!("the chain has no steps from version {} to {}", self.from, self.to);
        failed(self.from, ChainErrorCause::Input, ConversionError::new(message))
    }

    fn open<T>(&self, version: u32, opener: impl Open<'a, T>) -> Result<T, Exit> {
        opener.open(self.text).map_err(|source| failed(version, ChainErrorCause::Input, source))
    }

    #[inline]
    fn convert<F, M, T, R, S, X>(
        &mut self,
        stage: &Stage<X>,
        closer: impl Close<R::Main>,
        step: &Step<F, M, T, R, S>,
        value: T,
    ) -> Result<Carry<R::Main>, Exit>
    where
        R: Splits<S>,
        Step<F, M, T, R, S>: Converts<T, R, X>,
        X: Copy,
    {
        let returned = match step.convert(value, stage.context) {
            Ok(returned) => returned,
            Err(source) => return Err(failed(stage.version, ChainErrorCause::Refused, source)),
        };
        let value = returned
            .split(stage.side_outputs, &mut self.side_outputs)
            .map_err(|source| failed(stage.version, ChainErrorCause::Output, source))?;
        if stage.version + 1 < self.to {
            if let Some(watch) = self.watch {
                show(watch, stage.version + 1, &closer, &value);
            }
            return Ok(Carry::Value(value));
        }
        let side_outputs = std::mem::take(&mut self.side_outputs);
        Err(match closer.close(value, self.text.json().len()) {
            Ok(json) => Exit::Done(ChainOutput { json, side_outputs }),
            Err(source) => failed(stage.version, ChainErrorCause::Output, source),
        })
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
