//! Context and side outputs: which siblings a chain reads, and which it sets.

use syn::Type;

use super::{Versioned, beside, versioned::range};
use crate::{
    ast::{Field, Input},
    attr::{ContextItem, Number},
    errors::{Errors, suggestion},
};

/// A sibling that a chain reads.
pub(crate) struct Context<'a> {
    pub(crate) field: &'a Field,
    pub(crate) version: Option<Number>,
    pub(crate) ty: ContextType<'a>,
}

/// The type in which a sibling is read.
#[derive(Clone, Copy)]
pub(crate) enum ContextType<'a> {
    /// That of the field.
    Field,
    /// The one that `as` names.
    As(&'a Type),
    /// `serde_json::Value`, for an older version.
    Value,
}

/// What is known of a versioned sibling.
struct Range {
    min: Option<u32>,
    max: Option<u32>,
    text: String,
}

pub(super) fn resolve<'a>(input: &'a Input, versioned: &mut [Versioned<'a>], errors: &mut Errors) {
    for index in 0..versioned.len() {
        let before = errors.count();
        let attr = versioned[index].attr;
        let place = format!("`{}.{}`", input.ident, versioned[index].name);
        let mut context = Vec::new();
        for item in &attr.context {
            if beside::take(input, &mut versioned[index], (item, &place), errors) {
                continue;
            }
            context.extend(context_item(input, versioned, index, (item, &place), errors));
        }
        let mut side_outputs = Vec::new();
        for item in &attr.side_outputs {
            let role = format!("a side output of {place}");
            let Some(field) = sibling(input, &item.field, item.span, &role, errors) else {
                continue;
            };
            if field.attr.is_versioned() || is_version(versioned, field) {
                let message = format!(
                    "`{}` cannot be {role}: only a plain or `unversioned` sibling can be set \
                     by a step",
                    field.name
                );
                errors.add(item.span, message);
                continue;
            }
            if field.serde.serialize_with {
                let message =
                    format!("`{}` cannot be {role}: it has a serializer of its own", field.name);
                errors.add(item.span, message);
                continue;
            }
            let chain = versioned[index].chain;
            let outside = chain.min().is_some_and(|min| item.step.value < min)
                || chain.max().is_some_and(|max| item.step.value >= max);
            if outside {
                let step = item.step.value;
                let message = format!(
                    "{place} has no step v{step} to v{}, with versions {}",
                    u64::from(step) + 1,
                    range(chain)
                );
                errors.add(item.step.span, message);
                continue;
            }
            if side_outputs.iter().any(|(step, other): &(Number, &Field)| {
                step.value == item.step.value && other.name == field.name
            }) {
                let message = format!(
                    "the step from version {} sets `{}` twice; keep one `side_output`",
                    item.step.value, field.name
                );
                errors.add(item.span, message);
                continue;
            }
            side_outputs.push((item.step, field));
        }
        side_outputs.sort_by_key(|(step, _)| step.value);
        let this = &mut versioned[index];
        this.context = context;
        this.side_outputs = side_outputs;
        this.sound &= errors.count() == before;
    }
}

fn sibling<'a>(
    input: &'a Input,
    name: &str,
    span: proc_macro2::Span,
    role: &str,
    errors: &mut Errors,
) -> Option<&'a Field> {
    let Some(field) = input.field(name) else {
        let nearest = suggestion(name, input.names());
        let message = format!("`{}` has no field `{name}`, named as {role}{nearest}", input.ident);
        errors.add(span, message);
        return None;
    };
    let problem = if field.is_stored() && field.serde.skip_half.is_none() {
        field.serde.alias.map(|_| "it has an `alias`, and siblings are looked up by one key")
    } else {
        Some("serde does not store it under a key of its own")
    };
    if let Some(problem) = problem {
        errors.add(span, format!("`{name}` cannot be {role}: {problem}"));
        return None;
    }
    Some(field)
}

fn is_version(versioned: &[Versioned<'_>], field: &Field) -> bool {
    versioned.iter().any(|one| one.version.is_some_and(|version| version.name == field.name))
}

fn context_item<'a>(
    input: &'a Input,
    versioned: &[Versioned<'a>],
    index: usize,
    (item, place): (&'a ContextItem, &str),
    errors: &mut Errors,
) -> Option<Context<'a>> {
    let role = format!("context of {place}");
    let field = sibling(input, &item.field, item.span, &role, errors)?;
    let name = &field.name;
    if versioned[index].name == *name {
        errors.add(item.span, format!("{place} cannot be its own context"));
        return None;
    }
    if is_version(versioned, field) {
        let message = format!(
            "`{name}` cannot be {role}: it is a version field, which changes as chains run"
        );
        errors.add(item.span, message);
        return None;
    }
    let writer = versioned
        .iter()
        .find(|one| one.attr.side_outputs.iter().any(|output| output.field == *name));
    if let Some(writer) = writer {
        let message = format!(
            "`{name}` cannot be {role}: the chain of `{}` sets it, so its value would depend on \
             when a document is upgraded",
            writer.name
        );
        errors.add(item.span, message);
        return None;
    }
    let chain = versioned.iter().find(|one| one.name == *name).map(|one| Range {
        min: one.chain.min(),
        max: one.chain.max(),
        text: range(one.chain),
    });
    let ty = context_type(item, chain.as_ref(), &role, errors)?;
    Some(Context { field, version: item.version, ty })
}

fn context_type<'a>(
    item: &'a ContextItem,
    sibling: Option<&Range>,
    role: &str,
    errors: &mut Errors,
) -> Option<ContextType<'a>> {
    let name = &item.field;
    let Some(sibling) = sibling else {
        if item.version.is_some() || item.ty.is_some() {
            let message = format!(
                "`{name}` is not versioned, and is read as it is stored: write `context({name})`"
            );
            errors.add(item.span, message);
            return None;
        }
        return Some(ContextType::Field);
    };
    let Some(version) = item.version else {
        let example = sibling.max.unwrap_or(1);
        let message = format!(
            "`{name}` is versioned: say in which version the conversions see it, such as \
             `context({name}(version = {example}))`"
        );
        errors.add(item.span, message);
        return None;
    };
    let below = sibling.min.is_some_and(|min| version.value < min);
    let above = sibling.max.is_some_and(|max| version.value > max);
    if below || above {
        let message = format!(
            "`{name}` has versions {}, and cannot be seen in version {} as {role}",
            sibling.text, version.value
        );
        errors.add(version.span, message);
        return None;
    }
    match (&item.ty, sibling.max) {
        (Some(ty), _) => Some(ContextType::As(ty)),
        (None, Some(max)) if max == version.value => Some(ContextType::Field),
        (None, Some(_)) => Some(ContextType::Value),
        (None, None) => {
            let message = format!(
                "`{name}` shares a chain: write its `max` in its own declaration, or the type \
                 that it has in version {} here: `{name}(version = {}, as = serde_json::Value)`",
                version.value, version.value
            );
            errors.add(item.span, message);
            None
        }
    }
}

/// No sibling is set by two chains.
pub(super) fn check_side_outputs(versioned: &mut [Versioned<'_>], errors: &mut Errors) {
    for later in 1..versioned.len() {
        let (before, rest) = versioned.split_at_mut(later);
        let this = &mut rest[0];
        for item in &this.attr.side_outputs {
            let writer = before
                .iter()
                .find(|one| one.attr.side_outputs.iter().any(|other| other.field == item.field));
            if let Some(writer) = writer {
                let message = format!(
                    "`{}` is a side output of `{}` and of `{}`: the last chain to run would win; \
                     let one of them set it",
                    item.field, writer.name, this.name
                );
                errors.add(item.span, message);
                this.sound = false;
                break;
            }
        }
    }
}

/// No chain needs, through others, its own result as context.
pub(super) fn check_cycles(versioned: &mut [Versioned<'_>], errors: &mut Errors) {
    let position = |name: &str| versioned.iter().position(|one| one.name == name);
    let reads: Vec<Vec<usize>> = versioned
        .iter()
        .map(|one| one.context.iter().filter_map(|item| position(&item.field.name)).collect())
        .collect();
    let mut reported = vec![false; versioned.len()];
    for start in 0..versioned.len() {
        if reported[start] {
            continue;
        }
        let Some(cycle) = cycle_from(start, &reads) else { continue };
        let mut names: Vec<&str> = cycle.iter().map(|index| versioned[*index].name).collect();
        names.push(versioned[start].name);
        let path = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" reads ");
        let next = names[1];
        let item = versioned[start].context.iter().find(|item| item.field.name == next);
        let span = item
            .and_then(|item| item.version)
            .map_or(versioned[start].anchor, |version| version.span);
        errors.add(
            span,
            format!("chains wait for each other: {path}; remove one of them from a `context`"),
        );
        for index in cycle {
            reported[index] = true;
            versioned[index].sound = false;
        }
    }
}

/// The shortest way from a field through contexts back to it.
fn cycle_from(start: usize, reads: &[Vec<usize>]) -> Option<Vec<usize>> {
    let mut before = vec![None; reads.len()];
    let mut queue = std::collections::VecDeque::from([start]);
    while let Some(index) = queue.pop_front() {
        for &next in &reads[index] {
            if next == start {
                let mut path = vec![index];
                while let Some(previous) = before[path[path.len() - 1]] {
                    path.push(previous);
                }
                path.reverse();
                return Some(path);
            }
            if before[next].is_none() {
                before[next] = Some(index);
                queue.push_back(next);
            }
        }
    }
    None
}
