//! `loss(..)` and `moved(..)`: what steps drop, and what they put elsewhere.

use proc_macro2::Span;
use syn::LitStr;

use super::{
    entry::{Entry, first, split},
    field::Number,
};
use crate::errors::Errors;

/// `loss(step = 54, path = "/*/written_translations")`
#[derive(Clone)]
pub(crate) struct LossItem {
    pub(crate) step: Number,
    pub(crate) path: Place,
}

/// `moved(step = 54, from = "/*/a", to = "/*/b")`
#[derive(Clone)]
pub(crate) struct MoveItem {
    pub(crate) step: Number,
    pub(crate) from: Place,
    pub(crate) to: Place,
}

/// A JSON pointer with `*`, as it was written.
#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) text: String,
    pub(crate) span: Span,
}

pub(super) fn loss(entry: Entry, errors: &mut Errors) -> Option<LossItem> {
    let needs = "`loss` needs the step that drops something, and where it was: \
                 `loss(step = 54, path = \"/*/written_translations\")`";
    let (step, [path]) = details(entry, ["path"], needs, errors)?;
    Some(LossItem { step, path })
}

pub(super) fn moved(entry: Entry, errors: &mut Errors) -> Option<MoveItem> {
    let needs = "`moved` needs the step that puts something elsewhere, where it was, and where \
                 it is then: `moved(step = 54, from = \"/*/a\", to = \"/*/b\")`";
    let (step, [from, to]) = details(entry, ["from", "to"], needs, errors)?;
    Some(MoveItem { step, from, to })
}

/// Reads `step`, and the places with these names.
fn details<const N: usize>(
    entry: Entry,
    names: [&str; N],
    needs: &str,
    errors: &mut Errors,
) -> Option<(Number, [Place; N])> {
    let span = entry.name.span();
    let before = errors.count();
    let mut step = None;
    let mut places = names.map(|_| None);
    let mut seen = Vec::new();
    for detail in entry.list.map_or_else(Vec::new, |list| split(list, errors)) {
        if !first(&mut seen, &detail.name, errors) {
            continue;
        }
        if detail.name == "step" {
            step = detail.number(errors);
        } else if let Some(index) = names.iter().position(|name| detail.name == name) {
            places[index] = place(detail, errors);
        } else {
            let known: Vec<&str> = std::iter::once("step").chain(names).collect();
            detail.unknown(&known, errors);
        }
    }
    let found: Vec<Place> = places.into_iter().flatten().collect();
    match (step, found.try_into()) {
        (Some(step), Ok(places)) => Some((step, places)),
        _ => {
            if errors.count() == before {
                errors.add(span, needs);
            }
            None
        }
    }
}

fn place(detail: Entry, errors: &mut Errors) -> Option<Place> {
    let text: LitStr = detail.node("a JSON pointer in quotes, such as `\"/*/name\"`", errors)?;
    Some(Place { text: text.value(), span: text.span() })
}
