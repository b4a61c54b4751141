//! What the checker says of every draft, when it has changed: before traffic moves.

use domain::canonical;
use store::Db;
use store::drafts::Unchecked;

use crate::drafting;
use crate::kind::Kind;

/// As `fc_owner`. How many drafts this release's checker looked at for the first time.
pub async fn run(db: &Db, kind: Kind) -> anyhow::Result<usize> {
    let mut checked = 0;
    loop {
        let batch = store::drafts::unchecked(db, kind.resource, kind.checker_version, 100).await?;
        if batch.is_empty() {
            return Ok(checked);
        }
        for Unchecked { workspace_id, digest, body } in batch {
            let (publishable, diagnostics) = match drafting::content_of(kind, &canonical::parse(&body)?) {
                Ok(content) => (content.publishable, content.diagnostics),
                Err(problem) => (false, (kind.refused)(&problem)),
            };
            let version = kind.checker_version;
            store::drafts::record_verdict(db, workspace_id, kind.resource, digest.0, version, publishable, &diagnostics).await?;
            checked += 1;
        }
    }
}
