//! `#[versioned(..)]` on a field.

use proc_macro2::Span;
use syn::{Attribute, Expr, Path, Type, spanned::Spanned as _};

use super::{
    constant::{ConstantItem, constant as constant_of},
    entry::{Entry, entries, first, split},
    fetched::{FetchedItem, fetched, is_fetched},
    loss::{LossItem, MoveItem, loss, moved},
};
use crate::errors::Errors;

const KNOWN: &[&str] = &[
    "version_field",
    "min",
    "max",
    "missing_version",
    "assert_min",
    "assert_max",
    "each",
    "context",
    "side_output",
    "loss",
    "moved",
    "chain",
    "unversioned",
];

/// An integer literal.
#[derive(Clone, Copy)]
pub(crate) struct Number {
    pub(crate) value: u32,
    pub(crate) span: Span,
}

/// `a`, or `b(version = 3, as = TypeB3)`, in `context(..)`.
#[derive(Clone)]
pub(crate) struct ContextItem {
    pub(crate) field: String,
    pub(crate) span: Span,
    pub(crate) version: Option<Number>,
    pub(crate) ty: Option<Type>,
    pub(crate) constant: Option<ConstantItem>,
}

/// `side_output(step = 53, field = next_content_id_index)`
#[derive(Clone)]
pub(crate) struct SideOutputItem {
    pub(crate) step: Number,
    pub(crate) field: String,
    pub(crate) span: Span,
}

/// `Exploration` or `Exploration::states` in `chain = ..`.
#[derive(Clone)]
pub(crate) struct ChainPath {
    pub(crate) owner: Path,
    /// The name of the field, where it is another one's.
    pub(crate) field: Option<String>,
    pub(crate) span: Span,
}

/// What a field says of itself.
#[derive(Default, Clone)]
pub(crate) struct FieldAttr {
    pub(crate) version_field: Option<(String, Span)>,
    pub(crate) min: Option<Number>,
    pub(crate) max: Option<Number>,
    pub(crate) missing_version: Option<Number>,
    pub(crate) assert_min: Option<Expr>,
    pub(crate) assert_max: Option<Expr>,
    pub(crate) each: Option<Span>,
    pub(crate) context: Vec<ContextItem>,
    pub(crate) fetched: Vec<FetchedItem>,
    pub(crate) side_outputs: Vec<SideOutputItem>,
    pub(crate) losses: Vec<LossItem>,
    pub(crate) moves: Vec<MoveItem>,
    pub(crate) chain: Option<ChainPath>,
    pub(crate) unversioned: Option<Span>,
    /// The place of the first entry.
    pub(crate) span: Option<Span>,
    /// A mistake was reported: nothing that follows from the rest is reported too.
    pub(crate) poisoned: bool,
}

impl FieldAttr {
    pub(crate) fn of(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let before = errors.count();
        let mut attr = Self::default();
        let mut seen = Vec::new();
        for entry in entries(attributes, errors) {
            attr.span = attr.span.or(Some(entry.name.span()));
            if is_repeatable(&entry) || first(&mut seen, &entry.name, errors) {
                attr.take(entry, errors);
            }
        }
        attr.poisoned = errors.count() > before;
        attr
    }

    /// Whether the field declares versions of its own, however incompletely.
    pub(crate) fn is_versioned(&self) -> bool {
        self.span.is_some() && self.unversioned.is_none()
    }

    pub(crate) fn take(&mut self, entry: Entry, errors: &mut Errors) {
        match entry.name.to_string().as_str() {
            "version_field" => self.version_field = entry.name_value(errors),
            "min" => self.min = entry.number(errors),
            "max" => self.max = entry.number(errors),
            "missing_version" => self.missing_version = entry.number(errors),
            "assert_min" => self.assert_min = entry.node("a constant, such as `MIN`", errors),
            "assert_max" => self.assert_max = entry.node("a constant, such as `MAX`", errors),
            "each" => self.each = entry.flag(errors),
            "context" => (self.context, self.fetched) = context(entry, errors),
            "side_output" => self.side_outputs.extend(side_output(entry, errors)),
            "loss" => self.losses.extend(loss(entry, errors)),
            "moved" => self.moves.extend(moved(entry, errors)),
            "chain" => self.chain = chain(entry, errors),
            "unversioned" => self.unversioned = entry.flag(errors),
            _ => entry.unknown(KNOWN, errors),
        }
    }
}

/// Whether an entry may stand in an attribute more than once.
pub(super) fn is_repeatable(entry: &Entry) -> bool {
    ["side_output", "loss", "moved"].iter().any(|name| entry.name == name)
}

fn context(entry: Entry, errors: &mut Errors) -> (Vec<ContextItem>, Vec<FetchedItem>) {
    let span = entry.name.span();
    let items = entry.list.map_or_else(Vec::new, |list| split(list, errors));
    if items.is_empty() {
        errors
            .add(span, "`context` names the siblings to read, such as `context(init_state_name)`");
    }
    let mut context: Vec<ContextItem> = Vec::new();
    let mut before = Vec::new();
    for item in items {
        if is_fetched(&item) {
            before.extend(fetched(item, errors));
            continue;
        }
        let field = syn::ext::IdentExt::unraw(&item.name).to_string();
        if context.iter().any(|other| other.field == field) {
            errors.add(item.name.span(), format!("`{field}` stands in `context` twice; keep one"));
            continue;
        }
        if item.value.is_some() {
            let example = format!("`{field}` or `{field}(version = 3)`");
            errors.add(item.name.span(), format!("a sibling in `context` is written {example}"));
            continue;
        }
        let (span, version, ty, constant) = (item.name.span(), None, None, None);
        let mut found = ContextItem { field, span, version, ty, constant };
        let mut seen = Vec::new();
        for detail in item.list.map_or_else(Vec::new, |list| split(list, errors)) {
            if !first(&mut seen, &detail.name, errors) {
                continue;
            }
            match detail.name.to_string().as_str() {
                "version" => found.version = detail.number(errors),
                "as" => found.ty = detail.node("a type, such as `as = StatesV3`", errors),
                "constant" => found.constant = constant_of(detail, errors),
                _ => detail.unknown(&["version", "as", "constant"], errors),
            }
        }
        // A constant that is none has been reported.
        if found.constant.is_some() || !seen.iter().any(|name| name == "constant") {
            context.push(found);
        }
    }
    (context, before)
}

fn side_output(entry: Entry, errors: &mut Errors) -> Option<SideOutputItem> {
    let span = entry.name.span();
    let before = errors.count();
    let (mut step, mut field) = (None, None);
    let mut seen = Vec::new();
    for detail in entry.list.map_or_else(Vec::new, |list| split(list, errors)) {
        if !first(&mut seen, &detail.name, errors) {
            continue;
        }
        match detail.name.to_string().as_str() {
            "step" => step = detail.number(errors),
            "field" => field = detail.name_value(errors),
            _ => detail.unknown(&["step", "field"], errors),
        }
    }
    let (Some(step), Some((field, span))) = (step, field) else {
        if errors.count() == before {
            errors.add(
                span,
                "`side_output` needs the step that sets a sibling, and the sibling: \
                 `side_output(step = 53, field = next_content_id_index)`",
            );
        }
        return None;
    };
    Some(SideOutputItem { step, field, span })
}

fn chain(entry: Entry, errors: &mut Errors) -> Option<ChainPath> {
    let mut owner: Path =
        entry.node("a type, such as `chain = Exploration`, or a field of it", errors)?;
    let span = owner.span();
    let last = owner.segments.last().map(|segment| segment.ident.to_string());
    let names_field = owner.segments.len() > 1
        && last
            .as_ref()
            .is_some_and(|name| name.starts_with(|c: char| c.is_lowercase() || c == '_'));
    if names_field {
        owner.segments.pop();
        let path = std::mem::take(&mut owner.segments);
        owner.segments = path.into_iter().collect();
    }
    let field = last.filter(|_| names_field).map(|name| name.trim_start_matches("r#").to_owned());
    Some(ChainPath { owner, field, span })
}
