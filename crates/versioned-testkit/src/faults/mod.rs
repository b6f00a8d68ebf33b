//! Faults: what becomes of a job when the store fails, repeats a call, or dies at any call.
//!
//! Layer: testkit; sees the ports and the jobs, no driver and no runtime. Invariant: a fault strikes one call only, and the
//! same fault from the same start strikes the same call.
//!
//! - [`FaultStore`] wraps a store, numbers its calls, and lets one [`Fault`] strike.
//! - [`FaultHarness`] runs a job undisturbed, then once for every call, moment and kind of fault, each from a copy of the
//!   start; it resumes the job and compares what is stored in the end.
//! - [`FaultSetting`] makes the copies. [`MemorySetting`] is the one for the store in memory.
//!
//! # Examples
//!
//! A job of one's own, which is any function over a store:
//!
//! ```
//! # use std::{future::Future, pin::pin, task::{Context, Poll, Waker}};
//! # fn block_on<F: Future>(future: F) -> F::Output {
//! #     let mut future = pin!(future);
//! #     loop {
//! #         if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
//! #             return output;
//! #         }
//! #     }
//! # }
//! use versioned_store::{
//!     BatchLimits, Bodies, ColumnValue, EntityTable, MemoryStore, ModelStore, RowWrite, ScanRequest, StoreError,
//! };
//! use versioned_testkit::{
//!     faults::{FaultHarness, JobEnd, MemorySetting},
//!     sample::{SAMPLE, Sample, SampleColumn, sample_model},
//! };
//!
//! /// Gives every sample the title `new`; a row that has it is left alone.
//! async fn retitle<S: ModelStore>(store: &S, table: &EntityTable) -> Result<(), StoreError> {
//!     let limits = BatchLimits::default();
//!     let request = ScanRequest { after: None, until: None, limits, bodies: Bodies::All };
//!     let title = ColumnValue::Text("new".to_owned());
//!     let rows = store.scan(table, &request).await?.rows.into_iter();
//!     let old = rows.filter(|row| row.values[SampleColumn::Title as usize].as_ref() != Some(&title));
//!     let writes: Vec<RowWrite> = old
//!         .map(|expected| RowWrite { expected, set: vec![(SampleColumn::Title as usize, title.clone())] })
//!         .collect();
//!     store.write_batch(table, &writes).await.map(|_outcomes| ())
//! }
//!
//! let table = EntityTable::new(&SAMPLE, sample_model())?;
//! let setting = MemorySetting::new([table.clone()], || {
//!     let store = MemoryStore::new();
//!     store.create_table(&table);
//!     store.insert(&table, Sample::stale("a").row).expect("the row fits");
//!     store
//! });
//! let report = block_on(FaultHarness::default().run(&setting, async |store| {
//!     match retitle(store, &table).await {
//!         Ok(()) => JobEnd::Done(String::new()),
//!         Err(error) => JobEnd::early(&error),
//!     }
//! }))?;
//! assert_eq!(report.operations(), ["scan", "write_batch"]);
//! assert!(report.differences().is_empty(), "{report}");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod fault;
mod harness;
mod job_end;
mod report;
mod setting;
mod store;

pub use fault::{Fault, FaultError, FaultKind, Moment};
pub use harness::{FaultHarness, HarnessError};
pub use job_end::JobEnd;
pub use report::{Difference, FaultReport};
pub use setting::{FaultSetting, MemorySetting, history_text, ledger_text, stored_text};
pub use store::FaultStore;
