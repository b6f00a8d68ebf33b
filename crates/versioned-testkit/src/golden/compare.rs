//! One golden document against the chains of today.
//!
//! Invariant: what is compared is what was recorded. Steps that came later only have to take it.

use versioned_core::{
    Declaration, EntityKind, SchemaVersion, VersionedAttribute,
    document::{FoundVersion, stored_versions},
};
use versioned_jobs::golden::{GoldenDocument, GoldenField, GoldenOutcome, GoldenRefusal};

use super::{
    Retired,
    difference::{Difference, What},
    json_difference::first_difference,
};

/// What became of a golden document.
pub(super) enum Verdict {
    Replayed,
    Differs(Vec<Difference>),
    Retired(Retired),
}

/// `kind` is the entity of the document, where it is registered.
pub(super) fn compare(kind: Option<EntityKind>, file: &str, golden: &GoldenDocument) -> Verdict {
    let found = |field: Option<&str>, step, what| Difference {
        file: file.to_owned(),
        entity: golden.entity.clone(),
        field: field.map(str::to_owned),
        step,
        what,
    };
    let Some(kind) = kind else {
        return Verdict::Differs(vec![found(None, None, What::EntityGone)]);
    };
    let declaration = kind.declaration();
    let now = GoldenOutcome::of(kind, &golden.stored, &golden.fetched);
    let is_too_old = matches!(&now, GoldenOutcome::Refused(_));
    if let (true, Some(retired)) = (is_too_old, retired(declaration, file, golden)) {
        return Verdict::Retired(retired);
    }
    let differences = match (&golden.outcome, &now) {
        (
            GoldenOutcome::Upgraded { document, fields, .. },
            GoldenOutcome::Upgraded { document: now, fields: fields_now, .. },
        ) => {
            let replay = Replay { declaration, golden, document, fields_now };
            let differing = fields.iter().filter_map(|field| {
                let (step, what) = replay.field(field)?;
                Some(found(Some(&field.field), step, what))
            });
            let mut differences: Vec<Difference> = differing.collect();
            let is_latest = fields.iter().all(|field| {
                declaration.attribute(&field.field).is_some_and(|it| it.max == field.reached)
            });
            if differences.is_empty()
                && is_latest
                && let Some(place) = first_difference(document, now)
            {
                differences.push(found(None, None, What::value(place)));
            }
            differences
        }
        (GoldenOutcome::Upgraded { fields, .. }, GoldenOutcome::Refused(refusal)) => {
            vec![found(refusal.field.as_deref(), refusal.step, refused(fields, refusal))]
        }
        (GoldenOutcome::Refused(refusal), GoldenOutcome::Upgraded { .. }) => {
            vec![found(refusal.field.as_deref(), refusal.step, What::Repaired)]
        }
        (GoldenOutcome::Refused(before), GoldenOutcome::Refused(after)) => {
            if before.is_at_the_place_of(after) {
                Vec::new()
            } else {
                let (before, told) = (place(before), place(after));
                let what = What::RefusedElsewhere { before, after: told };
                vec![found(after.field.as_deref(), after.step, what)]
            }
        }
        // What this program does not know, it cannot have recorded.
        _ => vec![found(None, None, What::Repaired)],
    };
    if differences.is_empty() { Verdict::Replayed } else { Verdict::Differs(differences) }
}

/// Whether a stored version is below `min`, and was not when the document was recorded.
fn retired(
    declaration: &'static Declaration,
    file: &str,
    golden: &GoldenDocument,
) -> Option<Retired> {
    let versions = stored_versions(declaration, golden.stored.as_str()).ok()?;
    let mut with_versions = declaration.versioned.iter().zip(versions);
    let (attribute, stored) =
        with_versions.find_map(|(attribute, version)| match version.found {
            FoundVersion::Number(stored) if stored < attribute.min => Some((attribute, stored)),
            _ => None,
        })?;
    let was_refused_for_it = match &golden.outcome {
        GoldenOutcome::Refused(refusal) => {
            refusal.step.is_none() && refusal.field.as_deref() == Some(attribute.field)
        }
        _ => false,
    };
    (!was_refused_for_it).then(|| Retired {
        file: file.to_owned(),
        entity: golden.entity.clone(),
        field: attribute.field.to_owned(),
        stored,
        min: attribute.min,
    })
}

fn refused(fields: &[GoldenField], refusal: &GoldenRefusal) -> What {
    let mut of_field = fields.iter().filter(|it| Some(&it.field) == refusal.field.as_ref());
    let is_new_step = match (of_field.next(), refusal.step) {
        (Some(field), Some(step)) => step >= field.reached,
        _ => false,
    };
    let (pointer, causes) = (refusal.pointer.clone(), refusal.causes.clone());
    What::Refused { pointer, causes, is_new_step }
}

/// The place of a refusal in words.
fn place(refusal: &GoldenRefusal) -> String {
    let field = refusal.field.as_deref().unwrap_or("the document");
    let step = refusal.step.map_or_else(String::new, |from| {
        format!(", step v{from} to v{}", u64::from(from.get()) + 1)
    });
    let at = refusal.pointer.as_ref().map_or_else(String::new, |it| format!(", at {it}"));
    let why = refusal.causes.last().map_or_else(String::new, |cause| format!(": {cause}"));
    format!("{field}{step}{at}{why}")
}

/// A document that is upgraded today as it was when it was recorded.
struct Replay<'a> {
    declaration: &'static Declaration,
    golden: &'a GoldenDocument,
    /// What was recorded.
    document: &'a str,
    fields_now: &'a [GoldenField],
}

impl Replay<'_> {
    /// The first step of a field that gives something else, and what.
    fn field(&self, recorded: &GoldenField) -> Option<(Option<SchemaVersion>, What)> {
        let Some(attribute) = self.declaration.attribute(&recorded.field) else {
            return Some((None, What::FieldGone));
        };
        if attribute.max < recorded.reached {
            let (reached, max) = (recorded.reached, attribute.max);
            return Some((None, What::Lowered { reached, max }));
        }
        let now = self.fields_now.iter().find(|field| field.field == recorded.field)?;
        let step = recorded.steps.iter().find(|step| !now.steps.contains(step));
        let place = self.value_differs(attribute, recorded);
        match (step, place) {
            (None, None) => None,
            (step, Some(place)) => Some((step.map(|step| step.from), What::value(place))),
            (Some(step), None) => Some((Some(step.from), What::StepOnly)),
        }
    }

    /// Where the value at the recorded version is another one.
    fn value_differs(
        &self,
        attribute: &VersionedAttribute,
        recorded: &GoldenField,
    ) -> Option<super::json_difference::Place> {
        if recorded.steps.is_empty() {
            return None;
        }
        let now = self.golden.value_at(self.declaration, attribute.field, recorded.reached)?;
        if attribute.key.is_empty() {
            // The version member is not the chain's to set.
            let without_version = |document: &str| {
                let mut members = GoldenDocument::members(document);
                members.retain(|(key, _)| key != attribute.version_key);
                members
            };
            let (old, new) = (without_version(self.document), without_version(&now));
            return if old == new { None } else { first_difference(self.document, &now) };
        }
        let members = GoldenDocument::members(self.document);
        let before = members.iter().find(|(key, _)| key == attribute.key);
        first_difference(before.map_or("", |(_, json)| json.as_str()), &now)
    }
}
