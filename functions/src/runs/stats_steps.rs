//! Into which intervals a stretch of time is cut for a chart.

use chrono::{DateTime, TimeDelta, Utc};
use store::run_stats::Intervals;

/// Lengths in seconds, and the sums that they are made of.
const STEPS: [(i64, &str); 14] = [
    (60, "minute"),
    (120, "minute"),
    (300, "minute"),
    (600, "minute"),
    (900, "minute"),
    (1800, "minute"),
    (3600, "hour"),
    (2 * 3600, "hour"),
    (3 * 3600, "hour"),
    (6 * 3600, "hour"),
    (12 * 3600, "hour"),
    (86_400, "day"),
    (2 * 86_400, "day"),
    (7 * 86_400, "day"),
];
const FEWEST: i64 = 24;
const MOST: i64 = 90;
/// Sums by the minute are kept for this long.
pub const MINUTES_KEPT_HOURS: i32 = 48;

/// The longest step that still gives 24 intervals; a stretch that is too short for 24 of the shortest begins earlier. `None` when
/// 90 of the longest are not enough.
pub fn cut(from: DateTime<Utc>, to: DateTime<Utc>, now: DateTime<Utc>) -> Option<Intervals> {
    let minutes = from > now - TimeDelta::hours(i64::from(MINUTES_KEPT_HOURS) - 1);
    let steps = STEPS.iter().filter(|(_, grain)| minutes || *grain != "minute");
    let fitted = steps.map(|(seconds, grain)| fit(from, to, *seconds, grain)).collect::<Option<Vec<_>>>()?;
    let enough = |at: &&Intervals| count(at) >= FEWEST;
    let chosen = fitted.iter().rev().find(enough).or(fitted.first()).copied()?;
    let missing = (FEWEST - count(&chosen)).max(0);
    let chosen = Intervals { from: chosen.from - TimeDelta::seconds(missing * chosen.seconds), ..chosen };
    (count(&chosen) <= MOST).then_some(chosen)
}

/// The multiples of the step around the stretch.
fn fit(from: DateTime<Utc>, to: DateTime<Utc>, seconds: i64, grain: &'static str) -> Option<Intervals> {
    let down = |at: DateTime<Utc>| at.timestamp().div_euclid(seconds) * seconds;
    let up = down(to) + if down(to) == to.timestamp() && to.timestamp_subsec_nanos() == 0 { 0 } else { seconds };
    Some(Intervals { from: DateTime::from_timestamp(down(from), 0)?, to: DateTime::from_timestamp(up, 0)?, seconds, grain })
}

pub fn count(at: &Intervals) -> i64 {
    (at.to - at.from).num_seconds() / at.seconds
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text).unwrap().with_timezone(&Utc)
    }

    fn cut_before(now: &str, stretch: TimeDelta) -> (i64, i64, &'static str) {
        let cut = cut(at(now) - stretch, at(now), at(now)).unwrap();
        assert!(cut.from <= at(now) - stretch && cut.to >= at(now), "{cut:?} covers what was asked for");
        (count(&cut), cut.seconds, cut.grain)
    }

    #[test]
    fn longer_stretches_have_longer_steps() {
        let now = "2026-05-26T14:00:00Z";
        assert_eq!(cut_before(now, TimeDelta::hours(1)), (30, 120, "minute"));
        assert_eq!(cut_before(now, TimeDelta::hours(24)), (24, 3600, "hour"));
        assert_eq!(cut_before(now, TimeDelta::days(7)), (29, 6 * 3600, "hour"));
        assert_eq!(cut_before(now, TimeDelta::days(30)), (31, 86_400, "day"));
        assert_eq!(cut_before(now, TimeDelta::days(90)), (46, 2 * 86_400, "day"));
    }

    #[test]
    fn there_are_always_24_to_90() {
        let now = at("2026-05-26T14:31:02Z");
        for minutes in (1..60 * 24 * 600).step_by(997).chain(1..200) {
            let stretch = TimeDelta::minutes(minutes);
            for end in [now, now - TimeDelta::days(100)] {
                let cut = cut(end - stretch, end, now).unwrap();
                assert!((FEWEST..=MOST).contains(&count(&cut)), "{minutes} minutes before {end}: {cut:?}");
            }
        }
    }

    #[test]
    fn what_is_older_than_the_minutes_is_cut_into_hours() {
        let now = at("2026-05-26T14:00:00Z");
        let cut = cut(now - TimeDelta::days(10), now - TimeDelta::days(10) + TimeDelta::hours(1), now).unwrap();
        assert_eq!((count(&cut), cut.seconds), (24, 3600));
        assert!(super::cut(now - TimeDelta::days(900), now, now).is_none());
    }
}
