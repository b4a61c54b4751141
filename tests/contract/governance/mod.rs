//! Governance, crossed: every surface, in every mode, on every route that writes.

mod classes;
mod things;

use classes::{Class, MODES, Outcome, Surface, class_of, outcome, unclassified};
use functions::routes::{Access, ENDPOINTS, Endpoint};
use futures::StreamExt;
use tests::{Api, Token};
use things::{Thing, prepare};

/// As many requests at a time as keep two cores busy.
const AT_A_TIME: usize = 8;

#[test]
fn every_route_is_classified() {
    let missing = unclassified(ENDPOINTS);
    assert!(missing.is_empty(), "say in tests/contract/governance/classes.rs what these are to governance: {missing:?}");
}

#[test]
fn a_route_that_nobody_classified_is_noticed() {
    let known = |operation: &str| *ENDPOINTS.iter().find(|endpoint| endpoint.operation == operation).unwrap();
    let made_up = [
        Endpoint { operation: "detonate_connector", ..known("publish_connector") },
        Endpoint { operation: "adjust_connector", ..known("patch_connector_draft") },
        // Neither a GET that writes nor a POST that is said to read gets by.
        Endpoint { operation: "get_everything_published", access: Access::Mints, ..known("get_connector") },
        Endpoint { operation: "look_closely", access: Access::Reads, ..known("merge_connector_draft") },
        Endpoint { operation: "get_in", access: Access::Open, ..known("get_healthz") },
    ];
    let with_them: Vec<Endpoint> = ENDPOINTS.iter().copied().chain(made_up).collect();
    assert_eq!(unclassified(&with_them), made_up.map(|endpoint| endpoint.operation));
}

#[test]
fn what_mints_a_version_is_classified_as_that() {
    for endpoint in ENDPOINTS {
        let source = crate::read(&format!("functions/src/{}/{}.rs", endpoint.area, endpoint.operation));
        let mints = source.contains("Publisher") || source.contains("publishing::publish(");
        assert_eq!(mints, class_of(endpoint) == Some(Class::Publish), "{}", endpoint.operation);
    }
}

/// A request to be made, and what has to come of it.
struct Cell {
    endpoint: &'static Endpoint,
    surface: Surface,
    thing: Thing,
    expected: Outcome,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_surface_in_every_mode_on_every_route_that_writes() {
    let api = Api::start().await;
    let fcc = api.token(Token::PersonWithFcc("owner")).await;
    let (agent, application) = (api.token(Token::Agent).await, api.token(Token::Application).await);
    let token_of = |surface: Surface| match surface {
        Surface::Designer => &api.tenant.token,
        Surface::Cli => &fcc,
        Surface::Agent => &agent,
        Surface::Application => &application,
    };
    let mut crossed = 0;
    for (round, mode) in MODES.into_iter().enumerate() {
        api.set_mode("Hybrid").await;
        let cells = cells(&api, mode, round).await;
        api.set_mode(mode).await;
        // First what is refused: it leaves nothing behind.
        let (refused, done): (Vec<Cell>, Vec<Cell>) = cells.into_iter().partition(|cell| cell.expected != Outcome::Done);
        crossed += refused.len() + done.len();
        let before = written(&api).await;
        run(&api, mode, &refused, &token_of).await;
        assert_eq!(written(&api).await, before, "a refusal in {mode} wrote something");
        run(&api, mode, &done, &token_of).await;
    }
    let writing = ENDPOINTS.iter().filter(|endpoint| !matches!(class_of(endpoint), Some(Class::Read | Class::SignIn))).count();
    assert_eq!(crossed, writing * MODES.len() * Surface::ALL.len());
    api.finish().await;
}

async fn cells(api: &Api, mode: &str, round: usize) -> Vec<Cell> {
    let writing = ENDPOINTS.iter().filter_map(|endpoint| Some((endpoint, class_of(endpoint)?)));
    let writing = writing.filter(|(_, class)| !matches!(class, Class::Read | Class::SignIn));
    let wanted = writing.flat_map(|(endpoint, class)| Surface::ALL.map(|surface| (endpoint, surface, outcome(class, surface, mode))));
    futures::stream::iter(wanted.enumerate())
        .map(|(nth, (endpoint, surface, expected))| async move {
            Cell { endpoint, surface, thing: prepare(api, endpoint, round * 1000 + nth).await, expected }
        })
        .buffer_unordered(AT_A_TIME)
        .collect()
        .await
}

async fn run<'a>(api: &Api, mode: &str, cells: &[Cell], token_of: &impl Fn(Surface) -> &'a String) {
    futures::stream::iter(cells)
        .for_each_concurrent(AT_A_TIME, |cell| async move {
            let (operation, surface) = (cell.endpoint.operation, cell.surface);
            let answer = cell.thing.request(api, cell.endpoint, token_of(surface)).await;
            match cell.expected {
                Outcome::Done => assert!((200..300).contains(&answer.status), "{operation}, {surface:?}, {mode}: {answer}"),
                Outcome::Forbidden => assert_eq!(answer.status, 403, "{operation}, {surface:?}, {mode}: {answer}"),
                Outcome::Governance(beginning) => {
                    assert_eq!(answer.status, 400, "{operation}, {surface:?}, {mode}: {answer}");
                    let refused = answer.problem(400, "governance_refused");
                    assert!(refused["detail"].as_str().unwrap().starts_with(beginning), "{operation}, {surface:?}, {mode}: {refused}");
                }
            }
        })
        .await;
}

/// Everything that a call could have written, but for the audit log, which has the refusals.
async fn written(api: &Api) -> Vec<i64> {
    let mut counts = Vec::new();
    for table in [
        "resources",
        "resource_versions",
        "contents",
        "outbox",
        "workspaces",
        "memberships",
        "users",
        "credentials",
        "idempotency_keys",
        "runs",
        "pulls",
    ] {
        let count = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
        counts.push(sqlx::query_scalar(count).fetch_one(&api.owner_db).await.unwrap());
    }
    let revoked = "SELECT count(*) FROM credentials WHERE revoked_at IS NOT NULL";
    counts.push(sqlx::query_scalar(revoked).fetch_one(&api.owner_db).await.unwrap());
    counts
}
