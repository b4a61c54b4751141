//! What the tests of the whole system stand on. Run them with `cargo dev test` (`cargo dev test -- -p tests a_name` for some):
//! it starts a Postgres and an AWS emulator for them.
//!
//! ```ignore
//! #[tokio::test]
//! async fn a_stale_base_version_is_refused() {
//!     let api = Api::start().await;
//!     api.publish_first("crm").await;
//!     let refused = api.post("/api/connectors/crm/publish").json(json!({"base_version": 0})).await.problem(409, "version_conflict");
//!     assert_eq!(refused["active_version"], 1);
//!     api.finish().await;
//! }
//! ```
//!
//! - [`Api::start`] gives each test a database of its own (a copy of a migrated template), a table and two fleets' queues of its
//!   own, and the real gateway on a port of 127.0.0.1. The gateway connects as `fc_app`, never as a superuser.
//!   Told of a deployment (`cargo dev deploy-local`), tests stand on that one instead, one after the other, and drive it through its
//!   API Gateway.
//! - Requests are made by [`Api::get`] and its fellows, as the first tenant's owner unless [`Request::as_`] says otherwise;
//!   [`Api::token`] makes tokens of every kind and role. [`Answer::ok`] and [`Answer::problem`] fail with the whole exchange.
//! - The dispatcher runs when a test says so: [`Api::dispatch`], or [`Api::dispatch_in_background`].
//! - [`Api::finish`] ends every test: it drains the outbox and checks what must always hold (see [`invariants`]), then removes
//!   the database and the table. A test that forgets it fails.
//!
//! `tests/api/<area>/<operation>.rs` holds the contract of one operation, `tests/faults` what happens when things break or race,
//! `tests/database` what the schema itself holds. Names are sentences.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that can't go on should say where")]

mod api;
mod connectors;
mod database;
mod expect;
mod flows;
mod ground;
mod http;
mod instance;
pub mod invariants;
mod runs;
mod site;
mod sync;
mod tokens;
mod wait;

pub use api::{Api, fresh};
pub use connectors::{config, config_of_size, without_flows};
pub use database::{Scratch, scratch_database};
pub use expect::{assert_millis, assert_seconds, fields};
pub use flows::{TABLE, empty_graph, graph, graph_with, rules};
pub use http::{Answer, Request};
pub use instance::Instance;
pub use runs::{decides, pricing};
pub use site::Site;
pub use sync::{config_with, digest, file};
pub use tokens::{Tenant, Token};
pub use wait::{until, within_a_minute};
