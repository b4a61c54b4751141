use serde_json::{Value, json};
use tests::{Api, Token, assert_millis, fields};

const OUTBOX: &str = "/v1/replica/outbox";

#[tokio::test]
async fn what_waits_is_listed_newest_first_until_it_is_delivered() {
    let api = Api::start().await;
    let first = api.publish_first("crm").await;
    let second = api.publish_next("crm", 1).await;
    let listed = api.get(OUTBOX).await.ok();
    assert_eq!(fields(&listed["items"], "eventId"), [&second["event_id"], &first["event_id"]]);
    let item = &listed["items"][0];
    let id = api.get("/api/connectors/crm").await.ok()["id"].clone();
    let expected = json!({
        "eventId": second["event_id"], "type": "connector", "id": id, "slug": "crm", "version": 2, "event": "published", "state": "pending",
        "attempts": 0, "createdAtUtc": second["published_at"], "nextAttemptAtUtc": item["nextAttemptAtUtc"], "deadAtUtc": null, "lastError": null,
    });
    assert_eq!(*item, expected);
    assert_millis(&item["nextAttemptAtUtc"]);
    assert_eq!(api.get(&format!("{OUTBOX}?state=dead")).await.ok()["items"], json!([]));
    api.dispatch().await;
    assert_eq!(api.get(OUTBOX).await.ok(), json!({"items": [], "nextCursor": null}));
    api.finish().await;
}

#[tokio::test]
async fn pages_go_from_the_newest_to_the_first() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    for base in 1..5 {
        api.publish_next("crm", base).await;
    }
    let (mut versions, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = api.get(&format!("{OUTBOX}?state=pending&limit=2{cursor}")).await.ok();
        versions.extend(fields(&page["items"], "version").into_iter().cloned());
        let Value::String(next) = &page["nextCursor"] else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(versions, [5, 4, 3, 2, 1]);
    api.finish().await;
}

#[tokio::test]
async fn only_admins_see_it_and_only_their_own() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    for token in [Token::Person("editor"), Token::Service(&["read", "publish"]), Token::Agent, Token::Application] {
        let token = api.token(token).await;
        api.get(OUTBOX).as_(&token).await.problem(403, "forbidden");
    }
    let admin = api.token(Token::PersonWithFcc("admin")).await;
    assert_eq!(api.get(OUTBOX).as_(&admin).await.ok()["items"].as_array().unwrap().len(), 1);
    assert_eq!(api.get(OUTBOX).as_(&api.other_tenant.token).await.ok()["items"], json!([]));
    api.get(&format!("{OUTBOX}?state=lost")).await.problem(400, "invalid_query");
    api.finish().await;
}
