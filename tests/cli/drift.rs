use serde_json::json;
use tests::Api;

use crate::Machine;
use crate::publish::published;
use crate::story::{edit, hot_fix};

#[tokio::test]
async fn a_checkout_adds_what_it_has_to_push() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = published(&machine).await;
    insta::assert_snapshot!(work.fcc("drift").await, @r"
    exit 0
    --- stdout
    workspace acme (Hybrid, Development)
    production last agreed with [SHORT] of main, at [TIME]
    in sync
    ");
    edit(&work, "big", "20");
    insta::assert_snapshot!(work.fcc("drift").await, @r"
    exit 2
    --- stdout
    workspace acme (Hybrid, Development)
    production last agreed with [SHORT] of main, at [TIME]
    ! flows/discounts.json: changed in this checkout, and not applied
    drift: 0 published from the console since git, 1 to push, 0 to pull, 0 in conflict
    ");
    hot_fix(&api, "rest", "1").await;
    insta::assert_snapshot!(work.fcc("drift").await, @r"
    exit 3
    --- stdout
    workspace acme (Hybrid, Development)
    production last agreed with [SHORT] of main, at [TIME]
    ! flows/discounts.json: version 2 was published from the console by owner@acme.example at [TIME]
    ! flows/discounts.json: changed here and on the server: fcc pull
    drift: 1 published from the console since git, 0 to push, 0 to pull, 1 in conflict
    ");
    insta::assert_snapshot!(work.fcc("drift --json").await, @r#"
    exit 3
    --- stdout
    {
      "workspace": {
        "slug": "acme",
        "governanceMode": "Hybrid",
        "environmentKind": "Development"
      },
      "git": {
        "branch": "main",
        "lastCommitSha": "[COMMIT]",
        "lastCommitSyncedAtUtc": "[TIME]"
      },
      "pending": {
        "push": 0,
        "pull": 0,
        "conflicts": 1
      },
      "designerPublishesSinceLastGitCommit": 1,
      "inSync": false,
      "checkedAtUtc": "[TIME]",
      "reasons": [
        {
          "type": "flow",
          "slug": "discounts",
          "reason": "designer_publish",
          "version": 2,
          "by": "owner@acme.example",
          "atUtc": "[TIME]"
        },
        {
          "type": "flow",
          "slug": "discounts",
          "reason": "conflict",
          "version": 2,
          "by": null,
          "atUtc": null
        }
      ]
    }
    "#);
    api.finish().await;
}

#[tokio::test]
async fn outside_a_checkout_the_servers_numbers_are_told() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = published(&machine).await;
    edit(&work, "big", "20");
    let outside = machine.folder("elsewhere");
    outside.fcc("drift").await.is(0);
    hot_fix(&api, "rest", "1").await;
    let drift = outside.fcc("drift --json").await;
    assert_eq!(drift.is(2).json()["pending"], json!({"push": 0, "pull": 0, "conflicts": 0}));
    api.finish().await;
}

#[tokio::test]
async fn github_is_told_in_annotations_and_a_summary() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = published(&machine).await;
    hot_fix(&api, "rest", "1").await;
    let summary = work.path("summary.md").display().to_string();
    let work = work.with_variable("GITHUB_ACTIONS", "true").with_variable("GITHUB_STEP_SUMMARY", &summary);
    insta::assert_snapshot!(work.fcc("drift --json").await.stderr, @"::warning file=flows/discounts.json,title=Drift::flows/discounts.json: version 2 was published from the console by owner@acme.example at [TIME]");
    assert!(work.text("summary.md").contains("| flows/discounts.json | designer_publish | 2 | owner@acme.example |"));
    api.finish().await;
}
