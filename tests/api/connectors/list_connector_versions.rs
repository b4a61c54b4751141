use serde_json::{Value, json};
use tests::{Api, config, fields};

const VERSIONS: &str = "/api/connectors/crm/versions";

#[tokio::test]
async fn what_was_never_published_has_no_versions_however_many_snapshots() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    api.patch_draft("crm", json!({"settings": {"batch": 1}})).await;
    assert_eq!(api.get(VERSIONS).await.ok(), json!({"items": [], "next_cursor": null}));
    api.finish().await;
}

#[tokio::test]
async fn every_field_of_the_provenance_is_there() {
    let api = Api::start().await;
    let first = api.publish_first("crm").await;
    api.patch_draft("crm", json!({"settings": {"batch": 2}})).await;
    let from_ci =
        api.post("/api/connectors/crm/publish").as_(&api.ci).header("x-fcc-git-commit", "0123abc").header("x-fcc-git-branch", "main");
    let second = from_ci.json(json!({"base_version": 1, "note": "from CI"})).await.ok();
    let listed = api.get(VERSIONS).await.ok();
    let expected = json!({"items": [
        {"version": 2, "is_active": true, "source": "cli-publish", "surface": "cli", "actor_kind": "ci", "created_by_email": "ci-bot@acme.example",
            "git_commit_sha": "0123abc", "git_branch": "main", "note": "from CI", "restored_from": null, "archived": false,
            "published_at": second["published_at"], "digest": second["digest"]},
        {"version": 1, "is_active": false, "source": "designer-publish", "surface": "designer", "actor_kind": "human",
            "created_by_email": api.tenant.owner_email, "git_commit_sha": null, "git_branch": null, "note": null, "restored_from": null,
            "archived": false, "published_at": first["published_at"], "digest": first["digest"]},
    ], "next_cursor": null});
    assert_eq!(listed, expected);
    api.finish().await;
}

#[tokio::test]
async fn pages_go_from_the_newest_to_the_first() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    for base in 1..5 {
        api.publish_next("crm", base).await;
    }
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = api.get(&format!("{VERSIONS}?limit=2{cursor}")).await.ok();
        seen.push(fields(&page["items"], "version").into_iter().map(|version| version.as_i64().unwrap()).collect::<Vec<_>>());
        let Value::String(next) = &page["next_cursor"] else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, [vec![5, 4], vec![3, 2], vec![1]]);
    api.finish().await;
}

#[tokio::test]
async fn bad_queries_and_other_tenants_are_refused() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    api.get(&format!("{VERSIONS}?limit=201")).await.problem(400, "invalid_query");
    api.get(&format!("{VERSIONS}?cursor=zz")).await.problem(400, "invalid_cursor");
    api.get("/api/connectors/none/versions").await.problem(404, "not_found");
    api.get(VERSIONS).as_(&api.other_tenant.token).await.problem(404, "not_found");
    api.finish().await;
}
