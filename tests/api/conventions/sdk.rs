//! The typed client, against the real API: one walk in which every operation is called by its method. The other tests speak HTTP
//! themselves, because they also send what no client of ours would.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use ::sdk::{Answering, Client, ExportQuery, Network, ResourceQuery, RunsQuery, Selector, Settings, Target, Transport, Which};
use domain::identity::ResourceType::{self, Connector, Flow};
use domain::{Canonical, Digest};
use functions::routes;
use http::Request;
use serde_json::{Value, json};
use tests::{Api, Token};
use wire::problem::Code;
use wire::replica::Redrive;
use wire::sync::plan::{SyncChange, SyncResource, SyncResources};
use wire::sync::publish::PublishMany;
use wire::sync::pulls::{PulledResource, RecordPull};

/// A program has no use for these: signing a browser in and out, and the door of agents, who speak another protocol.
const NOT_FOR_PROGRAMS: [&str; 2] = ["auth", "agents"];

/// Over the network, and notes down which operations succeeded.
#[derive(Debug)]
struct Watched {
    network: Network,
    seen: Arc<Mutex<BTreeSet<&'static str>>>,
}

impl Transport for Watched {
    fn send(&self, request: Request<Vec<u8>>) -> Answering<'_> {
        let operation = operation(request.method().as_str(), request.uri().path());
        Box::pin(async move {
            let answer = self.network.send(request).await?;
            if answer.status().is_success() {
                self.seen.lock().unwrap().insert(operation);
            }
            Ok(answer)
        })
    }
}

/// Of the routes that fit, the one with the fewest parameters: `/v1/runs/stats` is no run.
fn operation(method: &str, path: &str) -> &'static str {
    let segments: Vec<&str> = path.split('/').collect();
    let fits = |route: &&routes::Route| {
        let pattern: Vec<&str> = route.path.split('/').collect();
        route.method == method
            && pattern.len() == segments.len()
            && pattern.iter().zip(&segments).all(|(want, have)| want.starts_with('{') || want == have)
    };
    let found = routes::all().iter().filter(fits).min_by_key(|route| route.path.matches('{').count());
    found.map_or("", |route| route.operation)
}

#[tokio::test]
async fn every_operation_has_a_method() {
    let api = Api::start().await;
    let token = api.token(Token::PersonWithFcc("owner")).await;
    let seen = Arc::new(Mutex::new(BTreeSet::new()));
    let watched = Watched { network: Network::to(&api.origin).unwrap(), seen: seen.clone() };
    let client = Client::over(Arc::new(watched), Settings::new(&api.origin, &token)).unwrap();
    open(&client).await;
    for kind in [Connector, Flow] {
        resources(&client, kind).await;
        history(&client, kind).await;
    }
    connector_parts(&client).await;
    sync(&client).await;
    runs(&client).await;
    people(&client).await;
    client.list_outbox(None, None).await.unwrap();
    client.redrive_outbox(&Redrive { event_ids: None }).await.unwrap();

    let all = routes::ENDPOINTS.iter().filter(|endpoint| !NOT_FOR_PROGRAMS.contains(&endpoint.area)).map(|endpoint| endpoint.operation);
    let missing: Vec<_> = all.filter(|name| !seen.lock().unwrap().contains(name)).collect();
    assert!(missing.is_empty(), "no method of the sdk reaches these, or this walk does not call it: {missing:?}");
    api.finish().await;
}

fn document(kind: ResourceType, nth: i32) -> Value {
    match kind {
        Connector => {
            let mut config = tests::config();
            config["settings"]["batch"] = json!(nth);
            config
        }
        Flow => tests::graph_with([("big", &nth.to_string())]),
    }
}

async fn open(client: &Client) {
    client.get_healthz().await.unwrap();
    assert_eq!(client.get_openapi().await.unwrap()["info"]["title"], "FetchCatch");
    assert!(client.get_schema("connector-v3.json").await.unwrap()["properties"].is_object());
}

async fn resources(client: &Client, kind: ResourceType) {
    let what = Selector { kind, id: "one" };
    assert!(client.find_resource(what).await.unwrap().is_none());
    let made = client.create_resource(kind, "one", "One", Some(&document(kind, 1))).await.unwrap();
    let draft = client.get_draft(what).await.unwrap();
    assert_eq!((made.etag, made.resource.published_version, draft.document), (draft.etag, 0, document(kind, 1)));
    assert_eq!(client.rename_resource(what, "The one").await.unwrap().name, "The one");
    assert_eq!(client.get_resource(what).await.unwrap().id, made.resource.id);
    let listed = client.list_resources(kind, &ResourceQuery { q: Some("one"), ..ResourceQuery::default() }).await.unwrap();
    assert_eq!(listed.items.len(), 1);
    client.create_resource(kind, "other", "Other", None).await.unwrap();
    client.delete_resource(Selector { kind, id: "other" }).await.unwrap();

    assert_eq!(client.publish(what, 0, Some(draft.etag), Some("First")).await.unwrap().version, 1);
    let changed = client.put_draft(what, &document(kind, 2), Some(draft.etag)).await.unwrap();
    assert!(changed.has_unpublished_changes && changed.etag != draft.etag);
    let stale = client.put_draft(what, &document(kind, 3), Some(draft.etag)).await.unwrap_err();
    assert_eq!((stale.code(), stale.fact("etag")), (Some(Code::PreconditionFailed), Some(&json!(changed.etag))));
    let path = if kind == Connector { "/settings/batch" } else { "/nodes/@discounts/content/rules/@big/percent" };
    let after = if kind == Connector { json!(2) } else { json!("2") };
    assert_eq!(client.get_draft_part(what, path).await.unwrap().document, after);
    let difference = client.diff_draft(what).await.unwrap();
    assert_eq!((difference.changes.len(), difference.changes[0].after.as_ref(), difference.mergeable), (1, Some(&after), true));
    assert!(!client.reset_draft(what, Some(changed.etag)).await.unwrap().has_unpublished_changes);
}

/// On what [`resources`] left: version 1, a clean draft, and a save that was given up.
async fn history(client: &Client, kind: ResourceType) {
    let what = Selector { kind, id: "one" };
    let rows = client.history(kind, "one", 10, None).await.unwrap().items;
    let saved =
        rows.iter().find(|row| row.version.is_none() && row.digest == Digest::of(&Canonical::of(&document(kind, 2)).bytes)).unwrap();
    let restored = client.restore(what, Which::Snapshot(saved.snapshot), None).await.unwrap();
    assert_eq!(restored.document, document(kind, 2));
    let snapshot = client.get_version(what, Which::Snapshot(saved.snapshot), None).await.unwrap();
    assert_eq!((snapshot.document, snapshot.of.version), (document(kind, 2), None));
    assert_eq!(client.publish(what, 1, None, None).await.unwrap().version, 2);
    assert_eq!(client.restore(what, Which::Version(1), None).await.unwrap().document, document(kind, 1));
    assert_eq!(client.rollback(what, 1, 2, Some("Back")).await.unwrap().version, 3);
    let merged = client.merge_draft(what, &Default::default(), None).await.unwrap();
    assert_eq!((merged.base_version, merged.published_version), (3, 3));
    let versions = client.list_versions(what, 10, None).await.unwrap().items;
    assert_eq!(versions.iter().filter_map(|one| one.version).collect::<Vec<_>>(), [3, 2, 1]);
    assert_eq!((versions[0].provenance.source.as_str(), versions[0].provenance.is_active), ("rollback", true));
    assert_eq!(client.get_version(what, Which::Version(2), None).await.unwrap().document, document(kind, 2));
    assert_eq!(client.diff_version(what, 2, Some("1")).await.unwrap().changes.len(), 1);
    let newest = client.publishes(kind, "one", 2, None).await.unwrap();
    let oldest = client.publishes(kind, "one", 2, newest.next_cursor.as_deref()).await.unwrap();
    assert_eq!(newest.items.iter().chain(&oldest.items).map(|one| one.version).collect::<Vec<_>>(), [3, 2, 1]);
    assert_eq!(oldest.next_cursor, None);
    client.archive(what, 3, None).await.unwrap();
    let archived = client.publish(what, 4, None, None).await.unwrap_err();
    assert_eq!(archived.code(), Some(Code::Archived));
    assert_eq!(client.unarchive(what, 4, None).await.unwrap().version, 5);
    assert_eq!(client.get_replica_status(what).await.unwrap().published_version, 5);
}

async fn connector_parts(client: &Client) {
    let entity = json!({"fields": {"id": {"type": "string"}}});
    let flow = json!({"entity": "deal", "action": "ignore", "mapping": {}});
    let first = client.get_draft(Selector { kind: Connector, id: "one" }).await.unwrap();
    let draft = client.put_entity("one", "deal", &entity, Some(first.etag)).await.unwrap();
    let draft = client.put_event_flow("one", "hubspot", "deal.created", &flow, Some(draft.etag)).await.unwrap();
    let draft = client.put_settings("one", &json!({"batch": 8}), Some(draft.etag)).await.unwrap();
    let draft = client.patch_connector_draft("one", &json!({"settings": {"region": "eu"}}), Some(draft.etag)).await.unwrap();
    assert_eq!(draft.document["settings"], json!({"batch": 8, "region": "eu"}));
    let draft = client.delete_event_flow("one", "hubspot", "deal.created", Some(draft.etag)).await.unwrap();
    let draft = client.delete_entity("one", "deal", Some(draft.etag)).await.unwrap();
    assert_eq!(draft.document["entities"], first.document["entities"]);
}

async fn sync(client: &Client) {
    let export = client.export(ExportQuery::default()).await.unwrap();
    assert_eq!(export.resources.len(), 2);
    let pulled = export.resources.iter().map(|one| PulledResource { kind: one.kind.parse().unwrap(), id: one.id, digest: one.digest });
    let pull = RecordPull { as_of_utc: export.as_of_utc, resources: pulled.collect() };
    assert_eq!(client.record_pull(&pull).await.unwrap().recorded, 2);
    let content = Canonical::of(&document(Flow, 9));
    assert_eq!(client.put_content(&content).await.unwrap().digest, content.digest);
    assert_eq!(client.get_content(content.digest).await.unwrap(), document(Flow, 9));
    assert!(client.find_content(Digest::of(b"nothing")).await.unwrap().is_none());
    let file = SyncResource {
        kind: Flow,
        slug: "nine".to_owned(),
        name: None,
        base_digest: None,
        digest: content.digest,
        body: None,
        expect: None,
    };
    let files = SyncResources { resources: vec![file] };
    assert_eq!(client.plan(&files).await.unwrap().items[0].change, SyncChange::Created);
    assert_eq!(client.apply(&files).await.unwrap().items[0].result_digest, Some(content.digest));
    let what = PublishMany { flow_ids: Some(vec!["nine".to_owned()]), ..PublishMany::default() };
    assert_eq!(client.publish_many(&what).await.unwrap().items[0].version, 1);
    assert!(client.drift().await.is_ok());
}

async fn runs(client: &Client) {
    let order = json!({"order": {"total": 2000}});
    let evaluated = client.evaluate("nine", Target::Published, &order, true).await.unwrap();
    assert_eq!((evaluated.result.get(), evaluated.trace.is_some()), (r#"{"discount":{"percent":9}}"#, true));
    client.evaluate("nine", Target::Draft, &order, false).await.unwrap();
    let listed = client.list_runs(&RunsQuery { flow: Some("nine".to_owned()), ..RunsQuery::default() }).await.unwrap();
    assert_eq!(listed.items.len(), 2);
    assert_eq!(client.get_run(&evaluated.run_id.to_string()).await.unwrap().input, order);
    assert!(client.get_run_stats(Some("nine"), None, None).await.unwrap().buckets.len() >= 24);
}

async fn people(client: &Client) {
    let me = client.me().await.unwrap();
    assert_eq!((me.token.kind.as_str(), me.token.surface.as_deref()), ("personal", Some("cli")));
    let workspace = serde_json::from_value(json!({"slug": "staging", "name": "Staging"})).unwrap();
    client.create_workspace(&workspace).await.unwrap();
    assert!(!client.list_workspaces(None).await.unwrap().items.is_empty());
    assert_eq!(client.get_workspace("acme").await.unwrap().slug, "acme");
    let change = serde_json::from_value(json!({"name": "Acme"})).unwrap();
    assert_eq!(client.patch_workspace("acme", &change).await.unwrap().name, "Acme");
    let kim = serde_json::from_value(json!({"email": "kim@acme.example", "role": "viewer"})).unwrap();
    let kim = client.add_member("acme", &kim).await.unwrap();
    let role = serde_json::from_value(json!({"role": "author"})).unwrap();
    assert_eq!(client.patch_member("acme", kim.user_id, &role).await.unwrap().role, "author");
    assert!(client.list_members("acme", None).await.unwrap().items.iter().any(|one| one.user_id == kim.user_id));
    client.remove_member("acme", kim.user_id).await.unwrap();
    let token = serde_json::from_value(json!({"kind": "personal", "name": "laptop"})).unwrap();
    let minted = client.mint_token(&token).await.unwrap();
    assert!(client.list_tokens(None).await.unwrap().items.iter().any(|one| one.id == minted.of.id));
    client.revoke_token(minted.of.id).await.unwrap();
    let audit = client.list_audit(None, None).await.unwrap().items;
    assert!(audit.iter().any(|entry| entry.action == "member_added"), "{audit:?}");
}
