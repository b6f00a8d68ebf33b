//! Checks of versions that only the owner of a shared chain knows: what `valid` checks where the
//! numbers are written down.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{Names, checks::assertion, messages::Messages};
use crate::valid::{Chain, Model, Versioned};

pub(super) fn expand(model: &Model<'_>, names: &Names) -> TokenStream {
    let sound: Vec<_> = model.versioned.iter().filter(|versioned| versioned.sound).collect();
    let mut checks = TokenStream::new();
    for (index, versioned) in sound.iter().enumerate() {
        checks.extend(missing_version(versioned, names));
        checks.extend(context_versions(versioned, &sound, names));
        let group = sound[..index].iter().find(|other| {
            let names = [other.version, versioned.version].map(|field| field.map(|one| &one.name));
            names[0].is_some() && names[0] == names[1]
        });
        if let Some(first) = group {
            checks.extend(one_range(first, versioned, names));
        }
    }
    checks
}

fn is_late(versioned: &Versioned<'_>) -> bool {
    matches!(versioned.chain, Chain::Shared { min: None, .. } | Chain::Shared { max: None, .. })
}

/// The constants of a field's versions, as numbers.
fn bounds(versioned: &Versioned<'_>, names: &Names) -> (TokenStream, TokenStream) {
    let object = &names.object;
    let upper = versioned.name.to_uppercase();
    let min = format_ident!("{upper}_MIN_SCHEMA_VERSION");
    let max = format_ident!("{upper}_MAX_SCHEMA_VERSION");
    (quote!(#object::#min.get()), quote!(#object::#max.get()))
}

/// Passes where the shared chain does not exist, which is reported elsewhere.
fn unless_unknown(
    versioned: &Versioned<'_>,
    condition: &TokenStream,
    names: &Names,
) -> TokenStream {
    match versioned.chain {
        Chain::Shared { path, .. } => {
            let shared = super::shared::of(path, versioned, names);
            quote!(!#shared::YES || (#condition))
        }
        Chain::Own { .. } | Chain::Unknown { .. } => condition.clone(),
    }
}

fn missing_version(versioned: &Versioned<'_>, names: &Names) -> Option<TokenStream> {
    let missing = versioned.attr.missing_version.filter(|_| is_late(versioned))?;
    let (min, max) = bounds(versioned, names);
    let value = missing.value;
    let condition = quote!(#min <= #value && #value <= #max);
    let condition = unless_unknown(versioned, &condition, names);
    let text = Messages::new(versioned, names).late_missing_version(value);
    let name = format!("missing_version_of_{}", versioned.name);
    Some(assertion(&name, &condition, &text, missing.span))
}

fn context_versions(
    versioned: &Versioned<'_>,
    all: &[&Versioned<'_>],
    names: &Names,
) -> TokenStream {
    let mut checks = TokenStream::new();
    for item in &versioned.context {
        let sibling = all.iter().find(|other| other.name == item.field.name);
        let (Some(sibling), Some(version)) = (sibling, item.version) else { continue };
        if !is_late(sibling) {
            continue;
        }
        let (min, max) = bounds(sibling, names);
        let value = version.value;
        let condition = quote!(#min <= #value && #value <= #max);
        let condition = unless_unknown(sibling, &condition, names);
        let text = Messages::new(versioned, names).late_context_version(sibling.name, value);
        let name = format!("version_of_{}_for_{}", sibling.name, versioned.name);
        checks.extend(assertion(&name, &condition, &text, version.span));
    }
    checks
}

fn one_range(first: &Versioned<'_>, this: &Versioned<'_>, names: &Names) -> Option<TokenStream> {
    if !is_late(first) && !is_late(this) {
        return None;
    }
    let ((first_min, first_max), (min, max)) = (bounds(first, names), bounds(this, names));
    let condition = quote!(#first_min == #min && #first_max == #max);
    let condition = unless_unknown(this, &condition, names);
    let condition = unless_unknown(first, &condition, names);
    let version = this.version.map_or("", |version| version.name.as_str());
    let text = Messages::new(this, names).late_group(first.name, version);
    let name = format!("versions_of_{}_and_{}", first.name, this.name);
    Some(assertion(&name, &condition, &text, this.anchor))
}
