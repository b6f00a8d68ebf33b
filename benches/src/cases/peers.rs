//! The profile of 881 bytes and five steps, against crates that do something like it.
//!
//! `read` goes from stored text to the object of the latest version; `rewrite` goes from stored text to the text that is
//! stored next. Each crate gets the profile in its own format, which differs in the version alone.

use std::hint::black_box;

use crate::{
    measure::{Session, Side},
    subjects::profile::{
        self, columns, documents, native, plain, serde_evolve, texts,
        version_migrate::{self, Peer},
    },
};

const BENCH: &str = "peers";

/// Ours, in the order of the sides.
const OURS: [&str; 6] = [
    "value_steps_one_document",
    "typed_steps_one_document",
    "lazy_steps_one_document",
    "value_steps_columns",
    "typed_steps_columns",
    "lazy_steps_columns",
];

/// The others, in the order of the sides, after ours.
const OTHERS: [&str; 4] = ["version_migrate", "serde_evolve", "native_model", "plain_serde"];

/// Which of ours is compared with which of the others; steps on `Value` with the crate that goes through `Value` too.
const COMPARED: [(&str, &[&str]); 3] = [
    ("value", &["version_migrate"]),
    ("typed", &["serde_evolve", "native_model", "plain_serde"]),
    ("lazy", &["version_migrate", "serde_evolve", "native_model"]),
];

pub(crate) fn run(session: &Session) {
    let peer = Peer::new();
    let inputs = Stored::new();
    check(&peer, &inputs);
    report(session, "read", &mut reads(&peer, &inputs));
    report(session, "rewrite", &mut rewrites(&peer, &inputs));
}

/// The profile in every format.
struct Stored {
    document: String,
    column: String,
    version_migrate: String,
    serde_evolve: String,
    native: Vec<u8>,
}

impl Stored {
    fn new() -> Self {
        Self {
            document: documents::stored(),
            column: profile::stored(),
            version_migrate: version_migrate::stored(),
            serde_evolve: serde_evolve::stored(),
            native: native::stored(),
        }
    }
}

fn check(peer: &Peer, stored: &Stored) {
    let expect = texts(&plain(&stored.column));
    let found = [
        texts(&documents::read_values(&stored.document)),
        texts(&documents::read_typed(&stored.document)),
        texts(&documents::read_lazy(&stored.document)),
        texts(&columns::read_values(&stored.column)),
        texts(&columns::read_typed(&stored.column)),
        texts(&columns::read_lazy(&stored.column)),
        texts(&peer.read(&stored.version_migrate)),
        texts(&serde_evolve::read(&stored.serde_evolve)),
        texts(&native::read(&stored.native)),
    ];
    assert!(found.iter().all(|found| *found == expect), "the sides give different profiles");
}

/// One side: runs a function on its stored text, and keeps the result from being optimised away.
fn side<'a, I: ?Sized, R>(stored: &'a I, run: impl Fn(&I) -> R + 'a) -> Side<'a> {
    Box::new(move || {
        let result = run(black_box(stored));
        black_box(&result);
        1
    })
}

fn reads<'a>(peer: &'a Peer, stored: &'a Stored) -> Vec<Side<'a>> {
    let (document, column) = (stored.document.as_str(), stored.column.as_str());
    vec![
        side(document, documents::read_values),
        side(document, documents::read_typed),
        side(document, documents::read_lazy),
        side(column, columns::read_values),
        side(column, columns::read_typed),
        side(column, columns::read_lazy),
        side(stored.version_migrate.as_str(), |text| peer.read(text)),
        side(stored.serde_evolve.as_str(), serde_evolve::read),
        side(stored.native.as_slice(), native::read),
        side(column, plain),
    ]
}

fn rewrites<'a>(peer: &'a Peer, stored: &'a Stored) -> Vec<Side<'a>> {
    let (document, column) = (stored.document.as_str(), stored.column.as_str());
    vec![
        side(document, documents::rewrite_values),
        side(document, documents::rewrite_typed),
        side(document, documents::rewrite_lazy),
        side(column, columns::rewrite_values),
        side(column, columns::rewrite_typed),
        side(column, columns::rewrite_lazy),
        side(stored.version_migrate.as_str(), |text| peer.rewrite(text)),
        side(stored.serde_evolve.as_str(), serde_evolve::rewrite),
        side(stored.native.as_slice(), native::rewrite),
        side(column, |text| serde_json::to_string(&plain(text)).unwrap_or_default()),
    ]
}

fn report(session: &Session, what: &str, sides: &mut [Side<'_>]) {
    let rounds = session.in_turns(sides);
    for (this, ours) in OURS.iter().enumerate() {
        let (_, others) = COMPARED[this % COMPARED.len()];
        debug_assert!(ours.starts_with(COMPARED[this % COMPARED.len()].0), "the order is the same");
        for (index, other) in OTHERS.iter().enumerate().filter(|(_, other)| others.contains(other))
        {
            let case = format!("{what}/{ours}/{other}");
            session.time((BENCH, &case), 1, &rounds, (this, OURS.len() + index));
        }
    }
}
