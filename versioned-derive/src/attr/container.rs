//! `#[versioned(..)]` on the struct.

use proc_macro2::Span;
use syn::{Attribute, LitStr, Path};

use super::{
    entry::{Entry, entries, first},
    field::{FieldAttr, Number, is_repeatable},
};
use crate::errors::Errors;

const KNOWN: &[&str] = &[
    "entity",
    "crate",
    "document",
    "version_field",
    "min",
    "max",
    "missing_version",
    "assert_min",
    "assert_max",
    "context",
    "loss",
    "moved",
];

/// What the struct says of itself.
#[derive(Default)]
pub(crate) struct ContainerAttr {
    pub(crate) entity: Option<LitStr>,
    pub(crate) krate: Option<Path>,
    pub(crate) document: Option<Span>,
    /// The versions of the document, where it has one for the whole.
    pub(crate) versions: FieldAttr,
}

impl ContainerAttr {
    pub(crate) fn of(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let before = errors.count();
        let mut attr = Self::default();
        let mut seen = Vec::new();
        for entry in entries(attributes, errors) {
            if is_repeatable(&entry) || first(&mut seen, &entry.name, errors) {
                attr.take(entry, errors);
            }
        }
        attr.check_document(errors);
        attr.refuse_siblings(errors);
        attr.versions.poisoned = errors.count() > before;
        attr
    }

    fn take(&mut self, entry: Entry, errors: &mut Errors) {
        match entry.name.to_string().as_str() {
            "entity" => {
                self.entity = entry.node("a text, such as `entity = \"exploration\"`", errors);
                if let Some(entity) = &self.entity
                    && entity.value().is_empty()
                {
                    errors.add(entity.span(), "the name of an entity kind cannot be empty");
                }
            }
            "crate" => {
                self.krate =
                    entry.node("a path, such as `crate = my_crate::versioned_core`", errors);
            }
            "document" => self.document = entry.flag(errors),
            "version_field" | "min" | "max" | "missing_version" | "assert_min" | "assert_max"
            | "loss" | "moved" | "context" => self.versions.take(entry, errors),
            _ => entry.unknown(KNOWN, errors),
        }
    }

    fn check_document(&self, errors: &mut Errors) {
        let version = self.versions.version_field.as_ref().map(|(_, span)| *span);
        let number = |number: &Option<Number>| number.as_ref().map(|number| number.span);
        let losses = self.versions.losses.iter().map(|loss| loss.step.span);
        let mut losses = losses.chain(self.versions.moves.iter().map(|moved| moved.step.span));
        let stray = version
            .or(number(&self.versions.min))
            .or(number(&self.versions.max))
            .or_else(|| losses.next())
            .or(self.versions.fetched.first().map(|fetched| fetched.ident.span()))
            .or(self.versions.context.first().map(|sibling| sibling.span));
        if self.document.is_none()
            && let Some(span) = stray
        {
            errors.add(
                span,
                "versions on the struct are for the whole document: add `document`, or move them \
                 to a field",
            );
        }
    }

    /// What a conversion of the whole document wants to read is in the document.
    fn refuse_siblings(&mut self, errors: &mut Errors) {
        for sibling in std::mem::take(&mut self.versions.context) {
            if self.document.is_some() {
                let message = format!(
                    "`{}` is a part of the document that the conversions take; the `context` of a \
                     whole document is `fetched(..)` alone",
                    sibling.field
                );
                errors.add(sibling.span, message);
            }
        }
    }
}
