//! Waiting for a condition; never for a time.

use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(20);

/// Asks again and again until there is an answer, and fails the test when there is none for long.
#[track_caller]
pub fn until<T, F: Future<Output = Option<T>>>(what: &str, mut ask: impl FnMut() -> F) -> impl Future<Output = T> {
    let caller = std::panic::Location::caller();
    async move {
        let begun = Instant::now();
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            assert!(begun.elapsed() < PATIENCE, "{caller}: waited {} s for {what}", PATIENCE.as_secs());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}
