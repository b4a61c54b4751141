//! Counts the statements that reach Postgres.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Result;

use crate::wire::{Message, Wire};

pub struct WireCount {
    wire: Wire,
    statements: Arc<AtomicU64>,
}

impl WireCount {
    pub async fn before(url: &str) -> Result<WireCount> {
        let statements = Arc::new(AtomicU64::new(0));
        let counted = statements.clone();
        let wire = Wire::before(url, move |message| {
            if matches!(message, Message::FromClient(b'Q' | b'E', _)) {
                counted.fetch_add(1, Ordering::Relaxed);
            }
            true
        })
        .await?;
        Ok(WireCount { wire, statements })
    }

    pub fn url(&self) -> &str {
        &self.wire.url
    }

    /// Statements that were executed so far: simple queries, and Execute messages of prepared ones. A ping is a lone Sync, and none.
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }
}
