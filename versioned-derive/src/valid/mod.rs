//! The declaration, checked: every field has its role, and names, versions, context and side
//! outputs fit together.
//!
//! Invariant: what is wrong with one field is reported once, and the field is then no longer
//! `sound`, so that nothing that follows from the mistake is reported as well.

mod beside;
mod context;
mod fetched;
mod keys;
mod loss;
mod versioned;

use std::collections::BTreeSet;

use proc_macro2::Span;

use crate::{
    ast::{Field, Input},
    attr::{ChainPath, FetchedItem, FieldAttr, Number},
    errors::Errors,
};

pub(crate) use beside::Constant;
pub(crate) use context::{Context, ContextType};
pub(crate) use versioned::range;

/// A checked struct.
pub(crate) struct Model<'a> {
    pub(crate) input: &'a Input,
    pub(crate) versioned: Vec<Versioned<'a>>,
    pub(crate) others: Vec<Other<'a>>,
}

/// A field, or a whole document, with a chain.
pub(crate) struct Versioned<'a> {
    /// The name in function names: that of the field, or `document`.
    pub(crate) name: &'a str,
    /// `None` for the whole document.
    pub(crate) field: Option<&'a Field>,
    pub(crate) attr: &'a FieldAttr,
    pub(crate) version: Option<&'a Field>,
    pub(crate) chain: Chain<'a>,
    pub(crate) context: Vec<Context<'a>>,
    /// What stands for siblings that only the owner of a shared chain has.
    pub(crate) constants: Vec<Constant<'a>>,
    /// The conversions see the key of their element.
    pub(crate) element_key: bool,
    /// What the caller fetches for the conversions.
    pub(crate) fetched: Vec<&'a FetchedItem>,
    /// The steps that set siblings, in the order of the steps.
    pub(crate) side_outputs: Vec<(Number, &'a Field)>,
    /// Where diagnostics of the chain point to: the literal of `max`.
    pub(crate) anchor: Span,
    pub(crate) sound: bool,
}

/// Where the conversions come from.
#[derive(Clone, Copy)]
pub(crate) enum Chain<'a> {
    /// Functions of the struct, for these versions.
    Own { min: u32, max: u32 },
    /// Another field's chain, with the versions that the attribute repeats.
    Shared { path: &'a ChainPath, min: Option<Number>, max: Option<Number> },
    /// Unknown after a mistake.
    Unknown { min: Option<u32>, max: Option<u32> },
}

impl Chain<'_> {
    pub(crate) fn min(self) -> Option<u32> {
        match self {
            Self::Own { min, .. } => Some(min),
            Self::Shared { min, .. } => min.map(|number| number.value),
            Self::Unknown { min, .. } => min,
        }
    }

    pub(crate) fn max(self) -> Option<u32> {
        match self {
            Self::Own { max, .. } => Some(max),
            Self::Shared { max, .. } => max.map(|number| number.value),
            Self::Unknown { max, .. } => max,
        }
    }
}

/// A field without a chain.
pub(crate) struct Other<'a> {
    pub(crate) field: &'a Field,
    pub(crate) kind: Kind,
}

/// Why a field needs no chain.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It holds a version; the flag says that a document without it is accepted.
    Version {
        optional: bool,
    },
    Unversioned,
    /// Its type is plain, which only the compiler can tell.
    Plain,
}

impl<'a> Model<'a> {
    pub(crate) fn of(input: &'a Input, errors: &mut Errors) -> Self {
        let mut versioned = versioned::read(input, errors);
        keys::check(input, &versioned, errors);
        versioned::check_groups(&mut versioned, errors);
        context::resolve(input, &mut versioned, errors);
        context::check_side_outputs(&mut versioned, errors);
        context::check_cycles(&mut versioned, errors);
        fetched::check(input, &mut versioned, errors);
        loss::check(input, &versioned, errors);
        let others = others(input, &versioned);
        Self { input, versioned, others }
    }
}

fn others<'a>(input: &'a Input, versioned: &[Versioned<'a>]) -> Vec<Other<'a>> {
    let versions: BTreeSet<&str> = versioned
        .iter()
        .filter_map(|one| one.attr.version_field.as_ref())
        .map(|(name, _)| name.as_str())
        .collect();
    let document = input.attr.document.is_some();
    let mut others = Vec::new();
    for field in &input.fields {
        let is_version = versions.contains(field.name.as_str());
        let kind = if is_version {
            let mut users = versioned
                .iter()
                .filter(|one| one.version.is_some_and(|version| version.name == field.name));
            Kind::Version { optional: users.any(|one| one.attr.missing_version.is_some()) }
        } else if document || field.attr.is_versioned() || !field.is_stored() {
            continue;
        } else if field.attr.unversioned.is_some() {
            Kind::Unversioned
        } else {
            Kind::Plain
        };
        if !(is_version && field.attr.is_versioned()) {
            others.push(Other { field, kind });
        }
    }
    others
}
