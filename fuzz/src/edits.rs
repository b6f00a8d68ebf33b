//! Editing: a lazy value under a script of edits, against a `Value` under the same script.

use serde_json::{Map, Value};
use versioned_core::{
    LazyValue,
    json::{Limits, value_from_str},
};

use crate::{
    script::{self, Change, Edit, Token},
    tree::depth,
};

/// Between the text and the script. No JSON text holds this: a line break stands outside of
/// strings, and an equals sign inside.
const SEPARATOR: &[u8] = b"\n=";

/// Checks one input: a JSON text, a line that starts with `=`, and a script.
///
/// # Panics
///
/// On a finding.
pub fn check(data: &[u8]) {
    let separator = data.windows(SEPARATOR.len()).position(|window| window == SEPARATOR);
    let Some((text, rest)) = separator.and_then(|at| data.split_at_checked(at)) else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    let edits = script::read(&rest[SEPARATOR.len()..]);
    // A `Value` can only be compared with what it holds unchanged.
    let model = value_from_str(text)
        .is_ok()
        .then(|| serde_json::from_str::<Value>(text).expect("the strict reader accepts less"));
    let output = LazyValue::convert_str(text, |mut value| {
        match model {
            Some(model) => with_model(&mut value, model, &edits),
            None => alone(&mut value, &edits),
        }
        Ok(value)
    });
    if let Ok(output) = output
        && depth(&output) <= Limits::DEPTH_MAX
    {
        let again = LazyValue::convert_str(&output, |value| Ok(value));
        assert_eq!(again.expect("what was written is JSON"), output);
    }
}

/// Edits a value that holds what no `Value` can: whatever comes out, nothing may break.
fn alone(value: &mut LazyValue<'_>, edits: &[Edit]) {
    for edit in edits {
        drop(script::apply(value, edit));
    }
    assert_eq!(*value, value.clone());
}

fn with_model(value: &mut LazyValue<'_>, mut model: Value, edits: &[Edit]) {
    for edit in edits {
        let tokens = script::apply(value, edit).expect("every key is a text");
        apply(&mut model, &tokens, &edit.change);
    }
    let json = value.to_json();
    if depth(&json) > Limits::DEPTH_MAX {
        assert!(value.to_value().is_err());
        return;
    }
    assert_eq!(value.to_value().expect("a `Value` holds it"), model);
    assert_eq!(serde_json::from_str::<Value>(&json).expect("it is JSON"), model);
    assert_eq!(*value, LazyValue::from(model.clone()));
    assert_eq!(LazyValue::from(model), *value);
}

fn apply(root: &mut Value, tokens: &[Token], change: &Change) {
    let target = tokens.iter().fold(&mut *root, |value, token| match token {
        Token::Key(key) => &mut value[key.as_str()],
        Token::Index(index) => &mut value[*index],
    });
    let moved = match change {
        Change::MoveUp(key) => (*key, target.take()),
        Change::CopyUp(key) => (*key, target.clone()),
        change => return change_one(target, change),
    };
    if let Value::Object(members) = root {
        members.insert(moved.0.to_owned(), moved.1);
    }
}

fn change_one(value: &mut Value, change: &Change) {
    match (value, change) {
        (value, Change::Replace(new)) => *value = new.clone(),
        (Value::Object(members), change) => change_members(members, change),
        (Value::Array(elements), Change::Push(new)) => elements.push(new.clone()),
        (Value::Array(elements), Change::RemoveAt(index)) if *index < elements.len() => {
            elements.remove(*index);
        }
        (Value::Array(elements), Change::Reverse) => elements.reverse(),
        (Value::Array(elements), Change::WrapEach) => elements.iter_mut().for_each(wrap),
        _ => {}
    }
}

fn change_members(members: &mut Map<String, Value>, change: &Change) {
    match change {
        Change::Insert(key, new) => {
            members.insert((*key).to_owned(), new.clone());
        }
        Change::Remove(key) => {
            members.remove(*key);
        }
        Change::Rename(from, to) => {
            if let Some(value) = members.remove(*from) {
                members.insert((*to).to_owned(), value);
            }
        }
        Change::Enter(key, new) => {
            let member = members.entry(*key).and_modify(|old| *old = true.into());
            member.or_insert_with(|| new.clone());
        }
        Change::Retain(length) => members.retain(|key, _| key.len() < *length),
        Change::WrapEach => members.values_mut().for_each(wrap),
        _ => {}
    }
}

fn wrap(value: &mut Value) {
    *value = Value::from([value.take()]);
}
