//! A request for every route that writes, on a thing of its own that is in the state in which that request succeeds.

use functions::routes::Endpoint;
use reqwest::Method;
use serde_json::{Value, json};
use tests::{Api, Request, Token};

/// What stands for the parameters of one request's path, and its body.
pub struct Thing {
    id: String,
    other: String,
    body: Option<Value>,
}

/// As the owner, in a workspace that governs nothing yet; `nth` makes names that nobody has.
pub async fn prepare(api: &Api, endpoint: &Endpoint, nth: usize) -> Thing {
    let (operation, slug) = (endpoint.operation, format!("thing-{nth}"));
    let thing = |id: &str, body: Value| Thing { id: id.to_owned(), other: String::new(), body: Some(body) };
    match operation {
        "create_workspace" => thing("", json!({"slug": slug, "name": slug})),
        "patch_workspace" => thing("acme", json!({"name": slug})),
        "add_member" => thing("acme", json!({"email": format!("{slug}@acme.example"), "role": "viewer"})),
        "patch_member" | "remove_member" => {
            let body = json!({"email": format!("{slug}@acme.example"), "role": "viewer"});
            let added = here(api.post("/v1/workspaces/acme/members")).json(body).await.with_status(201);
            Thing { other: text(&added["userId"]), ..thing("acme", json!({"role": "author"})) }
        }
        "mint_token" => thing("", json!({"kind": "personal", "name": slug})),
        "revoke_token" => {
            let token = api.token(Token::Agent).await;
            thing(&api.credential_id(&token).await.to_string(), json!({}))
        }
        "serve_mcp" => thing("", json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"})),
        "redrive_outbox" => thing("", json!({})),
        "plan_sync" | "apply_sync" => thing("", json!({"resources": [tests::file(&slug, &tests::config(), None)]})),
        "record_pull" => thing("", json!({"asOfUtc": "2026-01-01T00:00:00Z", "resources": []})),
        "put_content" => {
            let document = json!({"only": slug});
            thing(tests::digest(&document).as_str().unwrap(), document)
        }
        "publish_sync" => {
            let (root, named) = ("/api/connectors", json!({"slug": slug, "name": slug, "config": tests::config()}));
            here(api.post(root)).json(named).await.with_status(201);
            here(api.post(&format!("{root}/{slug}/publish"))).json(json!({"base_version": 0})).await.ok();
            // From the cli: what a console wrote is not for CI to ship where git is the truth.
            let draft = here(api.patch(&format!("{root}/{slug}/draft"))).as_(&api.ci);
            draft.json(json!({"settings": {"batch": 2}})).await.ok();
            thing("", json!({"connectorIds": [slug]}))
        }
        _ => resource(api, endpoint, &slug).await,
    }
}

/// A connector or a flow: its API is one, but for the names of members.
async fn resource(api: &Api, endpoint: &Endpoint, slug: &str) -> Thing {
    let flow = matches!(endpoint.area, "flows" | "runs");
    let (root, member, base) = if flow { ("/v1/flows", "graph", "baseVersion") } else { ("/api/connectors", "config", "base_version") };
    let name = endpoint.operation.replace(if flow { "_flow" } else { "_connector" }, "");
    let thing = |body: Value| Thing { id: slug.to_owned(), other: String::new(), body: Some(body) };
    if name == "create" {
        return thing(json!({"slug": slug, "name": slug}));
    }
    let path = format!("{root}/{slug}");
    let post = |rest: &str, body: Value| here(api.post(&format!("{path}{rest}"))).json(body);
    here(api.post(root)).json(json!({"slug": slug, "name": slug, member: document(flow, 1)})).await.with_status(201);
    if name == "delete" {
        return thing(json!({}));
    }
    post("/publish", json!({base: 0})).await.ok();
    if name == "unarchive" {
        post("/archive", json!({base: 1})).await.ok();
        return thing(json!({base: 2}));
    }
    let changed = if flow { json!({"graph": document(flow, 2)}) } else { document(flow, 2) };
    here(api.put(&format!("{path}/draft"))).json(changed.clone()).await.ok();
    match name.as_str() {
        "publish" | "archive" => thing(json!({base: 1})),
        "rollback" => {
            post("/publish", json!({base: 1})).await.ok();
            thing(json!({base: 2, "version": 1}))
        }
        "patch" => thing(json!({"name": "Renamed"})),
        "patch_draft" | "put_settings" => thing(json!({"batch": 3})),
        "put_draft" => thing(changed),
        "put_entity" => thing(json!({"fields": {}})),
        "put_event_flow" => thing(json!({"entity": "contact", "action": "ignore", "mapping": {}})),
        "restore_snapshot" => {
            let newest = "SELECT max(v.id) FROM resource_versions v JOIN resources r ON r.id = v.resource_id WHERE r.slug = $1";
            let snapshot: i64 = sqlx::query_scalar(newest).bind(slug).fetch_one(&api.owner_db).await.unwrap();
            Thing { other: snapshot.to_string(), ..thing(json!({})) }
        }
        _ => thing(json!({})),
    }
}

/// Two documents that can be published, and differ.
fn document(flow: bool, nth: i32) -> Value {
    if flow {
        return tests::graph_with([("big", &nth.to_string())]);
    }
    let mut config = tests::config();
    config["settings"]["batch"] = json!(nth);
    config
}

/// The owner's token spans what `create_workspace` made, too.
fn here(request: Request) -> Request {
    request.header("x-fcc-workspace", "acme")
}

impl Thing {
    pub fn request(&self, api: &Api, endpoint: &Endpoint, token: &str) -> Request {
        let route = endpoint.route().unwrap();
        let path: Vec<&str> = route.path.split('/').map(|segment| self.fill(segment)).collect();
        let method: Method = route.method.parse().unwrap();
        let sends = !matches!(method, Method::DELETE | Method::GET);
        let request = here(api.request(method, &path.join("/"))).as_(token);
        match &self.body {
            Some(body) if sends => request.json(body.clone()),
            _ => request,
        }
    }

    fn fill<'a>(&'a self, segment: &'a str) -> &'a str {
        match segment {
            "{id}" | "{slug}" | "{digest}" => &self.id,
            "{userId}" | "{snapshot}" => &self.other,
            "{name}" => "company",
            "{source}" => "hubspot",
            "{type}" => "contact.deleted",
            "{version}" => "1",
            parameter if parameter.starts_with('{') => panic!("say in tests/contract/governance/things.rs what stands for {parameter}"),
            literal => literal,
        }
    }
}

#[track_caller]
fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}
