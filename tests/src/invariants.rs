//! What must hold after everything that a test did: in Postgres, in the replica, and between the two.

use std::collections::{HashMap, HashSet};

use domain::digest::Digest;
use replica::{Read, schema};
use sqlx::FromRow;
use uuid::Uuid;

use crate::Api;

/// Delivers everything that is not dead; what a test's dispatchers left leased or postponed is due at once.
pub async fn drain(api: &Api) {
    store::outbox::end_leases(api.app.jobs_db().await.unwrap()).await.unwrap();
    for _ in 0..10 {
        sqlx::query("UPDATE outbox SET next_attempt_at = clock_timestamp()").execute(&api.owner_db).await.unwrap();
        api.dispatch().await;
        let left: i64 = sqlx::query_scalar("SELECT count(*) FROM outbox WHERE dead_at IS NULL").fetch_one(&api.owner_db).await.unwrap();
        if left == 0 {
            return;
        }
    }
    panic!("the outbox can't be drained: {:?}", last_errors(api).await);
}

async fn last_errors(api: &Api) -> Vec<Option<String>> {
    sqlx::query_scalar("SELECT last_error FROM outbox").fetch_all(&api.owner_db).await.unwrap()
}

/// After [`drain`].
pub async fn check(api: &Api) {
    assert_eq!(last_errors(api).await, Vec::<Option<String>>::new(), "dead rows were left in the outbox");
    nothing_is_wrong_with(api, "a resource whose versions are not 1 to n", GAPS).await;
    nothing_is_wrong_with(api, "a version published before its predecessor", TIMES).await;
    nothing_is_wrong_with(api, "a pointer that is not at the newest version", POINTERS).await;
    nothing_is_wrong_with(api, "a connector's version without a manifest", MANIFESTS).await;
    nothing_is_wrong_with(api, "a draft whose base was never published", BASES).await;
    nothing_is_wrong_with(api, "a draft that is not its newest snapshot or its active version", DRAFTS).await;
    nothing_is_wrong_with(api, "a receipt that differs from the pointer", RECEIPTS).await;
    nothing_is_wrong_with(api, "a run that tells another story than its version", RUNS).await;
    nothing_is_wrong_with(api, "a flow whose runs were not added up, or twice", SUMS).await;
    replica_equals_pointers(api).await;
}

const GAPS: &str = "SELECT r.slug FROM resources r LEFT JOIN resource_versions v ON v.resource_id = r.id AND v.version IS NOT NULL
    GROUP BY r.id HAVING (coalesce(min(v.version), 1), coalesce(max(v.version), 0), count(v.version)) <> (1, r.last_version, r.last_version)";
const TIMES: &str =
    "SELECT r.slug FROM resource_versions v JOIN resource_versions b ON b.resource_id = v.resource_id AND b.version = v.version - 1
    JOIN resources r ON r.id = v.resource_id WHERE v.published_at < b.published_at";
const POINTERS: &str = "SELECT r.slug FROM resources r LEFT JOIN resource_versions v ON v.id = r.published_version_id
    WHERE (coalesce(v.version, 0), coalesce(v.archived, false), coalesce(v.resource_id, r.id)) <> (r.last_version, r.archived, r.id)";
const MANIFESTS: &str = "SELECT r.slug FROM resource_versions v JOIN resources r ON r.id = v.resource_id AND r.type = 'connector'
    WHERE v.version IS NOT NULL AND NOT EXISTS (SELECT FROM event_flow_manifests m WHERE m.connector_id = r.id AND m.version = v.version)";
const BASES: &str = "SELECT r.slug FROM resources r LEFT JOIN resource_drafts d ON d.resource_id = r.id
    WHERE d.resource_id IS NULL OR d.base_version NOT BETWEEN 0 AND r.last_version";
const DRAFTS: &str = "SELECT r.slug FROM resource_drafts d JOIN resources r ON r.id = d.resource_id
    LEFT JOIN resource_versions s ON s.id = d.snapshot_id LEFT JOIN resource_versions v ON v.id = r.published_version_id
    WHERE d.digest IS DISTINCT FROM s.digest AND d.digest IS DISTINCT FROM v.digest";
const RECEIPTS: &str = "SELECT r.slug FROM resources r JOIN resource_versions v ON v.id = r.published_version_id
    LEFT JOIN replica_receipts p ON p.resource_id = r.id
    WHERE (p.version, p.epoch) IS DISTINCT FROM (v.version, (SELECT epoch FROM replica_epoch)) AND p.epoch = (SELECT epoch FROM replica_epoch)";

const RUNS: &str = "SELECT r.id::text FROM runs r LEFT JOIN resource_versions v ON v.id = r.version_id
    LEFT JOIN resources f ON f.id = r.flow_id
    WHERE v.id IS NOT NULL AND (r.workspace_id, r.flow_id, r.flow_slug, r.flow_version, r.source, r.family, r.git_commit_sha)
        IS DISTINCT FROM (v.workspace_id, v.resource_id, f.slug, v.version, v.source, CASE v.surface WHEN 'cli' THEN 'cli' ELSE 'designer' END, v.git_commit_sha)";
const SUMS: &str = "SELECT flow_id::text || ' by the ' || grain
    FROM (SELECT flow_id, grain, sum(succeeded) AS succeeded, sum(failed) AS failed FROM run_stats WHERE grain <> 'minute' GROUP BY 1, 2) AS s
    FULL JOIN (SELECT flow_id, grain, count(*) FILTER (WHERE status = 'succeeded') AS succeeded, count(*) FILTER (WHERE status = 'failed') AS failed
                 FROM runs CROSS JOIN (VALUES ('hour'), ('day')) AS g (grain)
                WHERE created_at < (SELECT rolled_up_to FROM run_stats_mark) GROUP BY 1, 2) AS r USING (flow_id, grain)
    WHERE (r.succeeded, r.failed) IS DISTINCT FROM (s.succeeded, s.failed)";

async fn nothing_is_wrong_with(api: &Api, what: &str, query: &'static str) {
    let wrong: Vec<String> = sqlx::query_scalar(query).fetch_all(&api.owner_db).await.unwrap();
    assert!(wrong.is_empty(), "{what}: {wrong:?}");
}

#[derive(FromRow)]
struct Published {
    workspace_id: Uuid,
    id: Uuid,
    r#type: String,
    slug: String,
    archived: bool,
    version: i32,
    digest: Vec<u8>,
    body: Vec<u8>,
    manifest: Option<Vec<u8>>,
}

const PUBLISHED: &str = "SELECT r.workspace_id, r.id, r.type, r.slug, r.archived, v.version, v.digest, c.body, mc.body AS manifest
      FROM resources r JOIN resource_versions v ON v.id = r.published_version_id
      JOIN contents c ON c.workspace_id = r.workspace_id AND c.digest = v.digest
      LEFT JOIN event_flow_manifests m ON m.connector_id = r.id AND m.version = v.version
      LEFT JOIN contents mc ON mc.workspace_id = r.workspace_id AND mc.digest = m.digest";

async fn replica_equals_pointers(api: &Api) {
    let published: Vec<Published> = sqlx::query_as(PUBLISHED).fetch_all(&api.owner_db).await.unwrap();
    let (mut versions, mut slugs) = (HashMap::new(), HashSet::new());
    for one in &published {
        let slug = &one.slug;
        let current = api.replica.current(one.workspace_id, one.id, Read::Consistent).await.unwrap();
        let current = current.unwrap_or_else(|| panic!("{slug} is published and has no CURRENT item"));
        let digest = Digest::try_from(one.digest.as_slice()).unwrap();
        let held = (current.version, current.digest, current.archived, current.slug.as_str(), current.resource_type.as_str());
        assert_eq!(held, (i64::from(one.version), digest, one.archived, slug.as_str(), one.r#type.as_str()), "CURRENT of {slug}");
        assert_eq!(api.replica.load(&current).await.unwrap(), one.body, "the body of {slug} in the replica");
        let manifest = serde_json::to_value(api.replica.manifest(&current).await.unwrap()).unwrap();
        let expected: serde_json::Value =
            one.manifest.as_deref().map_or_else(|| serde_json::json!([]), |body| serde_json::from_slice(body).unwrap());
        assert_eq!(manifest, expected, "the manifest of {slug} in the replica");
        versions.insert(schema::resource_pk(one.workspace_id, one.id), one.version);
        slugs.insert((schema::workspace_pk(one.workspace_id), format!("RESOURCE#{}#{slug}", one.r#type)));
    }
    only_published_things_are_there(api, &versions, &slugs).await;
}

/// Nothing of a draft, of a resource that was never published, or of a version that does not exist.
async fn only_published_things_are_there(api: &Api, versions: &HashMap<String, i32>, slugs: &HashSet<(String, String)>) {
    let mut items = api
        .cloud
        .dynamo
        .scan()
        .table_name(api.replica.table())
        .projection_expression("pk, sk, expires_at")
        .consistent_read(true)
        .into_paginator()
        .items()
        .send();
    while let Some(item) = items.next().await {
        let item = item.unwrap();
        let key = |name: &str| item[name].as_s().unwrap().clone();
        let (pk, sk) = (key("pk"), key("sk"));
        let chunk_of = sk.strip_prefix("V#").and_then(|rest| rest.split('#').next()?.parse::<i32>().ok());
        let is_right = match (versions.get(&pk), chunk_of) {
            // What was superseded is about to expire, whatever number an epoch before the restore gave it.
            (Some(newest), Some(version)) => (1..=*newest).contains(&version) || item.contains_key("expires_at"),
            (Some(_), None) => sk == schema::CURRENT,
            (None, _) => slugs.contains(&(pk.clone(), sk.clone())),
        };
        assert!(is_right, "{pk} / {sk} is in the replica and was not published");
    }
}
