use domain::canonical::digest_of;
use serde_json::{Value, json};
use tests::{Api, Token, assert_millis, config, fields, without_flows};

const PUBLISH: &str = "/api/connectors/crm/publish";

#[tokio::test]
async fn a_publish_answers_the_version_that_is_active_from_then_on() {
    let api = Api::start().await;
    let created = api.create("crm", config()).await;
    let published = api.post(PUBLISH).json(json!({"base_version": 0, "note": "first light"})).await.ok();
    let expected = json!({
        "version": 1, "digest": digest_of(&config()), "published_at": published["published_at"],
        "source": "designer-publish", "event_id": published["event_id"],
    });
    assert_eq!(published, expected);
    assert_millis(&published["published_at"]);

    let connector = api.get("/api/connectors/crm").await.ok();
    assert_eq!((&connector["active_version"], &connector["has_unpublished_changes"]), (&json!(1), &json!(false)));
    let draft = api.draft("crm").await;
    assert_eq!(
        (&draft["base_version"], &draft["active_version"], &draft["has_unpublished_changes"]),
        (&json!(1), &json!(1), &json!(false))
    );
    assert_eq!(draft["etag"], created["etag"], "a publish leaves the draft's content alone");
    let version = api.get("/api/connectors/crm/versions/1").await.ok();
    assert_eq!((&version["note"], &version["config"]), (&json!("first light"), &config()));
    api.finish().await;
}

#[tokio::test]
async fn the_second_publish_is_version_2_and_the_first_stays() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    let second = api.publish_next("crm", 1).await;
    assert_eq!(second["version"], 2);
    let listed = api.get("/api/connectors/crm/versions").await.ok();
    assert_eq!(fields(&listed["items"], "version"), [2, 1]);
    assert_eq!(fields(&listed["items"], "is_active"), [true, false]);
    api.finish().await;
}

#[tokio::test]
async fn an_empty_config_can_be_published() {
    let api = Api::start().await;
    api.post("/api/connectors").json(json!({"slug": "crm", "name": "CRM"})).await.with_status(201);
    let published = api.publish("crm", 0).await;
    assert_eq!(published["digest"], json!(digest_of(&without_flows())));
    api.finish().await;
}

#[tokio::test]
async fn the_id_serves_as_well_as_the_slug() {
    let api = Api::start().await;
    let created = api.create("crm", config()).await;
    let id = created["id"].as_str().unwrap();
    for id in [id.to_owned(), id.to_uppercase()] {
        let base = api.get("/api/connectors/crm").await.ok()["active_version"].clone();
        api.patch_draft("crm", json!({"settings": {"batch": id}})).await;
        api.post(&format!("/api/connectors/{id}/publish")).json(json!({"base_version": base})).await.ok();
    }
    api.finish().await;
}

#[tokio::test]
async fn both_fleets_are_told_and_the_replica_is_in_sync_after_the_dispatcher_ran() {
    let api = Api::start().await;
    let published = api.publish_first("crm").await;
    api.dispatch().await;
    for fleet in &api.fleets {
        let told: Vec<Value> = api.messages(fleet).await.iter().map(|message| serde_json::to_value(message).unwrap()).collect();
        let connector = api.get("/api/connectors/crm").await.ok();
        let expected = json!({
            "event_id": published["event_id"], "event": "published", "epoch": 1, "workspace_id": api.tenant.workspace,
            "resource_id": connector["id"], "type": "connector", "slug": "crm", "version": 1,
            "digest": published["digest"], "published_at": published["published_at"],
        });
        assert_eq!(told, [expected]);
    }
    api.finish().await;
}

#[tokio::test]
async fn a_publish_without_a_base_version_is_refused() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    for body in [json!({}), json!({"base_version": null}), json!({"note": "x"})] {
        let refused = api.post(PUBLISH).json(body).await.problem(400, "base_version_required");
        assert_eq!(refused["active_version"], 1);
    }
    api.post(PUBLISH).await.problem(400, "base_version_required");
    api.finish().await;
}

#[tokio::test]
async fn a_stale_base_version_is_refused_with_what_happened_and_the_ways_out() {
    let api = Api::start().await;
    let first = api.publish_first("crm").await;
    api.patch_draft("crm", json!({"settings": {"batch": 7}})).await;
    for stale in [0, 2] {
        let refused = api.post(PUBLISH).json(json!({"base_version": stale})).await.problem(409, "version_conflict");
        assert_eq!(refused["active_version"], 1);
        assert_eq!(refused["draft_base_version"], 1);
        assert_eq!(refused["published_by"], json!(api.tenant.owner_email));
        assert_eq!(refused["published_at"], first["published_at"]);
        assert_eq!(refused["source"], "designer-publish");
        assert_eq!(refused["resolutions"], json!(["reset_draft", "keep_editing", "merge"]));
    }
    assert_eq!(api.get("/api/connectors/crm").await.ok()["active_version"], 1);
    api.finish().await;
}

#[tokio::test]
async fn a_draft_that_is_based_on_an_older_version_is_refused_even_with_the_right_base_version() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    api.publish_next("crm", 1).await;
    api.patch_draft("crm", json!({"settings": {"batch": 9}})).await;
    api.post("/api/connectors/crm/rollback").as_(&api.ci).json(json!({"version": 1, "base_version": 2})).await.ok();
    let refused = api.post(PUBLISH).json(json!({"base_version": 3})).await.problem(409, "version_conflict");
    assert_eq!((&refused["active_version"], &refused["draft_base_version"]), (&json!(3), &json!(2)));
    assert_eq!((&refused["published_by"], &refused["source"]), (&json!("ci-bot@acme.example"), &json!("rollback")));
    api.finish().await;
}

#[tokio::test]
async fn a_conflict_on_what_was_never_published_has_nobody_to_name() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let refused = api.post(PUBLISH).json(json!({"base_version": 1})).await.problem(409, "version_conflict");
    assert_eq!((&refused["active_version"], &refused["draft_base_version"]), (&json!(0), &json!(0)));
    assert_eq!((&refused["published_by"], &refused["published_at"], &refused["source"]), (&Value::Null, &Value::Null, &Value::Null));
    api.finish().await;
}

#[tokio::test]
async fn a_draft_that_changed_since_it_was_reviewed_is_refused() {
    let api = Api::start().await;
    let reviewed = api.create("crm", config()).await["etag"].clone();
    let editor = api.token(Token::Person("editor")).await;
    let changed = api.patch("/api/connectors/crm/draft").as_(&editor).json(json!({"settings": {"batch": 1}})).await.ok();
    let refused = api.post(PUBLISH).json(json!({"base_version": 0, "draft_etag": reviewed})).await.problem(409, "draft_changed");
    assert_eq!(
        (&refused["etag"], &refused["updated_by"], &refused["updated_at"]),
        (&changed["etag"], &changed["updated_by"], &changed["updated_at"])
    );

    let quoted = format!("\"{}\"", changed["etag"].as_str().unwrap());
    api.post(PUBLISH).json(json!({"base_version": 0, "draft_etag": quoted})).await.ok();
    api.finish().await;
}

#[tokio::test]
async fn a_stale_if_match_is_refused_before_a_conflict() {
    let api = Api::start().await;
    let reviewed = api.create("crm", config()).await["etag"].clone();
    let changed = api.patch_draft("crm", json!({"settings": {"batch": 1}})).await;
    let refused = api.post(PUBLISH).if_match(&reviewed).json(json!({"base_version": 7})).await.problem(412, "precondition_failed");
    assert_eq!(
        (&refused["etag"], &refused["updated_by"], &refused["updated_at"]),
        (&changed["etag"], &changed["updated_by"], &changed["updated_at"])
    );
    api.post(PUBLISH).if_match(&reviewed).json(json!({})).await.problem(400, "base_version_required");
    api.post(PUBLISH).if_match(&changed["etag"]).json(json!({"base_version": 0})).await.ok();
    api.finish().await;
}

#[tokio::test]
async fn a_note_is_at_most_2000_characters() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let body = |length: usize| json!({"base_version": 0, "note": "é".repeat(length)});
    let refused = api.post(PUBLISH).json(body(2001)).await.problem(422, "invalid_body");
    assert_eq!(fields(&refused["errors"], "pointer"), ["/note"]);
    api.post(PUBLISH).json(body(2000)).await.ok();
    api.finish().await;
}

#[tokio::test]
async fn a_draft_equal_to_the_active_version_is_refused() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    api.post(PUBLISH).json(json!({"base_version": 1})).await.problem(409, "no_changes");
    api.patch_draft("crm", json!({"settings": {"batch": 5}})).await;
    api.patch_draft("crm", json!({"settings": {"batch": 100}})).await;
    api.post(PUBLISH).json(json!({"base_version": 1})).await.problem(409, "no_changes");
    api.finish().await;
}

#[tokio::test]
async fn everything_that_blocks_a_publish_is_listed() {
    let api = Api::start().await;
    let mut broken = config();
    broken["event_flows"]["hubspot"]["contact.created"]["mapping"]["shoe_size"] = json!("properties.shoe");
    broken["event_flows"]["hubspot"]["contact.deleted"]["entity"] = json!("ghost");
    broken["entities"]["company"]["key"] = json!(["vat"]);
    let draft = api.create("crm", broken).await;
    let refused = api.post(PUBLISH).json(json!({"base_version": 0})).await.problem(422, "not_publishable");
    assert_eq!(refused["blockers"], draft["blockers"]);
    let mut paths = fields(&refused["blockers"], "path");
    paths.sort_by_key(|path| path.to_string());
    assert_eq!(
        paths,
        [
            "/entities/company/key/0",
            "/event_flows/hubspot/contact.created/mapping/shoe_size",
            "/event_flows/hubspot/contact.deleted/entity"
        ]
    );
    assert_eq!(api.get("/api/connectors/crm").await.ok()["active_version"], 0);
    api.finish().await;
}

#[tokio::test]
async fn warnings_do_not_block() {
    let api = Api::start().await;
    let mut odd = config();
    odd["entities"]["contact"]["fields"]["email"]["type"] = json!("colour");
    odd["x-team"] = json!("growth");
    let draft = api.create("crm", odd).await;
    assert_eq!((draft["warnings"].as_array().unwrap().len(), &draft["blockers"]), (2, &json!([])));
    api.publish("crm", 0).await;
    api.finish().await;
}

#[tokio::test]
async fn an_archived_connector_is_refused_and_its_draft_stays_editable() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    api.post("/api/connectors/crm/archive").json(json!({"base_version": 1})).await.ok();
    api.patch_draft("crm", json!({"settings": {"batch": 5}})).await;
    api.post(PUBLISH).json(json!({"base_version": 2})).await.problem(409, "archived");
    api.finish().await;
}

#[tokio::test]
async fn members_of_the_wrong_type_are_named() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let cases = [
        (json!({"base_version": "0"}), "/base_version"),
        (json!({"base_version": 0.5}), "/base_version"),
        (json!({"base_version": 0, "note": 7}), "/note"),
        (json!({"base_version": 0, "draft_etag": "abc"}), "/draft_etag"),
    ];
    for (body, pointer) in cases {
        let refused = api.post(PUBLISH).json(body).await.problem(422, "invalid_body");
        assert_eq!(refused["errors"][0]["pointer"], pointer);
        assert!(refused["errors"][0]["detail"].is_string());
    }
    api.post(PUBLISH).json(json!({"base_version": 0, "force": true})).await.problem(422, "invalid_body");
    api.post(PUBLISH).json(json!([])).await.problem(422, "invalid_body");
    api.finish().await;
}

#[tokio::test]
async fn what_is_not_there_or_is_another_tenants_is_not_found() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let theirs = api.get("/api/connectors/crm").await.ok()["id"].as_str().unwrap().to_owned();
    let body = json!({"base_version": 0});
    api.post("/api/connectors/nothing/publish").json(body.clone()).await.problem(404, "not_found");
    for reference in ["crm", &theirs] {
        let path = format!("/api/connectors/{reference}/publish");
        api.post(&path).as_(&api.other_tenant.token).json(body.clone()).await.problem(404, "not_found");
    }
    api.finish().await;
}
