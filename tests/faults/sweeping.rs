//! What ages out, and what never does.

use functions::jobs::sweep::{self, Swept};
use serde_json::json;
use tests::{Api, config, digest};

/// Makes everything so far this much older: for history that takes a superuser who switches its triggers off.
async fn age(api: &Api, by: &str) {
    let mut superuser = api.superuser().await;
    let age = format!(
        "SET session_replication_role = replica;
         UPDATE resource_versions SET created_at = created_at - interval '{by}', published_at = published_at - interval '{by}';
         UPDATE contents SET created_at = created_at - interval '{by}';
         UPDATE idempotency_keys SET created_at = created_at - interval '{by}'"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(age)).execute(&mut superuser).await.unwrap();
}

async fn sweep(api: &Api) -> Swept {
    sweep::run(&api.app).await.unwrap()
}

async fn count(api: &Api, query: &'static str) -> i64 {
    sqlx::query_scalar(query).fetch_one(&api.owner_db).await.unwrap()
}

fn content(body: &serde_json::Value) -> String {
    format!("/v1/sync/contents/{}", digest(body).as_str().unwrap())
}

const SNAPSHOTS: &str = "SELECT count(*) FROM resource_versions WHERE version IS NULL";
const CONTENTS: &str = "SELECT count(*) FROM contents";

#[tokio::test]
async fn the_newest_50_snapshots_of_a_connector_stay_however_old() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    for batch in 0..59 {
        api.patch_draft("crm", json!({"settings": {"batch": batch}})).await;
    }
    api.create("erp", config()).await;
    age(&api, "91 days").await;
    let swept = sweep(&api).await;
    assert_eq!(swept.snapshots, 10);
    assert_eq!(count(&api, SNAPSHOTS).await, 51);
    let oldest = "SELECT convert_from(c.body, 'UTF8')::jsonb -> 'settings' -> 'batch' FROM resource_versions v JOIN contents c USING (digest) WHERE version IS NULL ORDER BY v.id LIMIT 1";
    let oldest: serde_json::Value = sqlx::query_scalar(oldest).fetch_one(&api.owner_db).await.unwrap();
    assert_eq!(oldest, 9);
    // Nine of the ten configs are nobody's any more: the first is that of version 1. They had no event flows of their own.
    assert_eq!(swept.contents, 9);
    assert_eq!(sweep(&api).await, Swept::default());
    assert_eq!(api.get("/api/connectors/crm/versions/1").await.ok()["config"], config());
    api.finish().await;
}

#[tokio::test]
async fn none_is_removed_before_its_90_days() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    for batch in 0..55 {
        api.patch_draft("crm", json!({"settings": {"batch": batch}})).await;
    }
    age(&api, "89 days").await;
    assert_eq!(sweep(&api).await.snapshots, 0);
    api.finish().await;
}

#[tokio::test]
async fn published_versions_and_what_they_need_stay_for_ever() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    for base in 1..55 {
        api.publish_next("crm", base).await;
    }
    age(&api, "10 years").await;
    let contents = count(&api, CONTENTS).await;
    // Each publish had a draft write before it: those 5 that are beyond the newest 50 go, their contents are the versions' too.
    assert_eq!(sweep(&api).await, Swept { snapshots: 5, ..Swept::default() });
    assert_eq!(
        (count(&api, CONTENTS).await, count(&api, "SELECT count(*) FROM resource_versions WHERE version IS NOT NULL").await),
        (contents, 55)
    );
    api.finish().await;
}

#[tokio::test]
async fn the_snapshot_that_a_draft_stands_on_stays() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    let first = api.patch_draft("crm", json!({"settings": {"batch": 1}})).await;
    age(&api, "91 days").await;
    sweep(&api).await;
    assert_eq!(api.draft("crm").await["config"], first["config"]);
    api.finish().await;
}

#[tokio::test]
async fn contents_that_nobody_refers_to_go_after_a_day() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let stray = "INSERT INTO contents (workspace_id, digest, body, created_at)
                 SELECT $1, sha256(b.body), b.body, now() - make_interval(hours => $2) FROM (SELECT $3::bytea AS body) AS b";
    for (hours, body) in [(25, "old"), (23, "new")] {
        sqlx::query(stray).bind(api.tenant.workspace).bind(hours).bind(body.as_bytes()).execute(&api.owner_db).await.unwrap();
    }
    assert_eq!(sweep(&api).await.contents, 1);
    let left: Vec<Vec<u8>> =
        sqlx::query_scalar("SELECT body FROM contents WHERE octet_length(body) = 3").fetch_all(&api.owner_db).await.unwrap();
    assert_eq!(left, [b"new".to_vec()]);
    api.finish().await;
}

#[tokio::test]
async fn a_body_that_was_uploaded_again_has_its_day_anew() {
    let api = Api::start().await;
    let upload = async |body: &serde_json::Value| {
        api.put(&content(body)).as_(&api.ci).json(body.clone()).await.ok();
    };
    let (again, once) = (json!({"again": true}), json!({"again": false}));
    upload(&again).await;
    upload(&once).await;
    age(&api, "25 hours").await;
    upload(&again).await;
    assert_eq!(sweep(&api).await.contents, 1);
    api.get(&content(&again)).as_(&api.ci).await.ok();
    api.finish().await;
}

#[tokio::test]
async fn a_file_that_was_applied_stays_a_base_for_90_days_whatever_the_merge_made_of_it() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    api.patch_draft("crm", json!({"settings": {"batch": 2}})).await;
    let mut local = config();
    local["settings"]["retries"] = json!(5);
    // Without a commit nothing else refers to it.
    let applied = api.apply([tests::file("crm", &local, Some(&config()))]).await.ok();
    assert_eq!(applied["items"][0]["change"], "merged");
    age(&api, "25 hours").await;
    sweep(&api).await;
    api.get(&content(&local)).as_(&api.ci).await.ok();
    sqlx::query("UPDATE contents SET keep_until = keep_until - interval '90 days'").execute(&api.owner_db).await.unwrap();
    sweep(&api).await;
    api.get(&content(&local)).as_(&api.ci).await.problem(404, "not_found");
    api.finish().await;
}

#[tokio::test]
async fn of_a_forgotten_credential_the_pulls_stay_that_are_the_newest() {
    let api = Api::start().await;
    let crm = api.create("crm", config()).await;
    let erp = api.create("erp", config()).await;
    let (old, new) = (api.token(tests::Token::Service(&["read"])).await, api.token(tests::Token::Service(&["read"])).await);
    let pull = async |token: &str, at: &str, of: &[&serde_json::Value]| {
        let one = |of: &&serde_json::Value| json!({"type": "connector", "id": of["id"], "digest": digest(&config())});
        let body = json!({"asOfUtc": at, "resources": of.iter().map(one).collect::<Vec<_>>()});
        api.post("/v1/sync/pulls").as_(token).json(body).await.ok();
    };
    pull(&old, "2026-01-01T00:00:00Z", &[&crm, &erp]).await;
    pull(&new, "2026-01-02T00:00:00Z", &[&crm]).await;
    assert_eq!(sweep(&api).await.pulls, 0, "the credential is still there");
    let end = "UPDATE credentials SET revoked_at = clock_timestamp() - interval '31 days' WHERE id = $1";
    sqlx::query(end).bind(api.credential_id(&old).await).execute(&api.owner_db).await.unwrap();
    assert_eq!(sweep(&api).await.pulls, 1);
    assert_eq!(count(&api, "SELECT count(*) FROM pulls p JOIN resources r ON r.id = p.resource_id WHERE r.slug = 'erp'").await, 1);
    api.finish().await;
}

#[tokio::test]
async fn a_restored_snapshot_survives_the_sweep_that_found_its_content_unused() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    api.patch_draft("crm", json!({"settings": {"batch": 1}})).await;
    api.delete("/api/connectors/crm/draft").await.ok();
    age(&api, "91 days").await;
    sweep(&api).await;
    let again = api.patch_draft("crm", json!({"settings": {"batch": 1}})).await;
    assert_eq!(api.draft("crm").await, again);
    api.finish().await;
}

#[tokio::test]
async fn idempotency_keys_go_after_24_hours_and_credentials_30_days_after_their_end() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    api.post("/api/connectors/crm/publish").idempotency_key("old").json(json!({"base_version": 0})).await.ok();
    age(&api, "25 hours").await;
    api.patch_draft("crm", json!({"settings": {"batch": 1}})).await;
    api.post("/api/connectors/crm/publish").idempotency_key("new").json(json!({"base_version": 1})).await.ok();
    for (token, days) in [(api.token(tests::Token::Agent).await, 31), (api.token(tests::Token::Agent).await, 29)] {
        let end = "UPDATE credentials SET revoked_at = clock_timestamp() - make_interval(days => $2) WHERE id = $1";
        sqlx::query(end).bind(api.credential_id(&token).await).bind(days).execute(&api.owner_db).await.unwrap();
    }
    let swept = sweep(&api).await;
    assert_eq!((swept.idempotency_keys, swept.credentials), (1, 1));
    api.finish().await;
}
