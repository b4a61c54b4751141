use domain::canonical::digest_of;
use serde_json::json;
use tests::{Api, TABLE, assert_millis, config, graph, graph_with};

#[tokio::test]
async fn a_saved_snapshot_is_read_with_its_graph() {
    let api = Api::start().await;
    api.create_flow("discounts", graph()).await;
    let edited = graph_with([("big", "20")]);
    let write = api.put("/v1/flows/discounts/draft").as_(&api.ci).header("x-fcc-git-commit", "abcdef0");
    write.json(json!({"graph": edited})).await.ok();
    let ids = api.flow_snapshots("discounts").await;
    let snapshot = api.get(&format!("/v1/flows/discounts/snapshots/{}", ids[1])).await.ok();
    let expected = json!({
        "snapshot": ids[1], "version": null, "isActive": false, "source": "cli-apply", "surface": "cli", "actorKind": "ci",
        "createdByEmail": "ci-bot@acme.example", "gitCommitSha": "abcdef0", "gitBranch": null, "note": null, "restoredFrom": null,
        "archived": false, "createdAt": snapshot["createdAt"], "publishedAt": null, "digest": digest_of(&edited), "graph": edited,
    });
    assert_eq!(snapshot, expected);
    assert_millis(&snapshot["createdAt"]);
    let first = api.get(&format!("/v1/flows/discounts/snapshots/{}", ids[0])).await.ok();
    assert_eq!((&first["source"], &first["graph"]), (&json!("designer-draft"), &graph()));
    api.finish().await;
}

#[tokio::test]
async fn a_published_version_is_one_too() {
    let api = Api::start().await;
    let published = api.publish_first_flow("discounts").await;
    let id = *api.flow_snapshots("discounts").await.last().unwrap();
    let snapshot = api.get(&format!("/v1/flows/discounts/snapshots/{id}")).await.ok();
    assert_eq!(
        (&snapshot["version"], &snapshot["isActive"], &snapshot["publishedAt"]),
        (&json!(1), &json!(true), &published["publishedAt"])
    );
    api.finish().await;
}

#[tokio::test]
async fn a_path_reads_that_part() {
    let api = Api::start().await;
    api.create_flow("discounts", graph()).await;
    let id = api.flow_snapshots("discounts").await[0];
    let part = api.get(&format!("/v1/flows/discounts/snapshots/{id}?path={TABLE}/rules/@rest/percent")).await.ok();
    assert_eq!((&part["value"], &part["snapshot"], part.get("graph")), (&json!("0"), &json!(id), None));
    api.finish().await;
}

#[tokio::test]
async fn another_flows_types_or_tenants_snapshot_is_not_found() {
    let api = Api::start().await;
    api.create_flow("discounts", graph()).await;
    api.create_flow("other", graph()).await;
    api.create("discounts", config()).await;
    let id = api.flow_snapshots("discounts").await[0];
    api.get(&format!("/v1/flows/other/snapshots/{id}")).await.problem(404, "not_found");
    api.get(&format!("/api/connectors/discounts/snapshots/{id}")).await.problem(404, "not_found");
    api.get(&format!("/v1/flows/discounts/snapshots/{id}")).as_(&api.other_tenant.token).await.problem(404, "not_found");
    for bad in ["0", "x", "999999"] {
        api.get(&format!("/v1/flows/discounts/snapshots/{bad}")).await.problem(404, "not_found");
    }
    api.finish().await;
}
