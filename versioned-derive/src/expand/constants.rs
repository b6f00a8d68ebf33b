//! `STATES_MIN_SCHEMA_VERSION` and `STATES_MAX_SCHEMA_VERSION`: the one home of the numbers in the
//! attribute.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{Names, shared};
use crate::valid::{Chain, Model};

pub(super) fn expand(model: &Model<'_>, names: &Names) -> TokenStream {
    let Names { object, krate, private } = names;
    let vis = &model.input.vis;
    let mut constants = TokenStream::new();
    for versioned in &model.versioned {
        let name = versioned.name.to_uppercase();
        let (min_name, max_name) = (
            format_ident!("{name}_MIN_SCHEMA_VERSION"),
            format_ident!("{name}_MAX_SCHEMA_VERSION"),
        );
        let bound = |number: Option<u32>, end: TokenStream| match (number, versioned.chain) {
            (Some(number), _) => Some(quote!(#krate::SchemaVersion::new(#number))),
            (None, Chain::Shared { path, .. }) => {
                let shared = shared::of(path, versioned, names);
                Some(quote!(#shared::ATTRIBUTE.#end))
            }
            (None, Chain::Own { .. } | Chain::Unknown { .. }) => None,
        };
        let what = if versioned.field.is_some() {
            format!("`{}`", versioned.name)
        } else {
            "the document".to_owned()
        };
        if let Some(min) = bound(versioned.chain.min(), quote!(min)) {
            let doc = format!("The oldest schema version of {what} that this program reads.");
            constants.extend(
                quote! { #[doc = #doc] #vis const #min_name: #krate::SchemaVersion = #min; },
            );
        }
        if let Some(max) = bound(versioned.chain.max(), quote!(max)) {
            let doc = format!("The latest schema version of {what}.");
            constants.extend(
                quote! { #[doc = #doc] #vis const #max_name: #krate::SchemaVersion = #max; },
            );
        }
    }
    quote! {
        use #private::{end::NoCheck as _, probe::No as _, shared::NotShared as _};

        impl #object {
            #constants
        }
    }
}
