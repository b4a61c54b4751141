//! When to try again, and after how long.

use std::time::Duration;

/// A call is made at most this often.
pub const ATTEMPTS: u32 = 5;
const FIRST: Duration = Duration::from_millis(200);
const LONGEST: Duration = Duration::from_secs(10);
/// A server that asks for more patience than this is not waited for.
const MOST_PATIENCE: Duration = Duration::from_secs(30);

/// How long to wait after the nth failed attempt (from 1): full jitter, `chance` of 0 to 1, over a doubling bound. Never shorter
/// than the server asked for. `None`: give up.
pub fn pause(failed: u32, asked: Option<Duration>, chance: f64) -> Option<Duration> {
    if failed >= ATTEMPTS || asked.is_some_and(|asked| asked > MOST_PATIENCE) {
        return None;
    }
    let bound = FIRST.saturating_mul(1 << (failed - 1).min(16)).min(LONGEST);
    Some(asked.unwrap_or_default() + bound.mul_f64(chance.clamp(0.0, 1.0)))
}

/// Whether an answer with this status may be another one the next time.
pub fn is_passing(status: u16) -> bool {
    matches!(status, 429 | 502..=504)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_bound_and_end() {
        let longest: Vec<_> = (1..=5).map(|failed| pause(failed, None, 1.0).map(|pause| pause.as_millis())).collect();
        assert_eq!(longest, [Some(200), Some(400), Some(800), Some(1600), None]);
        assert_eq!(pause(3, None, 0.0), Some(Duration::ZERO));
    }

    #[test]
    fn a_server_is_given_the_time_that_it_asks_for_but_not_for_ever() {
        assert_eq!(pause(1, Some(Duration::from_secs(2)), 0.5), Some(Duration::from_millis(2100)));
        assert_eq!(pause(1, Some(Duration::from_secs(31)), 0.5), None);
    }
}
