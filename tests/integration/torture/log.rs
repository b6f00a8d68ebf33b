//! What the writer did, in a file of its own, and what must be stored after that.

use std::{
    collections::BTreeMap,
    fs::{File, OpenOptions},
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
};

use super::subject::{ROWS, RowKind, key};

/// One committed change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Entry {
    /// The row was given its next edit, which has this number.
    Edit(String, i64),
    Delete(String),
    /// The row was inserted at an old version.
    Create(String),
    /// The row was current and was given old content.
    Stale(String),
    /// Somebody else had changed the row; nothing was done.
    LostRace(String),
    /// The server did not say what became of a change; whether the change was made, as was seen later. What was made has
    /// an entry of its own.
    LostAnswer(bool),
}

/// The log of the writer.
#[derive(Debug)]
pub(super) struct Log(File);

impl Log {
    pub(super) fn append_to(path: &Path) -> Self {
        Self(OpenOptions::new().create(true).append(true).open(path).unwrap())
    }

    /// Notes what was committed.
    pub(super) fn note(&mut self, entry: &Entry) {
        let line = match entry {
            Entry::Edit(key, number) => format!("edit\t{key}\t{number}\n"),
            Entry::Delete(key) => format!("delete\t{key}\n"),
            Entry::Create(key) => format!("create\t{key}\n"),
            Entry::Stale(key) => format!("stale\t{key}\n"),
            Entry::LostRace(key) => format!("lost race\t{key}\n"),
            Entry::LostAnswer(is_made) => format!("lost answer\t{is_made}\n"),
        };
        self.0.write_all(line.as_bytes()).unwrap();
    }
}

/// How many changes of each kind.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Operations {
    pub(super) edits: u64,
    pub(super) deletes: u64,
    pub(super) creates: u64,
    pub(super) stalings: u64,
    pub(super) lost_races: u64,
    /// Changes without an answer, and how many of them were made.
    pub(super) lost_answers: u64,
    pub(super) made_without_answer: u64,
    /// Edits that were made of a row in which an earlier edit was not there any more.
    pub(super) lost_edits: u64,
}

/// A row as it must be once nothing is stale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Expected {
    pub(super) edits: i64,
    /// One for the insertion, one per edit, one per change to old content and one per migration, of which there is
    /// exactly one for each time when the row was made stale.
    pub(super) model_version: i64,
    pub(super) is_failing: bool,
}

impl Expected {
    fn inserted(kind: RowKind) -> Self {
        let migrations = i64::from(matches!(kind, RowKind::Oldest | RowKind::Older));
        let is_failing = kind == RowKind::Failing;
        Self { edits: 0, model_version: 1 + migrations, is_failing }
    }
}

/// Follows the log from the rows of the start; `None` are deleted rows.
pub(super) fn replay(path: &Path) -> (BTreeMap<String, Option<Expected>>, Operations) {
    let start = |number| (key(number), Some(Expected::inserted(RowKind::of_number(number))));
    let mut rows: BTreeMap<_, _> = (0..ROWS).map(start).collect();
    let mut operations = Operations::default();
    for line in BufReader::new(File::open(path).unwrap()).lines() {
        let line = line.unwrap();
        let mut words = line.split('\t');
        let (what, key) = (words.next().unwrap(), words.next().unwrap());
        if what == "lost answer" {
            operations.lost_answers += 1;
            operations.made_without_answer += u64::from(key == "true");
            continue;
        }
        let row = rows.get_mut(key).unwrap();
        let there = "a row that is there";
        match what {
            "edit" => {
                let row = row.as_mut().expect(there);
                row.edits += 1;
                row.model_version += 1;
                let made: i64 = words.next().unwrap().parse().unwrap();
                operations.lost_edits += u64::from(made != row.edits);
                row.edits = made;
                operations.edits += 1;
            }
            "delete" => {
                assert!(row.take().is_some(), "{key}");
                operations.deletes += 1;
            }
            "create" => {
                assert!(row.replace(Expected::inserted(RowKind::Oldest)).is_none(), "{key}");
                operations.creates += 1;
            }
            "stale" => {
                row.as_mut().expect(there).model_version += 2;
                operations.stalings += 1;
            }
            "lost race" => operations.lost_races += 1,
            other => panic!("the log says `{other}`"),
        }
    }
    (rows, operations)
}
