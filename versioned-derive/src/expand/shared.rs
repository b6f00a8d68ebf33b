//! `VersionedField`: a versioned field as other types see it, and the checks of a field that shares
//! a chain.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens as _, format_ident, quote, quote_spanned};

use super::{
    Names, at,
    chain::{choose, hash},
    checks::assertion,
    context,
    declaration::{self, Parts},
    messages::Messages,
};
use crate::{
    attr::{ChainPath, Literal, Number, case::pascal},
    valid::{Chain, Constant, Versioned},
};

/// `Shared<Exploration, 42>`, the chain that another field owns.
pub(super) fn of(path: &ChainPath, versioned: &Versioned<'_>, names: &Names) -> TokenStream {
    let private = &names.private;
    let (owner, field) = (&path.owner, path.field.as_deref().unwrap_or(versioned.name));
    let hash = hash(field);
    quote!(<#private::shared::Shared<#owner, #hash>>)
}

/// `Whole<Type>` or `Each<Type>`: what the chain converts.
pub(super) fn target(versioned: &Versioned<'_>, names: &Names) -> TokenStream {
    let Names { object, private, .. } = names;
    let ty = versioned.field.map_or_else(|| quote!(#object), |field| field.ty.to_token_stream());
    match versioned.attr.each {
        Some(_) => quote!(#private::end::Each<#ty>),
        None => quote!(#private::end::Whole<#ty>),
    }
}

/// The implementation of `VersionedField`.
pub(super) fn field(versioned: &Versioned<'_>, names: &Names, run: &Ident) -> TokenStream {
    let Names { object, private, krate } = names;
    let hash = hash(versioned.name);
    let (context, side_outputs) = types(versioned, names);
    let target = target(versioned, names);
    let (run, end) = match versioned.chain {
        Chain::Shared { path, .. } => {
            let shared = of(path, versioned, names);
            let end = quote! {
                use #private::shared::{NoSharedEnd as _, SharedEnd as _};
                (&#shared::REFERENCE).shared_end()
            };
            (quote!(#shared::ATTRIBUTE.run), end)
        }
        Chain::Own { min, max } if min < max => (quote!(#run), own_end(versioned, max - 1, names)),
        Chain::Own { .. } | Chain::Unknown { .. } => {
            (quote!(#private::shared::no_steps), quote!(#private::end::DocumentEnd))
        }
    };
    let attribute = declaration::attribute(versioned, names, &run);
    quote! {
        #[automatically_derived]
        impl #private::shared::VersionedField<#hash> for #object {
            const ATTRIBUTE: #krate::VersionedAttribute = #attribute;
            type Context = #context;
            type SideOutputs = #side_outputs;
            type Target = #target;

            fn end() -> impl ::core::marker::Sized {
                #end
            }
        }
    }
}

fn own_end(versioned: &Versioned<'_>, last: u32, names: &Names) -> TokenStream {
    let private = &names.private;
    let choose = choose(versioned, last, names);
    quote! {
        use #private::{
            end::{ChooseDocumentMarker as _, ChooseTypedMarker as _},
            step::{
                ChooseFallible as _, ChooseFallibleWithContext as _, ChooseInfallible as _,
                ChooseInfallibleWithContext as _, ChooseNothing as _,
            },
        };
        let __step = #choose;
        (&&#private::end::LastStep::new(&__step)).marker()
    }
}

/// The types of context, sorted by name, and of side outputs, as tuples.
fn types(versioned: &Versioned<'_>, names: &Names) -> (TokenStream, TokenStream) {
    let siblings = versioned.context.iter();
    let mut items: Vec<_> = siblings
        .map(|item| (item.field.name.as_str(), context::ty(item, names).into_token_stream()))
        .collect();
    let constants = versioned.constants.iter();
    items.extend(constants.map(|constant| (constant.name, constant.ty.to_token_stream())));
    items.sort_by_key(|(name, _)| *name);
    let context = items.iter().map(|(_, ty)| ty);
    let sides = versioned.side_outputs.iter().map(|(_, field)| &field.ty);
    (quote!((#(#context,)*)), quote!((#(#sides,)*)))
}

/// The checks of a field that shares a chain. Each passes where an earlier one fails, so that one
/// mistake is one error.
pub(super) fn checks(path: &ChainPath, versioned: &Versioned<'_>, names: &Names) -> TokenStream {
    let private = &names.private;
    let texts = Messages::new(versioned, names);
    let (name, chain, shared) = (versioned.name, texts.shared(path), of(path, versioned, names));
    let (owner, hash) = (&path.owner, hash(path.field.as_deref().unwrap_or(name)));
    let (context, side_outputs) = types(versioned, names);
    let Parts { constants, context: siblings, side_outputs: own_sides } =
        declaration::attribute_parts(versioned, names);
    let element_key = versioned.element_key;

    let found = quote!(#shared::YES);
    let same_context = quote! {
        #private::shared::OwnContext {
            siblings: #siblings,
            constants: #constants,
            element_key: #element_key,
        }
        .is_that_of(&#shared::ATTRIBUTE)
    };
    let same_sides = quote! {
        #private::shared::same_side_outputs(#own_sides, #shared::ATTRIBUTE.side_outputs)
    };
    let same_types = quote! {
        #private::shared::SharedTypes::<#owner, #context, #side_outputs, #hash>::YES
    };
    let check = |what: &str, condition: TokenStream, text: String| {
        assertion(&format!("shared_{what}_of_{name}"), &condition, &text, path.span)
    };
    let same = [
        check("chain", found.clone(), texts.no_shared_chain(&chain)),
        check(
            "context",
            quote!(!#found || #same_context),
            texts.other_shared(&chain, "context", "context(..)"),
        ),
        check(
            "side_outputs",
            quote!(!#found || #same_sides),
            texts.other_shared(&chain, "side outputs", "side_output(..)"),
        ),
        check(
            "types",
            quote!(!#found || !#same_context || !#same_sides || #same_types),
            texts.other_shared_types(&chain),
        ),
    ];
    let bounds = bounds(versioned, &shared, &chain, &texts);
    let constants = versioned.constants.iter().map(|constant| constant_type(constant, names));
    let target = target_check(path, versioned, names);
    quote! { #(#same)* #(#constants)* #bounds #target }
}

/// A constant has a type that its literal is a value of.
fn constant_type(constant: &Constant<'_>, names: &Names) -> TokenStream {
    let (private, ty) = (&names.private, &constant.ty);
    let of = match constant.item.literal {
        Literal::Text => quote!(TextConstant),
        Literal::Integer => quote!(IntegerConstant),
        Literal::Boolean => quote!(BooleanConstant),
        Literal::Nothing => quote!(NoConstant),
    };
    let check = quote_spanned! {at(constant.item.span)=> __constant::<#ty>() };
    quote! {
        const _: fn() = || {
            fn __constant<T: #private::shared::#of>() {}
            #check
        };
    }
}

/// The `min` and `max` that the field repeats.
fn bounds(
    versioned: &Versioned<'_>,
    shared: &TokenStream,
    chain: &str,
    texts: &Messages<'_>,
) -> TokenStream {
    let mut checks = TokenStream::new();
    let Chain::Shared { min, max, .. } = versioned.chain else { return checks };
    let name = versioned.name;
    if let Some(Number { value, span }) = min {
        let condition = quote!(!#shared::YES || #value >= #shared::ATTRIBUTE.min.get());
        let text = texts.shared_min(chain, value);
        checks.extend(assertion(&format!("shared_min_of_{name}"), &condition, &text, span));
    }
    if let Some(Number { value, span }) = max {
        let condition = quote!(!#shared::YES || #value == #shared::ATTRIBUTE.max.get());
        let text = texts.shared_max(chain, value);
        checks.extend(assertion(&format!("shared_max_of_{name}"), &condition, &text, span));
    }
    checks
}

/// What the chain ends in, against the type of the field.
fn target_check(path: &ChainPath, versioned: &Versioned<'_>, names: &Names) -> TokenStream {
    let Names { object, private, .. } = names;
    let texts = Messages::new(versioned, names);
    let name = versioned.name;
    let shared = of(path, versioned, names);
    let refused = format_ident!("SharedTargetOf{object}{}", pascal(name));
    let text = texts.shared_target(&texts.shared(path));
    let target = target(versioned, names);
    let check = Ident::new("check_target", at(path.span));
    let function = format_ident!("__target_{name}");
    quote! {
        fn #function() {
            use #private::shared::{
                ChooseDocumentTarget as _, ChooseNoTarget as _, ChooseSameTarget as _,
                NoSharedEnd as _, SharedEnd as _,
            };
            #[diagnostic::on_unimplemented(message = #text)]
            trait #refused<B> {}
            trait __ChooseTarget<A, B> {
                fn check_target(&self) where A: #refused<B>;
            }
            impl<A: #private::end::Target, B: #private::end::Target, E>
                __ChooseTarget<A::Value, B::Value> for &#private::shared::SharedTarget<A, B, E>
            {
                fn check_target(&self) where A::Value: #refused<B::Value> {}
            }
            let __end = (&#shared::REFERENCE).shared_end();
            (&&&&#private::shared::SharedTarget::<#target, _, _>::new(&__end)).#check();
        }
    }
}
