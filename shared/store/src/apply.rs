//! What an apply writes, all of it in one transaction. Contents and verdicts go in by digest, before any draft, so that writers
//! who share some can't wait for each other in a circle.

use std::collections::BTreeMap;

use domain::digest::Digest;
use domain::identity::ResourceType;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::drafts::Author;
use crate::many::Named;
use crate::{Result, Tx};

/// At most this many bytes of contents go in one statement.
const MAX_STATEMENT: usize = 8 * 1024 * 1024;

/// A draft as it shall be. Its content, manifest and verdict are stored already.
#[derive(Debug, Clone, Serialize)]
pub struct NewDraft {
    #[serde(rename = "type")]
    pub kind: ResourceType,
    pub resource: Uuid,
    /// The draft that was read, and its base; none for the first draft of a new resource.
    pub expected_digest: Option<Digest>,
    pub expected_base: Option<i32>,
    pub base_version: i32,
    pub digest: Digest,
    pub manifest_digest: Option<Digest>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Verdict {
    pub checker_version: i32,
    pub publishable: bool,
    pub diagnostics: Value,
}

/// Makes these resources, with their names. Fewer ids than asked for when somebody else made or retired one meanwhile.
pub async fn create(tx: &mut Tx, workspace: Uuid, new: &BTreeMap<Named<'_>, &str>) -> Result<Vec<(String, String, Uuid)>> {
    let kinds: Vec<&str> = new.keys().map(|named| named.kind.as_str()).collect();
    let slugs: Vec<&str> = new.keys().map(|named| named.slug).collect();
    let names: Vec<&str> = new.values().copied().collect();
    Ok(sqlx::query_as(
        "INSERT INTO resources (workspace_id, type, slug, name)
         SELECT $1, n.type, n.slug, n.name FROM unnest($2::text[], $3::text[], $4::text[]) AS n (type, slug, name)
          WHERE NOT EXISTS (SELECT FROM retired_slugs s WHERE s.workspace_id = $1 AND s.type = n.type AND s.slug = n.slug)
          ORDER BY n.type, n.slug
         ON CONFLICT ON CONSTRAINT resources_slug_key DO NOTHING RETURNING type, slug, id",
    )
    .bind(workspace)
    .bind(kinds)
    .bind(slugs)
    .bind(names)
    .fetch_all(&mut **tx)
    .await?)
}

pub async fn keep_contents(tx: &mut Tx, workspace: Uuid, contents: &BTreeMap<Digest, Vec<u8>>) -> Result<()> {
    let (mut digests, mut bodies, mut size) = (Vec::new(), Vec::new(), 0);
    for (nth, (digest, body)) in contents.iter().enumerate() {
        digests.push(digest.as_bytes());
        bodies.push(body.as_slice());
        size += body.len();
        if size >= MAX_STATEMENT || nth + 1 == contents.len() {
            sqlx::query(
                "INSERT INTO contents (workspace_id, digest, body)
                 SELECT $1, c.digest, c.body FROM unnest($2::bytea[], $3::bytea[]) AS c (digest, body) ORDER BY c.digest ON CONFLICT DO NOTHING",
            )
            .bind(workspace)
            .bind(&digests)
            .bind(&bodies)
            .execute(&mut **tx)
            .await?;
            digests.clear();
            bodies.clear();
            size = 0;
        }
    }
    Ok(())
}

pub async fn keep_verdicts(tx: &mut Tx, workspace: Uuid, verdicts: &BTreeMap<(ResourceType, Digest), Verdict>) -> Result<()> {
    #[derive(Serialize)]
    struct Row<'a> {
        #[serde(rename = "type")]
        kind: ResourceType,
        digest: Digest,
        #[serde(flatten)]
        verdict: &'a Verdict,
    }
    let rows: Vec<Row<'_>> = verdicts.iter().map(|((kind, digest), verdict)| Row { kind: *kind, digest: *digest, verdict }).collect();
    sqlx::query(
        "INSERT INTO checks (workspace_id, type, digest, checker_version, publishable, diagnostics)
         SELECT $1, k.type, decode(k.digest, 'hex'), k.checker_version, k.publishable, k.diagnostics
           FROM jsonb_to_recordset($2) AS k (type text, digest text, checker_version int, publishable boolean, diagnostics jsonb)
          ORDER BY k.type, k.digest ON CONFLICT DO NOTHING",
    )
    .bind(workspace)
    .bind(sqlx::types::Json(rows))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// How many of these drafts were written: fewer than asked for when one was not what `expected_*` says.
pub async fn save(tx: &mut Tx, workspace: Uuid, drafts: &[NewDraft], author: &Author<'_>) -> Result<i64> {
    Ok(sqlx::query_scalar(
        "SELECT count(save_draft($1, d.type, d.resource, decode(d.expected_digest, 'hex'), d.expected_base, d.base_version, decode(d.digest, 'hex'),
                    NULL, decode(d.manifest_digest, 'hex'), NULL, NULL, NULL, NULL, $3, NULL))
           FROM jsonb_to_recordset($2) AS d (type text, resource uuid, expected_digest text, expected_base int, base_version int, digest text, manifest_digest text)",
    )
    .bind(workspace)
    .bind(sqlx::types::Json(drafts))
    .bind(sqlx::types::Json(author))
    .fetch_one(&mut **tx)
    .await?)
}

/// What an apply says of the local files, apart from the drafts.
#[derive(Debug, Default)]
pub struct Applied {
    pub resources: Vec<Uuid>,
    /// Of the local body of each.
    pub local: Vec<Digest>,
}

/// Remembers the local digests where there is a commit, moves the git anchors of those whose active version is what was last
/// applied, and takes the mark of another surface from drafts that equal their file.
pub async fn record(tx: &mut Tx, workspace: Uuid, applied: &Applied, commit: Option<&str>, branch: Option<&str>) -> Result<()> {
    let local: Vec<&[u8]> = applied.local.iter().map(Digest::as_bytes).collect();
    sqlx::query("SELECT record_apply($1, $2, $3, $4, $5)")
        .bind(workspace)
        .bind(&applied.resources)
        .bind(local)
        .bind(commit)
        .bind(branch)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
