//! Postgres and AWS going away under the gateway.

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use functions::app::App;
use serde_json::json;
use sqlx::ConnectOptions as _;
use sqlx::postgres::PgConnectOptions;
use store::Db;
use tests::{Api, config, until};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

#[tokio::test]
async fn after_postgres_ended_every_connection_the_gateway_mends_itself() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let mut superuser = api.superuser().await;
    let end = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'fc_app'";
    let ended: i64 = sqlx::query_scalar(end).fetch_one(&mut superuser).await.unwrap();
    assert!(ended > 0);
    let mut refused = 0;
    loop {
        let answer = api.patch("/api/connectors/crm/draft").json(json!({"settings": {"batch": refused}})).await;
        if answer.status == 200 {
            break;
        }
        assert!(answer.header("retry-after").is_some(), "{answer}");
        answer.problem(503, "unavailable");
        refused += 1;
        assert!(refused <= ended, "more failures than connections were ended");
    }
    api.publish("crm", 0).await;
    api.finish().await;
}

#[tokio::test]
async fn a_connection_that_the_network_forgot_is_replaced_before_anybody_waits_for_it() {
    let api = Api::start().await;
    let (mute, muted) = watch::channel(());
    let options: PgConnectOptions = api.database.app_url.parse().unwrap();
    let port = relay(options.get_port(), muted).await;
    let through = options.host("127.0.0.1").port(port).to_url_lossy().to_string();
    let db = Db::connect_lazily_trusting(&through, 1, Duration::ZERO).unwrap();
    db.ping().await.unwrap();
    until("the connection to rest", async || (db.pool().num_idle() == 1).then_some(())).await;
    // From now on nothing comes over the connection that is open, and nobody says so.
    mute.send(()).unwrap();
    db.ping().await.unwrap();
    api.finish().await;
}

/// Leads to Postgres. What is connected when it is told falls silent.
async fn relay(to: u16, muted: watch::Receiver<()>) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (mut from, _) = listener.accept().await.unwrap();
            let mut told = muted.clone();
            told.mark_unchanged();
            tokio::spawn(async move {
                let mut to = TcpStream::connect((Ipv4Addr::LOCALHOST, to)).await.unwrap();
                tokio::select! {
                    _ = tokio::io::copy_bidirectional(&mut from, &mut to) => {}
                    _ = told.changed() => std::future::pending().await,
                }
            });
        }
    });
    port
}

#[tokio::test]
async fn a_5xx_says_nothing_of_its_cause() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    sqlx::query("REVOKE SELECT ON contents FROM fc_app").execute(&api.owner_db).await.unwrap();
    let problem = api.get("/api/connectors/crm/draft").await.problem(500, "internal");
    let said = problem.to_string().to_lowercase();
    for secret in ["contents", "permission", "postgres", "sql"] {
        assert!(!said.contains(secret), "{said}");
    }
    sqlx::query("GRANT SELECT ON contents TO fc_app").execute(&api.owner_db).await.unwrap();
    api.finish().await;
}

#[tokio::test]
async fn without_postgres_the_health_check_says_so() {
    let api = Api::start().await;
    let mut settings = api.app.settings.clone();
    settings.database_url = "postgres://nobody@127.0.0.1:1/none".to_owned();
    let origin = serve(App::new(settings).unwrap()).await;
    let answer = dev::http::builder().build().unwrap().get(format!("{origin}/healthz")).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.headers().contains_key("retry-after")), (503, true));
    api.finish().await;
}

#[tokio::test]
async fn a_nudge_that_can_not_be_sent_never_fails_a_publish_and_holds_it_up_for_a_moment_at_most() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let mut settings = api.app.settings.clone();
    settings.aws.endpoint_url = Some("http://127.0.0.1:1".to_owned());
    settings.dispatch_queue_url = Some("http://127.0.0.1:1/000000000000/dispatch".to_owned());
    let origin = serve(App::new(settings).unwrap()).await;
    let begun = Instant::now();
    let http = dev::http::builder().build().unwrap();
    let publish =
        http.post(format!("{origin}/api/connectors/crm/publish")).bearer_auth(&api.tenant.token).json(&json!({"base_version": 0}));
    assert_eq!(publish.send().await.unwrap().status(), 200);
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    api.finish().await;
}

async fn serve(app: App) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, functions::gateway::router(app)).await });
    origin
}
