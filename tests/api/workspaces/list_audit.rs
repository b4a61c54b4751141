use serde_json::{Value, json};
use tests::{Api, Token, assert_millis, config, fields, file};

use super::ACME;

const AUDIT: &str = "/v1/audit";

async fn entries(api: &Api, query: &str) -> Value {
    api.get(&format!("{AUDIT}{query}")).await.ok()["items"].clone()
}

#[tokio::test]
async fn an_entry_says_who_did_what_to_what_and_when() {
    let api = Api::start().await;
    let published = api.publish_first("crm").await;
    let id = api.get("/api/connectors/crm").await.ok()["id"].clone();
    let entry = entries(&api, "").await[0].clone();
    let expected = json!({
        "id": entry["id"], "at": published["published_at"], "action": "publish", "actorEmail": "owner@acme.example", "surface": "designer",
        "resource": {"type": "connector", "id": id, "slug": "crm"},
        "detail": {"version": 1, "source": "designer-publish", "mode": "Hybrid"},
    });
    assert_eq!(entry, expected);
    assert_millis(&entry["at"]);
    api.patch(ACME).json(json!({"gitBranch": "main"})).await.ok();
    assert_eq!(entries(&api, "").await[0]["resource"], Value::Null);
    api.finish().await;
}

#[tokio::test]
async fn what_was_refused_by_governance_or_by_role_is_in_it() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    let (viewer, agent) = (api.token(Token::Person("viewer")).await, api.token(Token::Agent).await);
    let drafts = api.token(Token::Service(&["draft"])).await;
    api.set_mode("CodeManaged").await;
    let calls = [("publish", json!({})), ("rollback", json!({"version": 1})), ("archive", json!({})), ("unarchive", json!({}))];
    for (operation, body) in calls {
        let call = |token: &str| api.post(&format!("/api/connectors/crm/{operation}")).as_(token).json(body.clone());
        call(&api.tenant.token).await.problem(400, "governance_refused");
        for token in [&viewer, &agent, &drafts] {
            call(token).await.problem(403, "forbidden");
        }
        let listed = entries(&api, "?limit=4").await;
        assert_eq!(fields(&listed, "action"), [&json!(format!("{operation}_refused")); 4]);
        assert!(fields(&listed, "resource").iter().all(|resource| resource["slug"] == "crm"), "{listed}");
        let codes: Vec<&Value> = fields(&listed, "detail").into_iter().map(|detail| &detail["code"]).collect();
        assert_eq!(codes, ["forbidden", "forbidden", "forbidden", "governance_refused"]);
        assert_eq!(fields(&listed, "surface"), ["cli", "agent", "designer", "designer"]);
        assert_eq!(listed[3]["detail"]["mode"], "CodeManaged");
    }
    api.finish().await;
}

#[tokio::test]
async fn it_is_filtered_by_actor_resource_and_time() {
    let api = Api::start().await;
    for slug in ["crm", "erp"] {
        api.publish_first(slug).await;
    }
    api.patch_draft("crm", json!({"settings": {"batch": 2}})).await;
    api.post("/api/connectors/crm/publish").as_(&api.ci).json(json!({"base_version": 1})).await.ok();
    let crm = api.get("/api/connectors/crm").await.ok()["id"].as_str().unwrap().to_owned();
    let all = entries(&api, "").await;
    let slugs = async |query: &str| -> Vec<Value> {
        entries(&api, query).await.as_array().unwrap().iter().map(|entry| entry["resource"]["slug"].clone()).collect()
    };
    assert_eq!(slugs("").await, ["crm", "erp", "erp", "crm", "crm"], "each made, then published");
    assert_eq!(slugs("?resource=crm").await, ["crm"; 3]);
    assert_eq!(slugs(&format!("?resource={crm}")).await, ["crm"; 3]);
    assert_eq!(slugs("?resource=none").await, Vec::<Value>::new());
    assert_eq!(slugs("?actor=CI-bot@acme.example").await, ["crm"]);
    assert_eq!(slugs("?actor=owner@acme.example&resource=erp").await, ["erp"; 2]);
    let moment =
        sqlx::query_scalar::<_, String>("SELECT to_json(at) #>> '{}' FROM audit_log WHERE id = $1").bind(all[1]["id"].as_i64().unwrap());
    let moment = moment.fetch_one(&api.owner_db).await.unwrap();
    assert_eq!(slugs(&format!("?from={moment}")).await, ["crm", "erp"], "from a moment on");
    assert_eq!(slugs(&format!("?to={moment}")).await, ["erp", "crm", "crm"], "and before one");
    assert_eq!(slugs("?from=2000-01-01T00:00:00Z&to=2001-01-01T00:00:00Z").await, Vec::<Value>::new());
    for bad in ["?from=yesterday", "?to=2026-05-26", "?from=2001-01-01T00:00:00Z&to=2000-01-01T00:00:00Z", "?limit=0"] {
        api.get(&format!("{AUDIT}{bad}")).await.problem(400, "invalid_query");
    }
    api.finish().await;
}

#[tokio::test]
async fn a_resource_that_is_gone_is_found_by_its_id() {
    let api = Api::start().await;
    let id = api.create("crm", config()).await["id"].as_str().unwrap().to_owned();
    api.delete("/api/connectors/crm").await.with_status(204);
    let entry = entries(&api, &format!("?resource={id}")).await[0].clone();
    assert_eq!((&entry["action"], &entry["resource"], &entry["detail"]["slug"]), (&json!("delete"), &Value::Null, &json!("crm")));
    api.finish().await;
}

#[tokio::test]
async fn pages_hold_while_new_entries_come() {
    let api = Api::start().await;
    for nth in 0..5 {
        api.patch(ACME).json(json!({"name": format!("name {nth}")})).await.ok();
    }
    let (mut names, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = api.get(&format!("{AUDIT}?limit=2{cursor}")).await.ok();
        names.extend(fields(&page["items"], "detail").into_iter().map(|detail| detail["after"]["name"].clone()));
        api.patch(ACME).json(json!({"name": format!("later {}", names.len())})).await.ok();
        let Value::String(next) = &page["nextCursor"] else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(names, ["name 4", "name 3", "name 2", "name 1", "name 0"]);
    api.get(&format!("{AUDIT}?cursor=00")).await.problem(400, "invalid_cursor");
    api.finish().await;
}

#[tokio::test]
async fn it_is_for_admins_of_that_workspace() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    for token in [Token::Person("editor"), Token::Service(&["read"]), Token::Agent, Token::Application] {
        let token = api.token(token).await;
        api.get(AUDIT).as_(&token).await.problem(403, "forbidden");
    }
    assert_eq!(api.get(AUDIT).as_(&api.other_tenant.token).await.ok()["items"], json!([]));
    api.finish().await;
}

#[tokio::test]
async fn every_filter_has_an_index_that_gives_the_newest_first() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    // Enough entries that reading them all and sorting would cost more.
    sqlx::query(
        "INSERT INTO audit_log (workspace_id, action, actor_email, resource_id, at)
         SELECT $1, 'x', 'a' || n % 50 || '@acme.example', (SELECT id FROM resources LIMIT 1), now() - n * interval '1 minute'
           FROM generate_series(1, 20000) AS n",
    )
    .bind(api.tenant.workspace)
    .execute(&api.owner_db)
    .await
    .unwrap();
    sqlx::query("ANALYZE audit_log").execute(&api.owner_db).await.unwrap();
    let filters = [
        "",
        " AND lower(actor_email) = 'a7@acme.example'",
        " AND resource_id = (SELECT id FROM resources LIMIT 1)",
        " AND at < now() - interval '10 days'",
    ];
    for filter in filters {
        let explain = format!(
            "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT id FROM audit_log WHERE workspace_id = '{}'{filter} ORDER BY at DESC, id DESC LIMIT 51",
            api.tenant.workspace
        );
        let plan: Value = sqlx::query_scalar(sqlx::AssertSqlSafe(explain)).fetch_one(&api.owner_db).await.unwrap();
        let plan = &plan[0]["Plan"];
        assert!(!plan.to_string().contains("Seq Scan\",\"Relation Name\":\"audit_log"), "{filter}: {plan}");
        let buffers = plan["Shared Hit Blocks"].as_i64().unwrap() + plan["Shared Read Blocks"].as_i64().unwrap();
        assert!(buffers < 150, "{filter}: {buffers} buffers: {plan}");
    }
    api.finish().await;
}

#[tokio::test]
async fn whoever_may_not_write_is_there_whatever_they_tried() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    api.post("/v1/flows").json(json!({"slug": "fees", "name": "Fees"})).await.with_status(201);
    let viewer = api.token(Token::Person("viewer")).await;
    let token = api.credential_id(&api.ci).await;
    let digest = "0".repeat(64);
    let tries = [
        (api.post("/api/connectors").json(json!({"slug": "x", "name": "x"})), "create_connector"),
        (api.patch("/api/connectors/crm/draft").json(json!({"settings": {"x": 1}})), "patch_connector_draft"),
        (api.delete("/api/connectors/crm"), "delete_connector"),
        (api.put("/v1/flows/fees/draft").json(json!({"graph": {"nodes": [], "edges": []}})), "put_flow_draft"),
        (api.post("/v1/tokens").json(json!({"kind": "agent", "name": "x"})), "mint_token"),
        (api.delete(&format!("/v1/tokens/{token}")), "revoke_token"),
        (api.post("/v1/replica/redrive").json(json!({})), "redrive_outbox"),
        (api.put(&format!("/v1/sync/contents/{digest}")).json(json!({})), "put_content"),
        (api.post("/v1/sync/apply").json(json!({"resources": []})), "apply"),
    ];
    for (request, operation) in tries {
        request.as_(&viewer).await.problem(403, "forbidden");
        let entry = entries(&api, "?limit=1").await[0].clone();
        assert_eq!(entry["action"], format!("{operation}_refused"));
        assert_eq!((&entry["detail"]["role"], &entry["surface"]), (&json!("viewer"), &json!("designer")));
    }
    let before = entries(&api, "").await;
    api.get("/v1/audit").as_(&viewer).await.problem(403, "forbidden");
    api.post("/v1/evaluate/fees").as_(&viewer).json(json!({})).await.problem(403, "forbidden");
    let after = entries(&api, "").await;
    assert_eq!(
        after.as_array().unwrap().len(),
        before.as_array().unwrap().len() + 1,
        "an administrator's read counts, an evaluation does not"
    );
    api.finish().await;
}

#[tokio::test]
async fn an_apply_is_found_by_its_resources_and_whoever_cleared_drift_is_named() {
    let api = Api::start().await;
    api.apply_commit("abcdef0", [file("crm", &config(), None)]).await.ok();
    api.post("/api/connectors/crm/publish").json(json!({"base_version": 0})).await.ok();
    api.apply_commit("abcdef1", [file("crm", &config(), Some(&config()))]).await.ok();
    let listed = entries(&api, "?resource=crm").await;
    let actions: Vec<&Value> = fields(&listed, "action");
    assert_eq!(actions, ["drift_cleared", "publish", "apply"]);
    let (cleared, applied) = (&listed[0], &listed[2]);
    assert_eq!(cleared["detail"], json!({"designer_publishes": 1, "git_commit": "abcdef1"}));
    assert_eq!(cleared["actorEmail"], "ci-bot@acme.example");
    assert_eq!(applied["detail"], json!({"change": "created", "git_commit": "abcdef0"}));
    api.patch("/api/connectors/crm").json(json!({"name": "Customers"})).await.ok();
    let renamed = entries(&api, "?resource=crm&limit=1").await[0].clone();
    assert_eq!((&renamed["action"], &renamed["detail"]["after"]["name"]), (&json!("rename"), &json!("Customers")));
    api.finish().await;
}
