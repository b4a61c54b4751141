//! Lists: newest first, keyset-paginated.

use serde::{Deserialize, Serialize};

/// A page of `/api/*`.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Hand it back as `?cursor=` for the next page; null on the last.
    pub next_cursor: Option<String>,
}

/// A page of `/v1/*`.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CamelPage<T> {
    pub items: Vec<T>,
    /// Hand it back as `?cursor=` for the next page; null on the last.
    pub next_cursor: Option<String>,
}
