//! The table as requests: a call for every endpoint, on things that exist.

use functions::routes::{Access, ENDPOINTS};
use reqwest::Method;
use serde_json::{Value, json};
use tests::{Api, Request};

/// What stands for the parameters of paths: all of it is the first tenant's.
pub struct Ours {
    connector: Part,
    flow: Part,
    token: String,
    /// Of the connector's draft.
    digest: String,
    run: String,
    workspace: String,
    member: String,
}

/// A connector's or a flow's id, and that of its newest snapshot.
struct Part {
    id: String,
    snapshot: String,
}

/// A request that its endpoint takes from the right caller.
#[derive(Debug, Clone)]
pub struct Call {
    pub operation: &'static str,
    pub access: Access,
    pub method: Method,
    /// As the table has it, with `{name}` for parameters.
    pub pattern: String,
    /// With a thing of ours for every parameter.
    pub path: String,
    /// Where the operation takes a body: a good one.
    pub body: Option<Value>,
}

impl Ours {
    /// A connector and a flow, each with one version and a changed draft, a run, a token, and a member beside the owner.
    pub async fn make(api: &Api) -> Ours {
        api.publish_first("crm").await;
        api.patch_draft("crm", json!({"settings": {"batch": 2}})).await;
        let connector = part(api, "/api/connectors/crm").await;
        api.publish_first_flow("discounts").await;
        api.put_graph("discounts", tests::graph_with([("big", "20")])).await;
        let flow = part(api, "/v1/flows/discounts").await;
        let digest = text(&api.draft("crm").await["etag"]);
        let run = text(&api.post("/v1/evaluate/discounts").json(json!({})).await.ok()["runId"]);
        let token = text(&api.get("/v1/tokens").await.ok()["items"][0]["id"]);
        let workspace = api.tenant.workspace.to_string();
        let member = json!({"email": "ada@acme.example", "role": "viewer"});
        let member = text(&api.post("/v1/workspaces/acme/members").json(member).await.with_status(201)["userId"]);
        Ours { connector, flow, token, digest, run, workspace, member }
    }

    /// Every endpoint of the table, in its order.
    pub fn calls(&self) -> Vec<Call> {
        let calls: Vec<Call> = ENDPOINTS
            .iter()
            .filter_map(|endpoint| {
                let (operation, access) = (endpoint.operation, endpoint.access);
                let route = endpoint.route()?;
                let path = route.path.split('/').map(|segment| self.fill(&route.path, segment)).collect::<Vec<_>>().join("/");
                let body = takes_body(endpoint).then(|| good_body(operation));
                Some(Call { operation, access, method: route.method.parse().unwrap(), pattern: route.path, path, body })
            })
            .collect();
        // A walk that goes round an endpoint proves nothing of it.
        assert_eq!(calls.len(), ENDPOINTS.len(), "an endpoint has no route: its annotation names no method that the table knows");
        calls
    }

    fn fill<'a>(&'a self, pattern: &str, segment: &'a str) -> &'a str {
        let tokens = pattern.starts_with("/v1/tokens");
        let resource = if pattern.starts_with("/v1/flows") { &self.flow } else { &self.connector };
        match segment {
            "{id}" if tokens => &self.token,
            "{id}" if pattern.starts_with("/v1/workspaces") => &self.workspace,
            "{id}" if pattern.starts_with("/v1/runs") => &self.run,
            "{userId}" => &self.member,
            "{digest}" => &self.digest,
            "{slug}" => "discounts",
            "{id}" => &resource.id,
            "{name}" if pattern.starts_with("/api/schemas") => "connector-v3.json",
            "{name}" => "contact",
            "{source}" => "hubspot",
            "{type}" if pattern.starts_with("/v1/replica") || pattern.starts_with("/v1/sync") => "connector",
            "{type}" => "contact.created",
            "{version}" => "1",
            "{snapshot}" => &resource.snapshot,
            parameter if parameter.starts_with('{') => panic!("say in tests/contract/table.rs what stands for {parameter} of {pattern}"),
            literal => literal,
        }
    }
}

impl Call {
    pub fn is_open(&self) -> bool {
        self.access.is_open()
    }

    /// As the first tenant's owner, with a good body, until it is told otherwise.
    pub fn request(&self, api: &Api) -> Request {
        let request = self.bare(api);
        match &self.body {
            Some(body) => request.json(body.clone()),
            None => request,
        }
    }

    /// Without a body.
    pub fn bare(&self, api: &Api) -> Request {
        api.request(self.method.clone(), &self.path)
    }
}

fn takes_body(endpoint: &functions::routes::Endpoint) -> bool {
    let (_, document) = (endpoint.router)().split_for_parts();
    let operations = document.paths.paths.into_values().flat_map(|item| [item.post, item.put, item.patch]);
    operations.flatten().any(|operation| operation.request_body.is_some())
}

/// What was saved last, and of what.
async fn part(api: &Api, path: &str) -> Part {
    let id = text(&api.get(path).await.ok()["id"]);
    let newest = "SELECT max(id) FROM resource_versions WHERE resource_id = $1::uuid";
    let snapshot: i64 = sqlx::query_scalar(newest).bind(&id).fetch_one(&api.owner_db).await.unwrap();
    Part { id, snapshot: snapshot.to_string() }
}

/// A body that gets as far as the resource. `{}` serves where every member is optional.
fn good_body(operation: &str) -> Value {
    match operation {
        "create_connector" => json!({"slug": "another", "name": "Another"}),
        "patch_connector" => json!({"name": "Renamed"}),
        "put_connector_draft" => tests::config(),
        "put_connector_entity" => json!({"fields": {"id": {"type": "string"}}}),
        "put_connector_event_flow" => json!({"entity": "contact", "action": "upsert", "mapping": {}}),
        "publish_connector" | "archive_connector" | "unarchive_connector" => json!({"base_version": 1}),
        "rollback_connector" => json!({"version": 1, "base_version": 1}),
        "record_pull" => json!({"asOfUtc": "2026-01-01T00:00:00Z", "resources": []}),
        "create_workspace" => json!({"slug": "another", "name": "Another"}),
        "add_member" => json!({"email": "grace@acme.example", "role": "author"}),
        "patch_member" => json!({"role": "author"}),
        "plan_sync" | "apply_sync" => json!({"resources": []}),
        "publish_sync" => json!({"connectorIds": []}),
        "create_flow" => json!({"slug": "another", "name": "Another"}),
        "patch_flow" => json!({"name": "Renamed"}),
        "put_flow_draft" => json!({"graph": tests::graph()}),
        "publish_flow" | "archive_flow" | "unarchive_flow" => json!({"baseVersion": 1}),
        "rollback_flow" => json!({"version": 1, "baseVersion": 1}),
        "mint_token" => json!({"kind": "personal", "name": "mine"}),
        "serve_mcp" => json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"}),
        "begin_session" => json!({"token": "none"}),
        _ => json!({}),
    }
}

#[track_caller]
fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}
