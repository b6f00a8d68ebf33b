//! The documents of the cases: real ones where there is a folder with them, generated ones otherwise.

use std::path::Path;

use versioned_core::document::recycle;

use crate::subjects::{
    corpus::{self, StoredExploration, StoredNotebook},
    lesson::{self, StoredLesson},
};

/// A document that can be brought to its latest version with the library and without it.
#[derive(Debug)]
pub(crate) enum Input {
    Exploration(StoredExploration),
    /// An exploration as one document.
    ExplorationDocument(String),
    Notebook(StoredNotebook),
    /// A generated lesson.
    Lesson(StoredLesson),
    /// A generated lesson as one document.
    LessonDocument(String),
}

/// Inputs of one case.
#[derive(Debug)]
pub(crate) struct Inputs {
    pub(crate) name: String,
    pub(crate) documents: Vec<Input>,
}

impl Input {
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Exploration(stored) => &stored.states,
            Self::Notebook(stored) => &stored.text,
            Self::Lesson(stored) => &stored.states,
            Self::LessonDocument(document) | Self::ExplorationDocument(document) => document,
        }
    }

    pub(crate) fn migrate(&self) -> String {
        match self {
            Self::Exploration(stored) => stored.migrate(),
            Self::Notebook(stored) => stored.migrate(),
            Self::Lesson(stored) => stored.migrate(),
            Self::ExplorationDocument(document) => corpus::migrate_document(document),
            Self::LessonDocument(document) => lesson::migrate_document(document),
        }
    }

    pub(crate) fn by_hand(&self) -> String {
        match self {
            Self::Exploration(stored) => stored.by_hand(),
            Self::Notebook(stored) => stored.by_hand(),
            Self::Lesson(stored) => stored.by_hand(),
            Self::ExplorationDocument(document) => corpus::document_by_hand(document),
            Self::LessonDocument(document) => lesson::document_by_hand(document),
        }
    }
}

impl Inputs {
    pub(crate) fn bytes(&self) -> usize {
        self.documents.iter().map(|document| document.text().len()).sum()
    }
}

/// The length of a result, which is given back: what a program does that converts one document after the other.
pub(crate) fn recycled(text: String) -> usize {
    let length = text.len();
    recycle(text);
    length
}

/// Sizes of generated documents, with their names.
pub(crate) const SIZES: [(&str, usize); 4] =
    [("1KB", 1_000), ("40KB", 40_000), ("1.4MB", 1_400_000), ("64MB", 64_000_000)];

/// A generated lesson in columns.
pub(crate) fn lesson(name: &str, bytes: usize, steps: u32) -> Inputs {
    let documents = vec![Input::Lesson(StoredLesson::generate(bytes, steps))];
    Inputs { name: format!("generated_{name}_{steps}_steps"), documents }
}

/// A generated lesson as one document.
pub(crate) fn lesson_document(name: &str, bytes: usize, steps: u32) -> Inputs {
    let document = StoredLesson::generate(bytes, steps).document();
    let name = format!("generated_{name}_{steps}_steps_one_document");
    Inputs { name, documents: vec![Input::LessonDocument(document)] }
}

/// The documents that figures are quoted for: explorations and notebooks.
pub(crate) fn quoted(corpus: Option<&Path>) -> Vec<Inputs> {
    let Some(corpus) = corpus else { return vec![generated_set()] };
    let notebooks = |name: &str, versions| Inputs {
        name: name.to_owned(),
        documents: corpus::notebooks(corpus, versions).into_iter().map(Input::Notebook).collect(),
    };
    vec![
        explorations(Some(corpus)),
        Inputs {
            name: "explorations_41_to_45_one_document".to_owned(),
            documents: corpus::explorations(corpus)
                .iter()
                .map(|stored| Input::ExplorationDocument(stored.document()))
                .collect(),
        },
        notebooks("notebooks_3_to_4.5", 3..=3),
        notebooks("notebooks_4.0_4.4_to_4.5", 4..=4),
    ]
}

/// Explorations 41 to 45, or generated lessons.
pub(crate) fn explorations(corpus: Option<&Path>) -> Inputs {
    let Some(corpus) = corpus else { return generated_set() };
    let documents = corpus::explorations(corpus).into_iter().map(Input::Exploration).collect();
    Inputs { name: "explorations_41_to_45".to_owned(), documents }
}

/// Lessons of several sizes around that of a real document.
fn generated_set() -> Inputs {
    let documents = (1..=40).map(|number| Input::Lesson(StoredLesson::generate(number * 1_600, 5)));
    Inputs { name: "generated_lessons_5_steps".to_owned(), documents: documents.collect() }
}
