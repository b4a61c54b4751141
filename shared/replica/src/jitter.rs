//! Randomised waiting. The randomness is seeded by the caller, so that a test can repeat it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};

const FIRST: Duration = Duration::from_millis(50);
const LONGEST: Duration = Duration::from_secs(2);

/// A shared source of random waits.
#[derive(Clone, Debug)]
pub struct Jitter(Arc<Mutex<SmallRng>>);

impl Jitter {
    /// Each process should seed its own, or a fleet waits in step.
    pub fn seeded(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(SmallRng::seed_from_u64(seed))))
    }

    /// A wait between `low` and `high`, both included.
    pub fn between(&self, low: Duration, high: Duration) -> Duration {
        let share: f64 = self.0.lock().unwrap_or_else(PoisonError::into_inner).random();
        low + high.saturating_sub(low).mul_f64(share)
    }

    /// Full jitter: anything from nothing to a ceiling that doubles with each attempt (the first is 0), from 50 ms up to 2 s.
    pub fn backoff(&self, attempt: u32) -> Duration {
        self.between(Duration::ZERO, ceiling(attempt))
    }
}

fn ceiling(attempt: u32) -> Duration {
    FIRST.saturating_mul(2_u32.saturating_pow(attempt)).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ceiling_doubles_and_stops_at_two_seconds() {
        let millis: Vec<_> = [0, 1, 2, 5, 6, 99].map(|attempt| ceiling(attempt).as_millis()).to_vec();
        assert_eq!(millis, [50, 100, 200, 1600, 2000, 2000]);
    }

    #[test]
    fn waits_stay_within_their_bounds_and_repeat_with_their_seed() {
        let (low, high) = (Duration::from_millis(20), Duration::from_millis(30));
        let draw = |seed| {
            let jitter = Jitter::seeded(seed);
            (0..50).map(|_| jitter.between(low, high)).collect::<Vec<_>>()
        };
        assert!(draw(1).iter().all(|wait| (low..=high).contains(wait)));
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
    }
}
