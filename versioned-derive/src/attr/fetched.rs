//! `fetched(..)` in `context(..)`: values that the caller fetches before the conversions run.

use proc_macro2::TokenTree;
use syn::{
    Ident, Token, Type,
    ext::IdentExt as _,
    parse::{ParseStream, Parser as _},
};

use super::entry::Entry;
use crate::errors::Errors;

/// `image_sizes: BTreeMap<String, u32>`
#[derive(Clone)]
pub(crate) struct FetchedItem {
    pub(crate) ident: Ident,
    /// The name, without `r#`.
    pub(crate) name: String,
    pub(crate) ty: Type,
}

/// Whether an item of a context is this one: a versioned sibling of the same name would be followed
/// by `version` or `as`.
pub(super) fn is_fetched(item: &Entry) -> bool {
    let Some(list) = item.list.as_ref().filter(|_| item.name == "fetched") else { return false };
    let mut tokens = list.clone().into_iter();
    let first = tokens.next().map_or_else(String::new, |token| token.to_string());
    let is_typed = matches!(tokens.next(), Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
    is_typed || (first != "version" && first != "as")
}

/// Reads the values of one `fetched(..)`.
pub(super) fn fetched(item: Entry, errors: &mut Errors) -> Vec<FetchedItem> {
    let span = item.name.span();
    let list = item.list.unwrap_or_default();
    if list.is_empty() {
        errors.add(
            span,
            "`fetched` names the values that are fetched before, with their types: \
             `fetched(image_sizes: BTreeMap<String, u32>)`",
        );
        return Vec::new();
    }
    match read.parse2(list) {
        Ok(items) => items,
        Err(error) => {
            errors.push(error);
            Vec::new()
        }
    }
}

fn read(input: ParseStream<'_>) -> syn::Result<Vec<FetchedItem>> {
    let mut items = Vec::new();
    while !input.is_empty() {
        let ident = input.call(Ident::parse_any)?;
        let name = ident.unraw().to_string();
        if !input.peek(Token![:]) || input.peek(Token![::]) {
            let message = format!(
                "the fetched value `{name}` lacks its type: write `{name}: BTreeMap<String, u32>`, \
                 or another type that serde reads"
            );
            return Err(syn::Error::new(ident.span(), message));
        }
        input.parse::<Token![:]>()?;
        let ty = input.parse::<Type>().map_err(|error| {
            let message = format!("the fetched value `{name}` needs a type after its colon");
            syn::Error::new(error.span(), message)
        })?;
        items.push(FetchedItem { ident, name, ty });
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
    }
    Ok(items)
}
