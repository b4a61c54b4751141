//! What was done to access and settings, and what was refused; publishes and what changes workspaces write their own rows.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::QueryBuilder;
use uuid::Uuid;

use crate::{Result, Tx};

/// Who did it, as the credential says.
#[derive(Debug, Clone)]
pub struct Actor<'a> {
    pub email: Option<&'a str>,
    pub surface: Option<&'a str>,
    pub credential: Uuid,
}

pub async fn record(tx: &mut Tx, workspace: Uuid, actor: &Actor<'_>, action: &str, resource: Option<Uuid>, detail: &Value) -> Result<()> {
    record_each(tx, workspace, actor, action, &[resource], detail).await
}

/// The same of several resources, a row each.
pub async fn record_each(
    tx: &mut Tx,
    workspace: Uuid,
    actor: &Actor<'_>,
    action: &str,
    resources: &[Option<Uuid>],
    detail: &Value,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO audit_log (workspace_id, action, actor_email, surface, credential_id, resource_id, detail)
         SELECT $1, $2, $3, $4, $5, r.id, $7 FROM unnest($6::uuid[]) AS r (id)",
    )
    .bind(workspace)
    .bind(action)
    .bind(actor.email)
    .bind(actor.surface)
    .bind(actor.credential)
    .bind(resources)
    .bind(detail)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Entry {
    pub id: i64,
    pub at: DateTime<Utc>,
    pub action: String,
    pub actor_email: Option<String>,
    pub surface: Option<String>,
    pub resource_id: Option<Uuid>,
    /// Nothing when the resource was deleted since.
    pub resource_type: Option<String>,
    pub resource_slug: Option<String>,
    pub detail: Value,
}

/// Which entries; each of them has an index that gives them newest first.
#[derive(Debug, Clone, Default)]
pub struct Filter<'a> {
    /// From here on.
    pub from: Option<DateTime<Utc>>,
    /// Before that.
    pub to: Option<DateTime<Utc>>,
    /// An e-mail, in any case.
    pub actor: Option<&'a str>,
    /// Id or slug of connectors and flows.
    pub resource: Option<&'a str>,
    /// Where the last page ended.
    pub before: Option<(DateTime<Utc>, i64)>,
    pub limit: i64,
}

pub async fn list(tx: &mut Tx, workspace: Uuid, filter: &Filter<'_>) -> Result<Vec<Entry>> {
    let mut query = QueryBuilder::new(
        "SELECT a.id, a.at, a.action, a.actor_email, a.surface, a.resource_id, r.type AS resource_type, r.slug AS resource_slug, a.detail
           FROM audit_log a LEFT JOIN resources r ON r.workspace_id = a.workspace_id AND r.id = a.resource_id
          WHERE a.workspace_id = ",
    );
    query.push_bind(workspace);
    if let Some(from) = filter.from {
        query.push(" AND a.at >= ").push_bind(from);
    }
    if let Some(to) = filter.to {
        query.push(" AND a.at < ").push_bind(to);
    }
    if let Some(actor) = filter.actor {
        query.push(" AND lower(a.actor_email) = lower(").push_bind(actor.to_owned()).push(")");
    }
    if let Some(reference) = filter.resource {
        query.push(" AND a.resource_id = ANY (").push_bind(named(tx, workspace, reference).await?).push(")");
    }
    if let Some((at, id)) = filter.before {
        query.push(" AND (a.at, a.id) < (").push_bind(at).push(", ").push_bind(id).push(")");
    }
    query.push(" ORDER BY a.at DESC, a.id DESC LIMIT ").push_bind(filter.limit);
    Ok(query.build_query_as().fetch_all(&mut **tx).await?)
}

/// An id is taken as it is, so that what was deleted is found by it; a slug may be a connector's and a flow's.
async fn named(tx: &mut Tx, workspace: Uuid, reference: &str) -> Result<Vec<Uuid>> {
    if let Ok(id) = Uuid::try_parse(reference)
        && reference.len() == 36
    {
        return Ok(vec![id]);
    }
    Ok(sqlx::query_scalar("SELECT id FROM resources WHERE workspace_id = $1 AND slug = $2 AND type IN ('connector', 'flow')")
        .bind(workspace)
        .bind(reference)
        .fetch_all(&mut **tx)
        .await?)
}
