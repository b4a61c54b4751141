//! Brings the schema up to date, and the verdicts of all drafts when the checker has changed: before traffic moves.

use domain::identity::ResourceType;
use serde::Serialize;
use store::drafts::Unchecked;

use crate::drafting;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Migrated {
    /// Drafts that this release's checker looked at for the first time.
    pub drafts_checked: usize,
}

/// As `fc_owner`, over the direct writer endpoint.
pub async fn run(owner_url: &str) -> anyhow::Result<Migrated> {
    let options = owner_url.parse()?;
    store::admin::migrate(&options).await?;
    let db = store::Db::connect_lazily(owner_url, 1)?;
    let mut migrated = Migrated::default();
    loop {
        let batch = store::drafts::unchecked(&db, ResourceType::Connector, domain::connector::CHECKER_VERSION, 100).await?;
        if batch.is_empty() {
            return Ok(migrated);
        }
        for Unchecked { workspace_id, digest, body } in batch {
            let document = domain::canonical::parse(&body)?;
            // A schema that became stricter makes a stored draft unpublishable, with the violations as its blockers.
            let (publishable, diagnostics) = match drafting::content_of(ResourceType::Connector, &document) {
                Ok(content) => (content.publishable, content.diagnostics),
                Err(problem) => (false, serde_json::json!({"warnings": problem.findings(), "blockers": problem.findings()})),
            };
            store::drafts::record_verdict(
                &db,
                workspace_id,
                ResourceType::Connector,
                digest.0,
                domain::connector::CHECKER_VERSION,
                publishable,
                &diagnostics,
            )
            .await?;
            migrated.drafts_checked += 1;
        }
    }
}
