//! The entries of an attribute list: reading them one by one, so that each mistake is reported and
//! the rest still read.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::{
    Attribute, Ident, LitInt, LitStr, Token,
    ext::IdentExt as _,
    parse::{ParseStream, Parser as _},
    spanned::Spanned as _,
};

use super::field::Number;
use crate::errors::{Errors, listed, suggestion};

/// One entry: a name, and what follows it up to the next comma.
pub(crate) struct Entry {
    pub(crate) name: Ident,
    /// The tokens after `=`.
    pub(crate) value: Option<TokenStream>,
    /// The tokens in parentheses.
    pub(crate) list: Option<TokenStream>,
}

/// Reads every `#[versioned(..)]` of a list.
pub(crate) fn entries(attributes: &[Attribute], errors: &mut Errors) -> Vec<Entry> {
    let mut found = Vec::new();
    for attribute in attributes.iter().filter(|one| one.path().is_ident("versioned")) {
        match &attribute.meta {
            syn::Meta::List(list) => {
                found.extend(split(list.tokens.clone(), errors));
                if list.tokens.is_empty() {
                    errors.add(list.path.span(), "`#[versioned()]` says nothing; remove it");
                }
            }
            other => errors.add(other.path().span(), "expected `#[versioned(..)]`"),
        }
    }
    found
}

/// Splits a list at its commas.
pub(crate) fn split(tokens: TokenStream, errors: &mut Errors) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut part: Vec<TokenTree> = Vec::new();
    let mut depth = 0usize;
    for token in tokens {
        if let TokenTree::Punct(punct) = &token {
            match punct.as_char() {
                '<' => depth += 1,
                '>' => depth = depth.saturating_sub(1),
                ',' if depth == 0 => {
                    entry(std::mem::take(&mut part), &mut entries, errors);
                    continue;
                }
                _ => {}
            }
        }
        part.push(token);
    }
    if !part.is_empty() {
        entry(part, &mut entries, errors);
    }
    entries
}

fn entry(part: Vec<TokenTree>, entries: &mut Vec<Entry>, errors: &mut Errors) {
    let parse = |input: ParseStream<'_>| {
        let name: Ident = input.call(Ident::parse_any)?;
        let mut entry = Entry { name, value: None, list: None };
        if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            let value: TokenStream = input.parse()?;
            if value.is_empty() {
                let name = &entry.name;
                return Err(syn::Error::new(name.span(), format!("`{name} =` lacks its value")));
            }
            entry.value = Some(value);
        } else if input.peek(syn::token::Paren) {
            let content;
            syn::parenthesized!(content in input);
            entry.list = Some(content.parse()?);
        }
        Ok(entry)
    };
    match parse.parse2(part.into_iter().collect()) {
        Ok(entry) => entries.push(entry),
        Err(error) => errors.push(error),
    }
}

impl Entry {
    /// The place of the entry's value, or of its name where it has none.
    pub(crate) fn span(&self) -> Span {
        let inner = self.value.as_ref().or(self.list.as_ref());
        inner
            .and_then(|tokens| tokens.clone().into_iter().next())
            .map_or(self.name.span(), |token| token.span())
    }

    /// The value of `name = N`.
    pub(crate) fn number(self, errors: &mut Errors) -> Option<Number> {
        let span = self.span();
        let parsed = self.value.and_then(|value| syn::parse2::<LitInt>(value).ok());
        let number = parsed.and_then(|literal| literal.base10_parse::<u32>().ok());
        if number.is_none() {
            let name = &self.name;
            errors.add(
                span,
                format!(
                    "`{name}` needs an integer literal from 0 to {}, such as `{name} = 41`",
                    u32::MAX
                ),
            );
        }
        number.map(|value| Number { value, span })
    }

    /// The value of `name = "text"` or `name = ident`.
    pub(crate) fn name_value(self, errors: &mut Errors) -> Option<(String, Span)> {
        let span = self.span();
        let text = self.value.and_then(|value| {
            let text = syn::parse2::<LitStr>(value.clone()).ok().map(|text| text.value());
            text.or_else(|| {
                let ident = Ident::parse_any.parse2(value).ok()?;
                Some(ident.unraw().to_string())
            })
        });
        if text.is_none() {
            let name = &self.name;
            errors.add(
                span,
                format!("`{name}` needs the Rust name of a field, such as `{name} = \"..\"`"),
            );
        }
        text.map(|text| (text, span))
    }

    /// The value of `name = tokens`, as a syntax node.
    pub(crate) fn node<T: syn::parse::Parse>(self, what: &str, errors: &mut Errors) -> Option<T> {
        let span = self.span();
        let node = self.value.and_then(|value| syn::parse2(value).ok());
        if node.is_none() {
            errors.add(span, format!("`{}` needs {what}", self.name));
        }
        node
    }

    /// The flag `name`.
    pub(crate) fn flag(self, errors: &mut Errors) -> Option<Span> {
        if self.value.is_some() || self.list.is_some() {
            errors.add(self.name.span(), format!("`{}` stands alone", self.name));
            return None;
        }
        Some(self.name.span())
    }

    /// Reports a name that nothing knows.
    pub(crate) fn unknown(&self, known: &[&str], errors: &mut Errors) {
        let name = self.name.to_string();
        let nearest = suggestion(&name, known.iter().copied());
        let message = format!(
            "`#[versioned]` knows no `{name}` here{nearest}\nknown here: {}",
            listed(known.iter().copied())
        );
        errors.add(self.name.span(), message);
    }
}

/// Reports an entry that stands twice; true for the first one.
pub(crate) fn first(seen: &mut Vec<String>, name: &Ident, errors: &mut Errors) -> bool {
    let text = name.to_string();
    if seen.contains(&text) {
        errors.add(name.span(), format!("`{text}` stands here twice; keep one"));
        return false;
    }
    seen.push(text);
    true
}
