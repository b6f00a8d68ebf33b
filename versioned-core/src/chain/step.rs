//! Steps: how a conversion function of any accepted shape is called.
//!
//! Layer: core. Derived code finds the shape by method resolution on [`Tag`]: one trait per shape,
//! implemented for a different number of references, the most specific one first. Derived code adds
//! the second and the fifth choice, for functions whose error is no error, and a last one, each
//! with a message of its own. Invariant: a [`Step`] is a function and nothing else, so a call
//! through it compiles to a direct call.

use std::marker::PhantomData;

use serde::Serialize;

use super::sides::Splits;
use crate::ConversionError;

/// A conversion function whose shape is not yet known, with its context and its side outputs.
pub struct Tag<F, X, S> {
    function: F,
    types: PhantomData<(X, S)>,
}

impl<F: Copy, X, S> Tag<F, X, S> {
    pub const fn new(function: F) -> Self {
        Self { function, types: PhantomData }
    }

    pub const fn step<M, T, R>(&self) -> Step<F, M, T, R, S> {
        Step { function: self.function, types: PhantomData }
    }
}

/// The context of a chain that declares none.
#[derive(Clone, Copy)]
pub struct NoContext;

/// A step whose function takes a `T` and, errors aside, returns an `R`.
pub struct Step<F, M, T, R, S> {
    function: F,
    types: PhantomData<(M, T, R, S)>,
}

/// Calls the function of a step.
pub trait Converts<T, R, X> {
    fn convert(&self, value: T, context: X) -> Result<R, ConversionError>;
}

/// `fn(T) -> R`
pub struct Infallible;
/// `fn(T, X) -> R`, where `X` is a reference to the context
pub struct InfallibleWithContext;
/// `fn(T) -> Result<R, E>`
pub struct Fallible<E>(PhantomData<E>);
/// `fn(T, X) -> Result<R, E>`
pub struct FallibleWithContext<E>(PhantomData<E>);
/// None of the accepted shapes.
pub struct NotAConversion;

impl<F: Fn(T) -> R, T, R, X, S> Converts<T, R, X> for Step<F, Infallible, T, R, S> {
    #[inline]
    fn convert(&self, value: T, _context: X) -> Result<R, ConversionError> {
        Ok((self.function)(value))
    }
}

impl<F: Fn(T, X) -> R, T, R, X, S> Converts<T, R, X> for Step<F, InfallibleWithContext, T, R, S> {
    #[inline]
    fn convert(&self, value: T, context: X) -> Result<R, ConversionError> {
        Ok((self.function)(value, context))
    }
}

impl<F: Fn(T) -> Result<R, E>, T, R, E: Into<ConversionError>, X, S> Converts<T, R, X>
    for Step<F, Fallible<E>, T, R, S>
{
    #[inline]
    fn convert(&self, value: T, _context: X) -> Result<R, ConversionError> {
        (self.function)(value).map_err(Into::into)
    }
}

impl<F: Fn(T, X) -> Result<R, E>, T, R, E: Into<ConversionError>, X, S> Converts<T, R, X>
    for Step<F, FallibleWithContext<E>, T, R, S>
{
    #[inline]
    fn convert(&self, value: T, context: X) -> Result<R, ConversionError> {
        (self.function)(value, context).map_err(Into::into)
    }
}

impl<F, T, R, X, S> Converts<T, R, X> for Step<F, NotAConversion, T, R, S> {
    fn convert(&self, _value: T, _context: X) -> Result<R, ConversionError> {
        Err(ConversionError::new("this function is no conversion"))
    }
}

/// The first choice: a fallible function with context.
pub trait ChooseFallibleWithContext<F, T, R, E, S> {
    fn choose(&self) -> Step<F, FallibleWithContext<E>, T, R, S>;
}

impl<F, T, R, E, X, S> ChooseFallibleWithContext<F, T, R, E, S> for &&&&&&Tag<F, X, S>
where
    F: Copy + Fn(T, X) -> Result<R, E>,
    R: Splits<S>,
    E: Into<ConversionError>,
{
    fn choose(&self) -> Step<F, FallibleWithContext<E>, T, R, S> {
        self.step()
    }
}

/// The third choice: an infallible function with context.
pub trait ChooseInfallibleWithContext<F, T, R, S> {
    fn choose(&self) -> Step<F, InfallibleWithContext, T, R, S>;
}

impl<F, T, R, X, S> ChooseInfallibleWithContext<F, T, R, S> for &&&&Tag<F, X, S>
where
    F: Copy + Fn(T, X) -> R,
    R: Splits<S>,
{
    fn choose(&self) -> Step<F, InfallibleWithContext, T, R, S> {
        self.step()
    }
}

/// The fourth choice: a fallible function.
pub trait ChooseFallible<F, T, R, E, S> {
    fn choose(&self) -> Step<F, Fallible<E>, T, R, S>;
}

impl<F, T, R, E, X, S> ChooseFallible<F, T, R, E, S> for &&&Tag<F, X, S>
where
    F: Copy + Fn(T) -> Result<R, E>,
    R: Splits<S>,
    E: Into<ConversionError>,
{
    fn choose(&self) -> Step<F, Fallible<E>, T, R, S> {
        self.step()
    }
}

/// The sixth choice: an infallible function.
pub trait ChooseInfallible<F, T, R, S> {
    fn choose(&self) -> Step<F, Infallible, T, R, S>;
}

impl<F, T, R, X, S> ChooseInfallible<F, T, R, S> for &Tag<F, X, S>
where
    F: Copy + Fn(T) -> R,
    R: Splits<S>,
{
    fn choose(&self) -> Step<F, Infallible, T, R, S> {
        self.step()
    }
}

/// The last choice, where another place has already reported the function.
pub trait ChooseNothing<F, S> {
    fn choose(&self) -> Step<F, NotAConversion, Missing, Missing, S>;
}

impl<F: Copy, X, S> ChooseNothing<F, S> for Tag<F, X, S> {
    fn choose(&self) -> Step<F, NotAConversion, Missing, Missing, S> {
        self.step()
    }
}

/// Stands for the values of a conversion function that does not exist; every neighbour accepts it,
/// so that a missing function is one error.
#[derive(Clone, Copy)]
pub struct Missing;

/// What a probed name resolves to where the type has no function of that name.
pub type MissingFunction = fn(Missing) -> Missing;

/// The value of every [`MissingFunction`].
#[must_use]
pub fn missing(absent: Missing) -> Missing {
    absent
}

impl Serialize for Missing {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

impl<'de> serde::Deserialize<'de> for Missing {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <() as serde::Deserialize>::deserialize(deserializer).map(|()| Self)
    }
}
