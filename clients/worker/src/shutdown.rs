//! Being asked to stop.

use tokio::sync::watch;

/// Waits until the value is true. A sender that is gone can't ask any more, so that counts as asking.
pub(crate) async fn asked(shutdown: &mut watch::Receiver<bool>) {
    // The only error is the sender's end.
    let _ = shutdown.wait_for(|stop| *stop).await;
}
