//! What reads tell the outside: a subscriber and a recorder that write down what they hear on this thread.

use std::{
    collections::BTreeMap,
    fmt::{Debug, Write as _},
    sync::{Arc, Mutex},
};

use metrics::{Counter, CounterFn, Gauge, Histogram, Key, KeyName, Recorder, SharedString, Unit};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};

/// What was heard while something ran.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Heard {
    pub(crate) events: Vec<String>,
    pub(crate) counts: BTreeMap<String, u64>,
}

/// Runs something and listens to it.
pub(crate) fn listen<T>(run: impl FnOnce() -> T) -> (T, Heard) {
    let ears = Ears::default();
    let subscriber = ears.clone();
    let done =
        tracing::subscriber::with_default(subscriber, || metrics::with_local_recorder(&ears, run));
    let heard = ears.0.lock().unwrap().clone();
    (done, heard)
}

#[derive(Debug, Clone, Default)]
struct Ears(Arc<Mutex<Heard>>);

impl Subscriber for Ears {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("versioned_jobs")
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(event.metadata().level().to_string());
        event.record(&mut line);
        self.0.lock().unwrap().events.push(line.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// An event as one line of text.
struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        write!(self.0, " {field}={value}").unwrap();
    }
}

impl Recorder for Ears {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &metrics::Metadata<'_>) -> Counter {
        let mut name = key.name().to_owned();
        for label in key.labels() {
            write!(name, " {}={}", label.key(), label.value()).unwrap();
        }
        Counter::from_arc(Arc::new(Count { ears: self.clone(), name }))
    }

    fn register_gauge(&self, _: &Key, _: &metrics::Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, _: &Key, _: &metrics::Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

struct Count {
    ears: Ears,
    name: String,
}

impl CounterFn for Count {
    fn increment(&self, value: u64) {
        *self.ears.0.lock().unwrap().counts.entry(self.name.clone()).or_default() += value;
    }

    fn absolute(&self, value: u64) {
        self.ears.0.lock().unwrap().counts.insert(self.name.clone(), value);
    }
}
