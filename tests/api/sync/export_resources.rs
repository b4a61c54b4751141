use domain::canonical::digest_of;
use serde_json::{Value, json};
use tests::{Api, Token, assert_millis, config, config_of_size, fields};

const EXPORT: &str = "/v1/sync/export";

#[tokio::test]
async fn published_versions_are_exported_and_drafts_of_what_was_never_published() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    api.patch_draft("crm", json!({"settings": {"batch": "edited"}})).await;
    let flow = api.post("/v1/flows").json(json!({"slug": "fees", "name": "Fees"})).await.with_status(201);
    let export = api.get(EXPORT).as_(&api.ci).await.ok();
    let id = api.get("/api/connectors/crm").await.ok()["id"].clone();
    let expected = json!({
        "workspace": {"id": api.tenant.workspace, "slug": "acme", "name": "acme", "governanceMode": "Hybrid", "environmentKind": "Development",
                      "gitRepoUrl": null, "gitBranch": null},
        "asOfUtc": export["asOfUtc"],
        "resources": [
            {"type": "connector", "id": id, "slug": "crm", "name": "crm", "publishedVersion": 1, "archived": false,
             "digest": digest_of(&config()), "body": config(), "lastApplied": null},
            {"type": "flow", "id": flow["id"], "slug": "fees", "name": "Fees", "publishedVersion": 0, "archived": false,
             "digest": flow["etag"], "body": {"nodes": [], "edges": []}, "lastApplied": null},
        ],
        "nextCursor": null,
    });
    assert_eq!(export, expected);
    assert_millis(&export["asOfUtc"]);
    let drafts = api.get(&format!("{EXPORT}?of=draft")).as_(&api.ci).await.ok();
    assert_eq!(drafts["resources"][0]["body"]["settings"]["batch"], "edited");
    api.finish().await;
}

#[tokio::test]
async fn pages_hold_everything_once_in_the_order_of_ids() {
    let api = Api::start().await;
    for nth in 0..5 {
        api.create(&format!("c{nth}"), config()).await;
    }
    let (mut slugs, mut cursor) = (Vec::<Value>::new(), String::new());
    loop {
        let page = api.get(&format!("{EXPORT}?limit=2&bodies=false{cursor}")).await.ok();
        assert!(page["resources"].as_array().unwrap().iter().all(|one| one.get("body").is_none()), "bodies=false leaves them out");
        slugs.extend(fields(&page["resources"], "slug").into_iter().cloned());
        let Value::String(next) = &page["nextCursor"] else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(json!(slugs), json!(["c0", "c1", "c2", "c3", "c4"]));
    api.finish().await;
}

#[tokio::test]
async fn whatever_is_written_between_two_pages_nothing_is_twice_or_missing() {
    let api = Api::start().await;
    for nth in 0..5 {
        api.publish_first(&format!("c{nth}")).await;
    }
    let (mut seen, mut cursor, mut pages) = (Vec::<(Value, Value)>::new(), String::new(), 0);
    loop {
        let page = api.get(&format!("{EXPORT}?limit=2{cursor}")).as_(&api.ci).await.ok();
        for one in page["resources"].as_array().unwrap() {
            assert_eq!(one["digest"], json!(digest_of(&one["body"])), "a body is that of its version");
            seen.push((one["slug"].clone(), one["publishedVersion"].clone()));
        }
        pages += 1;
        let Value::String(next) = &page["nextCursor"] else { break };
        cursor = format!("&cursor={next}");
        // One that was read, one that was not, and for once a new one.
        api.publish_next("c0", pages).await;
        api.publish_next("c4", pages).await;
        if pages == 1 {
            api.create("made-meanwhile", config()).await;
        }
    }
    let expected = [("c0", 1), ("c1", 1), ("c2", 1), ("c3", 1), ("c4", 3), ("made-meanwhile", 0)];
    assert_eq!(seen, expected.map(|(slug, version)| (json!(slug), json!(version))));
    api.finish().await;
}

#[tokio::test]
async fn a_page_has_a_megabyte_of_bodies_and_the_rest_is_read_by_digest() {
    let api = Api::start().await;
    for (slug, size) in [("a", 700_000), ("b", 300_000), ("c", 100_000), ("d", 2_000)] {
        api.create(slug, config_of_size(size)).await;
    }
    let page = api.get(EXPORT).await.ok();
    let has_body: Vec<bool> = page["resources"].as_array().unwrap().iter().map(|one| one.get("body").is_some()).collect();
    assert_eq!(has_body, [true, true, false, false]);
    let left_out = page["resources"][2]["digest"].as_str().unwrap();
    assert_eq!(api.get(&format!("/v1/sync/contents/{left_out}")).await.ok(), config_of_size(100_000));
    api.finish().await;
}

#[tokio::test]
async fn archived_ones_are_there_too_and_other_tenants_are_not() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    api.post("/api/connectors/crm/archive").json(json!({"base_version": 1})).await.ok();
    let export = api.get(EXPORT).await.ok();
    assert_eq!((&export["resources"][0]["archived"], &export["resources"][0]["publishedVersion"]), (&json!(true), &json!(2)));
    assert_eq!(api.get(EXPORT).as_(&api.other_tenant.token).await.ok()["resources"], json!([]));
    api.get(EXPORT).as_(&api.token(Token::Application).await).await.problem(403, "forbidden");
    api.get(&format!("{EXPORT}?of=everything")).await.problem(400, "invalid_query");
    api.finish().await;
}
