//! A request that goes away while its transaction begins. sqlx leaves the BEGIN open on the pooled connection then (its issues
//! 4385 and 4393), and what the next borrower writes is answered with success and lost.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Waker};

use serde_json::json;
use store::{Db, Scope};
use tests::{Api, config};

/// Polls the future this often, giving the connection time to get on in between, and then drops it.
async fn abandon_after<F: Future>(polls: usize, future: F) {
    let mut future = pin!(future);
    for _ in 0..polls {
        if future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready() {
            return;
        }
        tokio::task::yield_now().await;
    }
}

async fn names(api: &Api) -> Vec<String> {
    sqlx::query_scalar("SELECT name FROM resources").fetch_all(&api.owner_db).await.unwrap()
}

#[tokio::test]
async fn it_loses_nothing_of_the_next_transaction() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let db = Db::connect_lazily(&api.database.app_url, 1).unwrap();
    let scope = Scope { workspace: api.tenant.workspace, user: None, standing: None };
    for polls in 0..60 {
        abandon_after(polls, db.begin(scope)).await;
        let mut tx = db.begin(scope).await.unwrap();
        let name = format!("named {polls}");
        sqlx::query("UPDATE resources SET name = $1").bind(&name).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(names(&api).await, [name]);
    }
    api.finish().await;
}

#[tokio::test]
async fn it_loses_nothing_of_the_next_statement() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    let jobs = Db::connect_lazily(&api.database.jobs_url, 1).unwrap();
    for polls in 0..60 {
        abandon_after(polls, jobs.begin_job()).await;
        let attempts = i32::try_from(polls).unwrap();
        sqlx::query("UPDATE outbox SET attempts = $1").bind(attempts).execute(jobs.pool()).await.unwrap();
        let kept: i32 = sqlx::query_scalar("SELECT attempts FROM outbox").fetch_one(&api.owner_db).await.unwrap();
        assert_eq!(kept, attempts);
    }
    api.finish().await;
}

#[tokio::test]
async fn it_does_not_mix_the_scopes_of_two_tenants() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let theirs = json!({"slug": "erp", "name": "erp"});
    api.post("/api/connectors").as_(&api.other_tenant.token).json(theirs).await.with_status(201);
    let db = Db::connect_lazily(&api.database.app_url, 1).unwrap();
    let (ours, other) = (
        Scope { workspace: api.tenant.workspace, user: None, standing: None },
        Scope { workspace: api.other_tenant.workspace, user: None, standing: None },
    );
    for polls in 0..60 {
        abandon_after(polls, db.begin(other)).await;
        let mut tx = db.begin(ours).await.unwrap();
        let seen: Vec<String> = sqlx::query_scalar("SELECT slug FROM resources").fetch_all(&mut *tx).await.unwrap();
        tx.rollback().await.unwrap();
        assert_eq!(seen, ["crm"]);
    }
    api.finish().await;
}
