use serde_json::{Value, json};
use tests::{Api, fields, graph, graph_with};

const VERSIONS: &str = "/v1/flows/discounts/versions";

#[tokio::test]
async fn what_was_never_published_has_no_versions_however_many_snapshots() {
    let api = Api::start().await;
    api.create_flow("discounts", graph()).await;
    api.put_graph("discounts", graph_with([("big", "20")])).await;
    assert_eq!(api.get(VERSIONS).await.ok(), json!({"items": [], "nextCursor": null}));
    api.finish().await;
}

#[tokio::test]
async fn every_field_of_the_provenance_is_there() {
    let api = Api::start().await;
    let first = api.publish_first_flow("discounts").await;
    api.put_graph("discounts", graph_with([("big", "20")])).await;
    let from_ci =
        api.post("/v1/flows/discounts/publish").as_(&api.ci).header("x-fcc-git-commit", "0123abc").header("x-fcc-git-branch", "main");
    let second = from_ci.json(json!({"baseVersion": 1, "note": "from CI"})).await.ok();
    let third = api.post("/v1/flows/discounts/rollback").json(json!({"version": 1, "baseVersion": 2})).await.ok();
    let listed = api.get(VERSIONS).await.ok();
    let expected = json!({"items": [
        {"version": 3, "isActive": true, "source": "rollback", "surface": "designer", "actorKind": "human",
            "createdByEmail": api.tenant.owner_email, "gitCommitSha": null, "gitBranch": null, "note": null, "restoredFrom": 1,
            "archived": false, "publishedAt": third["publishedAt"], "digest": first["digest"]},
        {"version": 2, "isActive": false, "source": "cli-publish", "surface": "cli", "actorKind": "ci", "createdByEmail": "ci-bot@acme.example",
            "gitCommitSha": "0123abc", "gitBranch": "main", "note": "from CI", "restoredFrom": null, "archived": false,
            "publishedAt": second["publishedAt"], "digest": second["digest"]},
        {"version": 1, "isActive": false, "source": "designer-publish", "surface": "designer", "actorKind": "human",
            "createdByEmail": api.tenant.owner_email, "gitCommitSha": null, "gitBranch": null, "note": null, "restoredFrom": null,
            "archived": false, "publishedAt": first["publishedAt"], "digest": first["digest"]},
    ], "nextCursor": null});
    assert_eq!(listed, expected);
    api.finish().await;
}

#[tokio::test]
async fn pages_go_from_the_newest_to_the_first() {
    let api = Api::start().await;
    api.publish_first_flow("discounts").await;
    for base in 1..5 {
        api.publish_next_flow("discounts", base).await;
    }
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = api.get(&format!("{VERSIONS}?limit=2{cursor}")).await.ok();
        seen.push(fields(&page["items"], "version").into_iter().map(|version| version.as_i64().unwrap()).collect::<Vec<_>>());
        let Value::String(next) = &page["nextCursor"] else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, [vec![5, 4], vec![3, 2], vec![1]]);
    api.finish().await;
}

#[tokio::test]
async fn bad_queries_and_other_tenants_are_refused() {
    let api = Api::start().await;
    api.publish_first_flow("discounts").await;
    api.get(&format!("{VERSIONS}?limit=201")).await.problem(400, "invalid_query");
    api.get(&format!("{VERSIONS}?cursor=zz")).await.problem(400, "invalid_cursor");
    api.get("/v1/flows/none/versions").await.problem(404, "not_found");
    api.get(VERSIONS).as_(&api.other_tenant.token).await.problem(404, "not_found");
    api.finish().await;
}
