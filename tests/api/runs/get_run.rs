use serde_json::{Value, json};
use tests::{Api, Token, assert_millis};

#[tokio::test]
async fn a_run_has_everything_that_lists_show_and_its_documents() {
    let api = Api::start().await;
    api.publish_pricing("pricing").await;
    let id = api.evaluate("pricing", json!({"amount": 2})).await.ok()["runId"].clone();
    let run = api.run(&id).await;
    assert_millis(&run["createdAt"]);
    assert!(run["durationUs"].as_i64().unwrap() >= 0);
    let flow = api.get("/v1/flows/pricing").await.ok()["id"].clone();
    let snapshot = api.get(&format!("/v1/sync/history/flow/{}", flow.as_str().unwrap())).await.ok()["items"][0]["snapshot"].clone();
    let expected = json!({
        "id": id, "flow": flow, "flowSlug": "pricing", "flowVersion": 1, "versionSource": "designer-publish", "versionBadge": "console",
        "versionGitCommitSha": null, "status": "succeeded", "durationUs": run["durationUs"], "createdAt": run["createdAt"],
        "snapshot": snapshot, "input": {"amount": 2}, "output": {"price": 2, "factor": 1}, "error": null, "trace": null,
    });
    assert_eq!(run, expected);
    let mut listed = api.get("/v1/runs").await.ok()["items"][0].clone();
    for document in ["snapshot", "input", "output", "error", "trace"] {
        listed[document] = run[document].clone();
    }
    assert_eq!(listed, run);
    api.finish().await;
}

#[tokio::test]
async fn a_drafts_run_leads_to_what_the_draft_held_although_it_was_edited_since() {
    let api = Api::start().await;
    let graph = tests::pricing(1);
    api.post("/v1/flows").json(json!({"slug": "pricing", "name": "x", "graph": graph})).await.with_status(201);
    let evaluated = api.post("/v1/flows/pricing/draft/evaluate").json(json!({"amount": 2})).await.ok();
    api.put("/v1/flows/pricing/draft").json(json!({"graph": tests::pricing(5)})).await.ok();
    let run = api.run(&evaluated["runId"]).await;
    assert_eq!(run["flowVersion"], Value::Null);
    let snapshot = api.get(&format!("/v1/flows/pricing/snapshots/{}", run["snapshot"])).await.ok();
    assert_eq!(snapshot["graph"], graph);
    api.finish().await;
}

#[tokio::test]
async fn a_version_from_the_cli_gives_its_runs_its_commit() {
    let api = Api::start().await;
    api.post("/v1/flows").json(json!({"slug": "pricing", "name": "x", "graph": tests::pricing(1)})).await.with_status(201);
    let publish = api.post("/v1/flows/pricing/publish").as_(&api.ci).header("x-fcc-git-commit", "a1b2c3d4e5f6789");
    publish.json(json!({"baseVersion": 0})).await.ok();
    let id = api.evaluate("pricing", json!({"amount": 2})).await.ok()["runId"].clone();
    let run = api.run(&id).await;
    let said = (&run["versionSource"], &run["versionBadge"], &run["versionGitCommitSha"]);
    assert_eq!(said, (&json!("cli-publish"), &json!("cli"), &json!("a1b2c3d4e5f6789")));
    api.finish().await;
}

#[tokio::test]
async fn other_tenants_runs_and_ones_that_never_were_are_404() {
    let api = Api::start().await;
    api.publish_pricing("pricing").await;
    let id = api.evaluate("pricing", json!({"amount": 2})).await.ok()["runId"].clone();
    let path = format!("/v1/runs/{}", id.as_str().unwrap());
    api.get(&path).as_(&api.other_tenant.token).await.problem(404, "not_found");
    api.get(&format!("/v1/runs/{}", tests::fresh())).await.problem(404, "not_found");
    api.get("/v1/runs/none").await.problem(404, "not_found");
    api.get(&path).as_(&api.token(Token::Application).await).await.problem(403, "forbidden");
    api.get(&path).as_(&api.token(Token::Person("viewer")).await).await.ok();
    assert_ne!(id, Value::Null);
    api.finish().await;
}
