//! A cursor goes on with the list that gave it out, and with no other.

use serde_json::{Value, json};
use tests::Api;

/// Lists of more than one item, of each operation and of each thing that it lists of.
async fn lists(api: &Api) -> Vec<String> {
    for slug in ["crm", "erp"] {
        api.publish_first(slug).await;
        api.publish_next(slug, 1).await;
        api.publish_first_flow(slug).await;
        api.publish_next_flow(slug, 1).await;
    }
    let lists = [
        "/api/connectors?",
        "/api/connectors?sort=name&",
        "/v1/flows?",
        "/api/connectors/crm/versions?",
        "/api/connectors/erp/versions?",
        "/v1/flows/crm/versions?",
        "/v1/sync/history/connector/crm?",
        "/v1/sync/history/connector/erp?",
        "/v1/sync/history/flow/crm?",
        "/v1/sync/history/connector/crm/publishes?",
        "/v1/sync/history/connector/erp/publishes?",
        "/v1/sync/export?",
        "/v1/sync/export?of=draft&",
        "/v1/audit?",
        "/v1/tokens?",
        "/v1/replica/outbox?",
    ];
    lists.map(str::to_owned).into()
}

/// The cursor of a page of one item; there are more.
async fn cursor(api: &Api, list: &str) -> String {
    let answer = api.get(&format!("{list}limit=1")).await;
    if let Some(link) = answer.header("link") {
        return link.split("cursor=").nth(1).unwrap().split('>').next().unwrap().to_owned();
    }
    let page = answer.ok();
    let next = [&page["next_cursor"], &page["nextCursor"]].into_iter().find_map(Value::as_str);
    next.unwrap().to_owned()
}

#[tokio::test]
async fn a_cursor_belongs_to_the_list_that_gave_it_out() {
    let api = Api::start().await;
    let lists = lists(&api).await;
    let mut cursors = Vec::new();
    for list in &lists {
        cursors.push(cursor(&api, list).await);
    }
    for (nth, list) in lists.iter().enumerate() {
        for (of, cursor) in cursors.iter().enumerate() {
            let answer = api.get(&format!("{list}limit=1&cursor={cursor}")).await;
            if of == nth {
                answer.ok();
            } else {
                let refused = answer.problem(400, "invalid_cursor");
                assert!(refused["detail"].as_str().unwrap().contains("this list"), "{list} took the cursor of {}: {refused}", lists[of]);
            }
        }
    }
    api.finish().await;
}

#[tokio::test]
async fn the_slug_and_the_id_name_the_same_list() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    api.publish_next("crm", 1).await;
    let id = api.get("/api/connectors/crm").await.ok()["id"].as_str().unwrap().to_owned();
    for list in ["/api/connectors/ID/versions?", "/v1/sync/history/connector/ID?", "/v1/sync/history/connector/ID/publishes?"] {
        let cursor = cursor(&api, &list.replace("ID", "crm")).await;
        let first = api.get(&format!("{}limit=1&cursor={cursor}", list.replace("ID", "crm"))).await.json();
        assert_eq!(api.get(&format!("{}limit=1&cursor={cursor}", list.replace("ID", &id))).await.json(), first);
    }
    api.finish().await;
}

#[tokio::test]
async fn a_cursor_of_another_workspace_is_refused() {
    let api = Api::start().await;
    for token in [&api.tenant.token, &api.other_tenant.token] {
        for slug in ["a", "b"] {
            api.post("/v1/flows").as_(token).json(json!({"slug": slug, "name": slug})).await.with_status(201);
        }
    }
    let cursor = cursor(&api, "/v1/flows?").await;
    api.get(&format!("/v1/flows?limit=1&cursor={cursor}")).as_(&api.other_tenant.token).await.problem(400, "invalid_cursor");
    api.finish().await;
}

#[tokio::test]
async fn what_no_list_gives_out_is_refused() {
    let api = Api::start().await;
    let lists = lists(&api).await;
    // -1, 0, 1, "", [], null; hex with signs; a position without a list, and the other way round.
    for cursor in ["2d31", "30", "31", "2222", "5b5d", "6e756c6c", "+3+1", "5b2d315d", "5b22225d", "é", "0"] {
        for list in &lists {
            api.get(&format!("{list}cursor={cursor}")).await.problem(400, "invalid_cursor");
        }
    }
    api.get("/api/connectors/nowhere/versions?cursor=2d31").await.problem(400, "invalid_cursor");
    api.finish().await;
}
