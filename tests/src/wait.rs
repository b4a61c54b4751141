//! Waiting for a condition; never for a time.

use std::time::{Duration, Instant};

use crate::{Answer, Request};

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

/// What was revoked or changed holds for reads within a minute: the instance that reads may know its caller from before.
#[track_caller]
pub fn within_a_minute(read: impl Fn() -> Request, holds: impl Fn(&Answer) -> bool) -> impl Future<Output = Answer> {
    let caller = std::panic::Location::caller();
    async move {
        let begun = Instant::now();
        loop {
            let answer = read().await;
            if holds(&answer) {
                return answer;
            }
            assert!(begun.elapsed() < Duration::from_secs(62), "{caller}: after a minute the answer is still {answer}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}
