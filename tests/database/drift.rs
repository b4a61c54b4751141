//! Drift is answered from counters and anchors: the history may be as long as it likes.

use dev::explained::Explained;
use serde_json::{Value, json};
use tests::{Api, Instance, config};

const COMMIT: &str = "abcdef0";
/// Of the resources a quarter each: published from the console since, to be pushed, both, and as it was.
const QUARTER: usize = 10;

fn draft(nth: usize) -> String {
    format!("/api/connectors/c{nth}/draft")
}

async fn resources_that_differ(api: &Api) {
    api.apply_commit(COMMIT, (0..4 * QUARTER).map(|nth| tests::file(&format!("c{nth}"), &config(), None))).await.ok();
    api.publish_many(json!({"connectorIds": []})).header("x-fcc-git-commit", COMMIT).await.ok();
    let export = api.get("/v1/sync/export?bodies=false").as_(&api.ci).await.ok();
    let one = |one: &Value| json!({"type": one["type"], "id": one["id"], "digest": one["digest"]});
    let resources: Vec<Value> = export["resources"].as_array().unwrap().iter().map(one).collect();
    api.post("/v1/sync/pulls").as_(&api.ci).json(json!({"asOfUtc": export["asOfUtc"], "resources": resources})).await.ok();
    for nth in 0..QUARTER {
        api.publish_next(&format!("c{nth}"), 1).await;
        api.patch(&draft(QUARTER + nth)).as_(&api.ci).json(json!({"settings": {"batch": 1}})).await.ok();
        api.patch(&draft(2 * QUARTER + nth)).json(json!({"settings": {"batch": 2}})).await.ok();
        api.patch(&draft(2 * QUARTER + nth)).as_(&api.ci).json(json!({"settings": {"batch": 3}})).await.ok();
    }
}

/// Pages of shared memory that an answer looks at: of the dearest of several, whose plans know the values or do without.
async fn pages(api: &Api, explained: &Explained, instance: &Instance) -> u64 {
    sqlx::raw_sql("VACUUM ANALYZE").execute(&api.owner_db).await.unwrap();
    let mut dearest = 0;
    for nth in 0..12 {
        explained.take();
        let drift = instance.get("/v1/sync/drift").as_(&api.ci).await.ok();
        let counts = (&drift["designerPublishesSinceLastGitCommit"], &drift["pending"]);
        assert_eq!(counts, (&json!(QUARTER), &json!({"push": QUARTER, "pull": QUARTER, "conflicts": QUARTER})));
        // The first fills what Postgres keeps of its own tables.
        if nth > 0 {
            dearest = dearest.max(explained.take().iter().map(|plan| plan.buffers).sum());
        }
    }
    dearest
}

#[tokio::test]
async fn it_reads_as_much_after_2000_versions_of_every_resource_as_after_a_few() {
    let api = Api::start().await;
    resources_that_differ(&api).await;
    let (instance, explained) = api.explained_instance().await;
    let few = pages(&api, &explained, &instance).await;
    let grown = sqlx::query(
        "INSERT INTO resource_versions (workspace_id, resource_id, digest, source, surface)
         SELECT d.workspace_id, d.resource_id, d.digest, 'designer-draft', 'designer' FROM generate_series(1, 2000), resource_drafts d",
    );
    assert_eq!(grown.execute(&api.owner_db).await.unwrap().rows_affected(), 8000 * QUARTER as u64);
    let many = pages(&api, &explained, &instance).await;
    // A level more of the index by id, for the versions that are listed.
    assert!(few > 0 && many <= few + 2 * QUARTER as u64, "{few} pages were read of a short history, {many} of a long one");
    api.finish().await;
}
