//! The law "no undeclared loss": what a step takes is in what it returns, or the step declares that it drops it or puts it
//! elsewhere.
//!
//! Invariant: equal scalars are told apart by how many there are, so that a copy does not stand in for one that was dropped.

use std::{collections::BTreeMap, fmt};

use versioned_core::{
    BaseVersionedDomainObject, Declaration, LossAttribute, MigrationError, MigrationOptions,
    MoveAttribute, PathPattern, SchemaVersion, Scope, VersionedAttribute,
    document::{ConvertedField, FieldChange, Member, MemberValue, WriteValue},
    json::Pointer,
};

use super::leaves::{Leaf, leaves, members};

/// A scalar that a step took, did not return, and does not declare as lost or moved; or that is not where the step declares that
/// it moves it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UndeclaredLoss {
    /// Name of the entity kind.
    pub entity: &'static str,
    /// Rust name of the field.
    pub field: &'static str,
    /// The version that the step starts from.
    pub step: SchemaVersion,
    /// The place in what the step took: in the value of the field, or in the document where that has one version.
    pub pointer: Pointer,
    /// The scalar as it was written, cut after 60 characters.
    pub value: String,
    /// Where the step declares that it moves it, though it is not there.
    pub moved_to: Option<&'static str>,
}

impl UndeclaredLoss {
    /// What is wrong, without the step and the place.
    #[must_use]
    pub fn what(&self) -> String {
        let value = &self.value;
        match self.moved_to {
            None => format!("{value} is not in what the step returned"),
            Some(to) => format!("{value} is declared as moved to {to} and is not there"),
        }
    }
}

impl fmt::Display for UndeclaredLoss {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { entity, field, step, pointer, value, moved_to } = self;
        let (step, to) = (step.get(), u64::from(step.get()) + 1);
        write!(formatter, "`{entity}.{field}`, v{step} to v{to}: {value} at {pointer} is ")?;
        match moved_to {
            None => formatter.write_str("not in what the step returned"),
            Some(to) => write!(formatter, "declared as moved to {to} and is not there"),
        }
    }
}

/// Migrates a document step by step and finds what its steps drop without saying so.
///
/// Every scalar of what a step takes has to be somewhere in what it returns, side outputs included, as often as before; or
/// lie under a `loss` or a `moved` of that step; what is moved has to be where the declaration says, unless it is `null`. A number that is written in another way, or as a text, is the same
/// scalar, and so is a text that became the number in it. Keys are no scalars. The version member of a whole document is left out.
///
/// Of scalars that are equal, the one that is reported need not be the one that was dropped.
///
/// # Errors
///
/// The document cannot be migrated, or not step by step, because a step returns what cannot be written.
///
/// # Panics
///
/// A step returns JSON that is nested deeper than a document may be.
///
/// # Examples
///
/// ```
/// # use serde::{Deserialize, Serialize};
/// # use versioned_core::{BaseVersionedDomainObject, LazyValue};
/// #[derive(Serialize, Deserialize, BaseVersionedDomainObject)]
/// struct Quiz {
///     #[versioned(version_field = "version", min = 1, max = 2)]
///     answers: Vec<String>,
///     version: u32,
/// }
///
/// impl Quiz {
///     fn _convert_answers_v1_to_v2(mut answers: LazyValue<'_>) -> LazyValue<'_> {
///         answers.as_list_mut().map(Vec::pop);
///         answers
///     }
/// }
///
/// let stored = r#"{"answers": ["seven", "eight"], "version": 1}"#;
/// let losses = versioned_testkit::laws::undeclared_losses::<Quiz>(stored)?;
/// let told = r#"`quiz.answers`, v1 to v2: "eight" at /1 is not in what the step returned"#;
/// assert_eq!(losses[0].to_string(), told);
/// # Ok::<(), versioned_core::MigrationError>(())
/// ```
pub fn undeclared_losses<D: BaseVersionedDomainObject>(
    document: &str,
) -> Result<Vec<UndeclaredLoss>, MigrationError> {
    undeclared_losses_with::<D>(document, &[])
}

/// The same with values that were fetched for the conversions.
///
/// # Errors
///
/// As for [`undeclared_losses`].
///
/// # Panics
///
/// As for [`undeclared_losses`].
pub fn undeclared_losses_with<D: BaseVersionedDomainObject>(
    document: &str,
    fetched: &[Member<'_>],
) -> Result<Vec<UndeclaredLoss>, MigrationError> {
    let declaration = D::schema_versioned_attributes();
    let options = MigrationOptions::new().with_fetched(fetched);
    let migrated = D::migrate_to_latest_schema_versions_with(document, &options)?;
    find(declaration, document, fetched, migrated.changes())
}

/// Walks the chains that a migration of the document has run.
pub(super) fn find(
    declaration: &'static Declaration,
    document: &str,
    fetched: &[Member<'_>],
    changes: &[FieldChange],
) -> Result<Vec<UndeclaredLoss>, MigrationError> {
    // The document was just read.
    let stored = members(document).unwrap_or_default();
    let siblings = stored.iter().map(|(key, json)| Member { key, value: MemberValue::Json(json) });
    let siblings: Vec<Member<'_>> = siblings.chain(fetched.iter().copied()).collect();
    let mut losses = Vec::new();
    for FieldChange { field, from, .. } in changes {
        let Some(attribute) = declaration.attribute(field) else { continue };
        let json = match attribute.scope {
            Scope::Document => Some(document),
            _ => siblings.iter().find(|member| member.key == attribute.key).and_then(json_of),
        };
        let Some(json) = json.filter(|json| !(attribute.optional && *json == "null")) else {
            continue;
        };
        let chain = Chain { declaration, attribute, siblings: &siblings };
        chain.walk(json, *from, &mut losses)?;
    }
    Ok(losses)
}

/// Stops a test with all that [`undeclared_losses`] finds in a document, and with what to write.
///
/// # Panics
///
/// A step drops what it does not declare, or the document cannot be migrated.
pub fn assert_no_undeclared_losses<D: BaseVersionedDomainObject>(document: &str) {
    let losses = match undeclared_losses::<D>(document) {
        Ok(losses) => losses,
        Err(error) => panic!("the document cannot be migrated step by step: {error}: {error:?}"),
    };
    assert!(losses.is_empty(), "{}", report(&losses));
}

/// What is lost, line by line, and the line to write for the first of them.
fn report(losses: &[UndeclaredLoss]) -> String {
    let lines: Vec<String> = losses.iter().take(20).map(|loss| format!("\n  {loss}")).collect();
    let more = losses.len().saturating_sub(lines.len());
    let more = if more > 0 { format!("\n  and {more} more") } else { String::new() };
    let first = losses.first().map_or_else(String::new, |loss| {
        let step = loss.step;
        format!("loss(step = {step}, path = \"{}\")", loss.pointer.as_str())
    });
    format!(
        "conversions drop what they do not declare:{}{more}\n\
         keep it; or declare it on the field, with `*` for any key or index, such as `{first}`, or \
         with `moved(step = .., from = .., to = ..)` where it is put elsewhere",
        lines.concat()
    )
}

fn json_of<'a>(member: &Member<'a>) -> Option<&'a str> {
    match member.value {
        MemberValue::Json(json) => Some(json),
        _ => None,
    }
}

/// The chain of one field of one document.
struct Chain<'a> {
    declaration: &'static Declaration,
    attribute: &'static VersionedAttribute,
    siblings: &'a [Member<'a>],
}

impl Chain<'_> {
    /// Runs the steps one by one and compares what goes in with what comes out.
    fn walk(
        &self,
        json: &str,
        from: SchemaVersion,
        losses: &mut Vec<UndeclaredLoss>,
    ) -> Result<(), MigrationError> {
        let Self { declaration, attribute, siblings } = *self;
        let mut input = json.to_owned();
        for step in from.get()..attribute.max.get() {
            let versions = SchemaVersion::new(step)..=SchemaVersion::new(step + 1);
            let output = declaration.convert_field(attribute.field, &input, versions, siblings)?;
            let step = SchemaVersion::new(step);
            losses.extend(self.lost(step, &input, &output).into_iter().map(|(leaf, moved_to)| {
                UndeclaredLoss {
                    entity: declaration.entity,
                    field: attribute.field,
                    step,
                    pointer: leaf.place,
                    value: shortened(&leaf.written),
                    moved_to,
                }
            }));
            input = output.json;
        }
        Ok(())
    }

    /// The leaves that are not in the output and that no declaration covers, and those that are not where they are declared
    /// as moved to.
    fn lost(
        &self,
        step: SchemaVersion,
        input: &str,
        output: &ConvertedField,
    ) -> Vec<(Leaf, Option<&'static str>)> {
        let mut pool = Pool::of(output);
        let is_version = |leaf: &Leaf| {
            let key = self.attribute.version_key;
            let mut place = Pointer::root();
            place.push_key(key);
            self.attribute.scope == Scope::Document && leaf.place == place
        };
        let mut left = scalars(input);
        left.retain(|leaf| !is_version(leaf));
        // What is where it was is not used up by what was elsewhere before.
        left.retain(|leaf| !pool.take(leaf, |place| *place == leaf.place));
        let declared = Declared::of(self.attribute, step);
        let mut lost = Vec::new();
        left.retain(|leaf| match declared.cover(leaf, &mut pool) {
            Cover::Declared => false,
            Cover::Misplaced(to) => {
                lost.push((leaf.clone(), Some(to)));
                false
            }
            Cover::None => true,
        });
        left.retain(|leaf| !pool.take(leaf, |_| true));
        lost.extend(left.into_iter().map(|leaf| (leaf, None)));
        lost
    }
}

/// The scalars that a step returned: by text, where they are; side outputs have no place in the field.
struct Pool {
    left: BTreeMap<String, Vec<Pointer>>,
    /// All of them, those that are used up included.
    returned: BTreeMap<String, Vec<Pointer>>,
}

impl Pool {
    fn of(output: &ConvertedField) -> Self {
        let mut pool = Self { left: BTreeMap::new(), returned: BTreeMap::new() };
        pool.add(&output.json, None);
        for side_output in &output.side_outputs {
            if let WriteValue::Json(json) = &side_output.value {
                // No place in a field begins like this: a pointer begins with a slash.
                pool.add(json, Some(&Pointer::from(side_output.key)));
            }
        }
        pool.returned = pool.left.clone();
        pool
    }

    fn add(&mut self, json: &str, sibling: Option<&Pointer>) {
        for leaf in scalars(json) {
            let place = sibling.map_or_else(|| leaf.place.clone(), |key| key.join(&leaf.place));
            self.left.entry(leaf.text).or_default().push(place);
        }
    }

    /// Uses up a scalar of the same text at such a place; says whether there was one.
    fn take(&mut self, leaf: &Leaf, is_place: impl Fn(&Pointer) -> bool) -> bool {
        for text in std::iter::once(&leaf.text).chain(&leaf.retyped) {
            let Some(places) = self.left.get_mut(text) else { continue };
            if let Some(index) = places.iter().position(&is_place) {
                places.remove(index);
                return true;
            }
        }
        false
    }

    /// Whether the step returned a scalar of the same text at such a place; several that became one share it.
    fn has(&self, leaf: &Leaf, is_place: impl Fn(&Pointer) -> bool) -> bool {
        let mut texts = std::iter::once(&leaf.text).chain(&leaf.retyped);
        texts.any(|text| self.returned.get(text).is_some_and(|places| places.iter().any(&is_place)))
    }
}

/// The scalars of what the engine has read, or a step has returned.
fn scalars(json: &str) -> Vec<Leaf> {
    match leaves(json) {
        Ok(leaves) => leaves,
        Err(error) => panic!("a step returned what the next one cannot read: {error}: {json}"),
    }
}

/// What one step declares.
struct Declared {
    each: bool,
    losses: Vec<PathPattern<'static>>,
    moves: Vec<(PathPattern<'static>, PathPattern<'static>, &'static str)>,
}

/// What the declaration says of a leaf that is not at its place.
enum Cover {
    /// It may be gone.
    Declared,
    /// It is not at the place that it is declared as moved to.
    Misplaced(&'static str),
    /// Nothing.
    None,
}

impl Declared {
    fn of(attribute: &VersionedAttribute, step: SchemaVersion) -> Self {
        let losses = attribute.losses.iter().filter(|loss| loss.step == step);
        let moves = attribute.moves.iter().filter(|moved| moved.step == step);
        Self {
            each: attribute.scope == Scope::Each,
            losses: losses
                .filter_map(|LossAttribute { path, .. }| PathPattern::parse(path))
                .collect(),
            moves: moves
                .filter_map(|MoveAttribute { from, to, .. }| {
                    Some((PathPattern::parse(from)?, PathPattern::parse(to)?, *to))
                })
                .collect(),
        }
    }

    /// Whether a leaf may be gone from its place; where it was moved to, it is used up.
    fn cover(&self, leaf: &Leaf, pool: &mut Pool) -> Cover {
        let place = self.place(&leaf.place);
        let is_lost = self.losses.iter().any(|path| path.covers(&place));
        let moved = self.moves.iter().find(|(from, _, _)| from.covers(&place));
        let Some((_, to, told)) = moved else {
            return if is_lost { Cover::Declared } else { Cover::None };
        };
        let is_there =
            |place: &Pointer| place.as_str().starts_with('/') && to.covers(&self.place(place));
        pool.take(leaf, is_there);
        // What was nothing may have no place of its own there.
        match is_lost || leaf.written == "null" || pool.has(leaf, is_there) {
            true => Cover::Declared,
            false => Cover::Misplaced(told),
        }
    }

    /// A place as paths name it: in the element, where the chain converts elements.
    fn place(&self, place: &Pointer) -> Pointer {
        if !self.each {
            return place.clone();
        }
        let text = place.as_str();
        let element =
            text.get(1..).and_then(|rest| rest.find('/')).map_or(text.len(), |end| end + 1);
        Pointer::from(&text[element..])
    }
}

fn shortened(value: &str) -> String {
    let mut letters = value.chars();
    let mut short: String = letters.by_ref().take(60).collect();
    if letters.next().is_some() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests;
