//! What handlers share. Clients are made on first use: a function that needs no AWS client pays for none.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ::replica::aws;
use ::replica::{Jitter, Notifier, Replica};
use aws_config::SdkConfig;
use chrono::{DateTime, Utc};
use domain::Trace;
use store::Db;
use tokio::sync::{Notify, OnceCell};

use crate::extract::CallerCache;
use crate::graphs::Graphs;
use crate::metrics::{Meter, Metric};
use crate::settings::Settings;

#[derive(Clone)]
pub struct App(Arc<Inner>);

pub struct Inner {
    pub db: Db,
    pub settings: Settings,
    pub(crate) callers: CallerCache,
    pub(crate) graphs: Graphs,
    retiring: AtomicBool,
    /// Wakes the dispatcher that runs in this process, if one does (the local stack).
    local_dispatcher: Option<Arc<Notify>>,
    meter: Option<Meter>,
    jobs_db: OnceCell<Db>,
    aws: OnceCell<SdkConfig>,
    sqs: OnceCell<aws_sdk_sqs::Client>,
}

impl Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

/// The clock; everything below gets the time as an argument.
#[expect(clippy::disallowed_methods, reason = "the one clock of the functions")]
pub fn clock() -> DateTime<Utc> {
    Utc::now()
}

/// 32 bytes from the operating system.
#[expect(clippy::disallowed_methods, reason = "the one source of randomness of the functions")]
pub fn random() -> [u8; 32] {
    rand::random()
}

/// A nudge is waited for this long; after that the schedule will find the row.
const NUDGE_PATIENCE: Duration = Duration::from_millis(200);

impl App {
    pub fn new(settings: Settings) -> store::Result<App> {
        Self::build(settings, None, None)
    }

    /// An app whose publishes wake a dispatcher in the same process.
    pub fn with_local_dispatcher(settings: Settings, wake: Arc<Notify>) -> store::Result<App> {
        Self::build(settings, Some(wake), None)
    }

    /// An app whose jobs say what the alarms watch.
    pub fn metered(settings: Settings, meter: Option<Meter>) -> store::Result<App> {
        Self::build(settings, None, meter)
    }

    fn build(settings: Settings, local_dispatcher: Option<Arc<Notify>>, meter: Option<Meter>) -> store::Result<App> {
        let db = Db::connect_lazily(&settings.database_url, settings.database_connections)?;
        Ok(App(Arc::new(Inner {
            db,
            settings,
            callers: CallerCache::default(),
            graphs: Graphs::default(),
            retiring: AtomicBool::new(false),
            local_dispatcher,
            meter,
            jobs_db: OnceCell::new(),
            aws: OnceCell::new(),
            sqs: OnceCell::new(),
        })))
    }

    pub fn now(&self) -> DateTime<Utc> {
        clock()
    }

    pub fn random(&self) -> [u8; 32] {
        random()
    }

    /// An evaluation runs on although its caller was answered: a Lambda ends once this answer is out, rather than share its one
    /// processor with it. The local gateway goes on.
    pub(crate) fn retire(&self) {
        self.retiring.store(true, Ordering::Relaxed);
        tracing::warn!(event = "instance_retired", "an evaluation passed its time limit and can't be stopped");
    }

    pub fn is_retiring(&self) -> bool {
        self.retiring.load(Ordering::Relaxed)
    }

    pub(crate) fn is_metered(&self) -> bool {
        self.meter.is_some()
    }

    /// Nothing happens where nobody collects metrics.
    pub(crate) fn record(&self, readings: &[(Metric, &[f64])]) {
        if let Some(meter) = &self.meter {
            meter.record(self.now(), readings);
        }
    }

    /// The database as the jobs' role.
    pub async fn jobs_db(&self) -> anyhow::Result<&Db> {
        self.jobs_db
            .get_or_try_init(|| async {
                let url = self.settings.jobs_database_url.as_deref().ok_or_else(|| anyhow::anyhow!("JOBS_DATABASE_URL is not set"))?;
                Ok(Db::connect_lazily(url, self.settings.database_connections)?)
            })
            .await
    }

    pub async fn replica(&self) -> anyhow::Result<Replica> {
        let table = self.settings.replica_table.as_deref().ok_or_else(|| anyhow::anyhow!("REPLICA_TABLE is not set"))?;
        let [a, b, c, d, e, f, g, h, ..] = self.random();
        Ok(Replica::new(aws::dynamo(self.aws().await), table, Jitter::seeded(u64::from_le_bytes([a, b, c, d, e, f, g, h]))))
    }

    pub async fn notifier(&self) -> Notifier {
        Notifier::new(self.sqs().await.clone(), self.settings.worker_queue_urls.clone())
    }

    /// Tells the dispatcher that an outbox row waits. Never fails, never holds an answer up: a lost nudge costs time, not data.
    pub async fn nudge_dispatcher(&self, trace: Option<&Trace>) {
        if let Some(wake) = &self.local_dispatcher {
            wake.notify_one();
        } else if let Some(url) = &self.settings.dispatch_queue_url {
            let sent = tokio::time::timeout(NUDGE_PATIENCE, async {
                let nudge = self.sqs().await.send_message().queue_url(url).message_body("{}");
                nudge.set_message_system_attributes(::replica::trace::of_sent(trace)).send().await
            })
            .await;
            match sent {
                Ok(Ok(_)) => {}
                Ok(Err(error)) => tracing::warn!(error = %aws_sdk_sqs::error::DisplayErrorContext(&error), "the nudge was not sent"),
                Err(_) => tracing::warn!("the nudge took too long"),
            }
        }
    }

    async fn sqs(&self) -> &aws_sdk_sqs::Client {
        self.sqs.get_or_init(|| async { aws::sqs(self.aws().await) }).await
    }

    async fn aws(&self) -> &SdkConfig {
        self.aws.get_or_init(|| aws::sdk_config(&self.settings.aws)).await
    }
}
