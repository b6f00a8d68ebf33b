//! How an object is put together from its stored members, field by field.
//!
//! Only where serde does no more than that, as far as its attributes show; whether `Deserialize` is
//! derived at all is seen at run time. Everything else is read from the migrated text.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

use super::Names;
use crate::{
    ast::Field,
    attr::serde::SerdeDefault,
    valid::{Chain, Model, Versioned},
};

/// `__direct`, or nothing where objects are read from text.
pub(super) fn expand(model: &Model<'_>, names: &Names) -> TokenStream {
    let sound = model
        .versioned
        .iter()
        .all(|versioned| versioned.sound && !matches!(versioned.chain, Chain::Unknown { .. }));
    let serde = &model.input.serde;
    let plain = serde.is_plain()
        && serde.default.is_none()
        && model.input.fields.iter().all(|field| field.serde.is_plain());
    if !sound || !plain {
        return TokenStream::new();
    }
    let build = match model.versioned.as_slice() {
        [versioned] if versioned.field.is_none() => whole(versioned, names),
        _ => fields(model, names),
    };
    let Some(build) = build else { return TokenStream::new() };
    let Names { object, private, .. } = names;
    quote! {
        fn __direct() -> ::core::option::Option<#private::Direct<Self>> {
            static IS_DERIVED: ::std::sync::OnceLock<bool> = ::std::sync::OnceLock::new();
            fn build(
                __stored: &mut #private::Stored<'_>,
            ) -> ::core::result::Result<#object, #private::NotDirect> {
                #build
            }
            ::core::option::Option::Some(#private::Direct { build, is_derived: &IS_DERIVED })
        }
    }
}

/// A document with one version: the chain gives the object, and its version field is set.
fn whole(versioned: &Versioned<'_>, names: &Names) -> Option<TokenStream> {
    let Names { object, private, .. } = names;
    let set = match versioned.version {
        Some(version) if version.is_stored() => {
            let serde = &version.serde;
            if serde.deserialize_with.is_some() || serde.skip_half.is_some() {
                return None;
            }
            let (ident, ty) = (&version.ident, &version.ty);
            quote! {
                |__object: &mut #object, __version| {
                    __object.#ident =
                        <#ty as #private::probe::OptionalVersionNumber>::of_version(__version)
                            .ok_or(#private::NotDirect)?;
                    ::core::result::Result::Ok(())
                }
            }
        }
        Some(_) => return None,
        None => quote!(|_: &mut #object, _| ::core::result::Result::Ok(())),
    };
    Some(quote!(__stored.whole::<#object>(#set)))
}

fn fields(model: &Model<'_>, names: &Names) -> Option<TokenStream> {
    let Names { object, private, .. } = names;
    let mut cells = TokenStream::new();
    let mut slots = TokenStream::new();
    for versioned in &model.versioned {
        let field = versioned.field?;
        if keeps(versioned, field) {
            let (cell, ty) = (format_ident!("__kept_{}", versioned.name), &field.ty);
            cells.extend(quote! {
                let #cell = ::core::cell::OnceCell::<#ty>::new();
            });
            slots.extend(quote! {
                ::core::option::Option::Some(&#cell as &dyn ::core::any::Any),
            });
        } else {
            slots.extend(quote!(::core::option::Option::None,));
        }
    }
    let mut values = TokenStream::new();
    for field in &model.input.fields {
        let (ident, value) = (&field.ident, value(model, field, names)?);
        values.extend(quote!(#ident: #value,));
    }
    Some(quote! {
        #cells
        __stored.migrate(&[#slots])?;
        ::core::result::Result::<#object, #private::NotDirect>::Ok(#object { #values })
    })
}

/// Whether the chain can leave its value as it is: it belongs to the field, and converts all of it.
fn keeps(versioned: &Versioned<'_>, field: &Field) -> bool {
    matches!(versioned.chain, Chain::Own { .. })
        && versioned.attr.each.is_none()
        && field.serde.deserialize_with.is_none()
}

fn value(model: &Model<'_>, field: &Field, names: &Names) -> Option<TokenStream> {
    let private = &names.private;
    let ty = &field.ty;
    let default = match &field.serde.default {
        Some(SerdeDefault::Path(path)) => Some(quote!(#path())),
        Some(SerdeDefault::Trait) => Some(quote!(<#ty as ::core::default::Default>::default())),
        None => None,
    };
    let is_read = field.serde.skip_half.is_none_or(|(_, name)| name != "skip_deserializing");
    if !field.is_stored() || !is_read {
        return default.or_else(|| Some(quote!(<#ty as ::core::default::Default>::default())));
    }
    let by_function = field.serde.deserialize_with.as_ref();
    let absent = match default {
        Some(default) => quote!(|| ::core::option::Option::Some(#default)),
        None if by_function.is_some() => quote!(|| ::core::option::Option::None),
        None => quote!(|| #private::context::absent::<#ty>().ok()),
    };
    let found = model
        .versioned
        .iter()
        .enumerate()
        .find(|(_, versioned)| versioned.field.is_some_and(|one| one.name == field.name));
    let slot = match found {
        Some((slot, _)) => slot,
        None => {
            let mut others = model.others.iter();
            model.versioned.len() + others.position(|other| other.field.name == field.name)?
        }
    };
    let slot = Literal::usize_unsuffixed(slot);
    if let Some(path) = by_function {
        return Some(quote! {
            __stored.field_with(#slot, |__reader| #path(__reader), #absent)?
        });
    }
    let read = quote!(__stored.field::<#ty>(#slot, #absent)?);
    Some(match found {
        Some((_, versioned)) if keeps(versioned, field) => {
            let cell = format_ident!("__kept_{}", versioned.name);
            quote! {
                match #cell.into_inner() {
                    ::core::option::Option::Some(__kept) if !__stored.is_written(#slot) => __kept,
                    _ => #read,
                }
            }
        }
        _ => read,
    })
}
