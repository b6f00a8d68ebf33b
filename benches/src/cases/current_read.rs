//! Entities whose fields are all current: what it costs to find that out.

use serde_json::Value;
use versioned_core::{
    BaseVersionedDomainObject as _,
    document::{Member, MemberValue},
};

use crate::{
    measure::{Better, Line, Session, Side},
    subjects::{
        exploration::Exploration,
        lesson::{LATEST, Lesson, StoredLesson},
    },
};

pub(crate) const BENCH: &str = "current_read";

/// Documents at the latest versions, one text each.
pub(crate) struct Current {
    pub(crate) name: &'static str,
    pub(crate) documents: Vec<String>,
    /// Whether the document is current.
    pub(crate) is_current: fn(&str) -> bool,
    /// Whether the document can be read as its object.
    reads: fn(&str) -> bool,
}

pub(crate) fn run(session: &Session) {
    columns(session);
    one_document(session, &current(session.corpus.as_deref()));
    super::allocations::print_counted(session, BENCH);
}

/// Real explorations, or a generated lesson.
pub(crate) fn current(corpus: Option<&std::path::Path>) -> Current {
    let Some(corpus) = corpus else {
        let mut lesson = StoredLesson::generate(40_000, 5);
        lesson.states = lesson.migrate();
        lesson.version = LATEST;
        return Current {
            name: "generated_40KB_one_document",
            documents: vec![lesson.document()],
            is_current: |text| {
                Lesson::migrate_to_latest_schema_versions(text).is_ok_and(|it| it.is_current())
            },
            reads: |text| serde_json::from_str::<Lesson>(text).is_ok(),
        };
    };
    let stored = crate::subjects::corpus::explorations(corpus);
    let documents =
        stored.iter().map(|stored| crate::subjects::corpus::migrate_document(&stored.document()));
    Current {
        name: "explorations_one_document",
        documents: documents.collect(),
        is_current: |text| {
            Exploration::migrate_to_latest_schema_versions(text).is_ok_and(|it| it.is_current())
        },
        reads: |text| serde_json::from_str::<Exploration>(text).is_ok(),
    }
}

/// The columns of a current lesson. Its body is no JSON at all, so whoever looks at it fails.
pub(crate) fn current_columns() -> [Member<'static>; 4] {
    [
        Member { key: "id", value: MemberValue::Text("lesson-1") },
        Member { key: "title", value: MemberValue::Text("Fractions") },
        Member { key: "states", value: MemberValue::Json("}no JSON{") },
        Member { key: "states_schema_version", value: MemberValue::Integer(i64::from(LATEST)) },
    ]
}

fn columns(session: &Session) {
    let members = current_columns();
    let migrate = |members: &[Member<'_>]| {
        Lesson::migrate_members_to_latest_schema_versions(members)
            .is_ok_and(|migrated| migrated.changes.is_empty())
    };
    assert!(migrate(&members), "a current lesson was looked into");
    let mut lesson = StoredLesson::generate(40_000, 5);
    lesson.states = lesson.migrate();
    let body = lesson.states;
    session.print(&Line {
        bench: BENCH.to_owned(),
        case: "columns_bytes_of_json_touched".to_owned(),
        this: 0.0,
        other: crate::measure::as_f64(body.len()),
        unit: "bytes".to_owned(),
        ratio: 0.0,
        better: Better::Lower,
    });
    let mut sides: Vec<Side<'_>> = vec![
        Box::new(|| usize::from(migrate(std::hint::black_box(&members)))),
        Box::new(|| {
            serde_json::from_str::<Value>(&body).map_or(0, |it| usize::from(it.is_object()))
        }),
    ];
    let rounds = session.in_turns(&mut sides);
    session.time((BENCH, "columns_against_parsing_40KB"), 1, &rounds, (0, 1));
}

fn one_document(session: &Session, current: &Current) {
    let Current { documents, is_current, reads, .. } = current;
    assert!(documents.iter().all(|text| is_current(text) && reads(text)), "no current documents");
    let count = |holds: &dyn Fn(&str) -> bool| documents.iter().filter(|text| holds(text)).count();
    let mut sides: Vec<Side<'_>> = vec![
        Box::new(|| count(&|text| is_current(text))),
        Box::new(|| {
            count(&|text| serde_json::from_str::<Value>(text).is_ok_and(|it| it.is_object()))
        }),
        Box::new(|| count(reads)),
    ];
    let rounds = session.in_turns(&mut sides);
    let name = current.name;
    let entities = documents.len();
    session.time((BENCH, &format!("{name}_against_value")), entities, &rounds, (0, 1));
    session.time((BENCH, &format!("{name}_against_object")), entities, &rounds, (0, 2));
}
