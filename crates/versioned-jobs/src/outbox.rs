//! Delivery of what batches have left in the outbox.
//!
//! Layer: jobs. Invariant: a message is removed after its handler has succeeded, so it is delivered at least once.

use std::{error::Error, future::Future};

use versioned_store::{JobLedger, OutboxEntry, StoreError};

/// Messages that are read at a time.
const MESSAGES_MAX: u32 = 100;

/// Why a delivery ended before the last message. Messages before that are delivered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeliverError {
    /// The store failed. The message before it may be delivered again.
    #[error("the delivery ended after {delivered} messages: the store failed")]
    #[non_exhaustive]
    Store {
        /// How many messages were delivered.
        delivered: u64,
        /// What the store says.
        source: StoreError,
    },

    /// The handler refused a message, which stays undelivered.
    #[error("message {id} with topic `{topic}` was not delivered")]
    #[non_exhaustive]
    Refused {
        /// How many messages were delivered before it.
        delivered: u64,
        /// Number of the message.
        id: i64,
        /// What kind of message it is.
        topic: String,
        /// What the handler says.
        source: Box<dyn Error + Send + Sync>,
    },
}

/// Hands every waiting message to `handler`, oldest first, and says how many there were.
///
/// A message whose handler has succeeded is removed, so the outbox does not grow with the runs. It is not handed over
/// again, unless the process ended before it could be removed; its [`id`](OutboxEntry::id) is the same then. Two deliveries
/// at once hand over messages twice. Who wants to keep messages stores them in the handler.
///
/// When a run is put back, its messages about the rows that were put back are withdrawn in the same transaction; what was
/// handed over before that stays so.
///
/// # Errors
///
/// [`DeliverError`] where the store fails or the handler refuses a message; a later call goes on with it.
pub async fn deliver<S, F, R>(store: &S, mut handler: F) -> Result<u64, DeliverError>
where
    S: JobLedger,
    F: FnMut(OutboxEntry) -> R + Send,
    R: Future<Output = Result<(), Box<dyn Error + Send + Sync>>> + Send,
{
    let mut delivered = 0;
    loop {
        let failed = |source| DeliverError::Store { delivered, source };
        let waiting = store.undelivered(MESSAGES_MAX).await.map_err(failed)?;
        if waiting.is_empty() {
            return Ok(delivered);
        }
        for entry in waiting {
            let (id, topic) = (entry.id, entry.message.topic.clone());
            if let Err(source) = handler(entry).await {
                return Err(DeliverError::Refused { delivered, id, topic, source });
            }
            let removed = store.remove_delivered(id).await;
            removed.map_err(|source| DeliverError::Store { delivered, source })?;
            delivered += 1;
        }
    }
}
