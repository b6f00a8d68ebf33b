//! Random documents and random edits, against a slow model that keeps the text of everything it did not open.

use proptest::prelude::*;

use super::{Kind, LazyValue, Tape};
use crate::{ConversionError, chain::Room, json::Limits};

/// A value as text until it is opened. Shares no code with the type that it stands against.
#[derive(Debug, Clone)]
enum Model {
    Text(String),
    List(Vec<Model>),
    Object(Vec<(String, Model)>),
}

impl Model {
    fn open(&mut self) {
        let Self::Text(text) = self else { return };
        let inner = |text: &str| text[1..text.len() - 1].to_owned();
        *self = match text.as_bytes()[0] {
            b'[' => Self::List(parts(&inner(text), ',').into_iter().map(Self::Text).collect()),
            b'{' => {
                let members = parts(&inner(text), ',').into_iter().map(|member| {
                    let [key, value]: [String; 2] =
                        parts(&member, ':').try_into().expect("a member");
                    (key, Self::Text(value))
                });
                Self::Object(members.collect())
            }
            _ => return,
        };
    }

    fn open_all(&mut self) {
        self.open();
        match self {
            Self::Text(_) => {}
            Self::List(elements) => elements.iter_mut().for_each(Self::open_all),
            Self::Object(members) => members.iter_mut().for_each(|(_, value)| value.open_all()),
        }
    }

    fn print(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::List(elements) => {
                let elements: Vec<_> = elements.iter().map(Self::print).collect();
                format!("[{}]", elements.join(","))
            }
            Self::Object(members) => {
                let member = |(key, value): &(String, Self)| format!("{key}:{}", value.print());
                format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(","))
            }
        }
    }
}

/// Splits at a separator outside of strings and brackets, and trims.
fn parts(text: &str, separator: char) -> Vec<String> {
    let mut parts = vec![String::new()];
    let (mut depth, mut in_string, mut escaped) = (0, false, false);
    for character in text.chars() {
        let last = parts.last_mut().expect("there is one");
        if in_string {
            last.push(character);
            in_string = escaped || character != '"';
            escaped = !escaped && character == '\\';
            continue;
        }
        match character {
            '"' => in_string = true,
            '{' | '[' => depth += 1,
            '}' | ']' => depth -= 1,
            _ => {}
        }
        if depth == 0 && character == separator {
            parts.push(String::new());
        } else {
            last.push(character);
        }
    }
    let parts: Vec<_> = parts.iter().map(|part| part.trim().to_owned()).collect();
    if parts == [""] { Vec::new() } else { parts }
}

fn decoded(raw_key: &str) -> String {
    serde_json::from_str(raw_key).expect("a key that can be decoded")
}

fn encoded(key: &str) -> String {
    serde_json::to_string(key).expect("a text")
}

/// One edit at the value that `path` leads to: each number picks a member, counted round.
#[derive(Debug, Clone)]
struct Edit {
    path: Vec<usize>,
    change: Change,
}

#[derive(Debug, Clone)]
enum Change {
    Open,
    Insert(&'static str, i64),
    Remove(&'static str),
    Rename(&'static str, &'static str),
    /// What each of `KEYS` becomes.
    RenameEach([Option<&'static str>; KEYS.len()]),
    Entry(&'static str, bool),
    Retain(usize),
    Push(&'static str),
    RemoveAt(usize),
    Replace(i64),
    WrapEach,
    Take,
}

const KEYS: &[&str] = &["a", "b", "c\n", "", "é\""];

fn edit() -> impl Strategy<Value = Edit> {
    let key = || prop::sample::select(KEYS);
    let change = prop_oneof![
        Just(Change::Open),
        (key(), any::<i64>()).prop_map(|(key, value)| Change::Insert(key, value)),
        key().prop_map(Change::Remove),
        (key(), key()).prop_map(|(from, to)| Change::Rename(from, to)),
        prop::array::uniform5(prop::option::of(key())).prop_map(Change::RenameEach),
        (key(), any::<bool>()).prop_map(|(key, value)| Change::Entry(key, value)),
        (1_usize..4).prop_map(Change::Retain),
        key().prop_map(Change::Push),
        (0_usize..4).prop_map(Change::RemoveAt),
        any::<i64>().prop_map(Change::Replace),
        Just(Change::WrapEach),
        Just(Change::Take),
    ];
    (prop::collection::vec(0_usize..5, 0..4), change)
        .prop_map(|(path, change)| Edit { path, change })
}

fn apply_to_model(value: &mut Model, path: &[usize], change: &Change) {
    if let [pick, path @ ..] = path {
        value.open();
        let part = match value {
            Model::List(elements) if !elements.is_empty() => {
                let index = pick % elements.len();
                Some(&mut elements[index])
            }
            Model::Object(members) if !members.is_empty() => {
                let index = pick % members.len();
                Some(&mut members[index].1)
            }
            _ => None,
        };
        match part {
            Some(part) => apply_to_model(part, path, change),
            // Nothing to go down to: the edit is made here.
            None => apply_to_model(value, &[], change),
        }
        return;
    }
    let number = |value: i64| Model::Text(value.to_string());
    match change {
        Change::Replace(new) => return *value = number(*new),
        Change::Take => return *value = Model::Text("null".to_owned()),
        // These do not open an object that has no such key.
        Change::Remove(_) | Change::Rename(..) | Change::RenameEach(_) => {
            let mut copy = value.clone();
            copy.open();
            let is_meant = |(raw, _): &(String, Model)| match change {
                Change::Remove(key) | Change::Rename(key, _) => decoded(raw) == *key,
                Change::RenameEach(names) => new_key(names, &decoded(raw)).is_some(),
                _ => false,
            };
            if !matches!(copy, Model::Object(members) if members.iter().any(is_meant)) {
                return;
            }
        }
        _ => {}
    }
    value.open();
    match (value, change) {
        (Model::Object(members), change) => change_members(members, change),
        (Model::List(elements), Change::Push(text)) => elements.push(Model::Text(encoded(text))),
        (Model::List(elements), Change::RemoveAt(index)) if *index < elements.len() => {
            elements.remove(*index);
        }
        (Model::List(elements), Change::WrapEach) => {
            for element in elements {
                *element = Model::List(vec![element.clone()]);
            }
        }
        _ => {}
    }
}

fn new_key(names: &[Option<&'static str>], key: &str) -> Option<&'static str> {
    KEYS.iter().position(|it| *it == key).and_then(|index| names[index])
}

fn change_members(members: &mut Vec<(String, Model)>, change: &Change) {
    let find = |members: &[(String, Model)], key: &str| {
        members.iter().rposition(|(raw, _)| decoded(raw) == key)
    };
    let number = |value: i64| Model::Text(value.to_string());
    match change {
        Change::Insert(key, value) => match find(members, key) {
            Some(position) => members[position].1 = number(*value),
            None => members.push((encoded(key), number(*value))),
        },
        Change::Remove(key) => members.retain(|(raw, _)| decoded(raw) != *key),
        Change::Rename(from, to) if from != to => {
            let Some(position) = find(members, from) else { return };
            members[position].0 = encoded("\u{0}kept");
            members.retain(|(raw, _)| decoded(raw) != *from && decoded(raw) != *to);
            let position = find(members, "\u{0}kept").expect("it was put there");
            members[position].0 = encoded(to);
        }
        Change::RenameEach(names) => {
            let renamed = |it: (String, Model)| (new_key(names, &decoded(&it.0)), it);
            let all: Vec<_> = members.drain(..).map(renamed).collect();
            for (at, (name, (raw, value))) in all.iter().enumerate() {
                let says = name.map_or_else(|| decoded(raw), str::to_owned);
                let wins = |(other, (it, _)): (usize, &(Option<&str>, _))| {
                    *it == Some(&says) && (name.is_none() || other > at)
                };
                if !all.iter().enumerate().any(wins) {
                    members.push((name.map_or_else(|| raw.clone(), encoded), value.clone()));
                }
            }
        }
        Change::Entry(key, value) => match find(members, key) {
            Some(position) => members[position].1 = Model::Text("\"old\"".to_owned()),
            None => members.push((encoded(key), Model::Text(value.to_string()))),
        },
        Change::Retain(length) => members.retain(|(raw, _)| decoded(raw).len() < *length),
        Change::WrapEach => {
            for (_, value) in members {
                *value = Model::List(vec![value.clone()]);
            }
        }
        _ => {}
    }
}

fn apply<'a>(mut value: &mut LazyValue<'a>, edit: &Edit) {
    for pick in &edit.path {
        let length = value.len();
        if length == 0 {
            // The model opens an empty container on its way.
            value.as_list_mut();
            value.as_object_mut();
            break;
        }
        value = match value.kind() {
            Kind::List => value.at_mut(pick % length).expect("counted round"),
            _ => value.members_mut().nth(pick % length).expect("counted round").1,
        };
    }
    match &edit.change {
        Change::Open => {
            value.as_list_mut();
            value.as_object_mut();
        }
        Change::Insert(key, new) => drop(value.insert(*key, *new)),
        Change::Remove(key) => drop(value.remove(key)),
        Change::Rename(from, to) => drop(value.rename(from, *to)),
        Change::RenameEach(names) => drop(value.rename_each(|key| new_key(names, key))),
        Change::Entry(key, new) => {
            if let Some(entry) = value.entry(*key) {
                entry.and_modify(|old| *old = "old".into()).or_insert(*new);
            }
        }
        Change::Retain(length) => {
            if let Some(object) = value.as_object_mut() {
                object.retain(|key, _| key.len() < *length);
            }
        }
        Change::Push(text) => {
            if let Some(elements) = value.as_list_mut() {
                elements.push((*text).into());
            }
        }
        Change::RemoveAt(index) => {
            if let Some(elements) = value.as_list_mut()
                && *index < elements.len()
            {
                elements.remove(*index);
            }
        }
        Change::Replace(new) => *value = (*new).into(),
        // An error means that it is a scalar, which stays.
        Change::WrapEach => drop(value.map_each(|element| Ok(LazyValue::from(vec![element])))),
        Change::Take => drop(value.take()),
    }
}

/// JSON text with blanks, escaped and equal keys, and numbers of every spelling.
pub(super) fn any_text() -> impl Strategy<Value = String> {
    let blank = || prop::sample::select(&["", "", " ", "\n\t"][..]);
    let scalar = prop::sample::select(
        &[
            "1",
            "-0",
            "1.0",
            "1e5",
            "2E-3",
            "123456789012345678901234567890",
            "true",
            "false",
            "null",
            "\"\"",
            r#""a,]}\"\\""#,
            r#""\ud800""#,
            r#""\u00e9\/""#,
            "\"é🦀\"",
            "[]",
            "{ }",
        ][..],
    )
    .prop_map(str::to_owned);
    scalar.prop_recursive(4, 40, 5, move |inner| {
        let key = prop::sample::select(
            &["\"a\"", "\"b\"", r#""\u0061""#, r#""c\n""#, "\"\"", r#""é\"""#, "\"k,:{\""][..],
        );
        prop_oneof![
            (prop::collection::vec((inner.clone(), blank(), blank()), 0..5), blank()).prop_map(
                |(elements, close)| {
                    let elements: Vec<_> = elements
                        .into_iter()
                        .map(|(element, before, after)| format!("{before}{element}{after}"))
                        .collect();
                    format!("[{}{close}]", elements.join(","))
                }
            ),
            (prop::collection::vec((key, inner, blank(), blank()), 0..5), blank()).prop_map(
                |(members, close)| {
                    let members: Vec<_> = members
                        .into_iter()
                        .map(|(key, value, before, after)| {
                            format!("{before}{key}{after}:{before}{value}{after}")
                        })
                        .collect();
                    format!("{{{}{close}}}", members.join(","))
                }
            ),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn edits_give_what_the_slow_model_gives(
        text in any_text(),
        edits in prop::collection::vec(edit(), 0..8),
    ) {
        let mut model = Model::Text(text.clone());
        for edit in &edits {
            apply_to_model(&mut model, &edit.path, &edit.change);
        }
        let ours = LazyValue::convert_str(&text, |mut value| {
            for edit in &edits {
                apply(&mut value, edit);
            }
            Ok(value)
        });
        prop_assert_eq!(ours.map_err(|error| error.to_string()), Ok(model.print()));
    }

    #[test]
    fn what_was_read_only_is_printed_as_it_came(text in any_text()) {
        let ours = LazyValue::convert_str(&format!(" {text}\n"), |value| {
            drop(value.to_value());
            prop_assert_eq_lazily(&value);
            Ok(value)
        });
        prop_assert_eq!(ours.map_err(|error| error.to_string()), Ok(text));
    }

    /// Otherwise large documents would come out other than small ones, or be refused where those are not.
    #[test]
    fn what_is_planned_is_what_is_written_at_once(
        texts in prop::array::uniform2(prop_oneof![any_text(), any_text().prop_map(compact)]),
        edits in prop::array::uniform2(prop::collection::vec(edit(), 0..6)),
        path in prop::collection::vec(0_usize..5, 0..4),
        depth_max in 0_usize..8,
    ) {
        let tapes = [0, 1].map(|at| Tape::scan(&texts[at], &Limits::DEFAULT).expect("it is JSON"));
        let mut values = [0, 1].map(|at| LazyValue::root(&tapes[at]));
        for (value, edits) in values.iter_mut().zip(&edits) {
            edits.iter().for_each(|edit| apply(value, edit));
        }
        let [mut value, moved] = values;
        put(&mut value, &path, moved);
        let room = Room::below(0, depth_max);
        let at_once = shown(value.clone().into_json_within(room));
        if at_once.is_ok() {
            prop_assert_eq!(at_once.clone(), Ok(value.to_json()));
        }
        for text in texts.iter().map(String::as_str).chain(value.text_of_at_least(0)) {
            prop_assert_eq!(shown(value.clone().into_json_by_plan(text, room)), at_once.clone());
        }
    }

    #[test]
    fn a_text_with_one_byte_changed_is_accepted_if_serde_json_accepts_it(
        text in any_text(), at in any::<prop::sample::Index>(), byte in 0x20_u8..0x7f
    ) {
        let mut bytes = text.into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let Ok(text) = String::from_utf8(bytes) else { return Ok(()) };
        let theirs = serde_json::from_str::<&serde_json::value::RawValue>(&text).is_ok();
        let ours = LazyValue::convert_str(&text, |value| Ok(value)).is_ok();
        prop_assert_eq!(ours, theirs, "{}", text);
    }
}

/// The text without blanks between its parts.
fn compact(text: String) -> String {
    let mut model = Model::Text(text);
    model.open_all();
    model.print()
}

/// Puts a value in the place of another one.
fn put<'a>(mut value: &mut LazyValue<'a>, path: &[usize], moved: LazyValue<'a>) {
    for pick in path {
        let Some(index) = pick.checked_rem(value.len()) else { break };
        value = match value.kind() {
            Kind::List => value.at_mut(index).expect("counted round"),
            _ => value.members_mut().nth(index).expect("counted round").1,
        };
    }
    *value = moved;
}

fn shown(result: Result<String, ConversionError>) -> Result<String, String> {
    result.map_err(|error| format!("{error} at {:?}", error.pointer()))
}

/// A value equals itself, opened or not.
fn prop_assert_eq_lazily(value: &LazyValue<'_>) {
    let mut opened = value.clone();
    opened.as_object_mut();
    opened.as_list_mut();
    assert_eq!(*value, opened);
}
