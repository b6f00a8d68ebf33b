//! Ctrl-C and `SIGTERM`.
//!
//! Layer: cli.

use std::{future::Future, pin::pin, task::Poll};

use versioned_jobs::StopFlag;

use crate::{Output, exit_code};

/// Sets the flag on the first signal, and ends on the second one.
pub(crate) async fn interrupts(stop: StopFlag) -> u8 {
    if interrupt().await.is_ok() {
        stop.set();
        let output = Output::standard();
        output.error_line("stopping; press Ctrl-C again to stop at once");
        if interrupt().await.is_ok() {
            return exit_code::INTERRUPTED;
        }
    }
    // Without signals there is nothing to wait for.
    std::future::pending().await
}

#[cfg(unix)]
async fn interrupt() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let terminated = async move {
        terminate.recv().await;
        Ok(())
    };
    first_of(tokio::signal::ctrl_c(), terminated).await
}

#[cfg(not(unix))]
async fn interrupt() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}

/// The output of the future that ends first; the other one is dropped.
pub(crate) async fn first_of<T>(
    first: impl Future<Output = T>,
    second: impl Future<Output = T>,
) -> T {
    let (mut first, mut second) = (pin!(first), pin!(second));
    std::future::poll_fn(|context| match first.as_mut().poll(context) {
        Poll::Ready(output) => Poll::Ready(output),
        Poll::Pending => second.as_mut().poll(context),
    })
    .await
}
