use serde_json::{Value, json};
use tests::{Api, Token, assert_millis, config, fields};

const HISTORY: &str = "/v1/sync/history/connector/crm";
const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

#[tokio::test]
async fn every_save_and_every_publish_is_there_newest_first() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    let patch = api.patch("/api/connectors/crm/draft").as_(&api.ci).header("x-fcc-git-commit", COMMIT).header("x-fcc-git-branch", "main");
    patch.header("x-fcc-cli-version", "1.2.3").json(json!({"settings": {"batch": 2}})).await.ok();
    let listed = api.get(HISTORY).await.ok();
    assert_eq!(fields(&listed["items"], "source"), ["cli-apply", "designer-publish", "designer-draft"]);
    assert_eq!(fields(&listed["items"], "version"), [&Value::Null, &json!(1), &Value::Null]);
    assert_eq!(fields(&listed["items"], "isCurrent"), [false, true, false]);
    let newest = &listed["items"][0];
    let draft = api.draft("crm").await;
    let expected = json!({
        "snapshot": newest["snapshot"], "version": null, "source": "cli-apply", "surface": "cli", "actorKind": "ci", "createdBy": null,
        "createdByEmail": "ci-bot@acme.example", "gitCommitSha": COMMIT, "gitBranch": "main", "client": "fcc/1.2.3", "restoredFrom": null,
        "archived": false, "createdAtUtc": newest["createdAtUtc"], "publishedAtUtc": null, "isCurrent": false, "digest": draft["etag"], "note": null,
    });
    assert_eq!(*newest, expected);
    assert_millis(&newest["createdAtUtc"]);
    assert_eq!(listed["items"][1]["createdBy"], json!(api.tenant.owner));
    assert_millis(&listed["items"][1]["publishedAtUtc"]);
    api.finish().await;
}

#[tokio::test]
async fn pages_hold_every_row_once_while_new_ones_come() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    for batch in 0..5 {
        api.patch_draft("crm", json!({"settings": {"batch": batch}})).await;
    }
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = api.get(&format!("{HISTORY}?limit=2{cursor}")).await.ok();
        seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["snapshot"].as_i64().unwrap()));
        let Value::String(next) = &page["nextCursor"] else { break };
        cursor = format!("&cursor={next}");
        api.patch_draft("crm", json!({"settings": {"batch": format!("while {} are read", seen.len())}})).await;
    }
    assert_eq!(seen.len(), 7);
    assert!(seen.is_sorted_by(|a, b| a > b), "{seen:?}");
    api.finish().await;
}

#[tokio::test]
async fn a_flow_has_one_too_and_a_type_that_is_none_is_not_found() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    api.post("/v1/flows").json(json!({"slug": "crm", "name": "CRM"})).await.with_status(201);
    let of_flow = api.get("/v1/sync/history/flow/crm").await.ok();
    assert_eq!(fields(&of_flow["items"], "source"), ["designer-draft"]);
    assert_ne!(of_flow["items"][0]["digest"], api.get(HISTORY).await.ok()["items"][0]["digest"]);
    api.get("/v1/sync/history/table/crm").await.problem(404, "not_found");
    api.get("/v1/sync/history/flow/nothing").await.problem(404, "not_found");
    api.get(HISTORY).as_(&api.other_tenant.token).await.problem(404, "not_found");
    api.get(HISTORY).as_(&api.token(Token::Application).await).await.problem(403, "forbidden");
    api.finish().await;
}
