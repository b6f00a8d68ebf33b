//! Which versions are stored.

use versioned_jobs::CensusReport;
use versioned_store::MemoryStore;

use super::{
    backend::{Backend, SqliteFile, stories},
    lesson::{Layout, StoredLesson},
    probe::Probe,
};

mod of_any_type {
    use super::{a_census_counts_every_row_once_per_version_field, stories};

    stories! { any type in any column:
        a_census_counts_every_row_once_per_version_field
    }
}

stories! {
    the_census_of_an_empty_table_has_no_versions
    the_names_in_json_are_stable
}

fn mixed() -> Vec<StoredLesson> {
    let at = |id, version| StoredLesson { scenes_version: version, ..StoredLesson::current(id) };
    vec![
        StoredLesson::old("a"),
        StoredLesson::old("b").deleted(),
        StoredLesson::current("c"),
        at("d", Some("0")),
        at("e", Some("9")),
        at("f", None),
        at("g", Some(r#""3""#)),
        at("h", Some("2")),
    ]
}

fn a_census_counts_every_row_once_per_version_field<B: Backend>(layout: Layout) {
    let expect = "\
lesson: 8 rows, 1 of them marked as deleted
  field     version  state    rows  deleted
  scenes          0  too old     1        0
  scenes          1  stale       2        1
  scenes          2  stale       1        0
  scenes          3  current     1        0
  scenes          9  too new     1        0
  scenes    missing  unknown     1        0
  scenes  malformed  unknown     1        0
  notes           2  current     6        0
  notes     missing  stale       2        1
";
    let census = layout.census(&Probe::<B>::with(layout, &mixed())).unwrap();
    assert_eq!(census.to_string(), expect);
    for field in ["scenes_schema_version", "notes_schema_version"] {
        let of_field = census.versions.iter().filter(|row| row.version_field == field);
        assert_eq!(of_field.map(|row| row.rows).sum::<u64>(), census.rows);
    }
}

#[test]
fn every_store_and_layout_gives_the_same_census() {
    fn taken<B: Backend>(layout: Layout) -> CensusReport {
        layout.census(&Probe::<B>::with(layout, &mixed())).unwrap()
    }
    let expect = taken::<MemoryStore>(Layout::Columns);
    assert_eq!(taken::<MemoryStore>(Layout::Document), expect);
    assert_eq!(taken::<SqliteFile>(Layout::Columns), expect);
    assert_eq!(taken::<SqliteFile>(Layout::Document), expect);
}

#[test]
fn a_document_that_cannot_be_read_is_counted_as_such() {
    fn check<B: Backend>() {
        let lesson = StoredLesson { notes: "[", ..StoredLesson::old("a") };
        let store = Probe::<B>::with(Layout::Document, &[lesson]);
        let census = Layout::Document.census(&store).unwrap();
        let stored: Vec<_> = census.versions.iter().map(|row| row.stored.to_string()).collect();
        assert_eq!(stored, ["unreadable", "unreadable"]);
    }
    check::<MemoryStore>();
    check::<SqliteFile>();
}

fn the_census_of_an_empty_table_has_no_versions<B: Backend>(layout: Layout) {
    let census = layout.census(&Probe::<B>::with(layout, &[])).unwrap();
    assert_eq!((census.rows, census.versions.len()), (0, 0));
    assert_eq!(census.to_string(), "lesson: 0 rows\n");
}

fn the_names_in_json_are_stable<B: Backend>(layout: Layout) {
    let store = Probe::<B>::with(layout, &[StoredLesson::current("a")]);
    let json = serde_json::to_string(&layout.census(&store).unwrap()).unwrap();
    let expect = concat!(
        r#"{"entity":"lesson","rows":1,"deleted":0,"versions":["#,
        r#"{"fields":["scenes"],"version_field":"scenes_schema_version","#,
        r#""stored":3,"state":"current","rows":1,"deleted":0},"#,
        r#"{"fields":["notes"],"version_field":"notes_schema_version","#,
        r#""stored":2,"state":"current","rows":1,"deleted":0}]}"#,
    );
    assert_eq!(json, expect);
}
