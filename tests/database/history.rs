//! Published versions never change, whoever tries.

use serde_json::json;
use sqlx::{AssertSqlSafe, PgConnection};
use tests::{Api, Token};

/// What must stay as it is: published versions, their manifests, and the contents that both need.
const PUBLISHED: &str = "
    SELECT md5(string_agg(row, E'\\n' ORDER BY row)) FROM (
        SELECT v::text AS row FROM resource_versions v WHERE v.version IS NOT NULL
        UNION ALL SELECT m::text FROM event_flow_manifests m
        UNION ALL SELECT c.digest::text || sha256(c.body)::text FROM contents c
         WHERE EXISTS (SELECT FROM resource_versions v WHERE v.version IS NOT NULL AND v.digest = c.digest)
            OR EXISTS (SELECT FROM event_flow_manifests m WHERE m.digest = c.digest)) AS all_rows";

async fn published(api: &Api) -> String {
    sqlx::query_scalar(PUBLISHED).fetch_one(&api.owner_db).await.unwrap()
}

/// Tries the statement as the role, in the tenant's scope, and rolls back. Answers how many rows it would have changed.
async fn attempt(api: &Api, superuser: &mut PgConnection, role: &str, statement: &str) -> Result<u64, sqlx::Error> {
    let scope = format!("BEGIN; SET LOCAL app.workspace = '{}'; SET LOCAL ROLE {role}", api.tenant.workspace);
    sqlx::raw_sql(AssertSqlSafe(scope)).execute(&mut *superuser).await.unwrap();
    let outcome = sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&mut *superuser).await;
    let seen: Result<String, _> = if outcome.is_ok() {
        sqlx::raw_sql("RESET ROLE").execute(&mut *superuser).await.unwrap();
        sqlx::query_scalar(PUBLISHED).fetch_one(&mut *superuser).await
    } else {
        Err(sqlx::Error::RowNotFound)
    };
    sqlx::raw_sql("ROLLBACK").execute(&mut *superuser).await.unwrap();
    if let Ok(seen) = seen {
        assert_eq!(seen, published(api).await, "{statement} as {role} changed what was published");
    }
    outcome.map(|done| done.rows_affected())
}

const ROLES: [&str; 5] = ["fc_app", "fc_jobs", "fc_mint", "fc_owner", "postgres"];

const ATTEMPTS: [&str; 16] = [
    "UPDATE resource_versions SET note = 'x'",
    "UPDATE resource_versions SET digest = digest, published_at = now() WHERE version IS NOT NULL",
    "UPDATE resource_versions SET version = version + 1 WHERE version IS NOT NULL",
    "UPDATE resource_versions SET created_by_email = 'x@y.example' WHERE version IS NOT NULL",
    "UPDATE resource_versions SET git_commit_sha = 'abcdef0', surface = 'cli'",
    "DELETE FROM resource_versions WHERE version IS NOT NULL",
    "DELETE FROM resource_versions WHERE version = 1",
    "DELETE FROM resources",
    "TRUNCATE resource_versions CASCADE",
    "UPDATE event_flow_manifests SET digest = digest",
    "DELETE FROM event_flow_manifests",
    "TRUNCATE event_flow_manifests",
    "UPDATE contents SET body = body",
    "UPDATE contents SET body = 'x', digest = sha256('x')",
    "DELETE FROM contents",
    "TRUNCATE contents CASCADE",
];

#[tokio::test]
async fn every_role_is_refused() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    api.publish_next("crm", 1).await;
    let mut superuser = api.superuser().await;
    for role in ROLES {
        for statement in ATTEMPTS {
            let outcome = attempt(&api, &mut superuser, role, statement).await;
            // Where policies hide the rows, the statement succeeds and finds nothing.
            assert!(matches!(outcome, Err(_) | Ok(0)), "{statement} as {role}: {outcome:?}");
        }
    }
    api.finish().await;
}

#[tokio::test]
async fn the_refusal_says_what_it_protects() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    let mut superuser = api.superuser().await;
    let refused = attempt(&api, &mut superuser, "fc_owner", "UPDATE resource_versions SET note = 'x' WHERE version = 1").await.unwrap_err();
    let refused = refused.into_database_error().unwrap();
    assert_eq!(refused.code().as_deref(), Some("FC001"));
    assert!(refused.message().contains("cannot be changed"), "{refused}");
    let refused = attempt(&api, &mut superuser, "postgres", "DELETE FROM resource_versions WHERE version = 1").await.unwrap_err();
    assert!(refused.to_string().contains("is published and cannot be deleted"), "{refused}");
    api.finish().await;
}

#[tokio::test]
async fn snapshots_do_not_change_either_and_only_the_sweep_removes_them() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    api.patch_draft("crm", json!({"settings": {"batch": 1}})).await;
    let mut superuser = api.superuser().await;
    for role in ROLES {
        let changed = attempt(&api, &mut superuser, role, "UPDATE resource_versions SET note = 'x' WHERE version IS NULL").await;
        assert!(matches!(changed, Err(_) | Ok(0)), "{role}: {changed:?}");
    }
    attempt(&api, &mut superuser, "fc_app", "DELETE FROM resource_versions WHERE version IS NULL").await.unwrap_err();
    let swept = attempt(&api, &mut superuser, "fc_jobs", "DELETE FROM resource_versions WHERE version IS NULL").await;
    assert_eq!(swept.unwrap(), 2);
    api.finish().await;
}

#[tokio::test]
async fn the_backfill_may_fill_two_columns_once() {
    let api = Api::start().await;
    let ci = api.token(Token::Service(&["draft"])).await;
    api.create("crm", tests::config()).await;
    api.patch("/api/connectors/crm/draft").as_(&ci).json(json!({"settings": {"batch": 1}})).await.ok();
    let insert = "INSERT INTO resource_versions (workspace_id, resource_id, digest, source) SELECT workspace_id, resource_id, digest, 'designer-draft' FROM resource_drafts RETURNING id";
    let id: i64 = sqlx::query_scalar(insert).fetch_one(&api.owner_db).await.unwrap();
    let fill = |email: &'static str| {
        sqlx::query("UPDATE resource_versions SET created_by_email = $2 WHERE id = $1").bind(id).bind(email).execute(&api.owner_db)
    };
    fill("someone@acme.example").await.unwrap();
    fill("another@acme.example").await.unwrap_err();
    sqlx::query("UPDATE resource_versions SET source = 'cli-apply' WHERE id = $1").bind(id).execute(&api.owner_db).await.unwrap_err();
    api.finish().await;
}

#[tokio::test]
async fn ending_a_workspace_is_the_one_other_door_and_opens_for_that_workspace_alone() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    let theirs = json!({"slug": "erp", "name": "ERP", "config": tests::config()});
    api.post("/api/connectors").as_(&api.other_tenant.token).json(theirs).await.with_status(201);
    api.post("/api/connectors/erp/publish").as_(&api.other_tenant.token).json(json!({"base_version": 0})).await.ok();
    api.dispatch().await;
    let mut owner = api.owner_db.begin().await.unwrap();
    sqlx::query("SELECT purge_workspace($1)").bind(api.other_tenant.workspace).execute(&mut *owner).await.unwrap();
    let left: Vec<(String, i64)> =
        sqlx::query_as("SELECT r.slug, count(v.version) FROM resources r JOIN resource_versions v ON v.resource_id = r.id GROUP BY 1")
            .fetch_all(&mut *owner)
            .await
            .unwrap();
    assert_eq!(left, [("crm".to_owned(), 1)]);
    // The door is closed again, within the same transaction too.
    sqlx::query("DELETE FROM resource_versions WHERE version IS NOT NULL").execute(&mut *owner).await.unwrap_err();
    owner.rollback().await.unwrap();
    api.finish().await;
}
