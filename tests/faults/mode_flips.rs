//! The mode changes while everybody publishes. The audit log's ids are drawn while its writers hold the workspace's lock, shared by
//! publishes and alone by a change of mode: their order is the order in which those took turns.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use futures::future::join_all;
use serde_json::json;
use tests::{Api, Token};

const MODES: [&str; 3] = ["DesignerOnly", "CodeManaged", "Hybrid"];
/// Each of these is rolled back and forth from both surfaces, so that some wait for each other's rows as well.
const RESOURCES: [Resource; 2] = [
    Resource { path: "/api/connectors/crm", base: "base_version", active: "active_version" },
    Resource { path: "/v1/flows/discounts", base: "baseVersion", active: "publishedVersion" },
];

/// Each of these is edited and published by one surface alone.
const OF_ITS_OWN: [&str; 2] = ["erp", "shop"];

/// Where it is, and what its API calls the base of a publish and the active version.
#[derive(Clone, Copy)]
struct Resource {
    path: &'static str,
    base: &'static str,
    active: &'static str,
}

#[expect(clippy::disallowed_methods, reason = "how long a test runs is said from outside")]
fn rounds() -> usize {
    if std::env::var("BIG").is_ok_and(|big| big == "1") { 10_000 } else { 300 }
}

/// What the publishers of a run met.
#[derive(Default)]
struct Met {
    stop: AtomicBool,
    published: AtomicUsize,
    refused: AtomicUsize,
}

#[derive(sqlx::FromRow)]
struct Entry {
    action: String,
    surface: Option<String>,
    /// The mode that a publish read, or that a change of mode made.
    mode: Option<String>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_version_was_forbidden_by_the_mode_in_force_when_it_was_made() {
    let api = Api::start().await;
    let fcc = api.token(Token::PersonWithFcc("owner")).await;
    api.publish_first("crm").await;
    api.publish_next("crm", 1).await;
    api.publish_first_flow("discounts").await;
    api.put_graph("discounts", tests::graph_with([("big", "20")])).await;
    api.publish_flow("discounts", 1).await;
    for of_its_own in OF_ITS_OWN {
        api.publish_first(of_its_own).await;
    }
    let met = Met::default();
    let tokens = [&api.tenant.token, &fcc];
    let rollers = join_all(RESOURCES.into_iter().flat_map(|resource| tokens.map(|token| roll(&api, token, resource, &met))));
    let publishers = join_all(OF_ITS_OWN.iter().zip(tokens).map(|(slug, token)| publish(&api, token, slug, &met)));
    let flipper = async {
        for round in 0..rounds() {
            // A change that gave up waiting would be 503 here, and one that deadlocked as well.
            api.set_mode(MODES[round % MODES.len()]).await;
        }
        met.stop.store(true, Ordering::Relaxed);
    };
    tokio::join!(rollers, publishers, flipper);

    let entries: Vec<Entry> = sqlx::query_as(
        "SELECT action, surface, coalesce(detail -> 'after' ->> 'governanceMode', detail ->> 'mode') AS mode FROM audit_log WHERE action <> 'create' ORDER BY id",
    )
    .fetch_all(&api.owner_db)
    .await
    .unwrap();
    let (mut in_force, mut flips, mut minted, mut refused) = ("Hybrid".to_owned(), 0, 0, 0);
    for (nth, entry) in entries.into_iter().enumerate() {
        let (mode, surface) = (entry.mode.unwrap(), entry.surface.unwrap());
        let forbidden = (mode == "DesignerOnly" && surface == "cli") || (mode == "CodeManaged" && surface == "designer");
        match entry.action.as_str() {
            "workspace_changed" => {
                in_force = mode;
                flips += 1;
                continue;
            }
            "publish" | "rollback" => {
                assert!(!forbidden, "entry {nth}: published from {surface} in {mode}");
                minted += 1;
            }
            "publish_refused" | "rollback_refused" => {
                assert!(forbidden, "entry {nth}: refused from {surface} in {mode}");
                refused += 1;
            }
            other => panic!("entry {nth}: {other}"),
        }
        assert_eq!(mode, in_force, "entry {nth}: decided by a mode that was not in force");
    }
    // The first change may find its mode already; every other one is a change.
    assert_eq!(flips, rounds());
    assert_eq!(minted, 2 * RESOURCES.len() + OF_ITS_OWN.len() + met.published.load(Ordering::Relaxed));
    assert_eq!(refused, met.refused.load(Ordering::Relaxed));
    let versions: i64 =
        sqlx::query_scalar("SELECT count(*) FROM resource_versions WHERE version IS NOT NULL").fetch_one(&api.owner_db).await.unwrap();
    assert_eq!(usize::try_from(versions).unwrap(), minted, "every version has its entry");
    assert!(met.published.load(Ordering::Relaxed) > 0 && refused > 0, "nobody raced: {minted} versions, {refused} refusals");
    api.finish().await;
}

/// Rolls back and forth, again and again: always a change, and nobody's draft is in the way.
async fn roll(api: &Api, token: &str, resource: Resource, met: &Met) {
    let mut active = 2;
    while !met.stop.load(Ordering::Relaxed) {
        // Odd and even versions hold the same two documents in turn.
        let body = json!({"version": if active % 2 == 0 { 1 } else { 2 }, resource.base: active});
        let answer = api.post(&format!("{}/rollback", resource.path)).as_(token).json(body).await;
        match answer.status {
            200 => {
                active = answer.ok()["version"].as_i64().unwrap();
                met.published.fetch_add(1, Ordering::Relaxed);
            }
            400 => {
                answer.problem(400, "governance_refused");
                met.refused.fetch_add(1, Ordering::Relaxed);
            }
            _ => active = answer.problem(409, "version_conflict")[resource.active].as_i64().unwrap(),
        }
    }
}

/// Edits and publishes, again and again. A draft may be edited in every mode.
async fn publish(api: &Api, token: &str, slug: &str, met: &Met) {
    let mut active = 1;
    while !met.stop.load(Ordering::Relaxed) {
        let edit = json!({"settings": {"base": active}});
        api.patch(&format!("/api/connectors/{slug}/draft")).as_(token).json(edit).await.ok();
        let answer = api.post(&format!("/api/connectors/{slug}/publish")).as_(token).json(json!({"base_version": active})).await;
        if answer.status == 200 {
            active = answer.ok()["version"].as_i64().unwrap();
            met.published.fetch_add(1, Ordering::Relaxed);
        } else {
            answer.problem(400, "governance_refused");
            met.refused.fetch_add(1, Ordering::Relaxed);
        }
    }
}
