//! Fetched values: their names are free, and only the owner of a chain declares them.
//!
//! Invariant: a value that was refused is no member of the context struct, where its name would be
//! refused once more.

use super::Versioned;
use crate::{ast::Input, errors::Errors};

pub(super) fn check(input: &Input, versioned: &mut [Versioned<'_>], errors: &mut Errors) {
    for versioned in versioned {
        let before = errors.count();
        let attr = versioned.attr;
        let place = format!("`{}.{}`", input.ident, versioned.name);
        for item in &attr.fetched {
            let name = &item.name;
            let problem = if attr.chain.is_some() {
                format!("{place} shares a chain, whose owner declares what is fetched for it")
            } else if input.field(name).is_some() {
                format!(
                    "`{name}` cannot be a fetched value of {place}: `{}` has a field of that name",
                    input.ident
                )
            } else if versioned.fetched.iter().any(|other| other.name == *name) {
                format!("`{name}` stands in `fetched` twice; keep one")
            } else {
                versioned.fetched.push(item);
                continue;
            };
            errors.add(item.ident.span(), problem);
        }
        versioned.sound &= errors.count() == before;
    }
}
