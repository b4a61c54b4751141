use domain::canonical::digest_of;
use serde_json::json;
use tests::{Api, TABLE, assert_millis, config, graph};

const DRAFT: &str = "/v1/flows/discounts/draft";

#[tokio::test]
async fn a_draft_is_read_with_all_that_is_known_of_it() {
    let api = Api::start().await;
    api.create_flow("discounts", graph()).await;
    let answer = api.get(DRAFT).await;
    let etag = answer.header("etag").unwrap().to_owned();
    let draft = answer.ok();
    let expected = json!({
        "graph": graph(), "baseVersion": 0, "publishedVersion": 0, "hasUnpublishedChanges": true, "etag": digest_of(&graph()),
        "updatedAt": draft["updatedAt"], "updatedBy": api.tenant.owner_email, "diagnostics": [],
    });
    assert_eq!(draft, expected);
    assert_millis(&draft["updatedAt"]);
    assert_eq!(etag, format!("\"{}\"", digest_of(&graph())));
    api.finish().await;
}

#[tokio::test]
async fn nothing_of_a_graph_is_dropped() {
    let api = Api::start().await;
    let mut drawn = graph();
    drawn["nodes"][0]["position"] = json!({"x": 12.5, "y": -3});
    drawn["nodes"][1]["content"]["rules"][0]["_description"] = json!("Volume ✓");
    drawn["x-team"] = json!({"pricing": [null, true]});
    api.create_flow("discounts", drawn.clone()).await;
    assert_eq!(api.flow_draft("discounts").await["graph"], drawn);
    api.finish().await;
}

#[tokio::test]
async fn a_path_reads_that_part_by_the_ids_of_nodes_and_rules() {
    let api = Api::start().await;
    api.create_flow("discounts", graph()).await;
    let rules = format!("{TABLE}/rules");
    let cases = [
        (String::new(), graph()),
        (format!("{rules}/@big"), json!({"_id": "big", "total": ">= 1000", "percent": "15"})),
        (format!("{rules}/@rest/percent"), json!("0")),
        (format!("{rules}/1/_id"), json!("medium")),
        (format!("{TABLE}/inputs/@total/field"), json!("order.total")),
        ("/edges/@in/targetId".to_owned(), json!("discounts")),
    ];
    for (path, value) in cases {
        let answer = api.get(&format!("{DRAFT}?path={path}")).await;
        assert_eq!(answer.header("etag").unwrap(), format!("\"{}\"", digest_of(&graph())));
        let part = answer.ok();
        let expected = json!({
            "path": path, "value": value, "baseVersion": 0, "publishedVersion": 0, "hasUnpublishedChanges": true, "etag": digest_of(&graph()),
            "updatedAt": part["updatedAt"], "updatedBy": api.tenant.owner_email, "diagnostics": [],
        });
        assert_eq!(part, expected);
    }
    for path in ["/nodes/@none", "/nodes/@discounts/content/rules/@none", "/config"] {
        api.get(&format!("{DRAFT}?path={path}")).await.problem(404, "not_found");
    }
    api.finish().await;
}

#[tokio::test]
async fn the_flows_draft_is_not_the_connectors_of_that_slug() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    api.get("/v1/flows/crm/draft").await.problem(404, "not_found");
    api.create_flow("crm", graph()).await;
    assert_eq!((&api.flow_draft("crm").await["graph"], &api.draft("crm").await["config"]), (&graph(), &config()));
    api.finish().await;
}

#[tokio::test]
async fn another_tenants_draft_is_not_found() {
    let api = Api::start().await;
    let created = api.create_flow("discounts", graph()).await;
    api.get("/v1/flows/none/draft").await.problem(404, "not_found");
    for reference in ["discounts", created["id"].as_str().unwrap()] {
        api.get(&format!("/v1/flows/{reference}/draft")).as_(&api.other_tenant.token).await.problem(404, "not_found");
    }
    api.finish().await;
}
