//! Variants take turns, so that whatever else the machine does falls on all of them.

use std::future::Future;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::task::JoinSet;

use super::CLIENTS;
use super::client::Connection;
use super::report::{Line, Reference, Target};

/// An odd number, for a median that was measured.
pub const ROUNDS: usize = 5;

/// How often something happened, in which time.
#[derive(Debug, Clone, Copy)]
pub struct Rate {
    pub count: f64,
    pub seconds: f64,
}

impl Rate {
    pub fn per_second(self) -> f64 {
        self.count / self.seconds
    }
}

/// Rates of our variant and of the reference, round by round.
#[derive(Debug, Default)]
pub struct Rounds(Vec<(f64, f64)>);

impl Rounds {
    pub fn add(&mut self, ours: Rate, reference: Rate) {
        self.0.push((ours.per_second(), reference.per_second()));
    }

    /// The ratio is the median of each round's own: a slow moment is in both its sides.
    pub fn line(&self, name: &str, reference: &str, least: f64, note: impl Into<String>) -> Line {
        let ratios: Vec<f64> = self.0.iter().map(|(ours, theirs)| ours / theirs).collect();
        let mut line = Line::plain(name, median(self.0.iter().map(|round| round.0)), "/s", Some(Target::AtLeast(least)), note);
        line.reference = Some(Reference { name: reference.to_owned(), measured: median(self.0.iter().map(|round| round.1)) });
        line.ratio = Some(median(ratios.into_iter()));
        line
    }

    /// The same as times: how long one takes, and how many times as long as the reference.
    pub fn time_line(&self, name: &str, reference: &str, most: f64, note: impl Into<String>) -> Line {
        let microseconds = |rate: f64| 1_000_000.0 / rate;
        let mut line = Line::plain(name, median(self.0.iter().map(|round| microseconds(round.0))), "us", Some(Target::AtMost(most)), note);
        let measured = median(self.0.iter().map(|round| microseconds(round.1)));
        line.reference = Some(Reference { name: reference.to_owned(), measured });
        line.ratio = Some(median(self.0.iter().map(|(ours, theirs)| theirs / ours)));
        line
    }
}

pub fn median(values: impl Iterator<Item = f64>) -> f64 {
    percentile(values, 0.5)
}

/// The smallest value that this share of all values does not exceed; 0 of none.
pub fn percentile(values: impl Iterator<Item = f64>, share: f64) -> f64 {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

/// Connections that are open and were used once, so that no round pays for that.
pub async fn connections(address: SocketAddr, token: &str) -> Result<Vec<Connection>> {
    let mut open = Vec::with_capacity(CLIENTS);
    for _ in 0..CLIENTS {
        open.push(Connection::open(address, token).await?);
    }
    Ok(open)
}

/// Every client does its work; answers the time until the last one ended, and what each counted.
pub async fn together<C, T, F>(clients: Vec<C>, work: impl Fn(usize, C) -> F) -> Result<(Duration, Vec<T>)>
where
    T: Send + 'static,
    F: Future<Output = Result<T>> + Send + 'static,
{
    let mut tasks = JoinSet::new();
    let began = Instant::now();
    for (number, client) in clients.into_iter().enumerate() {
        tasks.spawn(work(number, client));
    }
    let mut counted = Vec::new();
    while let Some(ended) = tasks.join_next().await {
        counted.push(ended??);
    }
    Ok((began.elapsed(), counted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let values = || (1..=200).map(f64::from);
        assert_eq!([percentile(values(), 0.5), percentile(values(), 0.99), percentile(values(), 1.0)], [100.0, 198.0, 200.0]);
        assert_eq!(median([3.0, 1.0, 2.0].into_iter()), 2.0);
    }
}
