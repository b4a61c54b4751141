//! THE table. Endpoints and jobs stand here once; the local gateway, the binaries, infra/openapi.json, the template's functions
//! and the contract tests are read from it.

use std::future::ready;
use std::sync::LazyLock;

use axum::Router;
use axum::middleware::map_response;
use axum::response::Response;
use utoipa::openapi::path::PathItem;
use utoipa_axum::router::OpenApiRouter;

use crate::app::App;
use crate::envelope::Operation;

/// What a function may touch; a role in the template each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Answers without a token.
    Open,
    /// Answers without a token, and asks the identity provider.
    SignsIn,
    /// Reads Postgres as `fc_app`.
    Reads,
    /// Writes drafts, tokens and settings as `fc_app`.
    Writes,
    /// Publishes, and nudges the dispatcher.
    Mints,
}

impl Access {
    /// Whether nobody has to say who they are.
    pub fn is_open(self) -> bool {
        matches!(self, Access::Open | Access::SignsIn)
    }
}

/// One HTTP operation: its handler, its file and its binary have this name, in CamelCase its Lambda.
#[derive(Clone, Copy)]
pub struct Endpoint {
    pub area: &'static str,
    pub operation: &'static str,
    pub access: Access,
    pub router: fn() -> OpenApiRouter<App>,
}

/// A function that no HTTP route reaches.
#[derive(Debug, Clone, Copy)]
pub struct Job {
    pub name: &'static str,
    /// `queue`, `schedule` or `deployment`: what starts it, and what its event looks like.
    pub trigger: &'static str,
    /// An EventBridge rate, where a schedule starts it (too).
    pub every: Option<&'static str>,
}

macro_rules! endpoints {
    ($($access:ident $area:ident :: $operation:ident)*) => {
        pub const ENDPOINTS: &[Endpoint] = &[$(Endpoint {
            area: stringify!($area),
            operation: stringify!($operation),
            access: Access::$access,
            router: || OpenApiRouter::new().routes(utoipa_axum::routes!(crate::$area::$operation::$operation)),
        },)*];
    };
}

endpoints! {
    Open   open::get_healthz
    Open   open::get_openapi
    Open   open::get_schema

    SignsIn auth::list_sign_in_methods
    SignsIn auth::begin_login
    SignsIn auth::finish_login
    Open   auth::begin_session
    Open   auth::end_session

    Reads  access::get_me
    Reads  access::list_tokens
    Writes access::mint_token
    Writes access::revoke_token

    Reads  connectors::list_connectors
    Writes connectors::create_connector
    Reads  connectors::get_connector
    Writes connectors::patch_connector
    Writes connectors::delete_connector
    Reads  connectors::get_connector_draft
    Writes connectors::patch_connector_draft
    Writes connectors::put_connector_draft
    Writes connectors::reset_connector_draft
    Writes connectors::put_connector_entity
    Writes connectors::delete_connector_entity
    Writes connectors::put_connector_event_flow
    Writes connectors::delete_connector_event_flow
    Writes connectors::put_connector_settings
    Reads  connectors::diff_connector_draft
    Writes connectors::merge_connector_draft
    Mints  connectors::publish_connector
    Mints  connectors::rollback_connector
    Mints  connectors::archive_connector
    Mints  connectors::unarchive_connector
    Reads  connectors::list_connector_versions
    Reads  connectors::get_connector_version
    Reads  connectors::diff_connector_version
    Writes connectors::restore_connector_version
    Reads  connectors::get_connector_snapshot
    Writes connectors::restore_connector_snapshot

    Reads  flows::list_flows
    Writes flows::create_flow
    Reads  flows::get_flow
    Writes flows::patch_flow
    Writes flows::delete_flow
    Reads  flows::get_flow_draft
    Writes flows::put_flow_draft
    Writes flows::reset_flow_draft
    Reads  flows::diff_flow_draft
    Writes flows::merge_flow_draft
    Mints  flows::publish_flow
    Mints  flows::rollback_flow
    Mints  flows::archive_flow
    Mints  flows::unarchive_flow
    Reads  flows::list_flow_versions
    Reads  flows::get_flow_version
    Reads  flows::diff_flow_version
    Writes flows::restore_flow_version
    Reads  flows::get_flow_snapshot
    Writes flows::restore_flow_snapshot

    Reads  sync::export_resources
    Reads  sync::get_content
    Writes sync::put_content
    Writes sync::record_pull
    Reads  sync::plan_sync
    Writes sync::apply_sync
    Mints  sync::publish_sync
    Reads  sync::get_drift
    Reads  sync::list_history
    Reads  sync::list_publishes

    Writes runs::evaluate_flow
    Writes runs::evaluate_flow_draft
    Reads  runs::list_runs
    Reads  runs::get_run_stats
    Reads  runs::get_run

    Reads  workspaces::list_workspaces
    Writes workspaces::create_workspace
    Reads  workspaces::get_workspace
    Writes workspaces::patch_workspace
    Reads  workspaces::list_members
    Writes workspaces::add_member
    Writes workspaces::patch_member
    Writes workspaces::remove_member
    Reads  workspaces::list_audit

    Writes agents::serve_mcp

    Reads  replica::get_replica_status
    Reads  replica::list_outbox
    Mints  replica::redrive_outbox
}

pub const JOBS: &[Job] = &[
    Job { name: "dispatch_outbox", trigger: "queue", every: Some("rate(1 minute)") },
    Job { name: "reconcile_replica", trigger: "schedule", every: Some("rate(15 minutes)") },
    Job { name: "roll_up_runs", trigger: "schedule", every: Some("rate(1 minute)") },
    Job { name: "sweep", trigger: "schedule", every: Some("rate(1 hour)") },
    Job { name: "migrate", trigger: "deployment", every: None },
];

/// Where an endpoint is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    pub method: &'static str,
    /// With `{name}` for parameters, as OpenAPI and API Gateway write them.
    pub path: String,
    pub operation: &'static str,
}

impl Endpoint {
    pub fn by_name(operation: &str) -> Option<&'static Endpoint> {
        ENDPOINTS.iter().find(|endpoint| endpoint.operation == operation)
    }

    pub fn axum_router(&self) -> Router<App> {
        named((self.router)())
    }

    /// Read from the handler's own annotation.
    pub fn route(&self) -> Option<Route> {
        let (_, document) = (self.router)().split_for_parts();
        let (path, item) = document.paths.paths.into_iter().next()?;
        Some(Route { method: method(&item)?, path, operation: self.operation })
    }
}

/// An endpoint whose answers tell the envelope which operation they are of.
pub fn named(endpoint: OpenApiRouter<App>) -> Router<App> {
    let (router, document) = endpoint.split_for_parts();
    let item = document.paths.paths.into_values().next().unwrap_or_default();
    let operation = [item.get, item.post, item.put, item.patch, item.delete].into_iter().flatten().find_map(|found| found.operation_id);
    // Bulk calls are audited under the names of what they do.
    let operation = Operation(operation.unwrap_or_default().trim_end_matches("_sync").to_owned());
    router.layer(map_response(move |mut response: Response| {
        response.extensions_mut().insert(operation.clone());
        ready(response)
    }))
}

fn method(item: &PathItem) -> Option<&'static str> {
    let methods = [("GET", &item.get), ("POST", &item.post), ("PUT", &item.put), ("PATCH", &item.patch), ("DELETE", &item.delete)];
    methods.into_iter().find(|(_, operation)| operation.is_some()).map(|(name, _)| name)
}

/// Every route of the table, in its order.
pub fn all() -> &'static [Route] {
    static ALL: LazyLock<Vec<Route>> = LazyLock::new(|| ENDPOINTS.iter().filter_map(Endpoint::route).collect());
    &ALL
}

/// The methods that a path takes.
pub fn methods_of(path: &str) -> Vec<&'static str> {
    let segments: Vec<&str> = path.split('/').collect();
    let fits = |route: &&Route| {
        let pattern: Vec<&str> = route.path.split('/').collect();
        pattern.len() == segments.len()
            && pattern.iter().zip(&segments).all(|(want, have)| (want.starts_with('{') && !have.is_empty()) || want == have)
    };
    all().iter().filter(fits).map(|route| route.method).collect()
}
