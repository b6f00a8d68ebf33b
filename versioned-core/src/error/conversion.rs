//! What a conversion returns when it refuses a value.
//!
//! Layer: core. Invariant: `ConversionError` is no `std::error::Error` itself, so that `?` turns every error type into
//! it; [`ConversionFailure`] is the same content as an error, for chains of sources.

use std::{borrow::Cow, error::Error, fmt};

use crate::json::Pointer;

/// Why a conversion refused a value, and where in the value.
///
/// Any error type becomes one by `?`. Add the place with [`at`](Self::at): it ends up in the report of the run.
///
/// # Examples
///
/// ```
/// use serde_json::Value;
/// use versioned_core::ConversionError;
///
/// fn first_cell(notebook: &Value) -> Result<&Value, ConversionError> {
///     notebook
///         .pointer("/cells/0")
///         .ok_or_else(|| ConversionError::new("a notebook needs at least one cell").at("/cells"))
/// }
/// assert_eq!(first_cell(&Value::Null).unwrap_err().to_string(), "a notebook needs at least one cell");
/// ```
pub struct ConversionError(Box<Content>);

struct Content {
    message: Option<Cow<'static, str>>,
    pointer: Option<Pointer>,
    source: Option<Box<dyn Error + Send + Sync>>,
    /// Address of a value in the stored text, 0 for none; `pointer` is relative to it. See
    /// [`located_in`](ConversionError::located_in).
    place: usize,
}

impl ConversionError {
    /// An error with this message: a lower-case fragment without a full stop.
    #[must_use]
    pub fn new(message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Content {
            message: Some(message.into()),
            pointer: None,
            source: None,
            place: 0,
        }))
    }

    /// Names the place in the value: a JSON pointer, relative to the value that the conversion was given.
    #[must_use]
    pub fn at(mut self, pointer: impl Into<Pointer>) -> Self {
        self.0.pointer = Some(pointer.into());
        self
    }

    /// Prepends a pointer to the place, for errors of a part of the value.
    ///
    /// An error of a [`LazyValue`](crate::LazyValue) knows its place in the whole field already and keeps it.
    #[must_use]
    pub fn within(mut self, parent: &Pointer) -> Self {
        if self.0.place != 0 {
            return self;
        }
        self.0.pointer = Some(match self.0.pointer.take() {
            Some(pointer) => parent.join(&pointer),
            None => parent.clone(),
        });
        self
    }

    /// Names the place by its address in the stored text, unless a place is known already.
    #[must_use]
    pub(crate) fn or_at_place(mut self, place: usize) -> Self {
        if self.0.place == 0 && self.0.pointer.is_none() {
            self.0.place = place;
        }
        self
    }

    /// Says that the pointer is relative to the value at this address in the stored text.
    #[must_use]
    pub(crate) fn below(mut self, place: usize) -> Self {
        if self.0.place == 0 {
            self.0.place = place;
        }
        self
    }

    /// Turns the address of a place into a JSON pointer, if it lies in this text.
    #[must_use]
    pub(crate) fn located_in(mut self, text: &str) -> Self {
        let place = std::mem::take(&mut self.0.place);
        match place.checked_sub(text.as_ptr() as usize) {
            Some(offset) if place != 0 && offset < text.len() => {
                self.within(&crate::lazy::pointer_at(text, offset))
            }
            _ => self,
        }
    }

    /// The place in the value, where the conversion named one.
    #[must_use]
    pub fn pointer(&self) -> Option<&Pointer> {
        self.0.pointer.as_ref()
    }

    /// The same as a `std::error::Error`, for chains of sources.
    #[must_use]
    pub fn into_failure(self) -> ConversionFailure {
        ConversionFailure(self)
    }
}

impl<E: Error + Send + Sync + 'static> From<E> for ConversionError {
    fn from(error: E) -> Self {
        Self(Box::new(Content {
            message: None,
            pointer: None,
            source: Some(Box::new(error)),
            place: 0,
        }))
    }
}

impl fmt::Display for ConversionError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.0.message, &self.0.source) {
            (Some(message), _) => formatter.write_str(message),
            (None, Some(source)) => source.fmt(formatter),
            (None, None) => formatter.write_str("refused without a reason"),
        }
    }
}

impl fmt::Debug for ConversionError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ConversionError")
            .field("message", &self.0.message)
            .field("pointer", &self.0.pointer)
            .field("source", &self.0.source)
            .finish()
    }
}

/// A [`ConversionError`] in a chain of sources.
#[derive(Debug)]
pub struct ConversionFailure(ConversionError);

impl fmt::Display for ConversionFailure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl Error for ConversionFailure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        // The display of an error without a message is its source's, so the chain goes on below that one.
        match (&(self.0).0.message, &(self.0).0.source) {
            (Some(_), Some(source)) => Some(source.as_ref()),
            (None, Some(source)) => source.source(),
            (_, None) => None,
        }
    }
}
