use serde_json::json;
use tests::{Api, config, config_of_size, fields, without_flows};

const DRAFT: &str = "/api/connectors/crm/draft";

#[tokio::test]
async fn the_whole_config_is_replaced() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    let answer = api.put(DRAFT).json(without_flows()).await;
    assert_eq!(answer.header("etag").unwrap(), format!("\"{}\"", domain::canonical::digest_of(&without_flows())));
    let draft = answer.ok();
    assert_eq!((&draft["config"], &draft["base_version"], &draft["has_unpublished_changes"]), (&without_flows(), &json!(1), &json!(true)));
    assert_eq!(api.draft("crm").await, draft);
    api.finish().await;
}

#[tokio::test]
async fn the_same_config_in_another_spelling_changes_nothing() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let (before, history) = (api.draft("crm").await, api.history_length("crm").await);
    let spelled = serde_json::to_string_pretty(&config()).unwrap().replace("100", "1.0e2");
    assert_eq!(api.put(DRAFT).as_(&api.ci).bytes("application/json", spelled).await.ok(), before);
    assert_eq!(api.history_length("crm").await, history);
    api.finish().await;
}

#[tokio::test]
async fn what_breaks_the_schema_is_refused_and_the_draft_stays() {
    let api = Api::start().await;
    let created = api.create("crm", config()).await;
    let refused = api.put(DRAFT).json(json!({"schema_version": "3.0", "entities": {}})).await.problem(422, "schema_violation");
    assert_eq!(fields(&refused["errors"], "detail").len(), 2);
    api.put(DRAFT).await.problem(400, "malformed_json");
    assert_eq!(api.draft("crm").await["etag"], created["etag"]);
    api.finish().await;
}

#[tokio::test]
async fn a_merge_patch_is_not_a_config() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    api.put(DRAFT).bytes("application/merge-patch+json", config().to_string()).await.problem(415, "unsupported_media_type");
    api.finish().await;
}

#[tokio::test]
async fn the_size_is_that_of_the_canonical_form() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let mut spaced = config_of_size(4_194_304).to_string();
    spaced.insert_str(1, &" ".repeat(60_000));
    api.put(DRAFT).bytes("application/json", spaced).await.ok();
    api.put(DRAFT).json(config_of_size(4_194_305)).await.problem(413, "payload_too_large");
    api.finish().await;
}

#[tokio::test]
async fn a_stale_if_match_is_refused() {
    let api = Api::start().await;
    let created = api.create("crm", config()).await;
    api.put(DRAFT).if_match(&created["etag"]).json(without_flows()).await.ok();
    api.put(DRAFT).if_match(&created["etag"]).json(config()).await.problem(412, "precondition_failed");
    assert_eq!(api.draft("crm").await["config"], without_flows());
    api.finish().await;
}
