//! A replica that lost something.

use aws_sdk_dynamodb::types::AttributeValue;
use functions::jobs::reconcile_replica::{self, Options, Reconciled};
use replica::schema;
use serde_json::json;
use tests::{Api, config_of_size};

/// Deletes the items of a connector whose sort key begins so.
async fn lose(api: &Api, slug: &str, beginning: &str) -> usize {
    let connector = api.get(&format!("/api/connectors/{slug}")).await.ok();
    let pk = schema::resource_pk(api.tenant.workspace, connector["id"].as_str().unwrap().parse().unwrap());
    let query = api.cloud.dynamo.query().table_name(api.replica.table()).key_condition_expression("pk = :pk AND begins_with(sk, :sk)");
    let query = query
        .expression_attribute_values(":pk", AttributeValue::S(pk))
        .expression_attribute_values(":sk", AttributeValue::S(beginning.into()));
    let items = query.send().await.unwrap().items.unwrap();
    for item in &items {
        let delete = api.cloud.dynamo.delete_item().table_name(api.replica.table());
        delete.key("pk", item["pk"].clone()).key("sk", item["sk"].clone()).send().await.unwrap();
    }
    items.len()
}

async fn reconcile(api: &Api) -> Reconciled {
    reconcile_replica::run(&api.app, Options::default()).await.unwrap()
}

#[tokio::test]
async fn where_all_is_well_nothing_is_asked_for() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    api.create("draft-only", config_of_size(1000)).await;
    api.dispatch().await;
    assert_eq!(reconcile(&api).await, Reconciled { checked: 1, requested: 0, ahead: 0, epoch: 1 });
    api.finish().await;
}

#[tokio::test]
async fn what_still_waits_for_the_dispatcher_is_no_loss() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    assert_eq!(reconcile(&api).await.requested, 0);
    api.dispatch().await;
    api.publish_next("crm", 1).await;
    assert_eq!(reconcile(&api).await.requested, 0);
    api.finish().await;
}

#[tokio::test]
async fn a_lost_current_item_is_written_again_and_workers_are_told() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    api.publish_first("erp").await;
    api.dispatch().await;
    api.messages(&api.fleets[0]).await;
    assert_eq!(lose(&api, "crm", schema::CURRENT).await, 1);
    assert_eq!(reconcile(&api).await.requested, 1);
    assert_eq!(reconcile(&api).await.requested, 0, "the row waits already");
    assert_eq!(api.dispatch().await.delivered, 1);
    assert_eq!(api.messages(&api.fleets[0]).await.len(), 1);
    assert_eq!(reconcile(&api).await.requested, 0);
    api.finish().await;
}

#[tokio::test]
async fn everything_of_a_large_one_comes_back_with_its_chunks() {
    let api = Api::start().await;
    let mut large = config_of_size(1000);
    // What zstd can't make short, so that the body needs chunks.
    let noise: String = (0_u32..3000).map(|n| domain::Digest::of(&n.to_le_bytes()).to_string()).collect();
    large["settings"]["noise"] = json!(noise);
    api.create("crm", large).await;
    api.publish("crm", 0).await;
    api.dispatch().await;
    assert!(lose(&api, "crm", "V#").await >= 2);
    lose(&api, "crm", schema::CURRENT).await;
    assert_eq!(reconcile(&api).await.requested, 1);
    api.dispatch().await;
    api.finish().await;
}

#[tokio::test]
async fn an_older_version_in_force_is_replaced() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    api.dispatch().await;
    api.publish_next("crm", 1).await;
    // As if a row of the outbox had been lost.
    sqlx::query("DELETE FROM outbox").execute(&api.owner_db).await.unwrap();
    assert_eq!(reconcile(&api).await.requested, 1);
    assert_eq!(api.dispatch().await.delivered, 1);
    api.finish().await;
}
