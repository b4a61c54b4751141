use domain::canonical::digest_of;
use serde_json::{Value, json};
use tests::{Api, Token, assert_millis, graph, graph_with};

const DRAFT: &str = "/v1/flows/discounts/draft";

fn body(graph: Value) -> Value {
    json!({"graph": graph})
}

#[tokio::test]
async fn the_whole_graph_is_replaced() {
    let api = Api::start().await;
    api.publish_first_flow("discounts").await;
    let drawn = graph_with([("big", "20")]);
    let answer = api.put(DRAFT).json(body(drawn.clone())).await;
    assert_eq!(answer.header("etag").unwrap(), format!("\"{}\"", digest_of(&drawn)));
    let draft = answer.ok();
    let expected = json!({
        "graph": drawn, "baseVersion": 1, "publishedVersion": 1, "hasUnpublishedChanges": true, "etag": digest_of(&drawn),
        "updatedAt": draft["updatedAt"], "updatedBy": api.tenant.owner_email, "diagnostics": [],
    });
    assert_eq!(draft, expected);
    assert_millis(&draft["updatedAt"]);
    assert_eq!(api.flow_draft("discounts").await, draft);
    assert_eq!(api.get("/v1/flows/discounts/versions/1").await.ok()["graph"], graph(), "what is published stays");
    api.finish().await;
}

#[tokio::test]
async fn a_save_is_kept_in_the_history_with_who_made_it_and_from_where() {
    let api = Api::start().await;
    api.create_flow("discounts", graph()).await;
    let agent = api.token(Token::Agent).await;
    let writes = [
        (api.put(DRAFT).as_(&api.ci).header("x-fcc-git-commit", "abcdef0").header("x-fcc-git-branch", "main"), "cli-apply", "cli", "ci"),
        (api.put(DRAFT).header("x-fcc-git-commit", "abcdef0"), "designer-draft", "designer", "human"),
        (api.put(DRAFT).as_(&agent), "designer-draft", "agent", "agent"),
    ];
    for (number, (request, source, surface, actor)) in writes.into_iter().enumerate() {
        request.json(body(graph_with([("big", &number.to_string())]))).await.ok();
        let id = *api.flow_snapshots("discounts").await.last().unwrap();
        let saved = api.get(&format!("/v1/flows/discounts/snapshots/{id}")).await.ok();
        assert_eq!((&saved["source"], &saved["surface"], &saved["actorKind"]), (&json!(source), &json!(surface), &json!(actor)));
        let commit = if surface == "cli" { json!("abcdef0") } else { Value::Null };
        assert_eq!(saved["gitCommitSha"], commit, "{surface}");
    }
    api.finish().await;
}

#[tokio::test]
async fn the_same_graph_in_another_spelling_changes_nothing() {
    let api = Api::start().await;
    api.create_flow("discounts", graph()).await;
    let (before, history) = (api.flow_draft("discounts").await, api.flow_snapshots("discounts").await);
    let spelled = serde_json::to_string_pretty(&body(graph())).unwrap().replace("600", "6.0e2");
    assert_eq!(api.put(DRAFT).as_(&api.ci).bytes("application/json", spelled).await.ok(), before);
    assert_eq!(api.flow_snapshots("discounts").await, history);
    api.finish().await;
}

#[tokio::test]
async fn of_two_who_read_the_same_draft_only_the_first_writes_over_it() {
    let api = Api::start().await;
    let seen = api.create_flow("discounts", graph()).await["etag"].clone();
    let editor = api.token(Token::Person("editor")).await;
    let saved = api.put(DRAFT).as_(&editor).if_match(&seen).json(body(graph_with([("big", "20")]))).await.ok();
    let refused = api.put(DRAFT).if_match(&seen).json(body(graph_with([("big", "25")]))).await.problem(412, "precondition_failed");
    assert_eq!(
        (&refused["etag"], &refused["updatedBy"], &refused["updatedAt"]),
        (&saved["etag"], &saved["updatedBy"], &saved["updatedAt"])
    );
    assert_eq!(api.flow_draft("discounts").await, saved);
    let quoted = json!(format!("\"{}\"", saved["etag"].as_str().unwrap()));
    api.put(DRAFT).if_match(&quoted).json(body(graph_with([("big", "25")]))).await.ok();
    api.finish().await;
}

#[tokio::test]
async fn a_body_without_its_graph_is_refused_and_the_draft_stays() {
    let api = Api::start().await;
    let created = api.create_flow("discounts", graph()).await;
    for wrong in [json!({}), graph(), json!({"graph": graph(), "name": "x"}), json!([])] {
        api.put(DRAFT).json(wrong).await.problem(422, "invalid_body");
    }
    api.put(DRAFT).await.problem(422, "invalid_body");
    let mut large = graph();
    large["nodes"][0]["name"] = json!("x".repeat(4_194_304));
    api.put(DRAFT).json(body(large)).await.problem(413, "payload_too_large");
    assert_eq!(api.flow_draft("discounts").await["etag"], created["etag"]);
    api.finish().await;
}

#[tokio::test]
async fn an_archived_flows_draft_stays_editable() {
    let api = Api::start().await;
    api.publish_first_flow("discounts").await;
    api.post("/v1/flows/discounts/archive").json(json!({"baseVersion": 1})).await.ok();
    let draft = api.put_graph("discounts", graph_with([("big", "20")])).await;
    assert_eq!((&draft["baseVersion"], &draft["hasUnpublishedChanges"]), (&json!(2), &json!(true)));
    api.finish().await;
}

#[tokio::test]
async fn drafts_are_written_in_every_governance_mode() {
    let api = Api::start().await;
    api.create_flow("discounts", graph()).await;
    for (number, mode) in ["DesignerOnly", "CodeManaged", "Hybrid"].into_iter().enumerate() {
        api.set_mode(mode).await;
        for (token, percent) in [(&api.tenant.token, number), (&api.ci, number + 10)] {
            api.put(DRAFT).as_(token).json(body(graph_with([("big", &percent.to_string())]))).await.ok();
        }
    }
    api.finish().await;
}

#[tokio::test]
async fn viewers_applications_and_strangers_are_refused() {
    let api = Api::start().await;
    api.create_flow("discounts", graph()).await;
    for token in [Token::Person("viewer"), Token::Application, Token::Service(&["read"])] {
        let token = api.token(token).await;
        let refused = api.put(DRAFT).as_(&token).json(body(graph_with([("big", "20")]))).await.problem(403, "forbidden");
        assert_eq!(refused["right"], "draft");
    }
    api.put(DRAFT).as_(&api.other_tenant.token).json(body(graph())).await.problem(404, "not_found");
    assert_eq!(api.flow_draft("discounts").await["graph"], graph());
    api.finish().await;
}
