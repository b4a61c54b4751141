//! What the alarms watch, as lines of CloudWatch's embedded metric format: the log is all that a function needs to write them.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

/// As the template's alarms and its dashboard name them.
pub const NAMESPACE: &str = "FetchCatch";
pub const DIMENSION: &str = "Stack";
/// CloudWatch takes so many values of a metric in one line.
const VALUES_A_LINE: usize = 100;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// How long the oldest outbox row has waited that the dispatcher left behind; 0 when none waits.
    OutboxOldest,
    /// Rows that were given up.
    OutboxDead,
    /// From the outbox row's writing until its version was in the replica; a value a version.
    ReplicaLag,
    /// Resources of which the replica holds what this database never published.
    ReplicaAhead,
    /// Resources that the replica lacked, or held otherwise than Postgres.
    ReconcileMismatches,
    /// 1 when runs were recorded for which no month was made.
    RunsInDefaultPartition,
    /// Parts of the sweep that failed.
    SweepFailures,
}

impl Metric {
    pub const ALL: [Metric; 7] = [
        Metric::OutboxOldest,
        Metric::OutboxDead,
        Metric::ReplicaLag,
        Metric::ReplicaAhead,
        Metric::ReconcileMismatches,
        Metric::RunsInDefaultPartition,
        Metric::SweepFailures,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Metric::OutboxOldest => "OutboxOldest",
            Metric::OutboxDead => "OutboxDead",
            Metric::ReplicaLag => "ReplicaLag",
            Metric::ReplicaAhead => "ReplicaAhead",
            Metric::ReconcileMismatches => "ReconcileMismatches",
            Metric::RunsInDefaultPartition => "RunsInDefaultPartition",
            Metric::SweepFailures => "SweepFailures",
        }
    }

    fn unit(self) -> &'static str {
        match self {
            Metric::OutboxOldest => "Seconds",
            Metric::ReplicaLag => "Milliseconds",
            _ => "Count",
        }
    }
}

/// Where a job's metrics go.
#[derive(Clone)]
pub struct Meter {
    stack: String,
    write: Arc<dyn Fn(&str) + Send + Sync>,
}

impl fmt::Debug for Meter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meter").field("stack", &self.stack).finish_non_exhaustive()
    }
}

impl Meter {
    /// `write` takes a line each, without its end.
    pub fn new(stack: impl Into<String>, write: impl Fn(&str) + Send + Sync + 'static) -> Meter {
        Meter { stack: stack.into(), write: Arc::new(write) }
    }

    /// To the function's log.
    pub fn to_log(stack: impl Into<String>) -> Meter {
        Meter::new(stack, |line| println!("{line}"))
    }

    /// A line for all that have one value; the others take lines of their own.
    pub(crate) fn record(&self, at: DateTime<Utc>, readings: &[(Metric, &[f64])]) {
        let (single, many): (Vec<_>, Vec<_>) = readings.iter().filter(|(_, values)| !values.is_empty()).partition(|(_, v)| v.len() == 1);
        let mut lines = vec![single.iter().map(|(metric, values)| (*metric, json!(values[0]))).collect::<Vec<_>>()];
        for (metric, values) in many {
            lines.extend(values.chunks(VALUES_A_LINE).map(|values| vec![(metric, json!(values))]));
        }
        for values in lines.into_iter().filter(|values| !values.is_empty()) {
            (self.write)(&self.line(at, values).to_string());
        }
    }

    fn line(&self, at: DateTime<Utc>, values: Vec<(Metric, Value)>) -> Value {
        let metrics: Vec<Value> = values.iter().map(|(metric, _)| json!({"Name": metric.name(), "Unit": metric.unit()})).collect();
        let directive = json!({"Namespace": NAMESPACE, "Dimensions": [[DIMENSION]], "Metrics": metrics});
        let mut line = Map::new();
        line.insert("_aws".into(), json!({"Timestamp": at.timestamp_millis(), "CloudWatchMetrics": [directive]}));
        line.insert(DIMENSION.into(), json!(self.stack));
        line.extend(values.into_iter().map(|(metric, value)| (metric.name().to_owned(), value)));
        Value::Object(line)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    fn lines(readings: &[(Metric, &[f64])]) -> Vec<Value> {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let kept = lines.clone();
        let meter = Meter::new("prod", move |line| kept.lock().unwrap().push(serde_json::from_str(line).unwrap()));
        meter.record(DateTime::from_timestamp_millis(1_795_219_200_000).unwrap(), readings);
        lines.lock().unwrap().clone()
    }

    #[test]
    fn a_line_says_its_stack_and_declares_what_it_holds() {
        let expected = json!({
            "_aws": {"Timestamp": 1_795_219_200_000_u64, "CloudWatchMetrics": [{
                "Namespace": "FetchCatch", "Dimensions": [["Stack"]],
                "Metrics": [{"Name": "OutboxOldest", "Unit": "Seconds"}, {"Name": "OutboxDead", "Unit": "Count"}],
            }]},
            "Stack": "prod", "OutboxOldest": 1.5, "OutboxDead": 0.0,
        });
        assert_eq!(lines(&[(Metric::OutboxOldest, &[1.5]), (Metric::OutboxDead, &[0.0])]), [expected]);
    }

    #[test]
    fn more_values_than_a_line_may_hold_take_several_and_none_takes_none() {
        let lags: Vec<f64> = (0..250).map(f64::from).collect();
        let lines = lines(&[(Metric::ReplicaLag, &lags), (Metric::ReplicaAhead, &[])]);
        let sizes: Vec<usize> = lines.iter().map(|line| line["ReplicaLag"].as_array().unwrap().len()).collect();
        assert_eq!(sizes, [100, 100, 50]);
        assert!(lines.iter().all(|line| line["_aws"]["CloudWatchMetrics"][0]["Metrics"].as_array().unwrap().len() == 1));
    }
}
