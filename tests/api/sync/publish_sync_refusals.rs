//! What a bulk publish refuses: all of it, with every reason.

use serde_json::{Value, json};
use tests::{Api, Token, config, fields, file};

use super::publish_sync::versions;

fn reason_names(item: &Value) -> impl Iterator<Item = &String> {
    item["reasons"].as_array().into_iter().flatten().filter_map(Value::as_object).flat_map(|reason| reason.keys())
}

#[tokio::test]
async fn what_does_not_exist_is_named_and_nothing_is_published() {
    let api = Api::start().await;
    api.create("a", config()).await;
    let refused = api.publish_many(json!({"connectorIds": ["a", "none"], "flowIds": ["a"]})).await.problem(404, "not_found");
    let expected = json!([{"type": "connector", "id": "none", "reason": "not_found"}, {"type": "flow", "id": "a", "reason": "not_found"}]);
    assert_eq!(refused["items"], expected);
    let other = json!({"connectorIds": ["a"]});
    api.publish_many(other).as_(&api.other_tenant.token).await.problem(404, "not_found");
    let expected = json!([{"type": "flow", "id": "x", "baseVersion": 0, "draftEtag": "0".repeat(64)}]);
    api.publish_many(json!({"connectorIds": [], "expect": expected})).await.problem(404, "not_found");
    assert_eq!(versions(&api).await, 0);
    api.finish().await;
}

#[tokio::test]
async fn every_reason_of_every_item_is_told_at_once_and_a_conflict_decides_the_status() {
    let api = Api::start().await;
    for slug in ["archived", "behind", "broken", "fine"] {
        api.publish_first(slug).await;
        api.publish_next(slug, 1).await;
        api.patch_draft(slug, json!({"settings": {"batch": 3}})).await;
    }
    api.post("/api/connectors/archived/archive").json(json!({"base_version": 2})).await.ok();
    api.post("/api/connectors/behind/rollback").json(json!({"base_version": 2, "version": 1})).await.ok();
    api.patch_draft("behind", json!({"entities": {"contact": null}})).await;
    api.patch_draft("broken", json!({"entities": {"contact": null}})).await;
    let refused =
        api.publish_many(json!({"connectorIds": ["archived", "behind", "broken", "fine"]})).await.problem(409, "version_conflict");
    assert_eq!(fields(&refused["items"], "slug"), ["archived", "behind", "broken"]);
    let codes: Vec<Value> = refused["items"].as_array().unwrap().iter().map(|item| json!(fields(&item["reasons"], "code"))).collect();
    let expected = [json!(["version_conflict", "archived"]), json!(["version_conflict", "not_publishable"]), json!(["not_publishable"])];
    assert_eq!(codes, expected);
    let conflict = &refused["items"][1]["reasons"][0];
    assert_eq!((&conflict["publishedVersion"], &conflict["draftBaseVersion"]), (&json!(3), &json!(2)));
    assert_eq!(conflict["publishedBy"], "owner@acme.example");
    let names: Vec<&String> = refused["items"].as_array().unwrap().iter().flat_map(reason_names).collect();
    assert!(names.iter().all(|name| !name.contains('_')), "{names:?}");
    assert_eq!(conflict["resolutions"], json!(["reset_draft", "keep_editing", "merge"]));
    assert_eq!(api.get("/api/connectors/fine").await.ok()["active_version"], 2);
    // Not named, what is archived is left alone; the rest still has to be publishable.
    api.delete("/api/connectors/behind/draft").await.ok();
    api.delete("/api/connectors/broken/draft").await.ok();
    let published = api.publish_many(json!({"connectorIds": []})).await.ok();
    assert_eq!(fields(&published["items"], "status"), ["skipped", "published"]);
    assert_eq!((&published["items"][0]["reason"], &published["items"][0]["version"]), (&json!("archived"), &json!(3)));
    api.finish().await;
}

#[tokio::test]
async fn an_expectation_that_no_longer_holds_is_a_conflict() {
    let api = Api::start().await;
    let applied = api.apply([file("a", &config(), None), file("b", &config(), None)]).await.ok();
    let expect: Vec<Value> = applied["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| json!({"type": item["type"], "id": item["id"], "baseVersion": item["baseVersion"], "draftEtag": item["draftEtag"]}))
        .collect();
    let publish = || api.publish_many(json!({"connectorIds": ["a", "b"], "expect": expect}));
    api.patch("/api/connectors/b/draft").as_(&api.ci).json(json!({"settings": {"batch": 2}})).await.ok();
    let refused = publish().await.problem(409, "draft_changed");
    assert_eq!(fields(&refused["items"], "slug"), ["b"]);
    assert_eq!(fields(&refused["items"], "reason"), ["draft_changed"]);
    assert_eq!(versions(&api).await, 0);
    // Also of one that would not be published itself.
    api.publish_many(json!({"connectorIds": ["a"], "expect": expect})).await.problem(409, "draft_changed");
    api.patch("/api/connectors/b/draft").as_(&api.ci).json(json!({"settings": {"batch": 100}})).await.ok();
    publish().await.ok();
    assert_eq!(versions(&api).await, 2);
    publish().await.problem(409, "version_conflict");
    api.finish().await;
}

#[tokio::test]
async fn the_mode_and_the_right_to_publish_hold_for_many_as_for_one() {
    let api = Api::start().await;
    let allowed = [("Hybrid", true, true), ("DesignerOnly", true, false), ("CodeManaged", false, true)];
    let agent = api.token(Token::Agent).await;
    for (nth, (mode, designer, cli)) in allowed.into_iter().enumerate() {
        api.set_mode(mode).await;
        for (token, may) in [(&api.tenant.token, designer), (&api.ci, cli)] {
            let slug = format!("c{nth}-{may}");
            let slug = if api.get(&format!("/api/connectors/{slug}")).await.status == 404 { slug } else { format!("{slug}-2") };
            let created = json!({"slug": slug, "name": slug, "config": config()});
            api.post("/api/connectors").as_(&api.ci).json(created).await.with_status(201);
            let publish = api.publish_many(json!({"connectorIds": [slug]})).as_(token).await;
            if may {
                let source = if *token == api.ci { "cli-publish" } else { "designer-publish" };
                publish.ok();
                assert_eq!(api.get(&format!("/api/connectors/{slug}/versions/1")).await.ok()["source"], source);
            } else {
                publish.problem(400, "governance_refused");
                api.publish_many(json!({"connectorIds": []})).as_(token).await.problem(400, "governance_refused");
            }
        }
        api.publish_many(json!({"connectorIds": []})).as_(&agent).await.problem(403, "forbidden");
    }
    for token in [Token::Person("author"), Token::PersonWithFcc("author"), Token::Service(&["read", "draft", "apply"]), Token::Application]
    {
        api.publish_many(json!({"connectorIds": []})).as_(&api.token(token).await).await.problem(403, "forbidden");
    }
    let audited = "SELECT detail ->> 'code', count(*) FROM audit_log WHERE action = 'publish_refused' GROUP BY 1 ORDER BY 1";
    let refusals: Vec<(String, i64)> = sqlx::query_as(audited).fetch_all(&api.owner_db).await.unwrap();
    assert_eq!(refusals, [("forbidden".to_owned(), 7), ("governance_refused".to_owned(), 4)]);
    api.finish().await;
}

#[tokio::test]
async fn a_refusal_is_in_the_audit_log_of_each_resource_that_was_named() {
    let api = Api::start().await;
    for slug in ["a", "b"] {
        api.create(slug, config()).await;
    }
    let agent = api.token(Token::Agent).await;
    api.publish_many(json!({"connectorIds": ["b", "a", "a"]})).as_(&agent).await.problem(403, "forbidden");
    api.publish_many(json!({"connectorIds": []})).as_(&agent).await.problem(403, "forbidden");
    api.set_mode("DesignerOnly").await;
    api.publish_many(json!({"connectorIds": ["a", "b"]})).await.problem(400, "governance_refused");
    let audited: Vec<(String, Option<String>)> = sqlx::query_as(
        "SELECT a.detail->>'code', r.slug FROM audit_log a LEFT JOIN resources r ON r.id = a.resource_id
          WHERE a.action = 'publish_refused' ORDER BY 1, 2",
    )
    .fetch_all(&api.owner_db)
    .await
    .unwrap();
    let expected = [
        ("forbidden", Some("a")),
        ("forbidden", Some("b")),
        ("forbidden", None),
        ("governance_refused", Some("a")),
        ("governance_refused", Some("b")),
    ];
    assert_eq!(audited, expected.map(|(code, slug)| (code.to_owned(), slug.map(str::to_owned))));
    api.finish().await;
}

#[tokio::test]
async fn reasons_beyond_what_an_answer_can_carry_are_told_by_their_codes() {
    let api = Api::start().await;
    let mut broken = config();
    broken["event_flows"]["many"] =
        (0..1000).map(|nth| (format!("event-{nth}"), json!({"entity": "none", "action": "upsert", "mapping": {}}))).collect();
    let slugs: Vec<String> = (0..24).map(|nth| format!("c{nth:02}")).collect();
    api.apply(slugs.iter().map(|slug| file(slug, &broken, None))).await.ok();
    let answer = api.publish_many(json!({"connectorIds": []})).await;
    assert!(answer.body.len() < 4 << 20, "{} bytes", answer.body.len());
    let refused = answer.problem(422, "not_publishable");
    assert_eq!(refused["truncated"], true);
    assert_eq!(fields(&refused["items"], "slug"), slugs.iter().collect::<Vec<_>>());
    assert!(fields(&refused["items"], "reason").iter().all(|reason| *reason == "not_publishable"));
    let (first, last) = (&refused["items"][0]["reasons"], &refused["items"][23]["reasons"]);
    assert_eq!(first[0]["blockers"].as_array().unwrap().len(), 1000);
    assert_eq!(last, &json!([{"code": "not_publishable"}]));
    api.finish().await;
}

#[tokio::test]
async fn more_than_one_transaction_takes_is_said_before_anybody_has_to_wait_for_it() {
    let api = Api::start().await;
    let id = api.create("c", config()).await["id"].as_str().unwrap().to_owned();
    // As if somebody had made very many of the same.
    let many = "WITH made AS (INSERT INTO resources (workspace_id, type, slug, name)
                    SELECT r.workspace_id, r.type, r.slug || '-' || n, r.name FROM resources r, generate_series(1, 10000) n WHERE r.id = $1::uuid
                    RETURNING id, workspace_id)
                INSERT INTO resource_versions (workspace_id, resource_id, digest, source, surface)
                SELECT m.workspace_id, m.id, d.digest, 'designer-draft', 'designer' FROM made m, resource_drafts d WHERE d.resource_id = $1::uuid";
    sqlx::query(many).bind(&id).execute(&api.owner_db).await.unwrap();
    let drafts = "INSERT INTO resource_drafts (resource_id, workspace_id, digest, manifest_digest, base_version, updated_at, snapshot_id, updated_surface)
                  SELECT v.resource_id, v.workspace_id, v.digest, d.manifest_digest, 0, now(), v.id, 'designer'
                    FROM resource_versions v, resource_drafts d WHERE d.resource_id = $1::uuid AND v.resource_id <> d.resource_id";
    sqlx::query(drafts).bind(&id).execute(&api.owner_db).await.unwrap();
    let refused = api.publish_many(json!({"connectorIds": []})).await.problem(413, "payload_too_large");
    assert!(refused["detail"].as_str().unwrap().starts_with("10001 drafts are asked for, and one transaction takes 10000."), "{refused}");
    assert_eq!(versions(&api).await, 0);
    api.publish_many(json!({"connectorIds": ["c"]})).await.ok();
    api.finish().await;
}
