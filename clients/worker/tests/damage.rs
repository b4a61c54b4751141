//! A replica that is damaged, half written or gone: a worker keeps what it had.

mod support;

use aws_sdk_dynamodb::types::AttributeValue;
use support::{fresh, noise, notification, now, stack};
use worker::{Order, Poll};

#[tokio::test]
async fn a_damaged_version_is_never_held_and_the_last_good_one_stays_until_it_is_mended() {
    let stack = stack().await;
    let resource = fresh();
    let good = stack.publish(resource, 1, noise(900_000, 7)).await;
    stack.store.get_by_id(stack.workspace, resource).await.unwrap().unwrap();
    let next = stack.publish(resource, 2, noise(900_000, 8)).await;
    let damage = stack.damage(resource, "V#0000000002#C#001").await;

    assert_eq!(stack.store.poll().await, Poll { followed: 1, changed: 0, failed: 1 });
    stack.store.on_notification(&notification(&next)).await.unwrap_err();
    let held = stack.store.held(stack.workspace, resource).unwrap();
    assert_eq!((held.version, &held.body), (1, &good.body));
    let status = stack.store.status(stack.workspace, resource).unwrap();
    assert_eq!((status.held, status.last_refreshed), (Some(Order { epoch: 1, version: 1 }), Some(now())));
    assert!(status.last_error.unwrap().contains("loading a body"));

    stack.mend(damage).await;
    assert_eq!(stack.store.poll().await, Poll { followed: 1, changed: 1, failed: 0 });
    assert_eq!(stack.store.held(stack.workspace, resource).unwrap().body, next.body);
    assert_eq!(stack.store.status(stack.workspace, resource).unwrap().last_error, None);
}

#[tokio::test]
async fn a_damaged_first_version_is_an_error_and_never_half_a_config() {
    let stack = stack().await;
    let resource = fresh();
    stack.publish(resource, 1, noise(900_000, 9)).await;
    let damage = stack.damage(resource, "V#0000000001#C#000").await;
    stack.store.get_by_id(stack.workspace, resource).await.unwrap_err();
    assert!(stack.store.held(stack.workspace, resource).is_none());
    stack.mend(damage).await;
    assert_eq!(stack.store.poll().await.changed, 1);
}

#[tokio::test]
async fn an_unreachable_replica_takes_nothing_away() {
    let stack = stack().await;
    let published = stack.publish(fresh(), 1, "{}").await;
    stack.store.get_by_id(stack.workspace, published.resource_id).await.unwrap().unwrap();
    stack.dynamo.delete_table().table_name(stack.replica.table()).send().await.unwrap();
    assert_eq!(stack.store.poll().await, Poll { followed: 1, changed: 0, failed: 1 });
    assert_eq!(stack.store.held(stack.workspace, published.resource_id).unwrap().version, 1);
    assert!(stack.store.status(stack.workspace, published.resource_id).unwrap().last_error.is_some());
}

#[tokio::test]
async fn a_crash_between_chunks_and_current_is_not_noticed() {
    let stack = stack().await;
    let resource = fresh();
    stack.publish(resource, 1, noise(900_000, 11)).await;
    stack.store.get_by_id(stack.workspace, resource).await.unwrap().unwrap();
    // As a dispatcher would leave it that died: version 2's chunks in their place, CURRENT still at 1.
    let other = fresh();
    stack.publish(other, 2, noise(900_000, 12)).await;
    let key = replica::schema::resource_pk(stack.workspace, other);
    let chunks = stack
        .dynamo
        .query()
        .table_name(stack.replica.table())
        .key_condition_expression("pk = :pk AND begins_with(sk, :v)")
        .expression_attribute_values(":pk", AttributeValue::S(key))
        .expression_attribute_values(":v", AttributeValue::S("V#".into()))
        .send();
    let mut moved = 0;
    for mut chunk in chunks.await.unwrap().items.unwrap() {
        let pk = replica::schema::resource_pk(stack.workspace, resource);
        chunk.insert("pk".into(), AttributeValue::S(pk));
        stack.dynamo.put_item().table_name(stack.replica.table()).set_item(Some(chunk)).send().await.unwrap();
        moved += 1;
    }
    assert!(moved >= 2);
    assert_eq!(stack.store.poll().await, Poll { followed: 1, changed: 0, failed: 0 });
    assert_eq!(stack.store.held(stack.workspace, resource).unwrap().version, 1);
}
