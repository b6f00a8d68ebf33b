//! The declaration as data, and the implementation of the trait that returns it.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{Names, chain::hash, loss, object, schemas, shared};
use crate::{
    attr::case::snake,
    valid::{Chain, Kind, Model, Versioned},
};

/// The implementation of `BaseVersionedDomainObject`, and the entry in the registry.
pub(super) fn expand(model: &Model<'_>, names: &Names) -> TokenStream {
    let direct = object::expand(model, names);
    let Names { object, private, krate } = names;
    let text = object.to_string();
    let entity = model.input.attr.entity.as_ref().map_or_else(|| snake(&text), syn::LitStr::value);
    let versioned = model
        .versioned
        .iter()
        .filter(|versioned| versioned.sound && !matches!(versioned.chain, Chain::Unknown { .. }))
        .map(|versioned| {
            let hash = hash(versioned.name);
            quote!(<#object as #private::shared::VersionedField<#hash>>::ATTRIBUTE)
        });
    let others = model.others.iter().map(|other| {
        let (field, key) = (&other.field.name, &other.field.key);
        let kind = match other.kind {
            Kind::Version { .. } => quote!(Version),
            Kind::Unversioned => quote!(Unversioned),
            Kind::Plain => quote!(Plain),
        };
        quote! {
            #krate::OtherAttribute { field: #field, key: #key, kind: #krate::OtherKind::#kind }
        }
    });
    let schemas = schemas::fields(model, names);
    quote! {
        #[automatically_derived]
        impl #krate::BaseVersionedDomainObject for #object {
            fn schema_versioned_attributes() -> &'static #krate::Declaration {
                const DECLARATION: #krate::Declaration = #krate::Declaration {
                    entity: #entity,
                    type_name: ::core::concat!(::core::module_path!(), "::", #text),
                    versioned: &[#(#versioned),*],
                    others: &[#(#others),*],
                };
                &DECLARATION
            }

            #direct
        }

        #private::register!(#object, [#(#schemas),*]);
    }
}

/// The parts of an attribute that a shared chain is compared by.
pub(super) struct Parts {
    pub(super) constants: TokenStream,
    pub(super) context: TokenStream,
    pub(super) side_outputs: TokenStream,
}

pub(super) fn attribute_parts(versioned: &Versioned<'_>, names: &Names) -> Parts {
    let krate = &names.krate;
    let context = versioned.context.iter().map(|item| {
        let (field, key) = (&item.field.name, &item.field.key);
        let version = option(item.version.map(|version| version.value), names);
        quote!(#krate::ContextAttribute { field: #field, key: #key, version: #version })
    });
    let side_outputs = versioned.side_outputs.iter().map(|(step, field)| {
        let (step, field, key) = (step.value, &field.name, &field.key);
        quote! {
            #krate::SideOutputAttribute {
                step: #krate::SchemaVersion::new(#step),
                field: #field,
                key: #key,
            }
        }
    });
    let constants = versioned.constants.iter().map(|constant| {
        let (field, json) = (constant.name, &constant.item.json);
        let version = option(constant.version.map(|version| version.value), names);
        quote!(#krate::ConstantAttribute { field: #field, version: #version, json: #json })
    });
    Parts {
        constants: quote!(&[#(#constants),*]),
        context: quote!(&[#(#context),*]),
        side_outputs: quote!(&[#(#side_outputs),*]),
    }
}

fn option(version: Option<u32>, names: &Names) -> TokenStream {
    let krate = &names.krate;
    match version {
        Some(version) => {
            quote!(::core::option::Option::Some(#krate::SchemaVersion::new(#version)))
        }
        None => quote!(::core::option::Option::None),
    }
}

/// The `VersionedAttribute` of a field.
pub(super) fn attribute(
    versioned: &Versioned<'_>,
    names: &Names,
    run: &TokenStream,
) -> TokenStream {
    let Names { object, private, krate } = names;
    let name = versioned.name;
    let key = versioned.field.map_or("", |field| field.key.as_str());
    let (version_field, version_key) =
        versioned.version.map_or(("", ""), |version| (version.name.as_str(), version.key.as_str()));
    let upper = name.to_uppercase();
    let (min, max) =
        (format_ident!("{upper}_MIN_SCHEMA_VERSION"), format_ident!("{upper}_MAX_SCHEMA_VERSION"));
    let missing = option(versioned.attr.missing_version.map(|number| number.value), names);
    let scope = match (versioned.field, versioned.attr.each) {
        (None, _) => quote!(Document),
        (Some(_), Some(_)) => quote!(Each),
        (Some(_), None) => quote!(Field),
    };
    let target = shared::target(versioned, names);
    let read_by_type = versioned.field.is_none_or(|field| field.serde.deserialize_with.is_none());
    let check = if read_by_type {
        quote!(#private::end::CheckOf::<#target>::CHECK)
    } else {
        quote!(::core::option::Option::None)
    };
    let optional = optional(versioned, read_by_type, names);
    let element_key = versioned.element_key;
    let Parts { constants, context, side_outputs } = attribute_parts(versioned, names);
    let additions = loss::attribute(versioned, names);
    quote! {
        #krate::VersionedAttribute {
            field: #name,
            key: #key,
            version_field: #version_field,
            version_key: #version_key,
            min: #object::#min,
            max: #object::#max,
            missing_version: #missing,
            scope: #krate::Scope::#scope,
            optional: #optional,
            context: #context,
            constants: #constants,
            element_key: #element_key,
            side_outputs: #side_outputs,
            #additions
            run: #run,
            check: #check,
        }
    }
}

fn optional(versioned: &Versioned<'_>, read_by_type: bool, names: &Names) -> TokenStream {
    let private = &names.private;
    match versioned.field {
        None => quote!(false),
        Some(field) if field.serde.default.is_some() => quote!(true),
        Some(_) if !read_by_type => quote!(false),
        Some(field) => {
            let ty = &field.ty;
            quote!(#private::probe::IsOption::<#ty>::YES)
        }
    }
}
