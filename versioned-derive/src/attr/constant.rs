//! `constant = ..` of an item in `context(..)`: what stands for a sibling that the type does not have.

use proc_macro2::Span;
use syn::{Ident, Lit};

use super::entry::Entry;
use crate::errors::Errors;

/// `constant = "Introduction"`, `constant = 5`, `constant = true` or `constant = none`
#[derive(Clone)]
pub(crate) struct ConstantItem {
    /// JSON text.
    pub(crate) json: String,
    pub(crate) literal: Literal,
    pub(crate) span: Span,
}

/// What kind of value it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Literal {
    Text,
    Integer,
    Boolean,
    Nothing,
}

pub(super) fn constant(entry: Entry, errors: &mut Errors) -> Option<ConstantItem> {
    let span = entry.span();
    let value = entry.value.unwrap_or_default();
    let is_none = syn::parse2::<Ident>(value.clone()).is_ok_and(|ident| ident == "none");
    let found = match syn::parse2::<Lit>(value) {
        _ if is_none => Some(("null".to_owned(), Literal::Nothing)),
        Ok(Lit::Str(text)) => Some((json_string(&text.value()), Literal::Text)),
        Ok(Lit::Bool(value)) => Some((value.value.to_string(), Literal::Boolean)),
        Ok(Lit::Int(number)) if number.suffix().is_empty() => {
            number.base10_parse::<u64>().ok().map(|number| (number.to_string(), Literal::Integer))
        }
        _ => None,
    };
    let Some((json, literal)) = found else {
        errors.add(
            span,
            "`constant` needs a text, an integer, `true`, `false` or `none`, such as \
             `constant = \"Introduction\"`",
        );
        return None;
    };
    Some(ConstantItem { json, literal, span })
}

fn json_string(text: &str) -> String {
    let mut json = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => json.extend(['\\', character]),
            control if control < ' ' => {
                json.push_str(&format!("\\u{:04x}", u32::from(control)));
            }
            other => json.push(other),
        }
    }
    json.push('"');
    json
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_become_json() {
        assert_eq!(json_string("a\"b\\c\n\u{1}é"), r#""a\"b\\c\u000a\u0001é""#);
    }
}
