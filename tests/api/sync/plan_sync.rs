use serde_json::{Value, json};
use tests::{Api, Token, config, digest, fields, file};

/// [`config`] with another batch size.
fn batch(size: u32) -> Value {
    let mut config = config();
    config["settings"]["batch"] = json!(size);
    config
}

async fn everything(api: &Api) -> Vec<(String, i64)> {
    let query = "SELECT 'resources', count(*) FROM resources UNION ALL SELECT 'versions', count(*) FROM resource_versions
        UNION ALL SELECT 'contents', count(*) FROM contents UNION ALL SELECT 'checks', count(*) FROM checks
        UNION ALL SELECT 'audit', count(*) FROM audit_log UNION ALL SELECT 'anchors', count(*) FROM git_anchors";
    sqlx::query_as(query).fetch_all(&api.owner_db).await.unwrap()
}

#[tokio::test]
async fn a_plan_says_what_becomes_of_each_file_and_writes_nothing() {
    let api = Api::start().await;
    for slug in ["same", "theirs", "ours", "both", "clash"] {
        api.publish_first(slug).await;
    }
    for slug in ["theirs", "both", "clash"] {
        api.patch_draft(slug, json!({"settings": {"batch": 7}})).await;
    }
    let mut with_retries = config();
    with_retries["settings"]["retries"] = json!(3);
    let before = everything(&api).await;
    let files = vec![
        file("new", &config(), None),
        file("same", &config(), Some(&config())),
        file("theirs", &config(), Some(&config())),
        file("ours", &batch(9), Some(&config())),
        file("both", &with_retries, Some(&config())),
        file("clash", &batch(9), Some(&config())),
    ];
    let plan = api.plan(files).await.ok();
    let items = &plan["items"];
    assert_eq!(fields(items, "slug"), ["new", "same", "theirs", "ours", "both", "clash"]);
    assert_eq!(fields(items, "change"), ["created", "unchanged", "unchanged", "updated", "merged", "conflict"]);
    let mut merged = with_retries.clone();
    merged["settings"]["batch"] = json!(7);
    let results = [digest(&config()), digest(&config()), digest(&batch(7)), digest(&batch(9)), digest(&merged), Value::Null];
    assert_eq!(fields(items, "resultDigest"), results.iter().collect::<Vec<_>>());
    assert_eq!(fields(items, "baseVersion"), [0, 1, 1, 1, 1, 1]);
    assert_eq!(items[0]["id"], Value::Null);
    assert_eq!(items[1]["id"], api.get("/api/connectors/same").await.ok()["id"]);
    assert_eq!(items[5]["conflicts"], json!([{"path": "/settings/batch", "base": 100, "local": 9, "draft": 7}]));
    assert_eq!((&items[5]["draftEtag"], &items[5]["conflictWith"]), (&digest(&batch(7)), &json!("draft")));
    assert!(items.as_array().unwrap().iter().all(|item| item.get("blockedBy").is_none()), "{items}");
    assert_eq!(everything(&api).await, before);
    api.finish().await;
}

#[tokio::test]
async fn without_a_base_only_an_equal_file_is_no_conflict() {
    let api = Api::start().await;
    api.publish_first("same").await;
    api.publish_first("other").await;
    let plan = api.plan([file("same", &config(), None), file("other", &batch(1), None)]).await.ok();
    assert_eq!(fields(&plan["items"], "change"), ["unchanged", "conflict"]);
    assert_eq!(plan["items"][1]["conflicts"], json!([{"path": "", "local": batch(1), "draft": config()}]));
    api.finish().await;
}

#[tokio::test]
async fn a_draft_that_is_behind_is_merged_onto_the_active_version_first() {
    let api = Api::start().await;
    for slug in ["merges", "clashes"] {
        api.publish_first(slug).await;
        api.publish_next(slug, 1).await;
        let patch = if slug == "merges" { json!({"settings": {"mine": true}}) } else { json!({"settings": {"batch": 9}}) };
        api.patch_draft(slug, patch).await;
        api.post(&format!("/api/connectors/{slug}/rollback")).json(json!({"version": 1, "base_version": 2})).await.ok();
    }
    let plan = api.plan([file("merges", &config(), Some(&config())), file("clashes", &config(), Some(&config()))]).await.ok();
    let mut merged = config();
    merged["settings"]["mine"] = json!(true);
    let (merges, clashes) = (&plan["items"][0], &plan["items"][1]);
    assert_eq!((&merges["change"], &merges["resultDigest"], &merges["baseVersion"]), (&json!("merged"), &digest(&merged), &json!(3)));
    assert_eq!((&clashes["change"], &clashes["conflictWith"], &clashes["baseVersion"]), (&json!("conflict"), &json!("active"), &json!(2)));
    assert_eq!(clashes["conflicts"], json!([{"path": "/settings/batch", "base": 2, "draft": 9, "active": 100}]));
    api.finish().await;
}

#[tokio::test]
async fn it_says_what_would_keep_the_result_from_being_published() {
    let api = Api::start().await;
    let mut broken = config();
    broken["entities"].as_object_mut().unwrap().remove("contact");
    api.publish_first("crm").await;
    let files = || [file("crm", &broken, Some(&config())), file("new", &config(), None)];
    let expected = [("Hybrid", [json!(["not_publishable"]), Value::Null]), ("CodeManaged", [json!(["not_publishable"]), Value::Null])];
    for (mode, blocked) in expected {
        api.set_mode(mode).await;
        let plan = api.plan(files()).await.ok();
        assert_eq!(fields(&plan["items"], "blockedBy"), blocked.iter().collect::<Vec<_>>(), "{mode}");
    }
    api.set_mode("DesignerOnly").await;
    let plan = api.plan(files()).await.ok();
    assert_eq!(fields(&plan["items"], "blockedBy"), [&json!(["governance", "not_publishable"]), &json!(["governance"])]);
    // What keeps CI from publishing does not keep the console from it, and the other way round.
    let from_the_console = api.plan(files()).as_(&api.tenant.token);
    assert_eq!(fields(&from_the_console.await.ok()["items"], "blockedBy"), [&json!(["not_publishable"]), &Value::Null]);
    api.set_mode("CodeManaged").await;
    for token in [api.tenant.token.clone(), api.token(Token::Agent).await] {
        let plan = api.plan([file("new", &config(), None)]).as_(&token).await.ok();
        assert_eq!(plan["items"][0]["blockedBy"], json!(["governance"]));
    }
    api.finish().await;
}

#[tokio::test]
async fn where_others_conflict_a_file_that_can_not_be_stored_is_an_item_too() {
    let api = Api::start().await;
    api.publish_first("clash").await;
    api.publish_first("broken").await;
    api.patch_draft("clash", json!({"settings": {"batch": 7}})).await;
    let mut broken = config();
    broken["entities"] = json!([]);
    let conflicts = || file("clash", &batch(9), Some(&config()));
    let faulty = || [file("broken", &broken, Some(&config())), file("new", &broken, None)];
    let plan = api.plan(faulty().into_iter().chain([conflicts()])).await.ok();
    let items = &plan["items"];
    assert_eq!(fields(items, "change"), ["updated", "created", "conflict"]);
    assert_eq!(fields(items, "blockedBy"), [&json!(["not_publishable"]), &json!(["not_publishable"]), &Value::Null]);
    // As apply, which puts the conflict first.
    api.apply(faulty().into_iter().chain([conflicts()])).await.problem(409, "merge_conflict");
    // Without the conflict both say what is wrong.
    for refused in [api.plan(faulty()).await, api.apply(faulty()).await] {
        let refused = refused.problem(422, "schema_violation");
        assert_eq!(fields(&refused["errors"], "pointer"), ["/resources/0/body/entities", "/resources/1/body/entities"]);
    }
    api.finish().await;
}

#[tokio::test]
async fn contents_and_bases_that_are_not_here_are_named_all_of_them() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    let without_body = |slug: &str, size: u32| {
        let mut file = file(slug, &batch(size), Some(&batch(50)));
        file.as_object_mut().unwrap().remove("body");
        file
    };
    let refused = api.plan([without_body("crm", 1), without_body("new", 2)]).await.problem(422, "unknown_content");
    let mut lacking = [digest(&batch(1)), digest(&batch(2))];
    lacking.sort_by_key(Value::to_string);
    assert_eq!(refused["digests"], json!(lacking));
    let refused = api.plan([file("crm", &batch(1), Some(&batch(50))), file("new", &batch(1), Some(&batch(50)))]).await;
    assert_eq!(refused.problem(422, "unknown_base")["digests"], json!([digest(&batch(50))]));
    // What is stored needs no body; what another tenant stored is not.
    let theirs = json!({"slug": "crm", "name": "CRM", "config": batch(1)});
    api.post("/api/connectors").as_(&api.other_tenant.token).json(theirs).await.with_status(201);
    let mut stored = file("crm", &config(), Some(&config()));
    stored.as_object_mut().unwrap().remove("body");
    api.plan([stored]).await.ok();
    let mut theirs = without_body("crm", 1);
    theirs["baseDigest"] = Value::Null;
    api.plan([theirs]).await.problem(422, "unknown_content");
    api.finish().await;
}

#[tokio::test]
async fn what_is_wrong_with_the_list_is_told_with_pointers() {
    let api = Api::start().await;
    let mut lies = file("lies", &config(), None);
    lies["digest"] = digest(&batch(1));
    let mut nameless = file("nameless", &config(), None);
    nameless["name"] = json!(" ");
    let files = [file("crm", &config(), None), file("crm", &config(), None), file("No Slug", &config(), None), lies, nameless];
    let refused = api.plan(files).await.problem(422, "invalid_body");
    assert_eq!(fields(&refused["errors"], "pointer"), ["/resources/1", "/resources/2/slug", "/resources/3/digest", "/resources/4/name"]);
    let many: Vec<Value> =
        (0..1001).map(|nth| json!({"type": "connector", "slug": format!("c{nth}"), "digest": digest(&json!({}))})).collect();
    let refused = api.plan(many).await.problem(422, "invalid_body");
    assert_eq!(fields(&refused["errors"], "pointer"), ["/resources"]);
    for (member, value) in [("type", json!("table")), ("digest", json!("x")), ("expect", json!(1)), ("unknown", json!(1))] {
        let mut file = file("crm", &config(), None);
        file[member] = value;
        api.plan([file]).await.problem(422, "invalid_body");
    }
    let refused = api.plan([file("crm", &json!({"schema_version": "1.0"}), None)]).await.problem(422, "schema_violation");
    assert!(fields(&refused["errors"], "pointer").iter().all(|pointer| pointer.as_str().unwrap().starts_with("/resources/0/body")));
    api.finish().await;
}

#[tokio::test]
async fn reading_is_all_that_it_takes() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    let may = [Token::Person("viewer"), Token::PersonWithFcc("viewer"), Token::Agent, Token::Service(&["read"])];
    for token in may {
        api.plan([file("crm", &config(), None)]).as_(&api.token(token).await).await.ok();
    }
    for token in [Token::Application, Token::Service(&["publish"])] {
        api.plan([file("crm", &config(), None)]).as_(&api.token(token).await).await.problem(403, "forbidden");
    }
    api.finish().await;
}

#[tokio::test]
async fn the_slug_of_a_deleted_resource_is_not_planned_for() {
    let api = Api::start().await;
    api.create("gone", config()).await;
    api.delete("/api/connectors/gone").await.with_status(204);
    let refused = api.plan([file("gone", &config(), None)]).await.problem(409, "slug_taken");
    assert_eq!(refused["slugs"], json!(["gone"]));
    api.finish().await;
}
