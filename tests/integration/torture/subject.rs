//! What is stored: the rows at the start, and which application they belong to.

use std::path::PathBuf;

use super::{
    database::Kind,
    sql::{self, Sql},
};

/// Rows at the start.
pub(super) const ROWS: u32 = 2_000;

/// Every so many rows, one cannot be migrated.
const FAILING_EVERY: u32 = 100;

/// An application whose migration is killed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Subject {
    /// Lessons with a column per field.
    Columns,
    /// Lessons as documents.
    Documents,
    /// Notebooks, by the binary of the example, over SQLite.
    Notebooks(PathBuf),
}

/// What a row is when it is inserted; an index into `Sql::insert`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RowKind {
    Oldest,
    Older,
    Current,
    Failing,
}

impl RowKind {
    /// The kind of a row at the start.
    pub(super) fn of_number(number: u32) -> Self {
        match number % 3 {
            _ if number % FAILING_EVERY == FAILING_EVERY / 2 => Self::Failing,
            0 => Self::Oldest,
            1 => Self::Older,
            _ => Self::Current,
        }
    }
}

/// The key of a row.
pub(super) fn key(number: u32) -> String {
    format!("row {number:05}")
}

impl Subject {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Columns => "lessons in columns",
            Self::Documents => "lessons as documents",
            Self::Notebooks(_) => "notebooks",
        }
    }

    /// The word by which a started process is told its subject.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Columns => "columns",
            Self::Documents => "documents",
            Self::Notebooks(_) => "notebooks",
        }
    }

    pub(super) fn of_word(word: &str) -> Self {
        match word {
            "columns" => Self::Columns,
            "documents" => Self::Documents,
            "notebooks" => Self::Notebooks(PathBuf::new()),
            other => panic!("no subject is called `{other}`"),
        }
    }

    pub(super) fn sql(&self, kind: Kind) -> &'static Sql {
        let (columns, documents) = match kind {
            Kind::Sqlite => (&sql::sqlite::COLUMNS, &sql::sqlite::DOCUMENTS),
            Kind::Postgres => (&sql::postgres::COLUMNS, &sql::postgres::DOCUMENTS),
            Kind::MariaDb => (&sql::mariadb::COLUMNS, &sql::mariadb::DOCUMENTS),
        };
        match self {
            Self::Columns => columns,
            Self::Documents => documents,
            Self::Notebooks(_) => &sql::sqlite::NOTEBOOKS,
        }
    }
}
