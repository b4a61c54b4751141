//! Runs: what was evaluated, with what outcome.

use chrono::{DateTime, Utc};
use domain::digest::Digest;
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

use crate::drafts::DigestColumn;
use crate::{Db, Result, Tx};

/// What happened, with the documents as JSON texts.
#[derive(Debug, Clone, Copy)]
pub struct Outcome<'a> {
    pub duration_us: i64,
    pub input: &'a str,
    /// Of an evaluation that succeeded.
    pub output: Option<&'a str>,
    /// Of one that failed.
    pub error: Option<&'a str>,
    pub trace: Option<&'a str>,
}

/// Records a run of a version, or of a draft's snapshot, in one statement; the run's id.
///
/// With `only_if_active` the answer is `None`, and nothing is recorded, when another version is active by now.
pub async fn record(db: &Db, workspace: Uuid, version_id: i64, only_if_active: bool, outcome: Outcome<'_>) -> Result<Option<Uuid>> {
    Ok(sqlx::query_scalar("SELECT record_run($1, $2, $3, $4, $5, $6::json, $7::json, $8::json, $9::json)")
        .bind(workspace)
        .bind(version_id)
        .bind(only_if_active)
        .bind(if outcome.error.is_none() { "succeeded" } else { "failed" })
        .bind(outcome.duration_us)
        .bind(outcome.input)
        .bind(outcome.output)
        .bind(outcome.error)
        .bind(outcome.trace)
        .fetch_one(db.pool())
        .await?)
}

/// A flow as evaluate needs to know it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Flow {
    pub id: Uuid,
    pub slug: String,
    pub archived: bool,
    /// None until the first publish.
    pub version_id: Option<i64>,
    pub version: Option<i32>,
    pub digest: Option<Vec<u8>>,
}

/// By id or slug, with what is active now.
pub async fn flow(tx: &mut Tx, workspace: Uuid, reference: &str) -> Result<Option<Flow>> {
    let mut query = QueryBuilder::new(
        "SELECT r.id, r.slug, r.archived, v.id AS version_id, v.version, v.digest
           FROM resources r LEFT JOIN resource_versions v ON v.id = r.published_version_id
          WHERE r.type = 'flow' AND r.workspace_id = ",
    );
    query.push_bind(workspace);
    crate::resources::push_reference(&mut query, reference);
    Ok(query.build_query_as().fetch_optional(&mut **tx).await?)
}

/// What an evaluation of a draft runs.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct DraftTarget {
    pub slug: String,
    #[sqlx(try_from = "Vec<u8>")]
    pub digest: DigestColumn,
    /// The active version where the draft equals it, else the draft's snapshot.
    pub version_id: i64,
    /// None unless the draft equals the active version.
    pub version: Option<i32>,
    /// The newest verdict: `{"diagnostics": [...]}`.
    pub diagnostics: Option<serde_json::Value>,
    pub publishable: Option<bool>,
}

impl DraftTarget {
    pub fn digest(&self) -> Digest {
        self.digest.0
    }
}

/// By id or slug.
pub async fn draft(tx: &mut Tx, workspace: Uuid, reference: &str) -> Result<Option<DraftTarget>> {
    let mut query = QueryBuilder::new(
        "SELECT r.slug, d.digest, coalesce(v.id, d.snapshot_id) AS version_id, v.version, k.diagnostics, k.publishable
           FROM resources r
           JOIN resource_drafts d ON d.resource_id = r.id
           LEFT JOIN resource_versions v ON v.id = r.published_version_id AND v.digest = d.digest
           LEFT JOIN LATERAL (SELECT c.diagnostics, c.publishable FROM checks c
                               WHERE c.workspace_id = r.workspace_id AND c.type = r.type AND c.digest = d.digest
                               ORDER BY c.checker_version DESC LIMIT 1) AS k ON true
          WHERE r.type = 'flow' AND r.workspace_id = ",
    );
    query.push_bind(workspace);
    crate::resources::push_reference(&mut query, reference);
    Ok(query.build_query_as().fetch_optional(&mut **tx).await?)
}

/// A run as lists show it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Run {
    pub id: Uuid,
    pub flow_id: Uuid,
    pub flow_slug: String,
    pub flow_version: Option<i32>,
    pub source: String,
    pub family: String,
    pub git_commit_sha: Option<String>,
    pub status: String,
    pub duration_us: i64,
    pub created_at: DateTime<Utc>,
}

/// Everything that is kept of a run.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct WholeRun {
    #[sqlx(flatten)]
    pub run: Run,
    /// What ran: the version's row of the history, or the draft's snapshot.
    pub version_id: i64,
    pub input: String,
    pub output: Option<String>,
    pub error: Option<String>,
    pub trace: Option<String>,
}

macro_rules! columns {
    () => {
        "id, flow_id, flow_slug, flow_version, source, family, git_commit_sha, status, duration_us, created_at"
    };
}

pub async fn find(tx: &mut Tx, workspace: Uuid, id: Uuid) -> Result<Option<WholeRun>> {
    Ok(sqlx::query_as(concat!(
        "SELECT ",
        columns!(),
        ", version_id, input::text AS input, output::text AS output, error::text AS error, trace::text AS trace
           FROM runs WHERE workspace_id = $1 AND id = $2"
    ))
    .bind(workspace)
    .bind(id)
    .fetch_optional(&mut **tx)
    .await?)
}

/// Which runs; what is left out is not asked for.
#[derive(Debug, Clone, Copy)]
pub struct Filter<'a> {
    /// `cli` or `designer`.
    pub family: Option<&'a str>,
    /// `succeeded` or `failed`.
    pub status: Option<&'a str>,
    pub flow: Option<Uuid>,
    /// From this moment on.
    pub from: Option<DateTime<Utc>>,
    /// Before this moment: where nobody asks for one, any that lies ahead keeps the months ahead out of the plan.
    pub to: DateTime<Utc>,
}

/// Newest first, below `before`.
///
/// Each combination of family and status is one walk along an index that has both, no further than a page; a filter that leaves one of
/// them open merges the walks of its values. So a page costs the same however many runs there are, and however few the filter lets
/// through. It is planned anew each time: a plan for any bounds would look into every month, and sort.
pub async fn list(tx: &mut Tx, workspace: Uuid, filter: &Filter<'_>, before: Option<Uuid>, limit: i64) -> Result<Vec<Run>> {
    let below = before.map_or_else(|| least_id(filter.to), |before| before.min(least_id(filter.to)));
    let mut query = QueryBuilder::<Postgres>::new(concat!("SELECT ", columns!(), " FROM ("));
    for (nth, walk) in walks(filter).into_iter().enumerate() {
        query.push(if nth == 0 { "(" } else { " UNION ALL (" });
        query.push(concat!("SELECT ", columns!(), " FROM runs WHERE workspace_id = ")).push_bind(workspace);
        query.push(" AND id < ").push_bind(below);
        if let Some(from) = filter.from {
            query.push(" AND id >= ").push_bind(least_id(from));
        }
        if let Some(flow) = filter.flow {
            query.push(" AND flow_id = ").push_bind(flow);
        }
        if let Some((family, status)) = walk {
            query.push(" AND family = ").push_bind(family.to_owned()).push(" AND status = ").push_bind(status.to_owned());
        }
        query.push(" ORDER BY id DESC LIMIT ").push_bind(limit).push(")");
    }
    query.push(") AS walks ORDER BY id DESC LIMIT ").push_bind(limit);
    Ok(query.build_query_as().persistent(false).fetch_all(&mut **tx).await?)
}

/// Family and status of each walk; the key itself serves when nothing is filtered by.
fn walks<'a>(filter: &Filter<'a>) -> Vec<Option<(&'a str, &'a str)>> {
    if (filter.family, filter.status, filter.flow) == (None, None, None) {
        return vec![None];
    }
    let families = filter.family.map_or_else(|| vec!["cli", "designer"], |family| vec![family]);
    let statuses = filter.status.map_or_else(|| vec!["succeeded", "failed"], |status| vec![status]);
    families.iter().flat_map(|family| statuses.iter().map(|status| Some((*family, *status)))).collect()
}

/// As `uuid_v7_least` in the database.
fn least_id(at: DateTime<Utc>) -> Uuid {
    Uuid::from_u128(u128::try_from(at.timestamp_millis()).unwrap_or_default() << 80)
}
