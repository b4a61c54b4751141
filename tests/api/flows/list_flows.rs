use serde_json::{Value, json};
use tests::{Api, config, fields, graph, graph_with};

const FLOWS: &str = "/v1/flows";

/// The slugs of all pages of this many items.
async fn slugs(api: &Api, query: &str, limit: usize) -> Vec<String> {
    let mut all = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = api.get(&format!("{FLOWS}?limit={limit}&{query}{cursor}")).await.ok();
        let items = fields(&page["items"], "slug");
        assert!(items.len() <= limit);
        all.extend(items.into_iter().map(|slug| slug.as_str().unwrap().to_owned()));
        match &page["nextCursor"] {
            Value::String(next) => cursor = format!("&cursor={next}"),
            _ => return all,
        }
    }
}

#[tokio::test]
async fn a_workspace_without_flows_has_an_empty_list() {
    let api = Api::start().await;
    assert_eq!(api.get(FLOWS).await.ok(), json!({"items": [], "nextCursor": null}));
    api.finish().await;
}

#[tokio::test]
async fn items_are_whole_and_newest_first() {
    let api = Api::start().await;
    for slug in ["b", "c", "a"] {
        api.create_flow(slug, graph()).await;
    }
    let listed = api.get(FLOWS).await.ok();
    assert_eq!(fields(&listed["items"], "slug"), ["a", "c", "b"]);
    assert_eq!(listed["items"][0], api.get("/v1/flows/a").await.ok());
    assert_eq!(listed["nextCursor"], Value::Null);
    api.finish().await;
}

#[tokio::test]
async fn flows_and_connectors_are_listed_apart_and_so_are_tenants() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    api.create_flow("discounts", graph()).await;
    let theirs = json!({"slug": "theirs", "name": "theirs"});
    api.post(FLOWS).as_(&api.other_tenant.token).json(theirs).await.with_status(201);
    assert_eq!(slugs(&api, "", 50).await, ["discounts"]);
    assert_eq!(fields(&api.get("/api/connectors").await.ok()["items"], "slug"), ["crm"]);
    api.finish().await;
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_repeat_in_every_order() {
    let api = Api::start().await;
    for slug in ["b", "d", "a", "e", "c"] {
        api.create_flow(slug, graph()).await;
    }
    api.put_graph("d", graph_with([("big", "20")])).await;
    api.publish_flow("b", 0).await;
    for limit in [1, 2, 5] {
        assert_eq!(slugs(&api, "", limit).await, ["c", "e", "a", "d", "b"]);
        assert_eq!(slugs(&api, "sort=name", limit).await, ["a", "b", "c", "d", "e"]);
        assert_eq!(slugs(&api, "sort=updated", limit).await, ["b", "d", "c", "e", "a"]);
    }
    api.finish().await;
}

#[tokio::test]
async fn filters_find_by_name_and_by_state_and_combine() {
    let api = Api::start().await;
    for (slug, name) in [("archived", "Old"), ("changed", "Rebates"), ("clean", "Prices"), ("fresh", "Shipping")] {
        api.post(FLOWS).json(json!({"slug": slug, "name": name, "graph": graph()})).await.with_status(201);
        if slug != "fresh" {
            api.publish_flow(slug, 0).await;
        }
    }
    api.post("/v1/flows/archived/archive").json(json!({"baseVersion": 1})).await.ok();
    api.put_graph("changed", graph_with([("big", "20")])).await;
    assert_eq!(slugs(&api, "q=REBA", 50).await, ["changed"]);
    assert_eq!(slugs(&api, "q=resh", 50).await, ["fresh"]);
    assert_eq!(slugs(&api, "q=none", 50).await, [""; 0]);
    assert_eq!(slugs(&api, "has_unpublished_changes=true", 50).await, ["fresh", "changed"]);
    assert_eq!(slugs(&api, "has_unpublished_changes=false", 50).await, ["clean", "archived"]);
    assert_eq!(slugs(&api, "hasUnpublishedChanges=false&archived=false", 50).await, ["clean"]);
    assert_eq!(slugs(&api, "archived=true", 50).await, ["archived"]);
    assert_eq!(slugs(&api, "archived=false&q=h&sort=name", 1).await, ["changed", "fresh"]);
    api.finish().await;
}

#[tokio::test]
async fn bad_queries_are_refused() {
    let api = Api::start().await;
    for query in ["limit=0", "limit=201", "sort=size", "archived=maybe", "has_unpublished_changes=1"] {
        api.get(&format!("{FLOWS}?{query}")).await.problem(400, "invalid_query");
    }
    api.get(&format!("{FLOWS}?cursor=x")).await.problem(400, "invalid_cursor");
    api.finish().await;
}
