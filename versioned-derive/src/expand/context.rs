//! Context: the generated struct of siblings, and how a run of the chain fills it.

use proc_macro2::{Literal, TokenStream};
use quote::{quote, quote_spanned};
use syn::{GenericArgument, PathArguments, Type, spanned::Spanned as _};

use super::{Names, at};
use crate::{
    attr::{FetchedItem, serde::SerdeDefault},
    valid::{Context, ContextType, Model, Versioned},
};

/// The context structs of all chains, beside the domain object.
pub(super) fn structs(model: &Model<'_>, names: &Names) -> TokenStream {
    model.versioned.iter().filter_map(|versioned| context_struct(model, versioned, names)).collect()
}

fn context_struct(
    model: &Model<'_>,
    versioned: &Versioned<'_>,
    names: &Names,
) -> Option<TokenStream> {
    let name = names.context(versioned)?;
    let vis = &model.input.vis;
    let text = name.to_string();
    let siblings = versioned.context.iter().map(|item| {
        let (ident, ty) = (&item.field.ident, ty(item, names));
        let doc = match item.version {
            Some(version) => format!("`{}`, in version {}.", item.field.name, version.value),
            None => format!("`{}`, as it is stored.", item.field.name),
        };
        let ty = reference(&ty);
        quote! { #[doc = #doc] pub #ident: #ty }
    });
    let fetched = versioned.fetched.iter().map(|item| {
        let (ident, ty) = (&item.ident, reference(&item.ty));
        let doc = format!("`{}`, as it was fetched.", item.name);
        quote! { #[doc = #doc] pub #ident: #ty }
    });
    let key = versioned.element_key.then(|| {
        let doc = "The key of the element, in a map.";
        quote! { #[doc = #doc] pub key: ::core::option::Option<&'a str> }
    });
    let fields: Vec<_> = siblings.chain(fetched).chain(key).collect();
    let doc = format!("What the conversions of `{}` read of its siblings.", versioned.name);
    // Where every item of the context was a mistake, the lifetime still has a use.
    let marker = fields.is_empty().then(|| quote!(marker: ::core::marker::PhantomData<&'a ()>));
    Some(quote! {
        #[doc = #doc]
        #[derive(::core::clone::Clone, ::core::marker::Copy)]
        #[allow(dead_code, unreachable_pub, clippy::exhaustive_structs)]
        #vis struct #name<'a> {
            #(#fields,)*
            #marker
        }

        #[automatically_derived]
        impl ::core::fmt::Debug for #name<'_> {
            fn fmt(
                &self,
                formatter: &mut ::core::fmt::Formatter<'_>,
            ) -> ::core::fmt::Result {
                formatter.debug_struct(#text).finish_non_exhaustive()
            }
        }
    })
}

/// The owned type in which a sibling is read.
pub(super) fn ty(item: &Context<'_>, names: &Names) -> Type {
    let private = &names.private;
    match item.ty {
        ContextType::Field => item.field.ty.clone(),
        ContextType::As(ty) => ty.clone(),
        ContextType::Value => syn::parse_quote!(#private::Value),
    }
}

/// How a context has a value of this type.
fn reference(ty: &Type) -> TokenStream {
    if is_string(ty) { quote!(&'a str) } else { quote!(&'a #ty) }
}

fn is_string(ty: &Type) -> bool {
    let Type::Path(path) = ty else { return false };
    path.qself.is_none()
        && path.path.segments.last().is_some_and(|last| {
            last.ident == "String" && matches!(last.arguments, PathArguments::None)
        })
}

/// The statements that read the context and bind `__context` to it.
pub(super) fn read(model: &Model<'_>, versioned: &Versioned<'_>, names: &Names) -> TokenStream {
    let private = &names.private;
    let Some(name) = names.context(versioned) else {
        return quote! { let __context = #private::step::NoContext; };
    };
    let (mut owned, mut types) = (TokenStream::new(), TokenStream::new());
    let values = versioned.context.len() + versioned.fetched.len();
    let mut places = (0..values).map(Literal::usize_unsuffixed);
    let mut fields = TokenStream::new();
    for item in &versioned.context {
        let (field, ty) = (&item.field.name, ty(item, names));
        let (ident, place) = (&item.field.ident, places.next());
        let (read, absent) = (reader(item, &ty, names), absent(model, item, &ty, names));
        owned.extend(quote! {
            #private::context::sibling::<#ty>(
                __run,
                &#private::context::Sibling { field: #field, read: #read, absent: #absent },
            )?,
        });
        types.extend(quote!(#ty,));
        fields.extend(quote! { #ident: &__values.#place, });
    }
    for FetchedItem { ident, name, ty } in &versioned.fetched {
        let place = places.next();
        // The one bound on the type is reported at the type.
        let read = quote_spanned! {at(ty.span())=> #private::read::from_text::<#ty> };
        let absent = quote!(#private::context::absent_with::<#ty>);
        owned.extend(quote! {
            #private::context::sibling::<#ty>(
                __run,
                &#private::context::Sibling { field: #name, read: #read, absent: #absent },
            )?,
        });
        types.extend(quote!(#ty,));
        fields.extend(quote! { #ident: &__values.#place, });
    }
    let mut key = TokenStream::new();
    if versioned.element_key {
        key = quote! { let __key = #private::context::key(__run)?; };
        fields.extend(quote! { key: __key.as_deref(), });
    }
    quote! {
        #key
        let mut __alone = ::core::option::Option::None;
        let __values: &(#types) = #private::context::once(__run, &mut __alone, || {
            ::core::result::Result::Ok((#owned))
        })?;
        let __context = &#name { #fields };
    }
}

fn reader(item: &Context<'_>, ty: &Type, names: &Names) -> TokenStream {
    let private = &names.private;
    match (&item.field.serde.deserialize_with, item.ty) {
        (Some(path), ContextType::Field) => {
            quote!(|__text| #private::context::read_with(__text, |__reader| #path(__reader)))
        }
        _ => quote! {
            |__text| #private::ends::Open::open(
                (&&&#private::ends::Opening::<#ty, ()>::of_type()).opener(),
                &#private::Text::new(__text),
            )
        },
    }
}

fn absent(model: &Model<'_>, item: &Context<'_>, ty: &Type, names: &Names) -> TokenStream {
    let Names { object, private, .. } = names;
    let ident = &item.field.ident;
    if !matches!(item.ty, ContextType::Field) {
        return quote!(#private::context::absent::<#ty>);
    }
    let default = match (&item.field.serde.default, &model.input.serde.default) {
        (Some(SerdeDefault::Trait), _) => quote!(<#ty as ::core::default::Default>::default()),
        (Some(SerdeDefault::Path(path)), _) => quote!(#path()),
        (None, Some(SerdeDefault::Trait)) => {
            quote!(<#object as ::core::default::Default>::default().#ident)
        }
        (None, Some(SerdeDefault::Path(path))) => quote!(#path().#ident),
        (None, None) if item.field.serde.deserialize_with.is_some() => {
            return quote!(#private::context::absent_with::<#ty>);
        }
        (None, None) => return quote!(#private::context::absent::<#ty>),
    };
    quote!(|| ::core::result::Result::Ok(#default))
}

/// What is inside `Option<..>`, `Vec<..>` and `Box<..>`, as far as the tokens show it.
pub(super) fn peeled(ty: &Type) -> &Type {
    if let Type::Path(path) = ty
        && let Some(last) = path.path.segments.last()
        && ["Option", "Vec", "Box"].iter().any(|name| last.ident == name)
        && let PathArguments::AngleBracketed(arguments) = &last.arguments
        && arguments.args.len() == 1
        && let Some(GenericArgument::Type(inner)) = arguments.args.first()
    {
        return peeled(inner);
    }
    ty
}
