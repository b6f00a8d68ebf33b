//! What is said of golden documents after a change, text by text.

use std::{fs, path::PathBuf};

use serde::{Deserialize, Serialize};
use versioned_core::{BaseVersionedDomainObject, ConversionError, EntityKind, LazyValue, Registry};
use versioned_jobs::golden::GoldenDocument;

use super::{Replayed, compare::Verdict, compare::compare, replay};

/// Two ages of a program: the same entity, other chains.
macro_rules! quiz {
    ($name:ident, $min:literal to $max:literal, { $($step:item)* }) => {
        mod $name {
            use super::*;

            #[derive(Debug, Serialize, Deserialize, BaseVersionedDomainObject)]
            #[versioned(entity = "quiz")]
            pub(super) struct Quiz {
                pub(super) title: String,
                #[versioned(version_field = "version", min = $min, max = $max)]
                pub(super) answers: Vec<String>,
                pub(super) version: u32,
            }

            impl Quiz {
                $($step)*
            }
        }
    };
}

type Step<'a> = Result<LazyValue<'a>, ConversionError>;

fn push<'a>(mut answers: LazyValue<'a>, answer: &'static str) -> Step<'a> {
    answers.try_list_mut()?.push(answer.into());
    Ok(answers)
}

quiz!(released, 1 to 3, {
    fn _convert_answers_v1_to_v2(answers: LazyValue<'_>) -> Step<'_> { push(answers, "two") }
    fn _convert_answers_v2_to_v3(answers: LazyValue<'_>) -> Step<'_> { push(answers, "three") }
});
quiz!(changed, 1 to 3, {
    fn _convert_answers_v1_to_v2(answers: LazyValue<'_>) -> Step<'_> { push(answers, "two") }
    fn _convert_answers_v2_to_v3(answers: LazyValue<'_>) -> Step<'_> { push(answers, "drei") }
});
quiz!(moved, 1 to 3, {
    fn _convert_answers_v1_to_v2(answers: LazyValue<'_>) -> Step<'_> { Ok(answers) }
    fn _convert_answers_v2_to_v3(mut answers: LazyValue<'_>) -> Step<'_> {
        let list = answers.try_list_mut()?;
        if list.len() == 1 { list.push("two".into()); }
        list.push("three".into());
        Ok(answers)
    }
});
quiz!(raised, 1 to 4, {
    fn _convert_answers_v1_to_v2(answers: LazyValue<'_>) -> Step<'_> { push(answers, "two") }
    fn _convert_answers_v2_to_v3(answers: LazyValue<'_>) -> Step<'_> { push(answers, "three") }
    fn _convert_answers_v3_to_v4(answers: LazyValue<'_>) -> Step<'_> { push(answers, "four") }
});
quiz!(picky, 1 to 4, {
    fn _convert_answers_v1_to_v2(answers: LazyValue<'_>) -> Step<'_> { push(answers, "two") }
    fn _convert_answers_v2_to_v3(answers: LazyValue<'_>) -> Step<'_> { push(answers, "three") }
    fn _convert_answers_v3_to_v4(answers: LazyValue<'_>) -> Step<'_> {
        match answers.as_ref().len() {
            0..=2 => Ok(answers),
            _ => Err(answers.as_ref().refuse("too many answers")),
        }
    }
});
quiz!(lowered, 1 to 2, {
    fn _convert_answers_v1_to_v2(answers: LazyValue<'_>) -> Step<'_> { push(answers, "two") }
});
quiz!(younger, 2 to 3, {
    fn _convert_answers_v2_to_v3(answers: LazyValue<'_>) -> Step<'_> { push(answers, "three") }
});
quiz!(lenient, 1 to 3, {
    fn _convert_answers_v1_to_v2(answers: LazyValue<'_>) -> LazyValue<'_> {
        if answers.is_null() { LazyValue::from(vec![LazyValue::from("two")]) } else { answers }
    }
    fn _convert_answers_v2_to_v3(answers: LazyValue<'_>) -> Step<'_> { push(answers, "three") }
});

fn golden(stored: &str) -> GoldenDocument {
    let kind = EntityKind::of::<released::Quiz>();
    let golden = GoldenDocument::record(kind, stored, Vec::new());
    let text = golden.to_string();
    assert_eq!(text.parse(), Ok(golden.clone()), "{text}");
    golden
}

/// A document at version 1 that the released program upgrades.
fn old() -> GoldenDocument {
    golden("{\"title\": \"Sums\", \"answers\": [ \"one\" ], \"version\": 1}")
}

fn replayed<D: BaseVersionedDomainObject>(golden: &GoldenDocument) -> Replayed {
    let mut replayed = Replayed { files: 1, ..Replayed::default() };
    let kind = EntityKind::of::<D>();
    let kind = Some(kind).filter(|kind| kind.declaration().entity == golden.entity);
    match compare(kind, "g/a.golden", golden) {
        Verdict::Replayed => replayed.same += 1,
        Verdict::Differs(differences) => replayed.differences = differences,
        Verdict::Retired(retired) => replayed.retired.push(retired),
    }
    replayed
}

fn check<D: BaseVersionedDomainObject>(golden: &GoldenDocument, expect: &str) {
    assert_eq!(replayed::<D>(golden).to_string(), expect);
}

const SAME: &str = "1 of 1 golden documents replay as they were recorded";

#[test]
fn a_document_replays_and_still_does_when_a_step_is_added() {
    check::<released::Quiz>(&old(), SAME);
    check::<raised::Quiz>(&old(), SAME);
    let current = golden("{\"version\": 3, \"title\": \"\", \"answers\": []}");
    check::<released::Quiz>(&current, SAME);
    check::<raised::Quiz>(&current, SAME);
}

#[test]
fn a_released_step_that_gives_something_else_is_named_with_its_place() {
    check::<changed::Quiz>(
        &old(),
        "0 of 1 golden documents replay as they were recorded\n\
         g/a.golden: `quiz.answers`, step v2 to v3: gives another value than when it was recorded\n\
         \x20 at:      /2\n  before:  \"three\"\n  after:   \"drei\"\n\
         \x20 help:    a released step may not change: put it back, and change data by a new step; \
         `golden record --again g/a.golden` only if this output was never released",
    );
}

/// What older programs stored between the two steps would come out differently.
#[test]
fn a_change_that_a_later_step_makes_up_for_is_seen() {
    check::<moved::Quiz>(
        &old(),
        "0 of 1 golden documents replay as they were recorded\n\
         g/a.golden: `quiz.answers`, step v1 to v2: gives another value than when it was recorded, which \
         later steps make up for\n\
         \x20 help:    a released step may not change: put it back, and change data by a new step; \
         `golden record --again g/a.golden` only if this output was never released",
    );
}

#[test]
fn a_new_step_has_to_take_what_was_recorded() {
    check::<picky::Quiz>(
        &old(),
        "0 of 1 golden documents replay as they were recorded\n\
         g/a.golden: `quiz.answers`, step v3 to v4: the document was upgraded when it was recorded, and is \
         refused by a new step\n\
         \x20 at:      the whole value\n\
         \x20 because: conversion of `quiz.answers` from version 3 to 4 failed\n\
         \x20 because: too many answers\n\
         \x20 help:    let the new step take what older programs have stored",
    );
}

#[test]
fn a_lowered_maximum_is_seen() {
    check::<lowered::Quiz>(
        &old(),
        "0 of 1 golden documents replay as they were recorded\n\
         g/a.golden: `quiz.answers`: was recorded at version 3, and the latest one is 2 now\n\
         \x20 help:    a released version stays: put `max` back",
    );
}

#[test]
fn a_document_below_the_minimum_is_retired() {
    check::<younger::Quiz>(
        &old(),
        "0 of 1 golden documents replay as they were recorded\n\
         retired, since their versions are below `min`:\n\
         \x20 g/a.golden: `quiz.answers` at version 1, `min` is 2\n\
         \x20 help:    delete these files if no such data is left anywhere; otherwise put `min` back",
    );
    check::<younger::Quiz>(&golden("{\"title\": \"\", \"answers\": [], \"version\": 2}"), SAME);
}

#[test]
fn a_refused_document_is_refused_at_the_same_place_and_a_repair_is_noticed() {
    let refused = golden("{\"title\": \"\", \"answers\": null, \"version\": 1}");
    check::<released::Quiz>(&refused, SAME);
    check::<raised::Quiz>(&refused, SAME);
    check::<lenient::Quiz>(
        &refused,
        "0 of 1 golden documents replay as they were recorded\n\
         g/a.golden: `quiz.answers`, step v1 to v2: the document was refused when it was recorded, and is \
         upgraded now\n\
         \x20 help:    if that is on purpose, keep what it gives now: `golden record --again g/a.golden`",
    );
    let too_old = golden("{\"title\": \"\", \"answers\": [], \"version\": 0}");
    check::<released::Quiz>(&too_old, SAME);
}

#[test]
fn a_document_of_an_entity_that_is_not_registered_is_no_success() {
    let text = old().to_string().replace("entity   quiz", "entity   quip");
    let nobody: GoldenDocument = text.parse().unwrap();
    check::<released::Quiz>(
        &nobody,
        "0 of 1 golden documents replay as they were recorded\n\
         g/a.golden: `quip`: no such entity is registered\n\
         \x20 help:    name its crate in the test (`use my_entities as _;`), or delete the file if the entity \
         is gone for good",
    );
}

/// A folder of its own, gone with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("golden-{name}-{}", std::process::id()));
        fs::create_dir_all(path.join("quiz")).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, text: &str) {
        use std::io::Write as _;
        let mut file = fs::File::create(self.0.join("quiz").join(name)).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

/// One that no other type shares its name with, since it is found by name.
#[derive(Debug, Serialize, Deserialize, BaseVersionedDomainObject)]
#[versioned(entity = "golden_note")]
struct Note {
    #[versioned(version_field = "version", min = 1, max = 1)]
    words: Vec<String>,
    version: u32,
}

#[test]
fn all_files_below_a_folder_are_replayed_and_an_edited_one_is_named() {
    let folder = Folder::new("replay");
    let registry = Registry::collect();
    let empty = replay(&registry, &folder.0).unwrap_err();
    assert!(empty.to_string().starts_with("there is no golden document below"), "{empty}");
    let stored = "{\"words\": [\"one\"], \"version\": 1}";
    let note = GoldenDocument::record(EntityKind::of::<Note>(), stored, Vec::new()).to_string();
    folder.write("a.golden", &note);
    folder.write("b.golden", &note.replace("\"one\"", "\"eins\""));
    folder.write("notes.txt", "none");
    let replayed = replay(&registry, &folder.0).unwrap();
    assert_eq!((replayed.files, replayed.same), (2, 1));
    let told = replayed.differences[0].to_string();
    assert!(
        told.contains("b.golden: line 8: the text of [stored] does not fit its hash"),
        "{told}"
    );
    assert!(replay(&registry, folder.0.join("nowhere")).is_err());
}
