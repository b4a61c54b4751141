use serde_json::{Value, json};
use tests::{Api, config, graph};

use crate::story::{edit, edit_in_console, hot_fix};
use crate::{Clone, Machine};

/// A graph with tests of its own, as its file has it.
pub fn tested() -> Value {
    let mut graph = graph();
    graph["tests"] = json!([{"name": "a large order", "input": {"order": {"total": 2000}}, "output": {"discount": {"percent": 15}}}]);
    graph
}

/// A checkout with a flow and a connector, published from its first commit.
pub async fn published(machine: &Machine) -> Clone<'_> {
    let work = machine.repository().await;
    work.write("flows/discounts.json", &tested());
    work.write("connectors/crm.json", &config());
    work.commit("First").await;
    work.fcc("publish").await.is(0);
    work.commit("What is in step").await;
    work
}

#[tokio::test]
async fn exactly_the_checkouts_resources_are_published() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = machine.repository().await;
    work.write("flows/discounts.json", &tested());
    work.write("connectors/crm.json", &config());
    work.commit("First").await;
    api.create("other", config()).await;
    let published = work.fcc("publish").await;
    insta::assert_snapshot!(published, @r"
    exit 0
    --- stdout
    + connectors/crm.json  created
    + flows/discounts.json  created
    2 to change, 0 unchanged
    ✓ connectors/crm.json  version 1 from [SHORT]
    ✓ flows/discounts.json  version 1 from [SHORT]
    2 published
    ");
    assert_eq!(api.get("/api/connectors/other").await.ok()["active_version"], 0);
    let again = work.fcc("publish").await;
    insta::assert_snapshot!(again, @r"
    exit 0
    --- stdout
    0 to change, 2 unchanged
    nothing to publish
    ");
    api.finish().await;
}

#[tokio::test]
async fn json_says_what_was_applied_and_what_was_published() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = published(&machine).await;
    edit(&work, "big", "20");
    work.commit("Twenty").await;
    let published = work.fcc("publish flows/discounts.json --json -m Twenty").await;
    insta::assert_snapshot!(published, @r#"
    exit 0
    --- stdout
    {
      "applied": [
        {
          "baseVersion": 1,
          "change": "updated",
          "draftEtag": "[DIGEST]",
          "file": "flows/discounts.json",
          "id": "[ID]",
          "resultDigest": "[DIGEST]",
          "slug": "discounts",
          "type": "flow"
        }
      ],
      "items": [
        {
          "id": "[ID]",
          "slug": "discounts",
          "status": "published",
          "type": "flow",
          "version": 2
        }
      ]
    }
    "#);
    api.finish().await;
}

#[tokio::test]
async fn what_is_not_committed_is_refused_or_sent_without_a_commit() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = published(&machine).await;
    edit(&work, "big", "20");
    insta::assert_snapshot!(work.fcc("publish").await, @r"
    exit 1
    --- stderr
    error: not committed: flows/discounts.json. Commit first, or send it without a commit (--allow-dirty)
    ");
    insta::assert_snapshot!(work.fcc("publish --allow-dirty").await, @r#"
    exit 0
    --- stdout
    ~ flows/discounts.json  updated
        ~ node Discounts › rules › big › percent: "15" → "20"
    1 to change, 1 unchanged
    ✓ flows/discounts.json  version 2
    1 published
    "#);
    let publishes = api.get("/v1/sync/history/flow/discounts/publishes").await.ok();
    assert_eq!((&publishes[0]["version"], &publishes[0]["gitCommitSha"]), (&json!(2), &Value::Null));
    api.finish().await;
}

#[tokio::test]
async fn a_draft_with_changes_that_git_lacks_is_not_published() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = published(&machine).await;
    edit_in_console(&api, "rest", "1").await;
    edit(&work, "big", "20");
    work.commit("Twenty").await;
    insta::assert_snapshot!(work.fcc("publish").await, @r#"
    exit 3
    --- stdout
    ~ flows/discounts.json  merged with what the draft has
        ~ node Discounts › rules › big › percent: "15" → "20"
    1 to change, 1 unchanged
    nothing was published
    --- stderr
    warning: flows/discounts.json: the draft has changes by owner@acme.example that git doesn't: fcc pull --draft
    "#);
    // Again, it is the same: what was merged is still not in git.
    work.fcc("publish").await.is(3);
    assert_eq!(api.get("/v1/flows/discounts").await.ok()["publishedVersion"], 1);
    work.fcc("pull --draft").await.is(0);
    work.commit("And what the console changed").await;
    work.fcc("publish").await.is(0);
    assert_eq!(api.get("/v1/flows/discounts").await.ok()["publishedVersion"], 2);
    api.finish().await;
}

#[tokio::test]
async fn a_draft_that_somebody_works_on_keeps_nothing_else_from_being_published() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = published(&machine).await;
    edit_in_console(&api, "rest", "1").await;
    let mut config = config();
    config["settings"]["batch"] = json!(7);
    work.write("connectors/crm.json", &config);
    work.commit("Smaller batches").await;
    insta::assert_snapshot!(work.fcc("publish").await, @r"
    exit 0
    --- stdout
    ~ connectors/crm.json  updated
        ~ settings › batch: 100 → 7
    1 to change, 1 unchanged
    ✓ connectors/crm.json  version 2 from [SHORT]
    1 published
    --- stderr
    flows/discounts.json is published as it is; its draft has changes that are not in git, and stays
    ");
    api.finish().await;
}

#[tokio::test]
async fn all_drafts_are_published_without_a_commit() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = published(&machine).await;
    edit_in_console(&api, "rest", "1").await;
    insta::assert_snapshot!(work.fcc("publish --all-drafts").await, @r"
    exit 0
    --- stdout
    ✓ flows/discounts.json  version 2
    1 published
    ");
    let publishes = api.get("/v1/sync/history/flow/discounts/publishes").await.ok();
    assert_eq!(publishes[0]["gitCommitSha"], Value::Null);
    api.finish().await;
}

#[tokio::test]
async fn it_waits_for_the_replica() {
    let mut api = Api::start().await;
    api.dispatch_in_background().await;
    let machine = Machine::new(&api);
    let work = published(&machine).await;
    edit(&work, "big", "20");
    work.commit("Twenty").await;
    work.fcc("publish --wait").await.is(0);
    let status = api.get("/v1/replica/flow/discounts").await.ok();
    assert_eq!((&status["replicaVersion"], &status["inSync"]), (&json!(2), &json!(true)));
    api.finish().await;
}

#[tokio::test]
async fn a_run_that_is_repeated_waits_for_what_the_last_one_published() {
    let mut api = Api::start().await;
    let machine = Machine::new(&api);
    let work = published(&machine).await;
    edit(&work, "big", "20");
    work.commit("Twenty").await;
    work.fcc("publish").await.is(0);
    assert_eq!(api.get("/v1/replica/flow/discounts").await.ok()["inSync"], json!(false));
    api.dispatch_in_background().await;
    let again = work.fcc("publish --wait").await;
    assert!(again.is(0).stdout.contains("nothing to publish"), "{again}");
    let status = api.get("/v1/replica/flow/discounts").await.ok();
    assert_eq!((&status["replicaVersion"], &status["inSync"]), (&json!(2), &json!(true)));
    api.finish().await;
}

#[tokio::test]
async fn governance_is_told_as_the_server_tells_it() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = published(&machine).await;
    api.set_mode("DesignerOnly").await;
    edit(&work, "big", "20");
    work.commit("Twenty").await;
    let refused = work.fcc("publish").await;
    assert!(refused.is(1).stderr.contains("This workspace is set to DesignerOnly. Publishing from the CLI is disabled."), "{refused}");
    work.fcc("apply").await.is(1);
    work.fcc("plan").await.is(2);
    api.finish().await;
}

#[tokio::test]
async fn a_conflict_with_a_hot_fix_leaves_everything() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = published(&machine).await;
    hot_fix(&api, "big", "30").await;
    edit(&work, "big", "20");
    work.commit("Twenty").await;
    insta::assert_snapshot!(work.fcc("publish").await, @r#"
    exit 3
    --- stdout
    ! flows/discounts.json  conflict
        node Discounts › rules › big › percent: yours "20", the server's "30" (was "15")
        fcc pull --draft flows/discounts.json brings the draft here, then fcc resolve
    0 to change, 1 unchanged, 1 in conflict: nothing is written
    "#);
    assert_eq!(api.get("/v1/flows/discounts").await.ok()["publishedVersion"], 2);
    api.finish().await;
}
