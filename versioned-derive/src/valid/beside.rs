//! Context that is no sibling: the key of an element, and constants of a field that shares a chain.
//!
//! Invariant: whoever owns a chain reads what is stored; only a field that shares one may say what
//! stands for a sibling that its type does not have.

use syn::{Type, parse_quote};

use super::Versioned;
use crate::{
    ast::Input,
    attr::{ConstantItem, ContextItem, Literal, Number},
    errors::Errors,
};

/// The name by which a context has the key of an element.
const KEY: &str = "key";

/// What stands for a sibling of the owner of a chain.
pub(crate) struct Constant<'a> {
    pub(crate) name: &'a str,
    pub(crate) version: Option<Number>,
    /// The type in which the owner reads the sibling.
    pub(crate) ty: Type,
    pub(crate) item: &'a ConstantItem,
}

/// Takes an item of a context; false for one that names a sibling.
pub(super) fn take<'a>(
    input: &Input,
    versioned: &mut Versioned<'a>,
    (item, place): (&'a ContextItem, &str),
    errors: &mut Errors,
) -> bool {
    if let Some(constant) = &item.constant {
        versioned.constants.extend(checked(input, versioned, (item, constant), place, errors));
        return true;
    }
    let is_key = item.field == KEY && input.field(KEY).is_none();
    if !is_key || item.version.is_some() || item.ty.is_some() {
        return false;
    }
    if versioned.attr.each.is_some() || versioned.attr.chain.is_some() {
        versioned.element_key = true;
    } else {
        let message = format!(
            "the conversions of {place} take the whole value, which has no key: only those of \
             elements see one; declare `each`, or name a field"
        );
        errors.add(item.span, message);
    }
    true
}

fn checked<'a>(
    input: &Input,
    versioned: &Versioned<'a>,
    (item, constant): (&'a ContextItem, &'a ConstantItem),
    place: &str,
    errors: &mut Errors,
) -> Option<Constant<'a>> {
    let name = &item.field;
    let problem = if versioned.attr.chain.is_none() {
        Some(format!(
            "`{name}` cannot be a constant of {place}, which has a chain of its own: a constant \
             stands for what the owner of a shared chain reads"
        ))
    } else if input.field(name).is_some() {
        Some(format!(
            "`{name}` cannot be a constant of {place}: `{}` has a field of that name; read it: \
             `context({name})`",
            input.ident
        ))
    } else {
        None
    };
    if let Some(problem) = problem {
        errors.add(item.span, problem);
        return None;
    }
    let ty = match (&item.ty, constant.literal) {
        (Some(ty), _) => ty.clone(),
        (None, Literal::Text) => parse_quote!(::std::string::String),
        (None, Literal::Boolean) => parse_quote!(bool),
        (None, Literal::Integer | Literal::Nothing) => {
            let message = format!(
                "say in which type the owner of the chain has `{name}`, such as \
                 `{name}(constant = {}, as = {})`",
                if constant.literal == Literal::Nothing { "none" } else { &constant.json },
                if constant.literal == Literal::Nothing { "Option<String>" } else { "u32" },
            );
            errors.add(item.span, message);
            return None;
        }
    };
    Some(Constant { name, version: item.version, ty, item: constant })
}
