//! What is written can be read, whole, and nothing older or damaged can take its place.

mod support;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::digest::Digest;
use domain::identity::ResourceType;
use replica::{Read, ReplicaError, Written};
use support::{fresh, noise, now, stack};

const DAY: i64 = 24 * 60 * 60;

#[tokio::test]
async fn the_longest_body_comes_back_byte_for_byte() {
    let stack = stack().await;
    let publication = stack.publication(fresh(), 1, noise(4_194_304, 1));
    assert_eq!(stack.replica.write(&publication).await.unwrap(), Written::Stored);

    let current = stack.replica.current(stack.workspace, publication.resource_id, Read::Consistent).await.unwrap().unwrap();
    assert!(current.chunks >= 9 && current.body.is_none(), "{} chunks", current.chunks);
    assert_eq!((current.version, current.epoch, current.digest, current.archived), (1, 1, publication.digest, false));
    assert_eq!(current.published_at, now());
    assert_eq!(stack.replica.load(&current).await.unwrap(), publication.body);
}

#[tokio::test]
async fn a_small_body_travels_in_current_itself() {
    let stack = stack().await;
    let publication = stack.publication(fresh(), 1, r#"{"schema_version":"3.0"}"#);
    stack.replica.write(&publication).await.unwrap();

    let current = stack.replica.current(stack.workspace, publication.resource_id, Read::Eventual).await.unwrap().unwrap();
    assert_eq!(current.chunks, 0);
    assert_eq!(stack.replica.load(&current).await.unwrap(), publication.body);
    let mut keys: Vec<_> = stack.items(publication.resource_id).await.into_keys().collect();
    keys.sort();
    assert_eq!(keys, ["CURRENT", "V#0000000001#M#000"]);
}

#[tokio::test]
async fn the_manifest_is_read_without_the_body() {
    let stack = stack().await;
    let mut publication = stack.publication(fresh(), 1, noise(10_000, 2));
    let entries: Vec<_> = (0..20_000)
        .map(|index| {
            let noise = Digest::of(format!("{index}").as_bytes()).to_string();
            serde_json::json!({"source": "hubspot", "type": format!("t{index:05}"), "entity": noise, "action": "delete", "enabled": false})
        })
        .collect();
    publication.manifest = serde_json::to_vec(&entries).unwrap().into();
    stack.replica.write(&publication).await.unwrap();

    let current = stack.replica.current(stack.workspace, publication.resource_id, Read::Consistent).await.unwrap().unwrap();
    assert!(current.manifest_chunks > 1, "{} chunks", current.manifest_chunks);
    let manifest = stack.replica.manifest(&current).await.unwrap();
    assert_eq!(manifest.len(), 20_000);
    let last = &manifest[19_999];
    assert_eq!(
        (last.source.as_str(), last.event_type.as_str(), last.action.as_str(), last.enabled),
        ("hubspot", "t19999", "delete", false)
    );
}

#[tokio::test]
async fn a_slug_leads_to_its_resource_and_a_workspace_lists_only_its_own() {
    let stack = stack().await;
    let (connector, mut flow) = (stack.publication(fresh(), 1, "{}"), stack.publication(fresh(), 1, "{}"));
    let mut stranger = stack.publication(fresh(), 1, "{}");
    flow.resource_type = ResourceType::Flow;
    flow.slug = connector.slug.clone();
    stranger.workspace_id = fresh();
    for publication in [&connector, &flow, &stranger] {
        stack.replica.write(publication).await.unwrap();
    }

    let resolve = async |kind, slug: &str| stack.replica.resolve(stack.workspace, kind, slug).await.unwrap();
    assert_eq!(resolve(ResourceType::Connector, &connector.slug).await, Some(connector.resource_id));
    assert_eq!(resolve(ResourceType::Flow, &connector.slug).await, Some(flow.resource_id));
    assert_eq!(resolve(ResourceType::Connector, &stranger.slug).await, None);

    let listed = stack.replica.list(stack.workspace).await.unwrap();
    let ids: Vec<_> = listed.iter().map(|one| (one.resource_type, one.resource_id)).collect();
    assert_eq!(ids, [(ResourceType::Connector, connector.resource_id), (ResourceType::Flow, flow.resource_id)]);
}

#[tokio::test]
async fn many_currents_come_in_one_call_and_repeats_do_no_harm() {
    let stack = stack().await;
    let publications: Vec<_> = (0..120).map(|_| stack.publication(fresh(), 1, "{}")).collect();
    for publication in &publications {
        stack.replica.write(publication).await.unwrap();
    }
    let mut wanted: Vec<_> = publications.iter().map(|one| (one.workspace_id, one.resource_id)).collect();
    wanted.push(wanted[0]);
    wanted.push((stack.workspace, fresh()));

    let found = stack.replica.current_many(&wanted, Read::Consistent).await.unwrap();
    assert_eq!(found.len(), 120);
    assert!(publications.iter().all(|one| found[&(one.workspace_id, one.resource_id)].digest == one.digest));
}

#[tokio::test]
async fn repeating_a_write_changes_nothing() {
    let stack = stack().await;
    let (first, second) = {
        let resource = fresh();
        (stack.publication(resource, 1, noise(900_000, 3)), stack.publication(resource, 2, noise(900_000, 4)))
    };
    stack.replica.write(&first).await.unwrap();
    stack.replica.write(&second).await.unwrap();
    let before = stack.items(first.resource_id).await;
    assert_eq!(stack.replica.write(&second).await.unwrap(), Written::AlreadyThere);
    assert_eq!(stack.items(first.resource_id).await, before);
}

#[tokio::test]
async fn an_older_version_is_refused_and_writes_nothing() {
    let stack = stack().await;
    let resource = fresh();
    let newer = stack.publication(resource, 9, "{}");
    stack.replica.write(&newer).await.unwrap();
    let before = stack.items(resource).await;
    let refused = stack.replica.write(&stack.publication(resource, 8, noise(900_000, 5))).await.unwrap();
    assert_eq!(refused, Written::Newer { epoch: 1, version: 9, digest: newer.digest });
    assert_eq!(stack.items(resource).await, before);
}

#[tokio::test]
async fn other_content_under_the_same_number_is_reported_and_does_not_replace_it() {
    let stack = stack().await;
    let resource = fresh();
    let there = stack.publication(resource, 5, noise(900_000, 6));
    stack.replica.write(&there).await.unwrap();
    let before = stack.items(resource).await;
    let refused = stack.replica.write(&stack.publication(resource, 5, noise(900_000, 7))).await.unwrap();
    assert_eq!(refused, Written::Newer { epoch: 1, version: 5, digest: there.digest });
    assert_eq!(stack.items(resource).await, before);
}

#[tokio::test]
async fn a_raised_epoch_wins_over_a_higher_version() {
    let stack = stack().await;
    let resource = fresh();
    stack.replica.write(&stack.publication(resource, 20, noise(900_000, 8))).await.unwrap();
    let mut adopted = stack.publication(resource, 18, noise(900_000, 9));
    assert!(matches!(stack.replica.write(&adopted).await.unwrap(), Written::Newer { epoch: 1, version: 20, .. }));
    adopted.epoch = 2;
    assert_eq!(stack.replica.write(&adopted).await.unwrap(), Written::Stored);

    let current = stack.replica.current(stack.workspace, resource, Read::Consistent).await.unwrap().unwrap();
    assert_eq!((current.epoch, current.version), (2, 18));
    assert_eq!(stack.replica.load(&current).await.unwrap(), adopted.body);
    let items = stack.items(resource).await;
    assert!(items.iter().filter(|(sk, _)| sk.starts_with("V#0000000020")).all(|(_, item)| item.contains_key("expires_at")));
    assert!(items.iter().filter(|(sk, _)| sk.starts_with("V#0000000018")).all(|(_, item)| !item.contains_key("expires_at")));

    let mut reached_again = stack.publication(resource, 20, noise(900_000, 10));
    reached_again.epoch = 2;
    stack.replica.write(&reached_again).await.unwrap();
    let items = stack.items(resource).await;
    assert!(items.iter().filter(|(sk, _)| sk.starts_with("V#0000000020")).all(|(_, item)| !item.contains_key("expires_at")));
}

#[tokio::test]
async fn superseded_chunks_and_orphans_expire_after_a_day_and_the_current_ones_never() {
    let stack = stack().await;
    let resource = fresh();
    stack.replica.write(&stack.publication(resource, 1, noise(900_000, 11))).await.unwrap();
    let orphan = replica::schema::body_chunk_sk(2, 0);
    let copied = stack.items(resource).await.remove("V#0000000001#C#000").unwrap();
    let orphaned =
        copied.into_iter().chain([("sk".to_owned(), AttributeValue::S(orphan)), ("version".to_owned(), AttributeValue::N("2".into()))]);
    stack.dynamo.put_item().table_name(stack.replica.table()).set_item(Some(orphaned.collect())).send().await.unwrap();
    stack.replica.write(&stack.publication(resource, 3, noise(900_000, 12))).await.unwrap();

    let expected = AttributeValue::N((now().timestamp() + DAY).to_string());
    for (sk, item) in stack.items(resource).await {
        let superseded = sk.starts_with("V#0000000001") || sk.starts_with("V#0000000002");
        assert_eq!(item.get("expires_at"), superseded.then_some(&expected), "{sk}");
    }
}

#[tokio::test]
async fn a_crash_between_chunks_and_current_leaves_readers_on_the_old_version() {
    let stack = stack().await;
    let resource = fresh();
    let (old, new) = (stack.publication(resource, 1, noise(900_000, 13)), stack.publication(resource, 2, noise(900_000, 14)));
    stack.replica.write(&old).await.unwrap();
    let at_old = stack.items(resource).await;
    stack.replica.write(&new).await.unwrap();
    // As if the process had died before the last put: everything of version 2 is there, and CURRENT still says 1.
    let current = Some(at_old["CURRENT"].clone());
    stack.dynamo.put_item().table_name(stack.replica.table()).set_item(current).send().await.unwrap();

    let read = stack.replica.current(stack.workspace, resource, Read::Consistent).await.unwrap().unwrap();
    assert_eq!(read.version, 1);
    assert_eq!(stack.replica.load(&read).await.unwrap(), old.body);
    assert_eq!(stack.replica.write(&new).await.unwrap(), Written::Stored);
    let read = stack.replica.current(stack.workspace, resource, Read::Consistent).await.unwrap().unwrap();
    assert_eq!(stack.replica.load(&read).await.unwrap(), new.body);
}

#[tokio::test]
async fn a_crash_before_the_expiry_is_made_good_by_the_repeat() {
    let stack = stack().await;
    let resource = fresh();
    let (old, new) = (stack.publication(resource, 1, noise(900_000, 15)), stack.publication(resource, 2, noise(900_000, 16)));
    stack.replica.write(&old).await.unwrap();
    let at_old = stack.items(resource).await;
    stack.replica.write(&new).await.unwrap();
    for (sk, item) in at_old.into_iter().filter(|(sk, _)| sk != "CURRENT") {
        assert!(!item.contains_key("expires_at"), "{sk}");
        stack.dynamo.put_item().table_name(stack.replica.table()).set_item(Some(item)).send().await.unwrap();
    }
    assert_eq!(stack.replica.write(&new).await.unwrap(), Written::AlreadyThere);
    let items = stack.items(resource).await;
    assert!(items.iter().filter(|(sk, _)| sk.starts_with("V#0000000001")).all(|(_, item)| item.contains_key("expires_at")));
}

#[tokio::test]
async fn a_body_that_belies_its_digest_is_refused_before_anything_is_written() {
    let stack = stack().await;
    let mut publication = stack.publication(fresh(), 1, "{}");
    publication.digest = Digest::of(b"something else");
    assert!(matches!(stack.replica.write(&publication).await, Err(ReplicaError::Permanent { .. })));
    assert!(stack.items(publication.resource_id).await.is_empty());
    assert_eq!(stack.replica.list(stack.workspace).await.unwrap(), []);
}

#[tokio::test]
async fn a_body_is_read_whole_or_not_at_all() {
    let stack = stack().await;
    let (publication, other) = (stack.publication(fresh(), 1, noise(300_000, 17)), stack.publication(fresh(), 1, noise(300_000, 18)));
    for publication in [&publication, &other] {
        stack.replica.write(publication).await.unwrap();
    }
    let current = stack.replica.current(stack.workspace, publication.resource_id, Read::Consistent).await.unwrap().unwrap();
    let mut chunk = stack.items(publication.resource_id).await.remove("V#0000000001#C#000").unwrap();

    // It unpacks well, and only the digest tells that it is something else.
    let foreign = stack.items(other.resource_id).await.remove("V#0000000001#C#000").unwrap();
    chunk.insert("data".into(), foreign["data"].clone());
    stack.dynamo.put_item().table_name(stack.replica.table()).set_item(Some(chunk.clone())).send().await.unwrap();
    assert!(matches!(stack.replica.load(&current).await, Err(ReplicaError::Permanent { .. })));

    chunk.retain(|name, _| name == "pk" || name == "sk");
    stack.dynamo.delete_item().table_name(stack.replica.table()).set_key(Some(chunk)).send().await.unwrap();
    assert!(matches!(stack.replica.load(&current).await, Err(ReplicaError::Transient { .. })));
}

#[tokio::test]
async fn writers_that_race_leave_the_newest_version_whole() {
    let stack = stack().await;
    let resource = fresh();
    let publications: Vec<_> = (1..=6).map(|version| stack.publication(resource, version, noise(500_000, 20 + version as u64))).collect();
    let mut racers = tokio::task::JoinSet::new();
    for publication in publications.clone().into_iter().chain(publications.clone()) {
        let replica = stack.replica.clone();
        racers.spawn(async move { replica.write(&publication).await.unwrap() });
    }
    let outcomes = racers.join_all().await;
    assert!(outcomes.contains(&Written::Stored));

    let current = stack.replica.current(stack.workspace, resource, Read::Consistent).await.unwrap().unwrap();
    assert_eq!(current.version, 6);
    assert_eq!(stack.replica.load(&current).await.unwrap(), publications[5].body);
    let items = stack.items(resource).await;
    assert!(items.iter().filter(|(sk, _)| sk.starts_with("V#0000000006")).all(|(_, item)| !item.contains_key("expires_at")));
}

#[tokio::test]
async fn making_the_table_twice_is_fine() {
    let stack = stack().await;
    stack.replica.create_table_if_missing().await.unwrap();
}

#[tokio::test]
async fn a_missing_table_is_the_operators_to_mend() {
    let stack = stack().await;
    let elsewhere = replica::Replica::new(stack.dynamo.clone(), "no-such-table", replica::Jitter::seeded(1));
    let failed = elsewhere.write(&stack.publication(fresh(), 1, "{}")).await;
    assert!(matches!(failed, Err(ReplicaError::Transient { .. })), "{failed:?}");
}
