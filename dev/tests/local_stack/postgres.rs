//! A real server as a child: its data, its address, and what happens when its parent is killed.

use std::net::TcpListener;

use crate::support::{TestHome, parent, wait_for, wait_to_be_killed};
use dev::{
    home::Home,
    postgres::{Options, Postgres},
    process::Identity,
    settings::Settings,
};
use sqlx::{Connection as _, PgConnection};

const FAST: Options = Options { durable: false };

async fn start(home: &Home) -> Postgres {
    Postgres::start(home, FAST).await.unwrap()
}

async fn number(url: &str, query: &'static str) -> i32 {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::query_scalar(query).fetch_one(&mut connection).await.unwrap()
}

async fn setting(url: &str, name: &str) -> String {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::query_scalar("SELECT current_setting($1)").bind(name).fetch_one(&mut connection).await.unwrap()
}

fn port(url: &str) -> u16 {
    url.rsplit_once(':').unwrap().1.trim_end_matches("/postgres").parse().unwrap()
}

#[tokio::test]
async fn data_and_address_survive_a_restart() {
    let place = TestHome::new();
    let home = place.open();
    let first = start(&home).await;
    let url = first.admin_url.clone();
    let process = Identity::of(first.pid().unwrap()).unwrap();
    number(&url, "WITH made AS (SELECT lo_from_bytea(4711, 'kept')) SELECT 1 FROM made").await;
    first.stop().await.unwrap();
    assert!(!process.is_running());

    let second = start(&home).await;
    assert_eq!(second.admin_url, url);
    assert_eq!(number(&url, "SELECT length(lo_get(4711))").await, 4);
    second.stop().await.unwrap();
}

#[tokio::test]
async fn a_port_that_was_taken_meanwhile_is_given_up() {
    let place = TestHome::new();
    let home = place.open();
    let first = start(&home).await;
    let before = port(&first.admin_url);
    first.stop().await.unwrap();

    let taken = TcpListener::bind(("127.0.0.1", before)).unwrap();
    let second = start(&home).await;
    assert_ne!(port(&second.admin_url), before);
    assert_eq!(number(&second.admin_url, "SELECT 1").await, 1);
    drop(taken);
}

#[tokio::test]
async fn two_homes_have_servers_side_by_side_and_keep_them_apart() {
    let (left, right) = (TestHome::new(), TestHome::new());
    let (left_home, right_home) = (left.open(), right.open());
    let (one, other) = tokio::join!(start(&left_home), start(&right_home));
    assert_ne!(port(&one.admin_url), port(&other.admin_url));
    let mixed = one.admin_url.replace(&port(&one.admin_url).to_string(), &port(&other.admin_url).to_string());
    let refusal = dev::postgres::wait_ready(&mixed, std::time::Duration::from_secs(60)).await.unwrap_err();
    assert!(format!("{refusal:#}").contains("password authentication failed"), "{refusal:#}");
}

#[tokio::test]
#[ignore = "run as a process of its own by the test below"]
async fn a_parent() {
    let home = Home::open(&Settings::from_env().unwrap()).unwrap();
    let postgres = start(&home).await;
    home.write_private("pid", postgres.pid().unwrap().to_string().as_bytes()).unwrap();
    wait_to_be_killed().await;
}

#[tokio::test]
async fn the_server_of_a_killed_parent_is_adopted() {
    let place = TestHome::new();
    let parent = parent("postgres::a_parent", &place);
    let pid: u32 = wait_for("a server", || std::fs::read_to_string(place.path("pid")).ok()?.parse().ok());
    parent.kill();

    let home = place.open();
    let adopted = start(&home).await;
    assert_eq!(adopted.pid(), Some(pid));
    assert_eq!(number(&adopted.admin_url, "SELECT 1").await, 1);
    let process = Identity::of(pid).unwrap();
    adopted.stop().await.unwrap();
    assert!(!process.is_running());
}

#[tokio::test]
async fn a_server_that_forgets_is_not_adopted_where_commits_must_last() {
    let place = TestHome::new();
    let parent = parent("postgres::a_parent", &place);
    wait_for("a server", || place.path("pid").exists().then_some(()));
    parent.kill();

    let home = place.open();
    let durable = Postgres::start(&home, Options { durable: true }).await.unwrap();
    for name in ["fsync", "synchronous_commit", "full_page_writes"] {
        assert_eq!(setting(&durable.admin_url, name).await, "on");
    }
}

#[tokio::test]
async fn a_server_that_is_named_is_used_and_not_touched() {
    let (own, user) = (TestHome::new(), TestHome::new());
    let own_home = own.open();
    let server = start(&own_home).await;
    let settings = Settings { admin_database_url: Some(server.admin_url.clone()), ..user.settings.clone() };
    let home = Home::open(&settings).unwrap();
    let named = start(&home).await;
    assert_eq!(named.pid(), None);
    named.stop().await.unwrap();
    assert_eq!(number(&server.admin_url, "SELECT 1").await, 1);
}

#[tokio::test]
async fn whoever_removes_a_home_begins_anew() {
    let place = TestHome::new();
    let parent = parent("postgres::a_parent", &place);
    let pid: u32 = wait_for("a server", || std::fs::read_to_string(place.path("pid")).ok()?.parse().ok());
    let orphan = Identity::of(pid).unwrap();
    parent.kill();
    // All but the data: as root it is elsewhere, and outlives its home.
    for entry in std::fs::read_dir(&place.settings.home).unwrap().flatten().filter(|entry| entry.file_name() != "postgres") {
        let path = entry.path();
        if path.is_dir() { std::fs::remove_dir_all(path).unwrap() } else { std::fs::remove_file(path).unwrap() }
    }
    std::fs::write(place.path("lock"), "").unwrap();

    let home = place.open();
    let fresh = start(&home).await;
    assert!(!orphan.is_running());
    assert_ne!(fresh.pid(), Some(pid));
}
