//! What differs between two schemas, in words.
//!
//! Layer: core, feature `schema`.

use std::fmt;

use serde_json::Value;

use super::describe::{describe, short};

/// Whether documents of the old schema are still understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "there is no third answer")]
pub enum Compatibility {
    /// Every old document is still valid, and all of it is still read.
    Compatible,
    /// An old document may be refused now, or a part of it no longer read.
    Breaking,
}

impl fmt::Display for Compatibility {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Compatible => "compatible",
            Self::Breaking => "breaking",
        })
    }
}

/// One difference between two schemas.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    pub(super) pointer: String,
    pub(super) case: Option<String>,
    pub(super) kind: ChangeKind,
    pub(super) compatibility: Compatibility,
}

impl Change {
    /// Where it is in documents: a [`PathPattern`](crate::PathPattern), so `*` stands for every element and every
    /// member of a map; empty for the value itself.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// Of several shapes that a value may have, the one that differs, in words.
    #[must_use]
    pub fn case(&self) -> Option<&str> {
        self.case.as_deref()
    }

    /// What differs.
    #[must_use]
    pub fn kind(&self) -> &ChangeKind {
        &self.kind
    }

    /// Whether it is [`Compatibility::Breaking`].
    #[must_use]
    pub fn is_breaking(&self) -> bool {
        self.compatibility == Compatibility::Breaking
    }

    /// Whether old documents are still understood.
    #[must_use]
    pub fn compatibility(&self) -> Compatibility {
        self.compatibility
    }
}

/// What differs between two schemas.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ChangeKind {
    /// A property is new.
    PropertyAdded {
        /// Its schema.
        schema: Value,
        /// Whether it must be there.
        is_required: bool,
    },
    /// A property is gone.
    PropertyRemoved {
        /// The schema that it had.
        schema: Value,
    },
    /// A property that might be absent must be there.
    BecameRequired,
    /// A property that had to be there may be absent.
    BecameOptional,
    /// A value has another type.
    Retyped {
        /// What it was.
        from: Value,
        /// What it is.
        to: Value,
    },
    /// A value is accepted now.
    ValueAdded {
        /// The value.
        value: Value,
    },
    /// A value is no longer accepted.
    ValueRemoved {
        /// The value.
        value: Value,
    },
    /// A bound, a pattern or a format is another one.
    Bound {
        /// The keyword of JSON Schema.
        keyword: String,
        /// What it was.
        from: Option<Value>,
        /// What it is.
        to: Option<Value>,
    },
    /// What an absent property is read as is another value.
    Default {
        /// What it was.
        from: Option<Value>,
        /// What it is.
        to: Option<Value>,
    },
    /// Properties that are not listed are refused now.
    OthersRefused,
    /// Properties that are not listed are accepted now.
    OthersAccepted,
    /// There is one more shape that a value may have.
    ShapeAdded {
        /// Its schema.
        schema: Value,
    },
    /// A shape that a value might have is gone.
    ShapeRemoved {
        /// The schema that it had.
        schema: Value,
    },
    /// Something else in the schema.
    Keyword {
        /// The keyword of JSON Schema.
        keyword: String,
        /// What it was.
        from: Option<Value>,
        /// What it is.
        to: Option<Value>,
    },
}

/// What differs, in words, without the place.
impl fmt::Display for ChangeKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PropertyAdded { schema, is_required: true } => {
                let schema = describe(schema);
                write!(formatter, "new and required ({schema}); stored values do not have it")
            }
            Self::PropertyAdded { schema, is_required: false } => {
                write!(formatter, "new and optional ({})", describe(schema))
            }
            Self::PropertyRemoved { schema } => {
                write!(
                    formatter,
                    "gone (was {}); what is stored is no longer read",
                    describe(schema)
                )
            }
            Self::BecameRequired => formatter.write_str("required now; it was optional"),
            Self::BecameOptional => formatter.write_str("optional now; it was required"),
            Self::Retyped { from, to } => {
                write!(formatter, "was {}, is {}", describe(from), describe(to))
            }
            Self::ValueAdded { value } => write!(formatter, "may be {} now", short(value)),
            Self::ValueRemoved { value } => {
                write!(formatter, "may no longer be {}", short(value))
            }
            Self::Bound { keyword, from, to } | Self::Keyword { keyword, from, to } => {
                from_to(formatter, &format!("`{keyword}`"), from.as_ref(), to.as_ref())
            }
            Self::Default { from, to } => {
                from_to(formatter, "what an absent one is read as", from.as_ref(), to.as_ref())
            }
            Self::OthersRefused => formatter.write_str("refuses further properties now"),
            Self::OthersAccepted => formatter.write_str("accepts further properties now"),
            Self::ShapeAdded { schema } => {
                write!(formatter, "may be {} now", describe(schema))
            }
            Self::ShapeRemoved { schema } => {
                write!(formatter, "may no longer be {}", describe(schema))
            }
        }
    }
}

fn from_to(
    formatter: &mut fmt::Formatter<'_>,
    what: &str,
    from: Option<&Value>,
    to: Option<&Value>,
) -> fmt::Result {
    match (from, to) {
        (Some(from), Some(to)) => {
            write!(formatter, "{what} was {}, is {}", short(from), short(to))
        }
        (None, Some(to)) => write!(formatter, "{what} is {} now; there was none", short(to)),
        (Some(from), None) => write!(formatter, "{what} is gone; it was {}", short(from)),
        (None, None) => write!(formatter, "{what} differs"),
    }
}

/// Place and words, such as `/*/content: was string, is integer`.
impl fmt::Display for Change {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.pointer.is_empty() { "the value" } else { &self.pointer };
        formatter.write_str(place)?;
        if let Some(case) = &self.case {
            write!(formatter, " ({case})")?;
        }
        write!(formatter, ": {}", self.kind)
    }
}
