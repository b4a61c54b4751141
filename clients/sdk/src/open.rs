//! What answers without a token; one that is sent does no harm.

use serde_json::Value;

use crate::address::segment;
use crate::call::Call;
use crate::client::Client;
use crate::error::Result;

impl Client {
    /// Whether the API can serve; the error says why not.
    pub async fn get_healthz(&self) -> Result<()> {
        self.send_for_nothing(Call::get("/healthz")).await
    }

    /// The OpenAPI document of the API that answers.
    pub async fn get_openapi(&self) -> Result<Value> {
        self.send(Call::get("/openapi.json")).await
    }

    /// A JSON Schema: `connector-v3.json`.
    pub async fn get_schema(&self, name: &str) -> Result<Value> {
        self.send(Call::get(format!("/api/schemas/{}", segment(name)))).await
    }
}
