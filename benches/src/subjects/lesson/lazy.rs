//! The steps on the lazily opened tree.

use versioned_core::{ConversionError, LazyValue, lazy};

use super::{INSERT, INSERT_BELOW, PERIOD, REMOVE, RENAME, SET};

/// The step that starts from a version; inlined, so that the kind is known to the compiler.
#[inline(always)]
pub(super) fn step(from: u32, states: LazyValue<'_>) -> Result<LazyValue<'_>, ConversionError> {
    match from % PERIOD {
        INSERT => insert(states),
        INSERT_BELOW => insert_below(states),
        RENAME => rename(states),
        SET => set(states),
        REMOVE => remove(states),
        _ => Ok(states),
    }
}

fn insert(mut states: LazyValue<'_>) -> Result<LazyValue<'_>, ConversionError> {
    for (_, state) in states.try_members_mut()? {
        state.try_insert("linked_skill_id", LazyValue::null())?;
    }
    Ok(states)
}

fn insert_below(mut states: LazyValue<'_>) -> Result<LazyValue<'_>, ConversionError> {
    for (_, state) in states.try_members_mut()? {
        let arguments = state.try_get_mut("interaction")?.try_get_mut("customization_args")?;
        arguments.try_insert("use_fractions", lazy!({ "value": true }))?;
    }
    Ok(states)
}

fn rename(mut states: LazyValue<'_>) -> Result<LazyValue<'_>, ConversionError> {
    for (_, state) in states.try_members_mut()? {
        let state = state.try_object_mut()?;
        if !state.rename("content", "text") {
            state.rename("text", "content");
        }
    }
    Ok(states)
}

fn set(mut states: LazyValue<'_>) -> Result<LazyValue<'_>, ConversionError> {
    for (_, state) in states.try_members_mut()? {
        let id = state.try_get("interaction")?.try_get("id")?;
        let is_fraction = id.as_str().as_deref() == Some("FractionInput");
        state.try_insert("is_fraction", is_fraction)?;
    }
    Ok(states)
}

fn remove(mut states: LazyValue<'_>) -> Result<LazyValue<'_>, ConversionError> {
    for (_, state) in states.try_members_mut()? {
        state.try_object_mut()?.remove("linked_skill_id");
    }
    Ok(states)
}
