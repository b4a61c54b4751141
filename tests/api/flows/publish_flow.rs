use domain::canonical::digest_of;
use serde_json::{Value, json};
use tests::{Api, Token, assert_millis, config, fields, graph, graph_with};

const PUBLISH: &str = "/v1/flows/discounts/publish";

#[tokio::test]
async fn a_publish_answers_the_version_that_is_published_from_then_on() {
    let api = Api::start().await;
    let created = api.create_flow("discounts", graph()).await;
    let published = api.post(PUBLISH).json(json!({"baseVersion": 0, "note": "first light"})).await.ok();
    let expected = json!({
        "version": 1, "digest": digest_of(&graph()), "publishedAt": published["publishedAt"], "source": "designer-publish",
        "eventId": published["eventId"],
    });
    assert_eq!(published, expected);
    assert_millis(&published["publishedAt"]);

    let flow = api.get("/v1/flows/discounts").await.ok();
    assert_eq!((&flow["publishedVersion"], &flow["hasUnpublishedChanges"]), (&json!(1), &json!(false)));
    let draft = api.flow_draft("discounts").await;
    assert_eq!((&draft["baseVersion"], &draft["publishedVersion"], &draft["hasUnpublishedChanges"]), (&json!(1), &json!(1), &json!(false)));
    assert_eq!(draft["etag"], created["etag"], "a publish leaves the draft's content alone");
    let version = api.get("/v1/flows/discounts/versions/1").await.ok();
    assert_eq!((&version["note"], &version["graph"]), (&json!("first light"), &graph()));
    api.finish().await;
}

#[tokio::test]
async fn the_second_publish_is_version_2_and_the_first_stays() {
    let api = Api::start().await;
    let created = api.create_flow("discounts", graph()).await;
    api.publish_flow("discounts", 0).await;
    api.put_graph("discounts", graph_with([("big", "20")])).await;
    let by_id = format!("/v1/flows/{}/publish", created["id"].as_str().unwrap());
    assert_eq!(api.post(&by_id).json(json!({"baseVersion": 1})).await.ok()["version"], 2);
    let listed = api.get("/v1/flows/discounts/versions").await.ok();
    assert_eq!(fields(&listed["items"], "version"), [2, 1]);
    assert_eq!(fields(&listed["items"], "isActive"), [true, false]);
    assert_eq!(api.get("/v1/flows/discounts/versions/1").await.ok()["graph"], graph());
    api.finish().await;
}

#[tokio::test]
async fn both_fleets_are_told_and_the_replica_is_in_sync_after_the_dispatcher_ran() {
    let api = Api::start().await;
    let published = api.publish_first_flow("discounts").await;
    api.dispatch().await;
    let flow = api.get("/v1/flows/discounts").await.ok();
    for fleet in &api.fleets {
        let told: Vec<Value> = api.messages(fleet).await.iter().map(|message| serde_json::to_value(message).unwrap()).collect();
        let expected = json!({
            "event_id": published["eventId"], "event": "published", "epoch": 1, "workspace_id": api.tenant.workspace,
            "resource_id": flow["id"], "type": "flow", "slug": "discounts", "version": 1,
            "digest": published["digest"], "published_at": published["publishedAt"],
        });
        assert_eq!(told, [expected]);
    }
    let status = api.get("/v1/replica/flow/discounts").await.ok();
    assert_eq!((&status["publishedVersion"], &status["replicaVersion"], &status["inSync"]), (&json!(1), &json!(1), &json!(true)));
    api.finish().await;
}

#[tokio::test]
async fn workers_read_the_published_graph_byte_for_byte_and_never_the_draft() {
    let api = Api::start().await;
    api.publish_first_flow("discounts").await;
    api.put_graph("discounts", graph_with([("big", "99")])).await;
    api.dispatch().await;
    let id = api.replica.resolve(api.tenant.workspace, domain::identity::ResourceType::Flow, "discounts").await.unwrap().unwrap();
    let current = api.replica.current(api.tenant.workspace, id, replica::Read::Consistent).await.unwrap().unwrap();
    assert_eq!(api.replica.load(&current).await.unwrap(), domain::Canonical::of(&graph()).bytes);
    assert_eq!(api.replica.manifest(&current).await.unwrap().len(), 0);
    api.finish().await;
}

#[tokio::test]
async fn a_flow_and_a_connector_of_one_slug_are_published_and_replicated_apart() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    api.create_flow("crm", graph()).await;
    assert_eq!(api.get("/v1/flows/crm").await.ok()["publishedVersion"], 0);
    api.publish_flow("crm", 0).await;
    api.publish_next_flow("crm", 1).await;
    assert_eq!(api.get("/api/connectors/crm").await.ok()["active_version"], 1);
    api.dispatch().await;
    for (kind, version) in [("connector", 1), ("flow", 2)] {
        assert_eq!(api.get(&format!("/v1/replica/{kind}/crm")).await.ok()["replicaVersion"], version, "{kind}");
    }
    assert_eq!(api.draft("crm").await["config"], config());
    api.finish().await;
}

#[tokio::test]
async fn a_publish_without_a_base_version_is_refused() {
    let api = Api::start().await;
    api.publish_first_flow("discounts").await;
    for body in [json!({}), json!({"baseVersion": null}), json!({"note": "x"})] {
        let refused = api.post(PUBLISH).json(body).await.problem(400, "base_version_required");
        assert_eq!(refused["publishedVersion"], 1);
        assert!(refused["detail"].as_str().unwrap().contains("`baseVersion`"), "{refused}");
    }
    api.post(PUBLISH).await.problem(400, "base_version_required");
    api.finish().await;
}

#[tokio::test]
async fn a_stale_base_version_is_refused_with_what_happened_and_the_ways_out() {
    let api = Api::start().await;
    let first = api.publish_first_flow("discounts").await;
    api.put_graph("discounts", graph_with([("big", "20")])).await;
    for stale in [0, 2] {
        let refused = api.post(PUBLISH).json(json!({"baseVersion": stale})).await.problem(409, "version_conflict");
        let told = json!({
            "publishedVersion": 1, "draftBaseVersion": 1, "publishedBy": api.tenant.owner_email, "publishedAt": first["publishedAt"],
            "source": "designer-publish", "resolutions": ["reset_draft", "keep_editing", "merge"],
        });
        for (name, value) in told.as_object().unwrap() {
            assert_eq!(&refused[name], value, "{name}");
        }
        for name in ["active_version", "draft_base_version", "published_by", "published_at"] {
            assert!(refused.get(name).is_none(), "{name}");
        }
    }
    assert_eq!(api.get("/v1/flows/discounts").await.ok()["publishedVersion"], 1);
    api.finish().await;
}

#[tokio::test]
async fn a_draft_that_was_overtaken_can_not_be_published_over_what_overtook_it() {
    let api = Api::start().await;
    api.publish_first_flow("discounts").await;
    api.publish_next_flow("discounts", 1).await;
    api.put_graph("discounts", graph_with([("big", "20")])).await;
    api.post("/v1/flows/discounts/rollback").as_(&api.ci).json(json!({"version": 1, "baseVersion": 2})).await.ok();
    let refused = api.post(PUBLISH).json(json!({"baseVersion": 3})).await.problem(409, "version_conflict");
    assert_eq!((&refused["publishedVersion"], &refused["draftBaseVersion"]), (&json!(3), &json!(2)));
    assert_eq!((&refused["publishedBy"], &refused["source"]), (&json!("ci-bot@acme.example"), &json!("rollback")));
    api.finish().await;
}

#[tokio::test]
async fn a_draft_that_changed_since_it_was_reviewed_is_refused() {
    let api = Api::start().await;
    let reviewed = api.create_flow("discounts", graph()).await["etag"].clone();
    let changed = api.put_graph("discounts", graph_with([("big", "20")])).await;
    let refusals = [
        api.post(PUBLISH).json(json!({"baseVersion": 0, "draftEtag": reviewed})).await.problem(409, "draft_changed"),
        api.post(PUBLISH).if_match(&reviewed).json(json!({"baseVersion": 0})).await.problem(412, "precondition_failed"),
    ];
    for refused in refusals {
        assert_eq!(
            (&refused["etag"], &refused["updatedBy"], &refused["updatedAt"]),
            (&changed["etag"], &changed["updatedBy"], &changed["updatedAt"])
        );
    }
    let quoted = format!("\"{}\"", changed["etag"].as_str().unwrap());
    api.post(PUBLISH).json(json!({"baseVersion": 0, "draftEtag": quoted})).await.ok();
    api.finish().await;
}

#[tokio::test]
async fn a_draft_equal_to_the_published_version_is_refused() {
    let api = Api::start().await;
    api.publish_first_flow("discounts").await;
    api.post(PUBLISH).json(json!({"baseVersion": 1})).await.problem(409, "no_changes");
    api.finish().await;
}

#[tokio::test]
async fn from_ci_it_keeps_the_commit_and_from_the_console_none() {
    let api = Api::start().await;
    api.create_flow("discounts", graph()).await;
    let sent = |token: &str, base: i32| {
        let request = api.post(PUBLISH).as_(token).header("x-fcc-git-commit", "0123abc").header("x-fcc-git-branch", "main");
        request.json(json!({"baseVersion": base}))
    };
    assert_eq!(sent(&api.ci, 0).await.ok()["source"], "cli-publish");
    api.put_graph("discounts", graph_with([("big", "20")])).await;
    assert_eq!(sent(&api.tenant.token, 1).await.ok()["source"], "designer-publish");
    let listed = api.get("/v1/flows/discounts/versions").await.ok();
    assert_eq!(fields(&listed["items"], "gitCommitSha"), [&Value::Null, &json!("0123abc")]);
    assert_eq!(fields(&listed["items"], "gitBranch"), [&Value::Null, &json!("main")]);
    api.finish().await;
}

#[tokio::test]
async fn the_governance_mode_holds_for_flows_too() {
    let api = Api::start().await;
    api.create_flow("discounts", graph()).await;
    for (mode, token, beginning) in [
        ("DesignerOnly", &api.ci, "This workspace is set to DesignerOnly. Publishing from the CLI is disabled."),
        ("CodeManaged", &api.tenant.token, "This workspace is set to CodeManaged. Publishing from the console is disabled."),
    ] {
        api.set_mode(mode).await;
        let refused = api.post(PUBLISH).as_(token).json(json!({"baseVersion": 0})).await.problem(400, "governance_refused");
        assert!(refused["detail"].as_str().unwrap().starts_with(beginning), "{refused}");
        assert_eq!((&refused["governanceMode"], &refused["operation"]), (&json!(mode), &json!("publish")));
    }
    api.post(PUBLISH).as_(&api.ci).json(json!({"baseVersion": 0})).await.ok();
    api.finish().await;
}

#[tokio::test]
async fn authors_agents_and_strangers_are_refused() {
    let api = Api::start().await;
    api.create_flow("discounts", graph()).await;
    for token in [Token::Person("viewer"), Token::Person("author"), Token::Agent, Token::Service(&["read", "draft", "apply"])] {
        let token = api.token(token).await;
        api.post(PUBLISH).as_(&token).json(json!({"baseVersion": 0})).await.problem(403, "forbidden");
    }
    api.post(PUBLISH).as_(&api.other_tenant.token).json(json!({"baseVersion": 0})).await.problem(404, "not_found");
    assert_eq!(api.get("/v1/flows/discounts").await.ok()["publishedVersion"], 0);
    api.finish().await;
}

#[tokio::test]
async fn refusals_come_in_the_contracts_order() {
    let api = Api::start().await;
    api.publish_first_flow("discounts").await;
    let mut loose = graph();
    loose["edges"][1]["targetId"] = json!("nowhere");
    api.put_graph("discounts", loose).await;
    api.set_mode("DesignerOnly").await;
    let (viewer, fcc) = (api.token(Token::Person("viewer")).await, api.token(Token::PersonWithFcc("editor")).await);
    let etag = "0".repeat(64);
    let publish = |body: Value| api.post(PUBLISH).if_match(&json!(etag)).json(body);
    api.post("/v1/flows/none/publish").as_(&viewer).if_match(&json!(etag)).json(json!({})).await.problem(404, "not_found");
    publish(json!({})).as_(&viewer).await.problem(403, "forbidden");
    publish(json!({})).as_(&fcc).await.problem(400, "governance_refused");
    publish(json!({})).await.problem(400, "base_version_required");
    publish(json!({"baseVersion": 7})).await.problem(412, "precondition_failed");
    let publish = |body: Value| api.post(PUBLISH).json(body);
    publish(json!({"baseVersion": 7, "draftEtag": etag})).await.problem(409, "version_conflict");
    publish(json!({"baseVersion": 1, "draftEtag": etag})).await.problem(409, "draft_changed");
    publish(json!({"baseVersion": 1})).await.problem(422, "not_publishable");
    api.post("/v1/flows/discounts/archive").json(json!({"baseVersion": 1})).await.ok();
    api.post("/v1/flows/discounts/draft/merge").await.ok();
    publish(json!({"baseVersion": 2})).await.problem(409, "archived");
    api.finish().await;
}

#[tokio::test]
async fn a_repeat_with_its_idempotency_key_answers_the_same_and_publishes_once() {
    let api = Api::start().await;
    api.create_flow("discounts", graph()).await;
    let request = || api.post(PUBLISH).idempotency_key("p").json(json!({"baseVersion": 0}));
    let first = request().await.ok();
    let again = request().await;
    assert!(again.is_replayed());
    assert_eq!(again.ok(), first);
    api.post(PUBLISH).idempotency_key("p").json(json!({"baseVersion": 1})).await.problem(422, "idempotency_key_reused");
    let listed = api.get("/v1/flows/discounts/versions").await.ok();
    assert_eq!(fields(&listed["items"], "version"), [1]);
    api.finish().await;
}

#[tokio::test]
async fn a_key_that_published_a_connector_still_publishes_a_flow() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    api.create_flow("crm", graph()).await;
    api.post("/api/connectors/crm/publish").idempotency_key("k").json(json!({"base_version": 0})).await.ok();
    let published = api.post("/v1/flows/crm/publish").idempotency_key("k").json(json!({"baseVersion": 0})).await;
    assert!(!published.is_replayed());
    assert_eq!(published.ok()["digest"], json!(digest_of(&graph())));
    api.finish().await;
}

#[tokio::test]
async fn members_of_the_wrong_type_or_the_connectors_spelling_are_named() {
    let api = Api::start().await;
    api.create_flow("discounts", graph()).await;
    let cases = [
        (json!({"baseVersion": "0"}), "/baseVersion"),
        (json!({"baseVersion": 0, "note": 7}), "/note"),
        (json!({"baseVersion": 0, "note": "x".repeat(2001)}), "/note"),
        (json!({"baseVersion": 0, "draftEtag": "abc"}), "/draftEtag"),
    ];
    for (body, pointer) in cases {
        let refused = api.post(PUBLISH).json(body).await.problem(422, "invalid_body");
        assert_eq!(fields(&refused["errors"], "pointer"), [pointer]);
    }
    api.post(PUBLISH).json(json!({"base_version": 0})).await.problem(422, "invalid_body");
    api.finish().await;
}
