//! Connectors to test with, and the calls that most tests begin with.

use serde_json::{Value, json};

use crate::Api;

/// A small config that can be published: two entities, two event flows, a setting.
pub fn config() -> Value {
    json!({
        "schema_version": "3.0",
        "entities": {
            "contact": {"fields": {"id": {"type": "string", "required": true}, "email": {"type": "string"}}, "key": ["id"]},
            "company": {"fields": {"id": {"type": "string"}, "name": {"type": "string", "description": "As registered."}}}
        },
        "event_flows": {
            "hubspot": {
                "contact.created": {"entity": "contact", "action": "upsert", "mapping": {"id": "vid", "email": "properties.email"}},
                "contact.deleted": {"entity": "contact", "action": "delete", "mapping": {"id": "vid"}, "enabled": false}
            }
        },
        "settings": {"api_key": "secretsmanager:hubspot/key", "batch": 100}
    })
}

/// The same, without event flows.
pub fn without_flows() -> Value {
    json!({"schema_version": "3.0", "entities": {}, "event_flows": {}, "settings": {}})
}

/// A config whose canonical form has exactly this many bytes.
pub fn config_of_size(bytes: usize) -> Value {
    let mut config = without_flows();
    config["settings"]["filling"] = json!("");
    let empty = domain::Canonical::of(&config).bytes.len();
    config["settings"]["filling"] = json!("x".repeat(bytes - empty));
    config
}

impl Api {
    /// Makes a connector with this config; answers what the API did.
    #[track_caller]
    pub fn create(&self, slug: &str, config: Value) -> impl Future<Output = Value> {
        let request = self.post("/api/connectors").json(json!({"slug": slug, "name": slug, "config": config}));
        async move { request.await.with_status(201) }
    }

    /// Publishes the draft, as the owner, on top of version `base`.
    pub async fn publish(&self, slug: &str, base: i32) -> Value {
        self.post(&format!("/api/connectors/{slug}/publish")).json(json!({"base_version": base})).await.ok()
    }

    /// A connector with [`config`] as its version 1.
    pub async fn publish_first(&self, slug: &str) -> Value {
        self.create(slug, config()).await;
        self.publish(slug, 0).await
    }

    /// Merges the patch into the draft, as the owner.
    pub async fn patch_draft(&self, slug: &str, patch: Value) -> Value {
        self.patch(&format!("/api/connectors/{slug}/draft")).json(patch).await.ok()
    }

    /// The draft as the API answers it.
    pub async fn draft(&self, slug: &str) -> Value {
        self.get(&format!("/api/connectors/{slug}/draft")).await.ok()
    }

    /// Changes the draft and publishes it on top of `base`: settings.batch becomes the new version's number.
    pub async fn publish_next(&self, slug: &str, base: i32) -> Value {
        self.patch_draft(slug, json!({"settings": {"batch": base + 1}})).await;
        self.publish(slug, base).await
    }

    /// All rows of the connector's history, snapshots included.
    pub async fn history_length(&self, slug: &str) -> i64 {
        let query =
            "SELECT count(*) FROM resource_versions v JOIN resources r ON r.id = v.resource_id WHERE r.slug = $1 AND r.workspace_id = $2";
        sqlx::query_scalar(query).bind(slug).bind(self.tenant.workspace).fetch_one(&self.owner_db).await.unwrap()
    }
}
