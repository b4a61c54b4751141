//! Percentiles from counts of durations in buckets that grow by the eighth root of two.

use std::collections::BTreeMap;

/// Runs by bucket of duration.
#[derive(Debug, Default)]
pub struct Histogram(BTreeMap<i16, i64>);

impl Histogram {
    pub fn add(&mut self, bucket: i16, count: i64) {
        *self.0.entry(bucket).or_default() += count;
    }

    /// The duration in microseconds that this share of the runs did not exceed, off by 5 % at most; none when there were no runs.
    pub fn percentile(&self, share: f64) -> Option<i64> {
        let all: i64 = self.0.values().sum();
        #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "counts of runs are far below 2^52")]
        let rank = ((all as f64 * share).ceil() as i64).max(1);
        let mut seen = 0;
        self.0
            .iter()
            .find(|(_, count)| {
                seen += **count;
                seen >= rank
            })
            .map(|(bucket, _)| middle(*bucket))
    }
}

/// The geometric middle of a bucket.
#[expect(clippy::cast_possible_truncation, reason = "a bucket's number is of microseconds within an i64")]
fn middle(bucket: i16) -> i64 {
    ((f64::from(bucket) + 0.5) / 8.0).exp2().round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `duration_bucket` in the database.
    fn bucket(us: f64) -> i16 {
        (us.ln() * 8.0 / 2f64.ln()).floor() as i16
    }

    #[test]
    fn percentiles_are_within_five_percent() {
        let mut histogram = Histogram::default();
        for us in 1..=1000 {
            histogram.add(bucket(f64::from(us)), 1);
        }
        for (share, exact) in [(0.5, 500.0), (0.95, 950.0), (0.99, 990.0)] {
            let found = histogram.percentile(share).unwrap() as f64;
            assert!((found / exact - 1.0).abs() < 0.05, "{share}: {found}");
        }
    }

    #[test]
    fn of_a_single_run_every_percentile_is_its_duration() {
        let mut histogram = Histogram::default();
        histogram.add(bucket(64.5), 1);
        let all: Vec<i64> = [0.5, 0.95, 0.99].into_iter().filter_map(|share| histogram.percentile(share)).collect();
        assert_eq!(all, [67, 67, 67]);
    }

    #[test]
    fn of_no_runs_there_is_none() {
        assert_eq!(Histogram::default().percentile(0.5), None);
    }
}
