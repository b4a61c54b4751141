//! Request and response bodies as clients see them, with their OpenAPI schemas. `/api/*` speaks snake_case, `/v1/*` camelCase.

pub mod connectors;
pub mod flows;
pub mod history;
pub mod me;
pub mod page;
pub mod problem;
pub mod replica;
pub mod runs;
pub mod sync;
pub mod time;
pub mod tokens;
pub mod workspaces;
