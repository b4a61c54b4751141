//! Connections, and transactions that carry their scope.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, Connection as _, Postgres, Transaction};
use uuid::Uuid;

use crate::Result;

/// A transaction begun in a [`Scope`]. On an error path end it with `rollback()`: a drop only queues the rollback, and a frozen
/// function would hold its locks until the next call.
pub type Tx = Transaction<'static, Postgres>;

/// Whose rows may be seen: one workspace's, and the user's own tokens that span workspaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope {
    pub workspace: Uuid,
    pub user: Option<Uuid>,
    /// Who has to be allowed to write when the transaction is committed as when it began; nobody for jobs and for looking.
    pub standing: Option<Standing>,
}

/// What a caller stands on: if the credential ends or the role changes while they write, nothing is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    pub credential: Uuid,
    pub role: Option<&'static str>,
}

#[derive(Debug, Clone)]
pub struct Db {
    pool: PgPool,
}

/// Commits what went well; rolls back what did not, at once, so that no lock outlives the answer.
pub async fn end<T, E: From<crate::Error>>(tx: Tx, outcome: std::result::Result<T, E>) -> std::result::Result<T, E> {
    match outcome {
        Ok(value) => {
            tx.commit().await.map_err(crate::Error::from)?;
            Ok(value)
        }
        Err(refused) => {
            tx.rollback().await.map_err(crate::Error::from)?;
            Err(refused)
        }
    }
}

/// What a session may take. The roles have the same as their defaults, for those who can't say it when they connect.
pub(crate) const LIMITS: [(&str, &str); 3] =
    [("statement_timeout", "25s"), ("lock_timeout", "10s"), ("idle_in_transaction_session_timeout", "15s")];

/// A connection that rested longer is asked whether it still lives. A frozen function notices nothing of what ends it, and networks
/// forget without a word those that nobody uses.
const FRESH: Duration = Duration::from_secs(30);
const ALIVE_WITHIN: Duration = Duration::from_secs(1);

/// It refuses connections that bring options: "RDS Proxy currently doesn't support command-line options".
pub fn is_rds_proxy(host: &str) -> bool {
    host.contains(".proxy-") && host.contains(".rds.amazonaws.com")
}

#[expect(clippy::disallowed_methods, reason = "it tells how long something rested, and nobody sees it")]
fn milliseconds() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

impl Db {
    /// A pool that connects on first use. `max_connections` is 1 in a Lambda.
    pub fn connect_lazily(url: &str, max_connections: u32) -> Result<Db> {
        Self::connect_lazily_trusting(url, max_connections, FRESH)
    }

    /// One whose connections are trusted for so long after their last use.
    pub fn connect_lazily_trusting(url: &str, max_connections: u32, fresh: Duration) -> Result<Db> {
        let options: PgConnectOptions = url.parse().map_err(crate::Error::Database)?;
        let options = options.application_name("fetchcatch");
        let options = if is_rds_proxy(options.get_host()) { options } else { options.options(LIMITS) };
        // The monotonic clock may stand still while a function is frozen.
        let taken = AtomicU64::new(milliseconds());
        let pool = PgPoolOptions::new()
            .max_connections(max_connections)
            .acquire_timeout(Duration::from_secs(10))
            .test_before_acquire(false)
            .before_acquire(move |connection, known| {
                let now = milliseconds();
                let rested = Duration::from_millis(now.saturating_sub(taken.swap(now, Ordering::Relaxed)));
                let is_fresh = known.idle_for.max(rested) < fresh;
                Box::pin(async move {
                    if !is_fresh {
                        tokio::time::timeout(ALIVE_WITHIN, connection.ping()).await.map_err(std::io::Error::from)??;
                    }
                    Ok(true)
                })
            })
            .connect_lazy_with(options);
        Ok(Db { pool })
    }

    /// For a single statement that brings its own scope (a definer function), outside any transaction.
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Makes the first connection before somebody needs it. If it can't be made, whoever needs it is told why.
    pub async fn connect(&self) {
        if let Err(error) = self.pool.acquire().await {
            tracing::info!(%error, "not connected yet");
        }
    }

    /// Whether Postgres answers.
    pub async fn ping(&self) -> Result<()> {
        sqlx::query("SELECT 1").execute(&self.pool).await?;
        Ok(())
    }

    /// Begins in the scope, in one round trip.
    ///
    /// BEGIN runs in a task of its own, because a cancelled `begin()` leaves it open on the pooled connection and the next
    /// borrower's writes are lost (sqlx issues 4385 and 4393). Here a caller that goes away leaves a transaction that ends itself.
    pub async fn begin(&self, scope: Scope) -> Result<Tx> {
        let user = scope.user.map(|user| format!("SET LOCAL app.user_id = '{user}';")).unwrap_or_default();
        let standing = scope.standing.map(|Standing { credential, role }| {
            format!("SET LOCAL app.credential = '{credential}'; SET LOCAL app.role = '{}';", role.unwrap_or_default())
        });
        let standing = standing.unwrap_or_default();
        let statement = AssertSqlSafe(format!("BEGIN; SET LOCAL app.workspace = '{}'; {user} {standing}", scope.workspace));
        let pool = self.pool.clone();
        match tokio::spawn(async move { pool.begin_with(statement).await }).await {
            Ok(transaction) => Ok(transaction?),
            Err(stopped) => Err(crate::Error::Unexpected(format!("BEGIN did not finish: {stopped}"))),
        }
    }

    /// Begins without a scope, for the jobs role, whose policies need none.
    pub async fn begin_job(&self) -> Result<Tx> {
        let pool = self.pool.clone();
        match tokio::spawn(async move { pool.begin().await }).await {
            Ok(transaction) => Ok(transaction?),
            Err(stopped) => Err(crate::Error::Unexpected(format!("BEGIN did not finish: {stopped}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_rds_proxy;

    #[test]
    fn a_proxy_is_known_by_its_address() {
        assert!(is_rds_proxy("fetchcatch.proxy-c1a2b3c4d5e6.eu-west-1.rds.amazonaws.com"));
        assert!(!is_rds_proxy("fetchcatch.cluster-c1a2b3c4d5e6.eu-west-1.rds.amazonaws.com"));
        assert!(!is_rds_proxy("127.0.0.1"));
    }
}
