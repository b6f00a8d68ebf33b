//! What the registry needs to find JSON Schemas: the types of versioned fields and of what steps take.
//!
//! All of it is arguments of a macro of core's, which drops them where core is built without schemas.

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens as _, quote};

use super::{Names, chain::choose};
use crate::valid::{Chain, Model, Versioned};

/// One argument for each versioned field.
pub(super) fn fields<'m>(
    model: &'m Model<'_>,
    names: &'m Names,
) -> impl Iterator<Item = TokenStream> + 'm {
    let sound = model.versioned.iter().filter(|versioned| versioned.sound);
    sound.map(|versioned| field(versioned, names))
}

fn field(versioned: &Versioned<'_>, names: &Names) -> TokenStream {
    let name = versioned.name;
    let ty = versioned
        .field
        .filter(|field| field.serde.deserialize_with.is_none())
        .map(|field| field.ty.to_token_stream());
    let (owner, steps) = match versioned.chain {
        Chain::Shared { path, .. } => {
            let (owner, owned) = (&path.owner, path.field.as_deref().unwrap_or(name));
            (quote!(#owner, #owned), TokenStream::new())
        }
        Chain::Own { min, max } => {
            let steps = (min..max).map(|from| {
                let (version, step) =
                    (Literal::u32_unsuffixed(from), choose(versioned, from, names));
                quote!(#version #step,)
            });
            (TokenStream::new(), quote!(#(#steps)*))
        }
        Chain::Unknown { .. } => (TokenStream::new(), TokenStream::new()),
    };
    quote!({ #name, [#ty], [#owner], [#steps] })
}
