//! Side outputs: what a step returns beside the value of its chain.
//!
//! Layer: core. Invariant: a declared side output is written on every path, since only
//! [`Splits::split`] can take a step's result apart.

use std::marker::PhantomData;

use serde::Serialize;

use super::{step::Missing, write};
use crate::{
    ConversionError,
    chain::{Room, SideOutput},
};

/// A step without side outputs: it returns the value alone.
pub struct NoSides;
/// A step that sets one sibling: it returns `(U, S)`.
pub struct Side<S>(PhantomData<S>);
/// A step that sets several siblings: it returns `(U, (S1, S2))`, with a tuple of up to four in
/// declared order.
pub struct Sides<S>(PhantomData<S>);

/// Splits what a function returns into the value of the chain and the side outputs.
pub trait Splits<S> {
    type Main;

    /// Adds the side outputs to `outputs` and returns the value; `fields` are the names that the
    /// step declares.
    fn split(
        self,
        fields: &[&'static str],
        outputs: &mut Vec<SideOutput>,
    ) -> Result<Self::Main, ConversionError>;
}

impl<U> Splits<NoSides> for U {
    type Main = U;

    #[inline]
    fn split(self, _: &[&'static str], _: &mut Vec<SideOutput>) -> Result<U, ConversionError> {
        Ok(self)
    }
}

impl<S> Splits<Side<S>> for Missing {
    type Main = Self;

    fn split(self, _: &[&'static str], _: &mut Vec<SideOutput>) -> Result<Self, ConversionError> {
        Ok(self)
    }
}

impl<S> Splits<Sides<S>> for Missing {
    type Main = Self;

    fn split(self, _: &[&'static str], _: &mut Vec<SideOutput>) -> Result<Self, ConversionError> {
        Ok(self)
    }
}

impl<U, S: Serialize> Splits<Side<S>> for (U, S) {
    type Main = U;

    fn split(
        self,
        fields: &[&'static str],
        outputs: &mut Vec<SideOutput>,
    ) -> Result<U, ConversionError> {
        set(outputs, fields.first(), &self.1)?;
        Ok(self.0)
    }
}

macro_rules! split_several {
    ($($value:ident $index:tt),+) => {
        impl<U, $($value: Serialize),+> Splits<Sides<($($value,)+)>> for (U, ($($value,)+)) {
            type Main = U;

            fn split(
                self,
                fields: &[&'static str],
                outputs: &mut Vec<SideOutput>,
            ) -> Result<U, ConversionError> {
                $(set(outputs, fields.get($index), &self.1.$index)?;)+
                Ok(self.0)
            }
        }
    };
}

split_several!(A 0, B 1);
split_several!(A 0, B 1, C 2);
split_several!(A 0, B 1, C 2, D 3);

/// A later output of the same field replaces an earlier one.
fn set(
    outputs: &mut Vec<SideOutput>,
    field: Option<&&'static str>,
    value: &impl Serialize,
) -> Result<(), ConversionError> {
    let Some(&field) = field else { return Ok(()) };
    let json =
        write::to_text_in(value, Room::MEMBER, None).map_err(|error| in_sibling(field, &error))?;
    outputs.retain(|output| output.field != field);
    outputs.push(SideOutput { field, json });
    Ok(())
}

/// Pointers of errors are relative to the value of the chain, so that a place in a sibling is told in
/// words.
#[cold]
fn in_sibling(field: &str, error: &ConversionError) -> ConversionError {
    let place = error.pointer().map_or("", |pointer| pointer.as_str());
    let at = if place.is_empty() { "" } else { " at " };
    ConversionError::new(format!("side output `{field}`{at}{place}: {error}"))
}
