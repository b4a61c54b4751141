use serde_json::{Value, json};
use tests::{Api, config_of_size, digest};

use crate::Machine;
use crate::publish::{published, tested};
use crate::story::{edit, edit_in_console};

#[tokio::test]
async fn drafts_are_written_with_the_commit_and_without_the_tests() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = machine.repository().await;
    work.write("flows/discounts.json", &tested());
    let commit = work.commit("First").await;
    insta::assert_snapshot!(work.fcc("apply").await, @r"
    exit 0
    --- stdout
    + flows/discounts.json  created
    1 to change, 0 unchanged
    applied: 1 created
    ");
    let history = api.get("/v1/sync/history/flow/discounts").await.ok();
    let newest = &history["items"][0];
    assert_eq!((&newest["source"], &newest["gitCommitSha"], &newest["gitBranch"]), (&json!("cli-apply"), &json!(commit), &json!("main")));
    let mut sent = tested();
    sent.as_object_mut().unwrap().remove("tests");
    assert_eq!(newest["digest"], digest(&sent));
    assert_eq!(work.read(".fetchcatch/sync-state.json")["acme"]["flows/discounts"], digest(&sent));
    insta::assert_snapshot!(work.fcc("apply --json").await, @r#"
    exit 0
    --- stdout
    {
      "items": [
        {
          "baseVersion": 0,
          "change": "unchanged",
          "draftEtag": "[DIGEST]",
          "file": "flows/discounts.json",
          "id": "[ID]",
          "resultDigest": "[DIGEST]",
          "slug": "discounts",
          "type": "flow"
        }
      ],
      "workspace": "acme"
    }
    "#);
    api.finish().await;
}

#[tokio::test]
async fn what_the_environment_calls_the_commit_is_believed() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = machine.repository().await;
    work.write("flows/discounts.json", &tested());
    work.commit("First").await;
    let work = work.with_variable("GITHUB_SHA", "0123456789abcdef0123456789abcdef01234567").with_variable("GITHUB_REF_NAME", "release");
    work.fcc("apply").await.is(0);
    let newest = api.get("/v1/sync/history/flow/discounts").await.ok()["items"][0].clone();
    assert_eq!(newest["gitCommitSha"], "0123456789abcdef0123456789abcdef01234567");
    assert_eq!(newest["gitBranch"], "release");
    api.finish().await;
}

#[tokio::test]
async fn a_dirty_apply_carries_no_commit() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = machine.repository().await;
    work.write("flows/discounts.json", &tested());
    insta::assert_snapshot!(work.fcc("apply").await, @r"
    exit 1
    --- stderr
    error: not committed: flows/discounts.json. Commit first, or send it without a commit (--allow-dirty)
    ");
    work.fcc("apply --allow-dirty").await.is(0);
    let newest = api.get("/v1/sync/history/flow/discounts").await.ok()["items"][0].clone();
    assert_eq!(newest["gitCommitSha"], Value::Null);
    api.finish().await;
}

#[tokio::test]
async fn a_draft_with_other_changes_keeps_them() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = published(&machine).await;
    edit_in_console(&api, "rest", "1").await;
    edit(&work, "big", "20");
    work.commit("Twenty").await;
    insta::assert_snapshot!(work.fcc("apply").await, @r#"
    exit 0
    --- stdout
    ~ flows/discounts.json  merged with what the draft has
        ~ node Discounts › rules › big › percent: "15" → "20"
    1 to change, 1 unchanged
    applied: 1 merged, 1 unchanged
    --- stderr
    The drafts now hold changes that git lacks: fcc pull --draft brings them here.
    "#);
    edit(&work, "rest", "2");
    work.commit("Two").await;
    insta::assert_snapshot!(work.fcc("apply").await, @r#"
    exit 3
    --- stdout
    ! flows/discounts.json  conflict
        node Discounts › rules › rest › percent: yours "2", the server's "1" (was "0")
        fcc pull --draft flows/discounts.json brings the draft here, then fcc resolve
    0 to change, 1 unchanged, 1 in conflict: nothing is written
    "#);
    api.finish().await;
}

#[tokio::test]
async fn large_files_are_uploaded_before_they_are_applied() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = machine.repository().await;
    for slug in ["one", "two"] {
        let mut config = config_of_size(2_500_000);
        config["settings"]["called"] = json!(slug);
        work.write(&format!("connectors/{slug}.json"), &config);
    }
    work.commit("Large").await;
    work.fcc("apply").await.is(0);
    assert_eq!(api.draft("two").await["config"]["settings"]["called"], "two");
    api.finish().await;
}
