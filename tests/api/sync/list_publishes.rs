use serde_json::{Value, json};
use tests::{Api, Token, assert_seconds, fields};

const PUBLISHES: &str = "/v1/sync/history/connector/crm/publishes";
const COMMIT: &str = "a1b2c3d4e5f6789";

#[tokio::test]
async fn each_item_is_what_the_documentation_shows_and_the_live_one_is_marked() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    api.patch("/api/connectors/crm/draft").as_(&api.ci).json(json!({"settings": {"batch": 2}})).await.ok();
    let publish = api.post("/api/connectors/crm/publish").as_(&api.ci).header("x-fcc-git-commit", COMMIT);
    publish.json(json!({"base_version": 1})).await.ok();
    api.patch_draft("crm", json!({"settings": {"batch": "not published"}})).await;
    let listed = api.get(PUBLISHES).await.ok();
    let expected = json!([
        {"version": 2, "publishedAtUtc": listed[0]["publishedAtUtc"], "source": "cli-publish", "createdByEmail": "ci-bot@acme.example",
         "gitCommitSha": COMMIT, "isCurrent": true},
        {"version": 1, "publishedAtUtc": listed[1]["publishedAtUtc"], "source": "designer-publish", "createdByEmail": "owner@acme.example",
         "gitCommitSha": null, "isCurrent": false},
    ]);
    assert_eq!(listed, expected);
    assert_seconds(&listed[0]["publishedAtUtc"]);
    api.finish().await;
}

#[tokio::test]
async fn the_link_header_leads_through_all_pages() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    for base in 1..5 {
        api.publish_next("crm", base).await;
    }
    let (mut versions, mut path, mut pages) = (Vec::<Value>::new(), format!("{PUBLISHES}?limit=2&since=2020-01-01T00:00:00Z"), 0);
    loop {
        let answer = api.get(&path).await;
        let link = answer.header("link").map(str::to_owned);
        versions.extend(fields(&answer.ok(), "version").into_iter().cloned());
        pages += 1;
        let Some(link) = link else { break };
        // What is published meanwhile moves no page.
        api.publish_next("crm", 4 + pages).await;
        let (target, relation) = link.split_once(">; ").unwrap();
        assert_eq!(relation, "rel=\"next\"");
        path = target.trim_start_matches('<').to_owned();
    }
    assert_eq!((json!(versions), pages), (json!([5, 4, 3, 2, 1]), 3));
    api.finish().await;
}

#[tokio::test]
async fn since_leaves_out_what_is_older() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    let second = api.publish_next("crm", 1).await;
    let at = second["published_at"].as_str().unwrap();
    let later = "2999-01-01T00:00:00%2B02:00";
    assert_eq!(api.get(&format!("{PUBLISHES}?since={later}")).await.ok(), json!([]));
    let since: Value = api.get(&format!("{PUBLISHES}?since={at}")).await.ok();
    assert_eq!(since[0]["version"], 2, "{since}");
    api.get(&format!("{PUBLISHES}?since=yesterday")).await.problem(400, "invalid_query");
    api.get(&format!("{PUBLISHES}?limit=0")).await.problem(400, "invalid_query");
    api.get(&format!("{PUBLISHES}?cursor=x")).await.problem(400, "invalid_cursor");
    api.finish().await;
}

#[tokio::test]
async fn what_was_never_published_has_an_empty_timeline() {
    let api = Api::start().await;
    api.post("/v1/flows").json(json!({"slug": "crm", "name": "CRM"})).await.with_status(201);
    assert_eq!(api.get("/v1/sync/history/flow/crm/publishes").await.ok(), json!([]));
    api.get(PUBLISHES).await.problem(404, "not_found");
    api.get("/v1/sync/history/flow/crm/publishes").as_(&api.other_tenant.token).await.problem(404, "not_found");
    api.get("/v1/sync/history/flow/crm/publishes").as_(&api.token(Token::Application).await).await.problem(403, "forbidden");
    api.finish().await;
}
