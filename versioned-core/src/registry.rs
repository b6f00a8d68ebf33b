//! The registry: every derived domain object of every crate that is linked into the program.
//!
//! Layer: core. The derive submits an [`Entry`] through `inventory`. A crate whose types nothing refers to is linked only if
//! the program names it: `use my_entities as _;` in the program is enough.

use std::{collections::BTreeMap, fmt};

use crate::{
    BaseVersionedDomainObject, Declaration, EntityKind, OtherKind, PathPattern, Scope,
    VersionedAttribute,
};

/// What the derive submits for a domain object.
#[derive(Debug)]
pub struct Entry {
    kind: EntityKind,
    #[cfg(feature = "schema")]
    schemas: Schemas,
}

/// The schemas of a domain object.
#[cfg(feature = "schema")]
#[derive(Debug, Clone, Copy)]
pub(crate) struct Schemas {
    pub(crate) object: Option<crate::schema::SchemaFn>,
    pub(crate) fields: &'static [crate::schema::FieldParts],
}

impl Entry {
    /// The entry of a domain object.
    #[must_use]
    #[cfg(not(feature = "schema"))]
    pub const fn new<T: BaseVersionedDomainObject>() -> Self {
        Self { kind: EntityKind::of::<T>() }
    }

    /// The entry of a domain object, with its JSON Schema where the type has one, and those of its fields and steps.
    #[must_use]
    #[cfg(feature = "schema")]
    pub const fn new<T: BaseVersionedDomainObject>(
        object: Option<crate::schema::SchemaFn>,
        fields: &'static [crate::schema::FieldParts],
    ) -> Self {
        Self { kind: EntityKind::of::<T>(), schemas: Schemas { object, fields } }
    }
}

/// Submits a domain object to the registry.
///
/// Without the feature `schema` nothing that is about schemas is compiled.
#[doc(hidden)]
#[macro_export]
#[cfg(not(feature = "schema"))]
macro_rules! __register {
    ($type:ty, [$($field:tt),*]) => {
        $crate::__private::submit! { $crate::__private::Entry::new::<$type>() }
    };
}

/// Submits a domain object to the registry, with its JSON Schema where the type implements `JsonSchema`.
///
/// Each field is its name, its type where serde reads it as that, the owner of its chain where that is another field, and its
/// steps with the versions that they start from.
#[doc(hidden)]
#[macro_export]
#[cfg(feature = "schema")]
macro_rules! __register {
    ($type:ty, [$({
        $field:literal, [$($of:ty)?], [$($owner:ty, $owned:literal)?], [$($from:literal $step:expr,)*]
    }),*]) => {
        $crate::__private::submit! {{
            #[allow(unused_imports, reason = "inherent constants win if there are any")]
            use $crate::__private::schema::{NoOwner as _, NoSchema as _};
            const FIELDS: &[$crate::__private::schema::FieldParts] = &[$(
                $crate::__private::schema::FieldParts {
                    field: $field,
                    schema: $crate::__either!([$(
                        $crate::__private::schema::SchemaProbe::<$of>::SCHEMA
                    )?] ::core::option::Option::None),
                    owner: $crate::__either!([$(::core::option::Option::Some((
                        $crate::__private::schema::OwnerProbe::<$owner>::DECLARATION,
                        $owned,
                    ))
                    )?] ::core::option::Option::None),
                    steps: || {
                        #[allow(unused_imports, reason = "the choice depends on the step")]
                        use $crate::__private::{
                            schema::{ChooseDocument as _, ChooseNothing as _, ChooseType as _},
                            step::{
                                ChooseFallible as _, ChooseFallibleWithContext as _,
                                ChooseInfallible as _, ChooseInfallibleWithContext as _,
                                ChooseNothing as _,
                            },
                        };
                        ::std::vec![$({
                            let step = $step;
                            $crate::__private::schema::StepSchemas {
                                from: $from,
                                input: (&&&$crate::__private::schema::StepType::input(&step))
                                    .schema(),
                                output: (&&&$crate::__private::schema::StepType::output(&step))
                                    .schema(),
                            }
                        }),*]
                    },
                }
            ),*];
            $crate::__private::Entry::new::<$type>(
                $crate::__private::schema::SchemaProbe::<$type>::SCHEMA,
                FIELDS,
            )
        }}
    };
}

/// The first expression if there is one, otherwise the second.
#[doc(hidden)]
#[macro_export]
#[cfg(feature = "schema")]
macro_rules! __either {
    ([$first:expr] $second:expr) => {
        $first
    };
    ([] $second:expr) => {
        $second
    };
}

inventory::collect!(Entry);

/// Every domain object of the program, sorted by the name of its entity kind.
///
/// A domain object takes part when its crate is linked. A crate that the program depends on but never names is not:
/// write `use my_entities as _;` in the program.
///
/// # Examples
///
/// ```
/// use versioned_core::Registry;
///
/// let registry = Registry::collect();
/// assert_eq!(registry.check(), []);
/// for declaration in registry.declarations() {
///     println!("{}: {}", declaration.entity, declaration.type_name);
/// }
/// ```
#[derive(Debug, Clone, Default)]
pub struct Registry {
    declarations: Vec<&'static Declaration>,
    kinds: Vec<EntityKind>,
    #[cfg(feature = "schema")]
    pub(crate) schemas: BTreeMap<&'static str, Schemas>,
}

impl Registry {
    /// Collects the domain objects of all linked crates.
    #[must_use]
    pub fn collect() -> Self {
        let entries = || inventory::iter::<Entry>.into_iter();
        let mut registry = Self::of(entries().map(|entry| entry.kind.declaration()));
        registry.kinds = entries().map(|entry| entry.kind).collect();
        registry
            .kinds
            .sort_by_key(|kind| (kind.declaration().entity, kind.declaration().type_name));
        #[cfg(feature = "schema")]
        let registry = {
            let schemas = |entry: &Entry| (entry.kind.declaration().entity, entry.schemas);
            Self { schemas: entries().map(schemas).collect(), ..registry }
        };
        registry
    }

    /// A registry of just these.
    #[must_use]
    pub fn of(declarations: impl IntoIterator<Item = &'static Declaration>) -> Self {
        let mut declarations: Vec<_> = declarations.into_iter().collect();
        declarations.sort_by_key(|declaration| (declaration.entity, declaration.type_name));
        Self {
            declarations,
            kinds: Vec::new(),
            #[cfg(feature = "schema")]
            schemas: BTreeMap::new(),
        }
    }

    /// The JSON Schema of an entity kind at the latest version of every field; `None` if its type does not implement
    /// `schemars::JsonSchema`.
    #[must_use]
    #[cfg(feature = "schema")]
    pub fn schema(&self, entity: &str) -> Option<schemars::Schema> {
        self.schemas.get(entity)?.object.map(|schema| schema())
    }

    /// The same with these declarations too, as far as their Rust types are not in it.
    #[must_use]
    pub fn with(mut self, declarations: impl IntoIterator<Item = &'static Declaration>) -> Self {
        for declaration in declarations {
            if !self.declarations.iter().any(|known| known.type_name == declaration.type_name) {
                self.declarations.push(declaration);
            }
        }
        self.declarations.sort_by_key(|declaration| (declaration.entity, declaration.type_name));
        self
    }

    /// Only these entity kinds of it.
    #[must_use]
    pub fn only(mut self, entities: &[&str]) -> Self {
        self.declarations.retain(|declaration| entities.contains(&declaration.entity));
        self.kinds.retain(|kind| entities.contains(&kind.declaration().entity));
        self
    }

    /// The declarations, sorted by entity kind.
    #[must_use]
    pub fn declarations(&self) -> &[&'static Declaration] {
        &self.declarations
    }

    /// The collected kinds, sorted like the declarations; empty for a registry [`of`](Self::of) declarations.
    #[must_use]
    pub fn kinds(&self) -> &[EntityKind] {
        &self.kinds
    }

    /// The declaration of an entity kind.
    #[must_use]
    pub fn get(&self, entity: &str) -> Option<&'static Declaration> {
        self.declarations.iter().find(|declaration| declaration.entity == entity).copied()
    }

    /// Everything that is wrong; empty if all is well. Meant for a test of the application's.
    #[must_use]
    pub fn check(&self) -> Vec<RegistryProblem> {
        let mut problems = Vec::new();
        let mut by_entity: BTreeMap<&str, &Declaration> = BTreeMap::new();
        for declaration in self.declarations.iter().copied() {
            if let Some(first) = by_entity.insert(declaration.entity, declaration) {
                problems.push(RegistryProblem::DuplicateEntity {
                    entity: declaration.entity,
                    first: first.type_name,
                    second: declaration.type_name,
                });
            }
            check_declaration(declaration, &mut problems);
        }
        problems
    }
}

/// What is wrong with a registered domain object.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RegistryProblem {
    /// Two Rust types have the same entity kind.
    DuplicateEntity {
        /// The entity kind.
        entity: &'static str,
        /// One of the types.
        first: &'static str,
        /// The other one.
        second: &'static str,
    },
    /// The name of an entity kind is empty or has characters other than a-z, 0-9, `_` and `-`.
    EntityName {
        /// The entity kind.
        entity: &'static str,
        /// The Rust type.
        type_name: &'static str,
    },
    /// A declaration that was not made by the derive contradicts itself.
    Declaration {
        /// The entity kind.
        entity: &'static str,
        /// Rust name of the field.
        field: &'static str,
        /// What is wrong with it.
        reason: &'static str,
    },
}

impl fmt::Display for RegistryProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DuplicateEntity { entity, first, second } => write!(
                formatter,
                "entity kind `{entity}` is declared by two types, `{first}` and `{second}`: \
                 give one of them another `#[versioned(entity = \"..\")]`"
            ),
            Self::EntityName { entity, type_name } => write!(
                formatter,
                "entity kind `{entity}` of `{type_name}` must consist of a-z, 0-9, `_` and `-`"
            ),
            Self::Declaration { entity, field, reason } => {
                write!(formatter, "`{entity}.{field}`: {reason}")
            }
        }
    }
}

/// The derive cannot produce these; a declaration made by hand can.
fn check_declaration(declaration: &'static Declaration, problems: &mut Vec<RegistryProblem>) {
    let Declaration { entity, type_name, versioned, others } = *declaration;
    let is_name = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-');
    if entity.is_empty() || !entity.bytes().all(is_name) {
        problems.push(RegistryProblem::EntityName { entity, type_name });
    }
    let mut refuse = |field, reason| {
        problems.push(RegistryProblem::Declaration { entity, field, reason });
    };
    let version_keys: Vec<&str> = others
        .iter()
        .filter(|other| other.kind == OtherKind::Version)
        .map(|other| other.key)
        .collect();
    for (index, attribute) in versioned.iter().enumerate() {
        let field = attribute.field;
        if attribute.min > attribute.max {
            refuse(field, "`min` is above `max`");
        }
        if attribute.scope == Scope::Document {
            if versioned.len() > 1 {
                refuse(field, "a document with one version has no versioned fields of its own");
            }
        } else if !version_keys.contains(&attribute.version_key) {
            refuse(field, "its version field is not among the fields");
        }
        for other in &versioned[..index] {
            let same_version = other.version_key == attribute.version_key;
            if same_version && (other.min, other.max) != (attribute.min, attribute.max) {
                refuse(field, "it shares its version field with a field of another range");
            }
            if other.key == attribute.key {
                refuse(field, "another field has the same JSON key");
            }
        }
        check_losses(attribute, &mut refuse);
        let is_writer_of = |other: &VersionedAttribute, target: &str| {
            other.side_outputs.iter().any(|side_output| side_output.field == target)
        };
        for side_output in attribute.side_outputs {
            let writers = versioned.iter().filter(|other| is_writer_of(other, side_output.field));
            if writers.count() > 1 {
                refuse(side_output.field, "the chains of two fields set it");
            }
        }
    }
}

/// Declared losses and moves belong to steps, and their places can be read.
fn check_losses(
    attribute: &'static VersionedAttribute,
    refuse: &mut impl FnMut(&'static str, &'static str),
) {
    let losses = attribute.losses.iter().map(|loss| (loss.step, [loss.path, ""]));
    let moves = attribute.moves.iter().map(|moved| (moved.step, [moved.from, moved.to]));
    for (step, places) in losses.chain(moves) {
        // A field that shares a chain may begin at a later version than the owner, whose losses it has.
        if step >= attribute.max {
            refuse(attribute.field, "it declares a loss or a move of a step that it does not have");
        }
        if places.iter().any(|place| PathPattern::parse(place).is_none()) {
            refuse(attribute.field, "the path of a declared loss or move is no JSON pointer");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{LossAttribute, MoveAttribute, SchemaVersion, engine::tests::LIST};

    /// The derive checks these at compile time; a declaration written by hand has only this check.
    #[test]
    fn losses_and_moves_of_a_declaration_written_by_hand_are_checked() {
        fn check(step: u32, path: &'static str, to: &'static str, expect: &[&str]) {
            let step = SchemaVersion::new(step);
            let attribute = VersionedAttribute {
                losses: vec![LossAttribute { step, path }].leak(),
                moves: vec![MoveAttribute { step: SchemaVersion::new(2), from: "/a", to }].leak(),
                ..LIST.versioned[0]
            };
            let versioned = vec![attribute].leak();
            let declaration = Box::leak(Box::new(Declaration { versioned, ..LIST }));
            let problems = Registry::of([&*declaration]).check();
            let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
            assert_eq!(problems, expect);
        }
        let step = "`list.first`: it declares a loss or a move of a step that it does not have";
        let pointer = "`list.first`: the path of a declared loss or move is no JSON pointer";
        check(2, "/*/a", "/b", &[]);
        check(3, "/*/a", "/b", &[step]);
        check(2, "/*a", "/b", &[pointer]);
        check(2, "/*/a", "b", &[pointer]);
    }
}
