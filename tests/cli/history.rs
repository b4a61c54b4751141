use tests::Api;

use crate::Machine;
use crate::publish::published;
use crate::story::{edit, hot_fix};

#[tokio::test]
async fn the_live_version_is_marked() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = published(&machine).await;
    edit(&work, "big", "20");
    work.commit("Twenty").await;
    work.fcc("publish -m Twenty").await.is(0);
    hot_fix(&api, "rest", "1").await;
    work.fcc("rollback flows/discounts.json --to 2").await.is(0);
    insta::assert_snapshot!(work.fcc("history flows/discounts.json --publishes").await, @r"
    exit 0
    --- stdout
    *  v4  [TIME]  rollback          ci-bot@acme.example  -
       v3  [TIME]  designer-publish  owner@acme.example   -
       v2  [TIME]  cli-publish       ci-bot@acme.example  [SHORT]
       v1  [TIME]  cli-publish       ci-bot@acme.example  [SHORT]
    ");
    insta::assert_snapshot!(work.fcc("history flows/discounts.json").await, @r"
    exit 0
    --- stdout
    *  v4  [TIME]  rollback          ci-bot@acme.example  -
       v3  [TIME]  designer-publish  owner@acme.example   -
           [TIME]  designer-draft    owner@acme.example   -
       v2  [TIME]  cli-publish       ci-bot@acme.example  [SHORT]  Twenty
           [TIME]  cli-apply         ci-bot@acme.example  [SHORT]
       v1  [TIME]  cli-publish       ci-bot@acme.example  [SHORT]
           [TIME]  cli-apply         ci-bot@acme.example  [SHORT]
    ");
    insta::assert_snapshot!(work.fcc("history flows/discounts.json --publishes --limit 1 --json").await, @r#"
    exit 0
    --- stdout
    [
      {
        "version": 4,
        "publishedAtUtc": "[TIME]",
        "source": "rollback",
        "createdByEmail": "ci-bot@acme.example",
        "gitCommitSha": null,
        "isCurrent": true
      }
    ]
    "#);
    assert_eq!(work.fcc("history flows/discounts.json --limit 3 --json").await.json().as_array().unwrap().len(), 3);
    api.finish().await;
}

#[tokio::test]
async fn more_publishes_than_one_call_answers_are_all_listed() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = published(&machine).await;
    for version in 1..=201 {
        api.publish_next("crm", version).await;
    }
    let listed = work.fcc("history connectors/crm.json --publishes --limit 500").await;
    assert_eq!(listed.is(0).stdout.lines().count(), 202, "{listed}");
    api.finish().await;
}
