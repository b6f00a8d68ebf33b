//! Stale documents from text to text, against one pipeline of parsing to serde_json's tree, the same steps on it, and
//! writing; and against that parse alone.

use serde_json::Value;

use super::inputs::{self, Inputs, SIZES, recycled};
use crate::{
    measure::{Session, Side},
    subjects::opened,
};

const BENCH: &str = "text_to_text";

/// Numbers of steps.
const STEPS: [u32; 4] = [1, 5, 20, 100];
/// Steps of the cases in which a whole document goes through.
const STEPS_OF_DOCUMENTS: u32 = 5;

pub(crate) fn run(session: &Session) {
    let corpus = session.corpus.as_deref();
    for inputs in inputs::quoted(corpus) {
        compare(session, &inputs);
    }
    everything_opened(session, &inputs::explorations(corpus));
    for (name, bytes) in SIZES {
        for steps in STEPS {
            compare(session, &inputs::lesson(name, bytes, steps));
        }
        compare(session, &inputs::lesson_document(name, bytes, STEPS_OF_DOCUMENTS));
    }
}

fn compare(session: &Session, inputs: &Inputs) {
    for document in &inputs.documents {
        check_equal(&document.migrate(), &document.by_hand());
    }
    measure(session, &inputs.name, inputs, |input| input.migrate(), |input| input.by_hand());
}

/// The worst case: a chain that goes into every container.
fn everything_opened(session: &Session, inputs: &Inputs) {
    for document in &inputs.documents {
        check_equal(&opened::migrate(document.text()), &opened::by_hand(document.text()));
    }
    let name = format!("{}_everything_opened", inputs.name);
    let this = |input: &inputs::Input| opened::migrate(input.text());
    measure(session, &name, inputs, this, |input| opened::by_hand(input.text()));
}

fn measure(
    session: &Session,
    name: &str,
    inputs: &Inputs,
    this: impl Fn(&inputs::Input) -> String,
    by_hand: impl Fn(&inputs::Input) -> String,
) {
    let each = |convert: &dyn Fn(&inputs::Input) -> usize| -> usize {
        inputs.documents.iter().map(convert).sum()
    };
    let mut sides: Vec<Side<'_>> = vec![
        Box::new(|| each(&|input| recycled(this(input)))),
        Box::new(|| each(&|input| by_hand(input).len())),
        Box::new(|| {
            each(&|input| serde_json::from_str::<Value>(input.text()).map_or(0, |it| length(&it)))
        }),
    ];
    let rounds = session.in_turns(&mut sides);
    session.throughput((BENCH, name), inputs.bytes(), &rounds, (0, 1));
    let parse = format!("{name}/parse_alone");
    session.throughput((BENCH, &parse), inputs.bytes(), &rounds, (0, 2));
}

/// Something that depends on the tree.
fn length(value: &Value) -> usize {
    value.as_object().map_or(1, serde_json::Map::len)
}

/// # Panics
///
/// When two texts are not the same JSON.
pub(crate) fn check_equal(this: &str, other: &str) {
    let parse = |text: &str| serde_json::from_str::<Value>(text).ok();
    let this = parse(this);
    assert!(this.is_some() && this == parse(other), "the two sides give different documents");
}
