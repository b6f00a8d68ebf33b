//! The end of a chain: what its last step returns, against the type of the field.
//!
//! Layer: core. Invariant: a typed last step returns the type of the field; a document is checked
//! when it is read.

use std::marker::PhantomData;

use serde::de::DeserializeOwned;

use super::{
    Carry, CheckType,
    bridge::Document,
    elements::Elements,
    read,
    step::{Missing, Step},
};

/// A chain that converts a whole value of type `T`.
pub struct Whole<T>(PhantomData<fn() -> T>);
/// A chain that converts the elements of a `C`.
pub struct Each<C>(PhantomData<fn() -> C>);

/// What a chain converts.
pub trait Target {
    type Value;
}

impl<T> Target for Whole<T> {
    type Value = T;
}

impl<C: Elements> Target for Each<C> {
    type Value = C::Element;
}

impl<T: Target<Value: DeserializeOwned>> CheckOf<T> {
    pub const CHECK: Option<CheckType> = Some(read::check::<T::Value>);
}

/// Reads JSON text for its errors, as what a chain converts.
pub struct CheckOf<T>(PhantomData<T>);

/// What stands in where another check fails.
pub trait NoCheck {
    const CHECK: Option<CheckType> = None;
}

impl<T> NoCheck for CheckOf<T> {}

/// The end of a chain: the last step returns a `U`, and the chain converts a `T`.
pub struct End<U, T>(PhantomData<(fn() -> U, T)>);

impl<U, T> End<U, T> {
    pub const fn new(_carry: &Carry<U>) -> Self {
        Self(PhantomData)
    }
}

/// The first choice: the last step returns the type itself.
pub trait ChooseSameEnd {
    fn check_end(&self) {}
}

impl<T: Target> ChooseSameEnd for &&&&End<T::Value, T> {}

/// The second choice: it returns a document, which is checked when the object is read.
pub trait ChooseDocumentEnd {
    fn check_end(&self) {}
}

impl<'a, D: Document<'a>, T: Target> ChooseDocumentEnd for &&&End<D, T> {}

/// The third choice: it does not exist.
pub trait ChooseMissingEnd {
    fn check_end(&self) {}
}

impl<T: Target> ChooseMissingEnd for &&End<Missing, T> {}

/// The last choice: the field is no list, which another check reports. Between this one and the
/// third, derived code puts a choice of its own, which reports the type.
pub trait ChooseNoEnd {
    fn check_end(&self) {}
}

impl<U, T> ChooseNoEnd for End<U, T> {}

/// The marker of a chain that ends in a document.
pub struct DocumentEnd;
/// The marker of a chain that ends in a typed value; deliberately not `Send`.
pub struct TypedEnd(PhantomData<*const ()>);

/// What the last step of a chain returns.
pub struct LastStep<U>(PhantomData<fn() -> U>);

impl<U> LastStep<U> {
    pub const fn new<F, M, T, R, S>(_step: &Step<F, M, T, R, S>) -> Self
    where
        R: super::sides::Splits<S, Main = U>,
    {
        Self(PhantomData)
    }
}

/// The first choice: a document.
pub trait ChooseDocumentMarker {
    fn marker(&self) -> DocumentEnd {
        DocumentEnd
    }
}

impl<'a, D: Document<'a>> ChooseDocumentMarker for &LastStep<D> {}

/// The second choice: a typed value.
pub trait ChooseTypedMarker {
    fn marker(&self) -> TypedEnd {
        TypedEnd(PhantomData)
    }
}

impl<U> ChooseTypedMarker for LastStep<U> {}
