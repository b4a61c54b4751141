//! Brings the schema up to date, and the verdicts of all drafts when the checker has changed: before traffic moves.

use serde::Serialize;

use super::renew_verdicts;
use crate::{connectors, flows};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Migrated {
    /// Drafts that this release's checker looked at for the first time.
    pub drafts_checked: usize,
}

/// As `fc_owner`, over the direct writer endpoint.
pub async fn run(owner_url: &str) -> anyhow::Result<Migrated> {
    store::admin::migrate(&owner_url.parse()?).await?;
    let db = store::Db::connect_lazily(owner_url, 1)?;
    // Also where the schema was up to date: the months ahead are there before the first sweep.
    store::jobs::make_run_partitions(&db, 3).await?;
    let mut migrated = Migrated::default();
    for kind in [connectors::KIND, flows::KIND] {
        migrated.drafts_checked += renew_verdicts::run(&db, kind).await?;
    }
    Ok(migrated)
}
