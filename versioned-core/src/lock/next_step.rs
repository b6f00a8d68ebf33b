//! The next version of a field: what has to be raised, and the function to write.
//!
//! Layer: core, feature `schema`.

use crate::{Declaration, Registry, SchemaVersion, VersionedAttribute};

/// What the next version needs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NextStep {
    /// Name of the Rust type that the conversions belong to.
    pub object: String,
    /// Rust name of the field there.
    pub field: String,
    /// The version that is the latest one now.
    pub max: SchemaVersion,
    /// The first line of the function to write.
    pub function: String,
}

impl NextStep {
    pub(super) fn help(&self, entity: &str, field: &str, version: SchemaVersion) -> Vec<String> {
        let Self { object, field: owned, max, function } = self;
        let next = u64::from(max.get()) + 1;
        vec![
            format!(
                "documents of version {version} have the old shape, so the new one is \
                 version {next}:"
            ),
            format!("  1. raise `max = {max}` to `max = {next}` at `{object}.{owned}`"),
            format!("  2. write in `impl {object}`"),
            format!("       {function}"),
            "  3. run `schema commit`, and commit the lock with the code".to_owned(),
            format!(
                "was version {version} never released? `schema commit --replace {entity}.{field}`"
            ),
        ]
    }

    pub(super) fn of(
        registry: &Registry,
        declaration: &Declaration,
        attribute: &VersionedAttribute,
    ) -> Self {
        let owner = registry.chain_owner(declaration.entity, attribute.field);
        let object = |declaration: &Declaration| {
            let name = declaration.type_name.rsplit("::").next();
            name.unwrap_or(declaration.type_name).to_owned()
        };
        let (object, field, has_context) = match owner {
            Some((owner, field)) => {
                let owned = owner.versioned.iter().find(|owned| owned.field == field);
                let owned = owned.unwrap_or(attribute);
                (object(owner), field, has_context(owned))
            }
            None => (object(declaration), attribute.field.to_owned(), has_context(attribute)),
        };
        let name = function(&field, attribute.max);
        let function = match has_context {
            true => format!(
                "fn {name}<'a>(value: LazyValue<'a>, context: &{object}{}Context<'_>) \
                 -> Result<LazyValue<'a>, ConversionError>",
                pascal(&field)
            ),
            false => {
                format!("fn {name}(value: LazyValue<'_>) -> Result<LazyValue<'_>, ConversionError>")
            }
        };
        Self { object, field, max: attribute.max, function }
    }
}

fn has_context(attribute: &VersionedAttribute) -> bool {
    attribute.element_key || !attribute.context.is_empty() || !attribute.fetched.is_empty()
}

/// `_convert_states_v45_to_v46`
pub(super) fn function(field: &str, from: SchemaVersion) -> String {
    format!("_convert_{field}_v{from}_to_v{}", u64::from(from.get()) + 1)
}

/// `state_cards` as `StateCards`.
fn pascal(name: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>())
    };
    name.split('_').filter_map(word).collect()
}
