//! What stands in for the implementation where the derive cannot work with an item: it keeps the
//! uses of the trait from being reported as well.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{DeriveInput, parse_quote};

use crate::{attr::ContainerAttr, errors::Errors};

pub(super) fn implementation(item: &DeriveInput) -> TokenStream {
    let name = &item.ident;
    // What is wrong with these attributes has been reported.
    let attr = ContainerAttr::of(&item.attrs, &mut Errors::default());
    let krate = attr.krate.unwrap_or_else(|| parse_quote!(::versioned_core));
    let (impl_generics, type_generics, where_clause) = item.generics.split_for_impl();
    let predicates = where_clause.map(|clause| &clause.predicates);
    // Only a generic type can leave its bounds to the user of the implementation.
    let bounds = (!item.generics.params.is_empty())
        .then(|| quote!(where Self: #krate::__private::DeserializeOwned + 'static, #predicates));
    quote! {
        #[automatically_derived]
        impl #impl_generics #krate::BaseVersionedDomainObject for #name #type_generics
        #bounds
        {
            fn schema_versioned_attributes() -> &'static #krate::Declaration {
                ::core::unreachable!()
            }
        }
    }
}
