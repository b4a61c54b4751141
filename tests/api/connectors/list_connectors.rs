use serde_json::{Value, json};
use tests::{Api, config, fields};

const CONNECTORS: &str = "/api/connectors";

/// The slugs of all pages of this many items.
async fn slugs(api: &Api, query: &str, limit: usize) -> Vec<String> {
    let mut all = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = api.get(&format!("{CONNECTORS}?limit={limit}&{query}{cursor}")).await.ok();
        let items = fields(&page["items"], "slug");
        assert!(items.len() <= limit);
        all.extend(items.into_iter().map(|slug| slug.as_str().unwrap().to_owned()));
        match &page["next_cursor"] {
            Value::String(next) => cursor = format!("&cursor={next}"),
            _ => return all,
        }
    }
}

#[tokio::test]
async fn a_workspace_without_connectors_has_an_empty_list() {
    let api = Api::start().await;
    assert_eq!(api.get(CONNECTORS).await.ok(), json!({"items": [], "next_cursor": null}));
    api.finish().await;
}

#[tokio::test]
async fn items_are_whole_and_newest_first() {
    let api = Api::start().await;
    for slug in ["b", "c", "a"] {
        api.create(slug, config()).await;
    }
    let listed = api.get(CONNECTORS).await.ok();
    assert_eq!(fields(&listed["items"], "slug"), ["a", "c", "b"]);
    assert_eq!(listed["items"][0], api.get("/api/connectors/a").await.ok());
    assert_eq!(listed["next_cursor"], Value::Null);
    api.finish().await;
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_repeat_in_every_order() {
    let api = Api::start().await;
    for slug in ["b", "d", "a", "e", "c"] {
        api.create(slug, config()).await;
    }
    api.patch_draft("d", json!({"settings": {"batch": 1}})).await;
    api.publish("b", 0).await;
    for limit in [1, 2, 3, 5, 200] {
        assert_eq!(slugs(&api, "", limit).await, ["c", "e", "a", "d", "b"]);
        assert_eq!(slugs(&api, "sort=name", limit).await, ["a", "b", "c", "d", "e"]);
        assert_eq!(slugs(&api, "sort=updated", limit).await, ["b", "d", "c", "e", "a"]);
    }
    api.finish().await;
}

#[tokio::test]
async fn a_page_of_a_list_that_grows_still_follows_the_last() {
    let api = Api::start().await;
    for slug in ["a", "b", "c"] {
        api.create(slug, config()).await;
    }
    let first = api.get(&format!("{CONNECTORS}?limit=2")).await.ok();
    api.create("d", config()).await;
    let next = first["next_cursor"].as_str().unwrap();
    let second = api.get(&format!("{CONNECTORS}?limit=2&cursor={next}")).await.ok();
    assert_eq!((fields(&second["items"], "slug"), &second["next_cursor"]), (vec![&json!("a")], &Value::Null));
    api.finish().await;
}

#[tokio::test]
async fn q_finds_parts_of_slugs_and_names_whatever_their_case() {
    let api = Api::start().await;
    for (slug, name) in [("hubspot-crm", "Sales"), ("stripe", "Billing_1"), ("pct", "100% sure")] {
        api.post(CONNECTORS).json(json!({"slug": slug, "name": name})).await.with_status(201);
    }
    for (q, found) in [
        ("SPOT", vec!["hubspot-crm"]),
        ("bill", vec!["stripe"]),
        ("%25", vec!["pct"]),
        ("_", vec!["stripe"]),
        ("zzz", vec![]),
        ("%5C", vec![]),
    ] {
        assert_eq!(slugs(&api, &format!("q={q}"), 50).await, found, "{q}");
    }
    assert_eq!(slugs(&api, "q=", 50).await.len(), 3);
    api.finish().await;
}

#[tokio::test]
async fn filters_combine() {
    let api = Api::start().await;
    for slug in ["archived", "changed", "clean", "fresh"] {
        api.create(slug, config()).await;
        if slug != "fresh" {
            api.publish(slug, 0).await;
        }
    }
    api.post("/api/connectors/archived/archive").json(json!({"base_version": 1})).await.ok();
    api.patch_draft("changed", json!({"settings": {"batch": 1}})).await;
    assert_eq!(slugs(&api, "has_unpublished_changes=true", 50).await, ["fresh", "changed"]);
    assert_eq!(slugs(&api, "has_unpublished_changes=false", 50).await, ["clean", "archived"]);
    assert_eq!(slugs(&api, "archived=true", 50).await, ["archived"]);
    assert_eq!(slugs(&api, "archived=false&has_unpublished_changes=false", 50).await, ["clean"]);
    assert_eq!(slugs(&api, "archived=false&q=e&sort=name", 1).await, ["changed", "clean", "fresh"]);
    api.finish().await;
}

#[tokio::test]
async fn bad_queries_are_refused() {
    let api = Api::start().await;
    for query in
        ["limit=0", "limit=201", "limit=-1", "limit=ten", "limit=1.5", "limit=", "sort=size", "archived=maybe", "has_unpublished_changes=1"]
    {
        api.get(&format!("{CONNECTORS}?{query}")).await.problem(400, "invalid_query");
    }
    for cursor in ["x", "00", "7b7d", "22", "é"] {
        api.get(&format!("{CONNECTORS}?cursor={cursor}")).await.problem(400, "invalid_cursor");
    }
    api.finish().await;
}

#[tokio::test]
async fn a_cursor_belongs_to_the_order_that_gave_it_out() {
    let api = Api::start().await;
    api.create("a", config()).await;
    api.create("b", config()).await;
    let page = api.get(&format!("{CONNECTORS}?limit=1&sort=name")).await.ok();
    let cursor = page["next_cursor"].as_str().unwrap();
    api.get(&format!("{CONNECTORS}?limit=1&cursor={cursor}")).await.problem(400, "invalid_cursor");
    api.finish().await;
}

#[tokio::test]
async fn only_the_workspaces_own_are_listed() {
    let api = Api::start().await;
    api.create("mine", config()).await;
    let theirs = json!({"slug": "theirs", "name": "theirs"});
    api.post(CONNECTORS).as_(&api.other_tenant.token).json(theirs).await.with_status(201);
    assert_eq!(slugs(&api, "", 50).await, ["mine"]);
    api.finish().await;
}
