use serde_json::json;
use tests::{Api, config, within_a_minute};

use super::session;

#[tokio::test]
async fn a_session_that_was_ended_works_no_more() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let cookie = session(&api).await;
    let read = || api.get("/v1/me").anonymously().header("cookie", &cookie);
    read().await.ok();
    let answer = api.post("/auth/logout").anonymously().header("cookie", &cookie).header("sec-fetch-site", "same-origin").await;
    assert!(answer.header("set-cookie").unwrap().contains("Max-Age=0"));
    answer.with_status(204);
    let write = api.patch("/api/connectors/crm/draft").anonymously().header("cookie", &cookie).header("sec-fetch-site", "same-origin");
    write.json(json!({})).await.problem(401, "unauthorized");
    within_a_minute(read, |answer| answer.status == 401).await.problem(401, "unauthorized");
    api.get("/v1/me").await.ok();
    api.finish().await;
}

#[tokio::test]
async fn another_site_can_not_sign_anybody_out() {
    let api = Api::start().await;
    let cookie = session(&api).await;
    let request = api.post("/auth/logout").anonymously().header("cookie", &cookie).header("sec-fetch-site", "cross-site");
    request.await.problem(403, "forbidden");
    api.get("/v1/me").anonymously().header("cookie", &cookie).await.ok();
    api.finish().await;
}

#[tokio::test]
async fn signing_out_without_a_session_is_fine() {
    let api = Api::start().await;
    api.post("/auth/logout").anonymously().await.with_status(204);
    api.finish().await;
}
