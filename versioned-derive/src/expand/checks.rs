//! The checks that need the compiler: which functions exist, and what the types of fields are.
//!
//! Every check is a named constant with a literal text. All of them are evaluated, so one
//! compilation reports all mistakes.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens as _, format_ident, quote, quote_spanned};
use syn::spanned::Spanned as _;

use super::{
    Names, at,
    context::peeled,
    conversion_name, late,
    messages::{Messages, type_text, undeclared},
    shared,
};
use crate::valid::{Chain, Kind, Model, Versioned};

/// How far below `min` left-over functions are looked for.
const PROBED_BELOW: u32 = 32;
/// How far above `max`.
const PROBED_ABOVE: u32 = 4;
/// Up to which version, where the range of a shared chain is not written down.
const PROBED_UNKNOWN: u32 = 128;

pub(super) fn expand(model: &Model<'_>, names: &Names) -> TokenStream {
    let Names { object, private, .. } = names;
    let sound: Vec<_> = model.versioned.iter().filter(|versioned| versioned.sound).collect();
    let probed = sound.iter().flat_map(|versioned| {
        probed(versioned)
            .into_iter()
            .map(|from| Names::conversion(versioned, from, Span::call_site()))
    });
    let mut checks = TokenStream::new();
    for versioned in &sound {
        checks.extend(functions(versioned, names));
        checks.extend(asserted(versioned, names));
        if let Chain::Shared { path, .. } = versioned.chain {
            checks.extend(shared::checks(path, versioned, names));
        }
    }
    checks.extend(late::expand(model, names));
    checks.extend(element_types(model, names));
    checks.extend(version_types(model, names));
    checks.extend(plain_types(model, names));
    quote! {
        trait __Conversions {
            #(const #probed: #private::step::MissingFunction = #private::step::missing;)*
        }
        impl __Conversions for #object {}
        #checks
    }
}

/// `const name: () = assert!(condition, "text");`, reported at the span.
pub(super) fn assertion(
    name: &str,
    condition: &TokenStream,
    text: &str,
    span: Span,
) -> TokenStream {
    let span = at(span);
    let name = Ident::new(name, span);
    quote_spanned! {span=> const #name: () = ::core::assert!(#condition, #text); }
}

/// The versions whose steps are looked for.
fn probed(versioned: &Versioned<'_>) -> Vec<u32> {
    let (low, high) = match (versioned.chain.min(), versioned.chain.max()) {
        (Some(min), Some(max)) => (min, max),
        (None, Some(max)) => (0, max),
        (Some(min), None) => (min, min.saturating_add(PROBED_UNKNOWN)),
        (None, None) => (0, PROBED_UNKNOWN),
    };
    (low.saturating_sub(PROBED_BELOW)..high.saturating_add(PROBED_ABOVE)).collect()
}

fn functions(versioned: &Versioned<'_>, names: &Names) -> TokenStream {
    let Names { object, private, .. } = names;
    let texts = Messages::new(versioned, names);
    let mut checks = TokenStream::new();
    for from in probed(versioned) {
        let function = Names::conversion(versioned, from, object.span());
        let exists = quote!(#private::probe::is_function(&#object::#function));
        let name = conversion_name(versioned.name, from);
        let name = name.trim_start_matches("_convert_");
        let own = match versioned.chain {
            Chain::Own { min, max } => (min..max).contains(&from),
            Chain::Shared { .. } | Chain::Unknown { .. } => false,
        };
        let below = versioned.chain.min().is_some_and(|min| from < min);
        let anchor = if own { versioned.anchor } else { bound_span(versioned, below) };
        checks.extend(if own {
            let name = format!("missing_conversion_{name}");
            assertion(&name, &exists, &texts.missing(from), anchor)
        } else {
            let name = format!("leftover_conversion_{name}");
            assertion(&name, &quote!(!#exists), &texts.leftover(from), anchor)
        });
    }
    checks
}

/// The literal that a left-over function does not fit to.
fn bound_span(versioned: &Versioned<'_>, below: bool) -> Span {
    let min = versioned.attr.min.filter(|_| below).map(|min| min.span);
    min.unwrap_or(versioned.anchor)
}

fn asserted(versioned: &Versioned<'_>, names: &Names) -> TokenStream {
    let Names { object, private, .. } = names;
    let texts = Messages::new(versioned, names);
    let upper = versioned.name.to_uppercase();
    let bounds = [
        (
            "min",
            &versioned.attr.assert_min,
            versioned.chain.min(),
            format_ident!("{upper}_MIN_SCHEMA_VERSION"),
        ),
        (
            "max",
            &versioned.attr.assert_max,
            versioned.chain.max(),
            format_ident!("{upper}_MAX_SCHEMA_VERSION"),
        ),
    ];
    let mut checks = TokenStream::new();
    for (what, constant, value, bound) in bounds {
        let Some(constant) = constant else { continue };
        let condition = quote!(#private::probe::Constant(#constant).is(#object::#bound.get()));
        let text = texts.asserted(what, value, &type_text(constant));
        let name = format!("asserted_{what}_of_{}", versioned.name);
        checks.extend(assertion(&name, &condition, &text, constant.span()));
    }
    checks
}

fn element_types(model: &Model<'_>, names: &Names) -> TokenStream {
    let private = &names.private;
    let mut checks = TokenStream::new();
    for versioned in &model.versioned {
        let (Some(span), Some(field)) = (versioned.attr.each, versioned.field) else { continue };
        let ty = &field.ty;
        let condition = quote!(#private::probe::IsElements::<#ty>::YES);
        let text = Messages::new(versioned, names).no_elements(&type_text(ty));
        let name = format!("elements_of_{}", versioned.name);
        checks.extend(assertion(&name, &condition, &text, span));
    }
    checks
}

fn version_types(model: &Model<'_>, names: &Names) -> TokenStream {
    let private = &names.private;
    let mut checks = TokenStream::new();
    let mut checked = BTreeSet::new();
    for versioned in &model.versioned {
        let Some(version) = versioned.version else { continue };
        if !checked.insert(&version.name) {
            continue;
        }
        let ty = &version.ty;
        let probe = match versioned.attr.missing_version {
            Some(_) => quote!(IsOptionalVersion),
            None => quote!(IsVersion),
        };
        let condition = quote!(#private::probe::#probe::<#ty>::YES);
        let text = Messages::new(versioned, names).version_type(&version.name);
        let name = format!("type_of_version_field_{}", version.name);
        checks.extend(assertion(&name, &condition, &text, ty.span()));
    }
    checks
}

fn plain_types(model: &Model<'_>, names: &Names) -> TokenStream {
    let Names { object, private, .. } = names;
    let mut checks = TokenStream::new();
    for other in model.others.iter().filter(|other| other.kind == Kind::Plain) {
        let field = other.field;
        if field.attr.poisoned {
            continue;
        }
        let (ty, inner) = (&field.ty, peeled(&field.ty).to_token_stream());
        let condition =
            quote!(#private::probe::IsPlain::<#ty>::YES || #private::probe::IsId::<#inner>::YES);
        let text = undeclared(&object.to_string(), &field.name);
        let name = format!("field_{}_is_undeclared", field.name);
        checks.extend(assertion(&name, &condition, &text, field.ty.span()));
    }
    checks
}
