//! Connectors and flows as a list knows them.

use chrono::{DateTime, Utc};
use domain::identity::ResourceType;
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

use crate::{Result, Tx};

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Resource {
    pub id: Uuid,
    pub slug: String,
    pub name: String,
    pub archived: bool,
    /// 0 until the first publish.
    pub active_version: i32,
    pub published_version_id: Option<i64>,
    pub has_unpublished_changes: bool,
    pub updated_at: DateTime<Utc>,
    /// It was published from the designer surface since production last agreed with git.
    pub diverged_from_git: bool,
    /// The newest pull by anybody; none when all of these are.
    pub pulled_at: Option<DateTime<Utc>>,
    pub pulled_by: Option<String>,
    pub pulled_host: Option<String>,
    pub pulled_branch: Option<String>,
    pub pulled_commit: Option<String>,
}

const SELECT: &str = "SELECT r.id, r.slug, r.name, r.archived, coalesce(v.version, 0) AS active_version, r.published_version_id,
        v.digest IS DISTINCT FROM d.digest AS has_unpublished_changes, greatest(d.updated_at, v.published_at) AS updated_at,
        r.designer_publishes > coalesce(a.designer_publishes, 0) AS diverged_from_git,
        p.as_of AS pulled_at, p.by_email AS pulled_by, p.host AS pulled_host, p.git_branch AS pulled_branch, p.git_commit_sha AS pulled_commit
   FROM resources r
   JOIN resource_drafts d ON d.resource_id = r.id
   LEFT JOIN resource_versions v ON v.id = r.published_version_id
   LEFT JOIN git_anchors a ON a.resource_id = r.id
   LEFT JOIN LATERAL (SELECT * FROM pulls WHERE resource_id = r.id ORDER BY as_of DESC LIMIT 1) AS p ON true
  WHERE r.workspace_id = ";

/// By id or slug.
pub async fn find(tx: &mut Tx, workspace: Uuid, kind: ResourceType, reference: &str) -> Result<Option<Resource>> {
    let mut query = QueryBuilder::new(SELECT);
    query.push_bind(workspace).push(" AND r.type = ").push_bind(kind.as_str());
    push_reference(&mut query, reference);
    Ok(query.build_query_as().fetch_optional(&mut **tx).await?)
}

/// By id, written as the API writes ids, or by slug. Neither has the other's form.
pub(crate) fn push_reference(query: &mut QueryBuilder<Postgres>, reference: &str) {
    match Uuid::try_parse(reference) {
        Ok(id) if reference.len() == 36 => query.push(" AND r.id = ").push_bind(id),
        _ => query.push(" AND r.slug = ").push_bind(reference.to_owned()),
    };
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// Newest first, by creation.
    Created,
    Name,
    Updated,
}

/// Where the last page ended: the sort's value and the id.
#[derive(Debug, Clone)]
pub struct After {
    pub value: String,
    pub id: Uuid,
}

#[derive(Debug, Clone)]
pub struct Filter {
    /// Part of the slug or the name, case-insensitive.
    pub text: Option<String>,
    pub has_unpublished_changes: Option<bool>,
    pub archived: Option<bool>,
    pub sort: Sort,
    pub after: Option<After>,
    pub limit: i64,
}

pub async fn list(tx: &mut Tx, workspace: Uuid, kind: ResourceType, filter: &Filter) -> Result<Vec<Resource>> {
    let mut query = QueryBuilder::new(SELECT);
    query.push_bind(workspace).push(" AND r.type = ").push_bind(kind.as_str());
    if let Some(text) = &filter.text {
        let pattern = format!("%{}%", text.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_"));
        query.push(" AND (r.slug ILIKE ").push_bind(pattern.clone()).push(" OR r.name ILIKE ").push_bind(pattern).push(")");
    }
    if let Some(changed) = filter.has_unpublished_changes {
        query.push(" AND (v.digest IS DISTINCT FROM d.digest) = ").push_bind(changed);
    }
    if let Some(archived) = filter.archived {
        query.push(" AND r.archived = ").push_bind(archived);
    }
    if let Some(after) = &filter.after {
        match filter.sort {
            Sort::Created => query.push(" AND r.id < ").push_bind(after.id),
            Sort::Name => query.push(" AND (r.name, r.id) > (").push_bind(after.value.clone()).push(", ").push_bind(after.id).push(")"),
            Sort::Updated => query
                .push(" AND (greatest(d.updated_at, v.published_at), r.id) < (")
                .push_bind(after.value.clone())
                .push("::timestamptz, ")
                .push_bind(after.id)
                .push(")"),
        };
    }
    query.push(match filter.sort {
        Sort::Created => " ORDER BY r.id DESC",
        Sort::Name => " ORDER BY r.name, r.id",
        Sort::Updated => " ORDER BY greatest(d.updated_at, v.published_at) DESC, r.id DESC",
    });
    query.push(" LIMIT ").push_bind(filter.limit);
    Ok(query.build_query_as().fetch_all(&mut **tx).await?)
}

/// `None` when the slug was used before, by a resource that exists or one that was deleted.
pub async fn create(tx: &mut Tx, workspace: Uuid, kind: ResourceType, slug: &str, name: &str) -> Result<Option<Uuid>> {
    Ok(sqlx::query_scalar(
        "INSERT INTO resources (workspace_id, type, slug, name)
         SELECT $1, $2, $3, $4 WHERE NOT EXISTS (SELECT FROM retired_slugs s WHERE s.workspace_id = $1 AND s.type = $2 AND s.slug = $3)
         ON CONFLICT ON CONSTRAINT resources_slug_key DO NOTHING RETURNING id",
    )
    .bind(workspace)
    .bind(kind.as_str())
    .bind(slug)
    .bind(name)
    .fetch_optional(&mut **tx)
    .await?)
}

pub async fn rename(tx: &mut Tx, workspace: Uuid, resource: Uuid, name: &str) -> Result<()> {
    sqlx::query("UPDATE resources SET name = $3 WHERE workspace_id = $1 AND id = $2 AND name <> $3")
        .bind(workspace)
        .bind(resource)
        .bind(name)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// False when it has been published: such a resource is archived, never deleted.
pub async fn delete_unpublished(tx: &mut Tx, workspace: Uuid, resource: Uuid) -> Result<bool> {
    Ok(sqlx::query_scalar("SELECT delete_unpublished_resource($1, $2)").bind(workspace).bind(resource).fetch_one(&mut **tx).await?)
}
