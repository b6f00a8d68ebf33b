//! The derive macro of `versioned-core`, which re-exports it: depend on that crate.
//!
//! Layer: core. A struct passes through four rooms: `ast` reads it with its attributes (`attr`),
//! `valid` checks the declaration, and `expand` writes the code. Invariant: one mistake is one
//! error, and all mistakes of a struct are reported at once: those that tokens show by `errors`,
//! and those that only the compiler can see by constants and traits in the generated code, with
//! texts of their own.

use proc_macro::TokenStream;

mod ast;
mod attr;
mod errors;
mod expand;
mod valid;

#[doc = include_str!("reference.md")]
#[proc_macro_derive(BaseVersionedDomainObject, attributes(versioned))]
pub fn derive(input: TokenStream) -> TokenStream {
    let item = syn::parse_macro_input!(input as syn::DeriveInput);
    expand::derive(&item).into()
}
