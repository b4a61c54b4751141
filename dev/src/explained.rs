//! What each statement cost Postgres, as it was executed: the server explains it (auto_explain) in a notice, which is kept here
//! and kept from the client. Nothing is asked twice, and nobody has to know the statements.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result};
use serde_json::Value;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, PgConnection};

use crate::wire::{Message, Wire};

/// A statement that was executed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    pub text: String,
    /// Pages of shared memory that were looked at, found there or read from disk; looked at twice counts twice.
    pub buffers: u64,
    /// How its plan reads tables, such as `runs by ix_runs_recent`; what functions do inside is in the buffers alone.
    pub reads: BTreeSet<String>,
}

/// A database whose answers are explained; dropping it ends its connections.
#[derive(Debug)]
pub struct Explained {
    wire: Wire,
    plans: Arc<Mutex<Vec<Plan>>>,
    role: String,
}

const SETTINGS: [(&str, &str); 7] = [
    ("session_preload_libraries", "auto_explain"),
    ("auto_explain.log_min_duration", "0"),
    ("auto_explain.log_analyze", "on"),
    ("auto_explain.log_buffers", "on"),
    ("auto_explain.log_timing", "off"),
    ("auto_explain.log_format", "json"),
    ("auto_explain.log_level", "notice"),
];

impl Explained {
    /// From the next connection on, whatever the URL's role does in its database is explained. `admin` is a superuser, in the same one.
    ///
    /// # Errors
    /// When this server lacks auto_explain, or the connection is no superuser's.
    pub async fn before(url: &str, admin: &mut PgConnection) -> Result<Explained> {
        sqlx::raw_sql("LOAD 'auto_explain'").execute(&mut *admin).await.context("this Postgres has no auto_explain")?;
        let options: PgConnectOptions = url.parse()?;
        let role = options.get_username().to_owned();
        for (name, value) in SETTINGS {
            let set = "SELECT format('ALTER ROLE %I IN DATABASE %I SET %s = %L', $1::text, current_database(), $2::text, $3::text)";
            let statement: String = sqlx::query_scalar(set).bind(&role).bind(name).bind(value).fetch_one(&mut *admin).await?;
            sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut *admin).await?;
        }
        let plans = Arc::new(Mutex::new(Vec::new()));
        let seen = plans.clone();
        let wire = Wire::before(url, move |message| {
            let Message::FromServer(b'N', fields) = message else { return true };
            match plan(fields) {
                Some(plan) => {
                    seen.lock().unwrap_or_else(PoisonError::into_inner).push(plan);
                    false
                }
                None => true,
            }
        })
        .await?;
        Ok(Explained { wire, plans, role })
    }

    /// From the next connection on nothing is explained any more.
    ///
    /// # Errors
    /// When the connection is no superuser's, or not in the same database.
    pub async fn end(self, admin: &mut PgConnection) -> Result<()> {
        for (name, _) in SETTINGS {
            let reset = "SELECT format('ALTER ROLE %I IN DATABASE %I RESET %s', $1::text, current_database(), $2::text)";
            let statement: String = sqlx::query_scalar(reset).bind(&self.role).bind(name).fetch_one(&mut *admin).await?;
            sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut *admin).await?;
        }
        Ok(())
    }

    /// The URL whose answers are explained.
    pub fn url(&self) -> &str {
        &self.wire.url
    }

    /// What was executed since the last call.
    pub fn take(&self) -> Vec<Plan> {
        std::mem::take(&mut self.plans.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A notice's fields are a letter and a text each; the message is `M`, and reads `duration: 0.1 ms  plan:` and a document.
fn plan(fields: &[u8]) -> Option<Plan> {
    let message = fields.split(|byte| *byte == 0).find_map(|field| field.strip_prefix(b"M"))?;
    let (_, document) = std::str::from_utf8(message).ok()?.strip_prefix("duration: ")?.split_once("plan:")?;
    let document: Value = serde_json::from_str(document).ok()?;
    let root = &document["Plan"];
    let blocks = |kind: &str| root[kind].as_u64().unwrap_or_default();
    let mut reads = BTreeSet::new();
    collect_reads(root, &mut reads);
    Some(Plan {
        text: document["Query Text"].as_str().unwrap_or_default().to_owned(),
        buffers: blocks("Shared Hit Blocks") + blocks("Shared Read Blocks"),
        reads,
    })
}

fn collect_reads(node: &Value, reads: &mut BTreeSet<String>) {
    let text = |member: &str| node[member].as_str();
    match (text("Relation Name"), text("Index Name")) {
        (Some(table), Some(index)) => reads.insert(format!("{table} by {index}")),
        (Some(table), None) => reads.insert(format!("{table} by {}", text("Node Type").unwrap_or_default())),
        (None, Some(index)) => reads.insert(index.to_owned()),
        (None, None) => false,
    };
    for child in node["Plans"].as_array().into_iter().flatten() {
        collect_reads(child, reads);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_tells_the_statement_its_pages_and_how_it_read_them() {
        let notice = b"SNOTICE\0VNOTICE\0C00000\0Mduration: 0.086 ms  plan:\n{\"Query Text\": \"SELECT 1\", \"Plan\": {\"Node Type\": \"Limit\", \
            \"Shared Hit Blocks\": 5, \"Shared Read Blocks\": 2, \"Plans\": [{\"Relation Name\": \"runs\", \"Index Name\": \"ix\"}, {\"Plans\": [{\"Relation Name\": \"resources\", \"Node Type\": \"Seq Scan\"}]}]}}\0Fauto_explain.c\0\0";
        let expected =
            Plan { text: "SELECT 1".to_owned(), buffers: 7, reads: ["resources by Seq Scan".to_owned(), "runs by ix".to_owned()].into() };
        assert_eq!(plan(notice), Some(expected));
        assert_eq!(plan(b"SNOTICE\0Mrelation \"x\" already exists, skipping\0\0"), None);
    }
}
