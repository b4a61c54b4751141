mod add_member;
mod create_workspace;
mod get_workspace;
mod list_audit;
mod list_members;
mod list_workspaces;
mod patch_member;
mod patch_workspace;
mod remove_member;

use serde_json::{Value, json};
use tests::Api;

pub const ACME: &str = "/v1/workspaces/acme";

/// Lets somebody into the first tenant's workspace, as its owner; answers their user id.
pub async fn member(api: &Api, email: &str, role: &str) -> String {
    let added = api.post(&format!("{ACME}/members")).json(json!({"email": email, "role": role})).await.with_status(201);
    added["userId"].as_str().unwrap().to_owned()
}

/// The newest entries of the audit log: action and detail.
pub async fn audited(api: &Api, count: usize) -> Vec<(String, Value)> {
    let items = api.get("/v1/audit").header("x-fcc-workspace", "acme").await.ok()["items"].clone();
    let entries = items.as_array().unwrap().iter().take(count);
    entries.map(|entry| (entry["action"].as_str().unwrap().to_owned(), entry["detail"].clone())).collect()
}
