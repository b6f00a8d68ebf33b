//! The chain of a field: one straight-line function that runs its steps.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use super::{Names, at, context, failures, field_hash, shared};
use crate::valid::{Chain, Model, Versioned};

/// The functions of a chain, and its place among the versioned fields of the type.
pub(super) fn expand(model: &Model<'_>, versioned: &Versioned<'_>, names: &Names) -> TokenStream {
    if !versioned.sound {
        return TokenStream::new();
    }
    match versioned.chain {
        Chain::Own { min, max } if min < max => {
            let steps = steps(model, versioned, (min, max), names);
            let field = shared::field(versioned, names, &run_name(versioned));
            quote! { #steps #field }
        }
        Chain::Own { .. } | Chain::Shared { .. } => {
            shared::field(versioned, names, &run_name(versioned))
        }
        Chain::Unknown { .. } => TokenStream::new(),
    }
}

fn run_name(versioned: &Versioned<'_>) -> Ident {
    format_ident!("__run_{}", versioned.name)
}

fn steps(
    model: &Model<'_>,
    versioned: &Versioned<'_>,
    (min, max): (u32, u32),
    names: &Names,
) -> TokenStream {
    let private = &names.private;
    let run = run_name(versioned);
    let steps = format_ident!("__steps_{}", versioned.name);
    let failures = failures::expand(versioned, names);
    let read_context = context::read(model, versioned, names);
    let calls = (min..max).map(|from| call(versioned, from, from == min, names));
    let target = shared::target(versioned, names);
    let check_end = Ident::new("check_end", at(versioned.anchor));
    quote! {
        fn #run(
            __run: #private::ChainRun<'_>,
        ) -> ::core::result::Result<#private::ChainOutput, #private::ChainError> {
            match #steps(&__run) {
                ::core::result::Result::Ok(never) => match never {},
                ::core::result::Result::Err(exit) => exit.into_result(),
            }
        }

        fn #steps(
            __run: &#private::ChainRun<'_>,
        ) -> ::core::result::Result<::core::convert::Infallible, #private::Exit> {
            use #private::{
                bridge::{
                    ChooseChangeDocument as _, ChooseFromNeighbour as _, ChooseMove as _,
                    ChooseReadDocument as _, ChooseToNeighbour as _, ChooseWriteDocument as _,
                },
                end::{
                    ChooseDocumentEnd as _, ChooseMissingEnd as _, ChooseNoEnd as _,
                    ChooseSameEnd as _,
                },
                ends::{
                    ChooseCloseDocument as _, ChooseCloseTyped as _, ChooseOpenDocument as _,
                    ChooseOpenTyped as _,
                },
                keep::{ChooseKeepDocument as _, ChooseKeepNothing as _, ChooseKeepTyped as _},
                step::{
                    ChooseFallible as _, ChooseFallibleWithContext as _, ChooseInfallible as _,
                    ChooseInfallibleWithContext as _,
                },
            };
            #failures
            #read_context
            let mut __progress = #private::Progress::new(__run);
            #(#calls)*
            (&&&&&#private::end::End::<_, #target>::new(&__carry)).#check_end();
            let __keeper = (&&&#private::keep::Keeping::<_, #target>::new(&__carry)).keeper();
            ::core::result::Result::Err(__progress.finish(__carry, __keeper))
        }
    }
}

/// `(&&&&&&&Tag::<_, Context, Sides>::new(function)).choose()`
pub(super) fn choose(versioned: &Versioned<'_>, from: u32, names: &Names) -> TokenStream {
    let Names { object, private, .. } = names;
    let span = at(versioned.anchor);
    let function = Names::conversion(versioned, from, object.span());
    let context = names
        .context(versioned)
        .map_or_else(|| quote!(#private::step::NoContext), |name| quote!(&#name<'_>));
    let sides = sides(versioned, from, names);
    let choose = Ident::new("choose", span);
    quote! {
        (&&&&&&&#private::step::Tag::<_, #context, #sides>::new(#object::#function)).#choose()
    }
}

fn sides(versioned: &Versioned<'_>, from: u32, names: &Names) -> TokenStream {
    let private = &names.private;
    let types: Vec<_> = versioned
        .side_outputs
        .iter()
        .filter(|(step, _)| step.value == from)
        .map(|(_, field)| &field.ty)
        .collect();
    match types.as_slice() {
        [] => quote!(#private::sides::NoSides),
        [one] => quote!(#private::sides::Side<#one>),
        several => quote!(#private::sides::Sides<(#(#several,)*)>),
    }
}

fn call(versioned: &Versioned<'_>, from: u32, is_first: bool, names: &Names) -> TokenStream {
    let private = &names.private;
    let span = at(versioned.anchor);
    let choose = choose(versioned, from, names);
    let fields = versioned
        .side_outputs
        .iter()
        .filter(|(step, _)| step.value == from)
        .map(|(_, field)| field.name.as_str());
    let stage = quote! {
        &#private::Stage { version: #from, context: __context, side_outputs: &[#(#fields),*] }
    };
    let (open, close) = (Ident::new("opener", span), Ident::new("closer", span));
    let ends = quote! {
        (&&&#private::ends::Opening::new(&__step)).#open(),
        (&&&#private::ends::Closing::new(&__step)).#close()
    };
    let run = if is_first {
        quote!(__progress.first(#stage, (#ends), &__step))
    } else {
        let numbers = [from - 1, from, from + 1].map(Literal::u32_unsuffixed);
        let [before, from, to] = numbers;
        let bridge = Ident::new("bridge", span);
        quote! {
            {
                let __bridge = (&&&&&&&#private::bridge::Between::<_, _, #before, #from, #to>::new(
                    &__carry,
                    &__step,
                ))
                    .#bridge();
                __progress.next(#stage, __carry, (__bridge, #ends), &__step)
            }
        }
    };
    quote! {
        let __step = #choose;
        let __carry = #run;
    }
}

/// The value that names a versioned field in the implementations of `VersionedField`.
pub(super) fn hash(name: &str) -> Literal {
    Literal::u64_suffixed(field_hash(name))
}
