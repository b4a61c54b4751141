//! Every Lambda function of FetchCatch. Start at [`routes`]: the table of endpoints that everything else is read from.

pub mod access;
pub mod app;
pub mod auth;
pub mod connectors;
pub mod drafting;
pub mod envelope;
pub mod extract;
pub mod flows;
pub mod gateway;
pub mod idempotent;
pub mod jobs;
pub mod lambda;
pub mod listing;
pub mod merging;
pub mod minting;
pub mod open;
pub mod openapi;
pub mod problem;
pub mod replica;
pub mod routes;
pub mod runs;
pub mod settings;
pub mod sync;
pub mod workspaces;
