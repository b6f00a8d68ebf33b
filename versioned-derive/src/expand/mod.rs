//! The generated code: the declaration, the chains, and the checks that the compiler makes of them.

mod chain;
mod checks;
mod constants;
mod context;
mod declaration;
mod failures;
mod fallback;
mod late;
mod loss;
mod messages;
mod object;
mod schemas;
mod shared;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use syn::{DeriveInput, Path, parse_quote};

use crate::{
    ast::Input,
    attr::case::pascal,
    errors::Errors,
    valid::{Model, Versioned},
};

/// Everything that the derive adds to a program.
pub(crate) fn derive(item: &DeriveInput) -> TokenStream {
    let mut errors = Errors::default();
    let Some(input) = Input::read(item, &mut errors) else {
        let implementation = fallback::implementation(item);
        let errors = errors.into_inner().map(syn::Error::into_compile_error);
        return quote! { #errors #implementation };
    };
    let model = Model::of(&input, &mut errors);
    let names = Names::of(&input);
    let errors = errors.into_inner().map(syn::Error::into_compile_error);
    let contexts = context::structs(&model, &names);
    let constants = constants::expand(&model, &names);
    let checks = checks::expand(&model, &names);
    let chains = model.versioned.iter().map(|versioned| chain::expand(&model, versioned, &names));
    let declaration = declaration::expand(&model, &names);
    quote! {
        #errors
        #contexts
        #[doc(hidden)]
        #[allow(dead_code, non_camel_case_types, non_snake_case, non_upper_case_globals)]
        #[allow(deprecated, unused_imports, unused_qualifications, clippy::all, clippy::pedantic)]
        const _: () = {
            #constants
            #checks
            #(#chains)*
            #declaration
        };
    }
}

/// The names that generated code is written with.
pub(crate) struct Names {
    /// The domain object.
    pub(crate) object: Ident,
    /// `::versioned_core`, or what `crate = ..` says.
    pub(crate) krate: Path,
    /// The module of `versioned_core` that is there for generated code.
    pub(crate) private: TokenStream,
}

impl Names {
    fn of(input: &Input) -> Self {
        let krate = input.attr.krate.clone().unwrap_or_else(|| parse_quote!(::versioned_core));
        Self { object: input.ident.clone(), private: quote!(#krate::__private), krate }
    }

    /// `_convert_states_v41_to_v42`
    pub(crate) fn conversion(versioned: &Versioned<'_>, from: u32, span: Span) -> Ident {
        Ident::new(&conversion_name(versioned.name, from), span)
    }

    /// `ExplorationStatesContext`, where the field declares context and owns its chain.
    pub(crate) fn context(&self, versioned: &Versioned<'_>) -> Option<Ident> {
        let attr = versioned.attr;
        let declared = !(attr.context.is_empty() && attr.fetched.is_empty());
        let declared = declared && attr.chain.is_none();
        let name = pascal(versioned.name);
        declared.then(|| format_ident!("{}{}Context", self.object, name))
    }
}

pub(crate) fn conversion_name(field: &str, from: u32) -> String {
    format!("_convert_{field}_v{from}_to_v{}", u64::from(from) + 1)
}

/// A span that points at what the user wrote, with the names of generated code.
pub(crate) fn at(span: Span) -> Span {
    span.resolved_at(Span::call_site())
}

/// What tells the versioned fields of a type apart in trait implementations: FNV-1a of the name.
pub(crate) fn field_hash(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
