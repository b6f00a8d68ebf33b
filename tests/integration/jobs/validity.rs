//! An audit that checks values says which of them are not what their versions say, stored ones and converted ones.

use std::sync::{Arc, Mutex};

use serde_json::Value;
use versioned_core::SchemaVersion;
use versioned_jobs::{
    CheckedValue, JobOptions, JobReport, Mode, NoProgress, Validity, ValueCheck, ValueProblem,
};
use versioned_store::MemoryStore;

use super::{
    backend::{Backend, SqliteFile},
    block_on,
    lesson::{Layout, MISFIT, PANICS, StoredLesson},
};

/// Scenes of version 2 on are maps of objects with a text; nothing is known of notes of version 1.
#[derive(Debug, Default)]
struct Texts(Mutex<Vec<String>>);

impl ValueCheck for Texts {
    fn check(&self, value: &CheckedValue<'_>) -> Option<Vec<ValueProblem>> {
        let CheckedValue { entity, field, version, json } = *value;
        self.0.lock().unwrap().push(format!("{entity}.{field} v{version} {json}"));
        match (field, version.get()) {
            ("notes", 1) => None,
            ("scenes", 2..) => {
                let scenes: Value = serde_json::from_str(json).unwrap();
                let scenes = scenes.as_object().unwrap().values();
                let wrong = scenes.filter(|scene| !scene["text"].is_string());
                Some(wrong.map(|_| ValueProblem::new("/*/text", "is no text")).collect())
            }
            _ => Some(Vec::new()),
        }
    }
}

fn audit<B: Backend>(backend: &B, layout: Layout, mode: Mode) -> (JobReport, Vec<String>) {
    let checks = Arc::new(Texts::default());
    let options = JobOptions::default().with_batch_rows(2).with_value_checks(checks.clone());
    let report = layout.run(mode, backend.store(), &options, &NoProgress).unwrap();
    let mut shown = std::mem::take(&mut *checks.0.lock().unwrap());
    shown.sort();
    (report, shown)
}

fn findings(validity: &Validity) -> Vec<String> {
    let findings = validity.findings().map(|it| {
        let (path, problem) = (&it.problem.path, &it.problem.problem);
        let origin = it.origin.as_str();
        let (field, version, entities, first) = (it.field, it.version, it.entities, it.first);
        format!("{field} v{version} {origin} {path} {problem}: {entities} from {first}")
    });
    findings.collect()
}

fn check<B: Backend>() {
    for layout in Layout::BOTH {
        let backend = block_on(B::open());
        block_on(backend.create_table(&layout.table()));
        let wrong = |id: &str| StoredLesson {
            scenes: r#"{"a": {"text": 7, "lesson": "y", "kind": "text"}}"#.to_owned(),
            ..StoredLesson::current(id)
        };
        let lessons = [
            StoredLesson::old("a"),
            // At version 2 it is right, and the conversion makes it wrong.
            StoredLesson::with_text("b", MISFIT),
            StoredLesson::with_text("c", MISFIT),
            // A conversion that panics is a failure of the run, and no finding.
            StoredLesson::with_text("d", PANICS),
            // A current value that nothing converts is checked too.
            wrong("e"),
            wrong("f").deleted(),
            StoredLesson::current("g"),
        ];
        for lesson in lessons {
            block_on(backend.put(&layout.table(), lesson.row(layout)));
        }
        let (report, shown) = audit(&backend, layout, Mode::Audit);
        let validity = report.validity().unwrap();
        let expect = [
            "scenes v3 stored /*/text is no text: 1 from e",
            "scenes v3 converted /*/text is no text: 2 from b",
        ];
        assert_eq!(findings(validity), expect);
        let unchecked: Vec<_> =
            validity.unchecked().map(|it| (it.field, it.version, it.values)).collect();
        assert_eq!(unchecked, [("notes", SchemaVersion::new(1), 1)]);
        // Stored: 6 scenes and 5 notes; converted: 3 steps of scenes of a, b and c up to version 3, and 1 of notes.
        assert_eq!(validity.values_checked(), 6 + 5 + 4 + 1);
        assert_eq!(shown.len(), 17);
        assert_eq!(shown[0], r#"lesson.notes v1 "one;two""#);
        assert_eq!((report.counts().failed, report.counts().migrated), (3, 1));

        // A run that writes does not check.
        let (report, shown) = audit(&backend, layout, Mode::Migrate);
        assert!(report.validity().is_none());
        assert_eq!(shown, [""; 0]);
    }
}

#[test]
fn an_audit_that_checks_values_finds_stored_and_converted_ones_that_are_wrong() {
    check::<MemoryStore>();
    check::<SqliteFile>();
}

fn check_without_rows<B: Backend>() {
    let backend = block_on(B::open());
    block_on(backend.create_table(&Layout::Columns.table()));
    let (report, _) = audit(&backend, Layout::Columns, Mode::Audit);
    assert_eq!(report.validity().unwrap().values_checked(), 0);
    assert!(report.to_string().ends_with("\n  0 values checked, nothing wrong\n"), "{report}");
}

/// Otherwise an empty table would look like one that was not checked.
#[test]
fn an_audit_that_found_no_row_has_checked() {
    check_without_rows::<MemoryStore>();
}
