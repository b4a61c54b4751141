use axum::extract::State;
use axum::http::header::LINK;
use axum::http::{HeaderMap, HeaderValue};
use domain::identity::Right;
use serde::Deserialize;
use store::versions::{PublishedBefore, Version};
use utoipa::IntoParams;
use wire::sync::history::PublishItem;

use crate::app::App;
use crate::extract::{Caller, Path, Query};
use crate::listing::{PageQuery, after, moment, next_page};
use crate::problem::{Problem, Result};

#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TimelineQuery {
    /// 1 to 200; 50 when left out.
    pub limit: Option<String>,
    /// From the `Link` header of the last page.
    pub cursor: Option<String>,
    /// Only what was published at this moment (RFC 3339) or later.
    pub since: Option<String>,
}

/// The events that changed what a resource does, newest first: a plain array, for release notes and dashboards.
#[utoipa::path(get, path = "/v1/sync/history/{type}/{id}/publishes", tag = "sync",
    params(("type" = String, Path, description = "`flow` or `connector`."), ("id" = String, Path, description = "Id or slug."), TimelineQuery),
    responses((status = 200, description = "`Link: <...>; rel=\"next\"` while there are more.", body = Vec<PublishItem>)))]
pub async fn list_publishes(
    State(app): State<App>,
    caller: Caller,
    Path((kind, id)): Path<(String, String)>,
    Query(query): Query<TimelineQuery>,
) -> Result<(HeaderMap, axum::Json<Vec<PublishItem>>)> {
    let page = PageQuery { limit: query.limit.clone(), cursor: query.cursor.clone() };
    let (limit, cursor) = (page.limit()?, page.cursor::<PublishedBefore>()?);
    let since = moment("since", query.since.as_deref())?;
    let mut tx = app.db.begin(caller.scope()).await?;
    let outcome = async {
        let resource = super::find(&mut tx, &caller, &kind, &id).await?;
        caller.require(Right::Read)?;
        let list = format!("publishes {}", resource.id);
        let before = after(cursor, &list)?;
        let rows = store::versions::timeline(&mut tx, caller.workspace.id, resource.id, since, before, limit + 1).await?;
        Ok::<_, Problem>(next_page(rows, limit, &list, |row| (row.published_at, row.id)))
    }
    .await;
    let (rows, next) = store::end(tx, outcome).await?;
    let mut headers = HeaderMap::new();
    if let Some(cursor) = next {
        let since = since.map(|since| format!("&since={}", since.format("%Y-%m-%dT%H:%M:%S%.fZ"))).unwrap_or_default();
        let link = format!("</v1/sync/history/{kind}/{id}/publishes?limit={limit}{since}&cursor={cursor}>; rel=\"next\"");
        headers.insert(LINK, HeaderValue::try_from(link).map_err(Problem::internal)?);
    }
    Ok((headers, axum::Json(rows.into_iter().map(item).collect::<Result<_>>()?)))
}

fn item(row: Version) -> Result<PublishItem> {
    let (Some(version), Some(published_at)) = (row.version, row.published_at) else {
        return Err(Problem::internal("an unpublished snapshot in the timeline of publishes"));
    };
    Ok(PublishItem {
        version,
        published_at_utc: published_at.into(),
        source: row.source,
        created_by_email: row.created_by_email,
        git_commit_sha: row.git_commit_sha,
        is_current: row.is_active,
    })
}
