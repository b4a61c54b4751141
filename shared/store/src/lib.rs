//! Postgres: a module per table, a function per query. Every function that touches a workspace's rows takes a [`Tx`] begun in
//! a [`Scope`] and filters on it; row-level security holds when that is forgotten.

pub mod admin;
pub mod apply;
pub mod audit;
mod backfill;
pub mod callers;
pub mod contents;
pub mod credentials;
pub mod db;
pub mod drafts;
pub mod drift;
pub mod exports;
pub mod founding;
pub mod governance;
pub mod idempotency;
pub mod jobs;
pub mod many;
pub mod members;
pub mod outbox;
pub mod publish;
pub mod pulls;
pub mod replica;
pub mod resources;
pub mod run_stats;
pub mod runs;
pub mod versions;
pub mod workspaces;

pub use db::{Db, Scope, Standing, Tx, end, is_rds_proxy};

/// What went wrong below; the HTTP layer decides what of it a client may know.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    #[error("the database answered {0}")]
    Unexpected(String),
    /// The schema is another release's; the message says which file tells them apart.
    #[error("{0}")]
    ForeignSchema(String),
    /// The schema is a later release's; the message says which file this one lacks.
    #[error("{0}")]
    LaterSchema(String),
}

/// What a caller had when a write began, and not any more when it was committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LostStanding {
    Credential,
    Role,
}

pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// The name of the constraint that refused a write, if one did: invariants live in the schema and are mapped by name.
    pub fn constraint(&self) -> Option<&str> {
        match self {
            Error::Database(sqlx::Error::Database(error)) => error.constraint(),
            _ => None,
        }
    }

    /// Whether the caller's credential ended, or their role changed, between the beginning of the write and its commit.
    pub fn lost_standing(&self) -> Option<LostStanding> {
        match self {
            Error::Database(sqlx::Error::Database(error)) => match error.code().as_deref() {
                Some("FC002") => Some(LostStanding::Credential),
                Some("FC003") => Some(LostStanding::Role),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether the same call may succeed in a moment: no connection free or reachable, a lock or a deadlock, a restart, a password
    /// that was changed before this function got the new one, or a content that the sweep collected at the moment when somebody took it up again.
    pub fn is_transient(&self) -> bool {
        match self {
            Error::Database(sqlx::Error::PoolTimedOut | sqlx::Error::Io(_) | sqlx::Error::PoolClosed) => true,
            Error::Database(sqlx::Error::Database(error)) => {
                let content_gone = error.constraint().is_some_and(|name| name.ends_with("_content_fk") || name.ends_with("_manifest_fk"));
                let passes = |code: &str| {
                    matches!(code, "55P03" | "40P01" | "40001" | "57014" | "28P01") || code.starts_with("57P") || code.starts_with("53")
                };
                content_gone || error.code().is_some_and(|code| passes(&code))
            }
            _ => false,
        }
    }
}
