//! Going back, and taking out of service.

use serde_json::json;
use tests::{Api, config};

use crate::Machine;
use crate::publish::published;
use crate::story::{edit, hot_fix};

#[tokio::test]
async fn a_rollback_is_a_new_version() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = published(&machine).await;
    hot_fix(&api, "big", "30").await;
    insta::assert_snapshot!(work.fcc("rollback flows/discounts.json --to 1 -m Back").await, @r"
    exit 0
    --- stdout
    flows/discounts.json version 3 is what version 1 was
    --- stderr
    The file here is as it was: fcc pull flows/discounts.json brings the version into git.
    ");
    insta::assert_snapshot!(work.fcc("rollback flows/discounts.json --to 1").await, @r#"
    exit 1
    --- stderr
    error: That version of "discounts" holds what is active already.
    (no_changes, request [ID])
    "#);
    insta::assert_snapshot!(work.fcc("rollback flows/discounts.json --to 2 --json").await, @r#"
    exit 0
    --- stdout
    {
      "digest": "[DIGEST]",
      "eventId": "[ID]",
      "publishedAtUtc": "[TIME]",
      "slug": "discounts",
      "source": "rollback",
      "type": "flow",
      "version": 4
    }
    --- stderr
    The file here is as it was: fcc pull flows/discounts.json brings the version into git.
    "#);
    api.finish().await;
}

#[tokio::test]
async fn a_restore_changes_only_the_draft() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = published(&machine).await;
    hot_fix(&api, "big", "30").await;
    insta::assert_snapshot!(work.fcc("restore flows/discounts.json --to 1").await, @r"
    exit 0
    --- stdout
    the draft of flows/discounts.json is what version 1 was
    --- stderr
    Nothing was published. fcc pull --draft flows/discounts.json brings it here.
    ");
    assert_eq!(api.get("/v1/flows/discounts").await.ok()["publishedVersion"], 2);
    insta::assert_snapshot!(work.fcc("restore flows/discounts.json --to 1 --json").await, @r#"
    exit 0
    --- stdout
    {
      "baseVersion": 2,
      "draftEtag": "[DIGEST]",
      "hasUnpublishedChanges": true,
      "restoredFrom": 1,
      "slug": "discounts",
      "type": "flow"
    }
    --- stderr
    Nothing was published. fcc pull --draft flows/discounts.json brings it here.
    "#);
    insta::assert_snapshot!(work.fcc("restore flows/discounts.json --to 9").await, @r#"
    exit 1
    --- stderr
    error: There is no version 9 of flow "discounts" in this workspace.
    (not_found, request [ID])
    "#);
    api.finish().await;
}

#[tokio::test]
async fn what_is_archived_is_not_published_until_it_is_back() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = published(&machine).await;
    insta::assert_snapshot!(work.fcc("archive flows/discounts.json").await, @r"
    exit 0
    --- stdout
    flows/discounts.json version 2 takes it out of service
    ");
    work.fcc_with("evaluate discounts --input -", "{\"order\": {\"total\": 1}}").await.is(1);
    edit(&work, "big", "20");
    work.commit("Twenty").await;
    insta::assert_snapshot!(work.fcc("publish").await, @r#"
    exit 0
    --- stdout
    ~ flows/discounts.json  updated
        ~ node Discounts › rules › big › percent: "15" → "20"
    1 to change, 1 unchanged
    nothing to publish
    --- stderr
    warning: flows/discounts.json is archived and is not published: fcc unarchive discounts
    "#);
    insta::assert_snapshot!(work.fcc("unarchive discounts").await, @r"
    exit 0
    --- stdout
    flows/discounts.json version 3 puts it into service again
    ");
    work.fcc("publish --json").await.is(0);
    assert_eq!(api.get("/v1/flows/discounts").await.ok()["publishedVersion"], 4);
    api.finish().await;
}

#[tokio::test]
async fn of_two_with_one_slug_the_archived_one_comes_back() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = published(&machine).await;
    api.create("discounts", config()).await;
    api.post("/api/connectors/discounts/publish").json(json!({"base_version": 0})).await.ok();
    work.fcc("archive flows/discounts.json --json").await.is(0);
    work.fcc("unarchive discounts").await.is(0);
    insta::assert_snapshot!(work.fcc("unarchive discounts").await, @r#"
    exit 1
    --- stderr
    error: the workspace has no archived resource "discounts"
    "#);
    insta::assert_snapshot!(work.fcc("unarchive nothing").await, @r#"
    exit 1
    --- stderr
    error: the workspace has no archived resource "nothing"
    "#);
    api.finish().await;
}
