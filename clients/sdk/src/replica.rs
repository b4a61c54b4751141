//! What workers have been told, and what waits.

use wire::page::CamelPage;
use wire::replica::{OutboxRow, Redrive, Redriven, ReplicaStatus};

use crate::address::segment;
use crate::call::Call;
use crate::client::Client;
use crate::error::Result;
use crate::resources::Selector;

impl Client {
    /// What the replica holds, beside what is published.
    pub async fn get_replica_status(&self, what: Selector<'_>) -> Result<ReplicaStatus> {
        self.send(Call::get(format!("/v1/replica/{}/{}", what.kind, segment(what.id)))).await
    }

    /// Events that wait (`pending`) or were given up (`dead`), newest first.
    pub async fn list_outbox(&self, state: Option<&str>, cursor: Option<&str>) -> Result<CamelPage<OutboxRow>> {
        self.send(Call::get("/v1/replica/outbox").query("state", state).query("limit", Some(200)).query("cursor", cursor)).await
    }

    /// Dead events are due again.
    pub async fn redrive_outbox(&self, which: &Redrive) -> Result<Redriven> {
        self.send(Call::post("/v1/replica/redrive").json(which)?).await
    }
}
