//! The struct as it was written: its fields with their attributes, nothing checked against anything
//! yet.

use proc_macro2::Span;
use syn::{
    Data, DeriveInput, Fields, Generics, Ident, Type, Visibility, ext::IdentExt as _,
    spanned::Spanned as _,
};

use crate::{
    attr::{ContainerAttr, FieldAttr, serde::SerdeAttr},
    errors::Errors,
};

/// A struct with named fields.
pub(crate) struct Input {
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    pub(crate) attr: ContainerAttr,
    pub(crate) serde: SerdeAttr,
    pub(crate) fields: Vec<Field>,
}

/// A field.
pub(crate) struct Field {
    pub(crate) ident: Ident,
    /// The Rust name, without `r#`.
    pub(crate) name: String,
    /// The key of the JSON member, as serde reads it.
    pub(crate) key: String,
    pub(crate) ty: Type,
    pub(crate) attr: FieldAttr,
    pub(crate) serde: SerdeAttr,
    /// Whether serde writes the member under another key than it reads.
    pub(crate) two_keys: bool,
}

impl Input {
    /// Reads a struct; `None` where the derive cannot work with this kind of item at all.
    pub(crate) fn read(item: &DeriveInput, errors: &mut Errors) -> Option<Self> {
        let named = named_fields(item, errors);
        let generic = refuse_generics(&item.generics, errors);
        if generic {
            return None;
        }
        let serde = SerdeAttr::of(&item.attrs);
        if let Some((span, name)) = &serde.other_shape {
            let message = format!(
                "`#[serde({name})]` gives the JSON another shape than these fields; \
                 a domain object is stored as its fields"
            );
            errors.add(*span, message);
        }
        let attr = ContainerAttr::of(&item.attrs, errors);
        let fields =
            named?.named.iter().filter_map(|field| Field::read(field, &serde, errors)).collect();
        Some(Self { ident: item.ident.clone(), vis: item.vis.clone(), attr, serde, fields })
    }

    pub(crate) fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|field| field.name.as_str())
    }
}

impl Field {
    fn read(field: &syn::Field, container: &SerdeAttr, errors: &mut Errors) -> Option<Self> {
        let ident = field.ident.clone()?;
        let name = ident.unraw().to_string();
        let serde = SerdeAttr::of(&field.attrs);
        let key = |rename: &Option<String>, case: Option<crate::attr::case::Case>| {
            rename
                .clone()
                .unwrap_or_else(|| case.map_or_else(|| name.clone(), |case| case.apply(&name)))
        };
        let read_key = key(&serde.rename_deserialize, container.rename_all_deserialize);
        let written_key = key(&serde.rename_serialize, container.rename_all_serialize);
        Some(Self {
            two_keys: read_key != written_key,
            key: read_key,
            attr: FieldAttr::of(&field.attrs, errors),
            ty: field.ty.clone(),
            ident,
            name,
            serde,
        })
    }

    /// Whether the field is a member of the stored JSON under its key.
    pub(crate) fn is_stored(&self) -> bool {
        self.serde.skip.is_none() && self.serde.flatten.is_none()
    }

    /// The place of the field's own name.
    pub(crate) fn span(&self) -> Span {
        self.ident.span()
    }
}

fn named_fields<'a>(item: &'a DeriveInput, errors: &mut Errors) -> Option<&'a syn::FieldsNamed> {
    let name = &item.ident;
    let kind = match &item.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => return Some(fields),
            Fields::Unnamed(_) => "a tuple struct",
            Fields::Unit => "a unit struct",
        },
        Data::Enum(_) => "an enum",
        Data::Union(_) => "a union",
    };
    let message = format!(
        "`BaseVersionedDomainObject` works on structs with named fields, and `{name}` is {kind}; \
         put it into a field of a struct that is stored"
    );
    errors.add(name.span(), message);
    None
}

fn refuse_generics(generics: &Generics, errors: &mut Errors) -> bool {
    if generics.params.is_empty() {
        return false;
    }
    errors.add(
        generics.params.span(),
        "a domain object has no type, lifetime or const parameters: its stored JSON has one shape; \
         write the types out, or derive on a struct for each of them",
    );
    true
}
