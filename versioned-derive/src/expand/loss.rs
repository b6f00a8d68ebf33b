//! Losses, moves and fetched values in the declaration. A field that shares a chain has those of the
//! chain's owner.

use proc_macro2::TokenStream;
use quote::quote;

use super::{Names, messages::type_text, shared};
use crate::valid::{Chain, Versioned};

/// The members `fetched`, `losses` and `moves` of a `VersionedAttribute`.
pub(super) fn attribute(versioned: &Versioned<'_>, names: &Names) -> TokenStream {
    let krate = &names.krate;
    if let Chain::Shared { path, .. } = versioned.chain {
        let shared = shared::of(path, versioned, names);
        return quote! {
            fetched: #shared::ATTRIBUTE.fetched,
            losses: #shared::ATTRIBUTE.losses,
            moves: #shared::ATTRIBUTE.moves,
        };
    }
    let attr = versioned.attr;
    let fetched = versioned.fetched.iter().map(|item| {
        let (name, ty) = (&item.name, type_text(&item.ty));
        quote!(#krate::FetchedAttribute { name: #name, type_name: #ty })
    });
    let mut losses: Vec<_> = attr.losses.iter().collect();
    losses.sort_by_key(|loss| loss.step.value);
    let losses = losses.into_iter().map(|loss| {
        let (step, path) = (loss.step.value, &loss.path.text);
        quote!(#krate::LossAttribute { step: #krate::SchemaVersion::new(#step), path: #path })
    });
    let mut moves: Vec<_> = attr.moves.iter().collect();
    moves.sort_by_key(|moved| moved.step.value);
    let moves = moves.into_iter().map(|moved| {
        let (step, from, to) = (moved.step.value, &moved.from.text, &moved.to.text);
        quote! {
            #krate::MoveAttribute {
                step: #krate::SchemaVersion::new(#step),
                from: #from,
                to: #to,
            }
        }
    });
    quote! {
        fetched: &[#(#fetched),*],
        losses: &[#(#losses),*],
        moves: &[#(#moves),*],
    }
}
