use serde_json::json;
use tests::{Api, TABLE, config, graph, graph_with};

#[tokio::test]
async fn a_version_is_read_with_its_graph() {
    let api = Api::start().await;
    api.publish_first_flow("discounts").await;
    api.publish_next_flow("discounts", 1).await;
    let listed = api.get("/v1/flows/discounts/versions").await.ok();
    for (place, drawn) in [(1, graph()), (0, graph_with([("big", "2")]))] {
        let mut expected = listed["items"][place].clone();
        expected["graph"] = drawn;
        assert_eq!(api.get(&format!("/v1/flows/discounts/versions/{}", 2 - place)).await.ok(), expected);
    }
    api.finish().await;
}

#[tokio::test]
async fn a_path_reads_that_part_with_what_is_known_of_the_version() {
    let api = Api::start().await;
    api.publish_first_flow("discounts").await;
    let path = format!("{TABLE}/rules/@medium");
    let part = api.get(&format!("/v1/flows/discounts/versions/1?path={path}")).await.ok();
    let mut expected = api.get("/v1/flows/discounts/versions").await.ok()["items"][0].clone();
    expected["path"] = json!(path);
    expected["value"] = json!({"_id": "medium", "total": ">= 100", "percent": "5"});
    assert_eq!(part, expected);
    api.get("/v1/flows/discounts/versions/1?path=/nodes/@none").await.problem(404, "not_found");
    api.finish().await;
}

#[tokio::test]
async fn what_does_not_exist_or_is_another_tenants_or_types_is_not_found() {
    let api = Api::start().await;
    api.publish_first_flow("discounts").await;
    for version in ["0", "2", "-1", "x", "1.0", "99999999999"] {
        api.get(&format!("/v1/flows/discounts/versions/{version}")).await.problem(404, "not_found");
    }
    api.get("/v1/flows/none/versions/1").await.problem(404, "not_found");
    api.get("/v1/flows/discounts/versions/1").as_(&api.other_tenant.token).await.problem(404, "not_found");
    api.create("discounts", config()).await;
    api.get("/api/connectors/discounts/versions/1").await.problem(404, "not_found");
    api.finish().await;
}
