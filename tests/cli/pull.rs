use serde_json::json;
use tests::{Api, config, graph_with};

use crate::Machine;
use crate::publish::{published, tested};
use crate::story::{edit, edit_in_console, hot_fix};

#[tokio::test]
async fn everything_comes_into_an_empty_checkout() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    api.publish_pricing("pricing").await;
    let machine = Machine::new(&api);
    let work = machine.repository().await;
    insta::assert_snapshot!(work.fcc("pull").await, @r"
    exit 0
    --- stdout
    + connectors/crm.json  created
    + flows/pricing.json  created
    2 pulled, 0 unchanged
    ");
    assert_eq!(work.read("connectors/crm.json"), config());
    insta::assert_snapshot!(work.text(".fetchcatch/sync-state.json").lines().count().to_string(), @"6");
    insta::assert_snapshot!(work.fcc("pull --json").await, @r#"
    exit 0
    --- stdout
    {
      "items": [
        {
          "change": "unchanged",
          "digest": "[DIGEST]",
          "file": "connectors/crm.json",
          "slug": "crm",
          "type": "connector"
        },
        {
          "change": "unchanged",
          "digest": "[DIGEST]",
          "file": "flows/pricing.json",
          "slug": "pricing",
          "type": "flow"
        }
      ],
      "workspace": "acme"
    }
    "#);
    api.finish().await;
}

#[tokio::test]
async fn a_file_keeps_its_order_of_keys_its_tests_and_the_text_of_what_did_not_change() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = machine.repository().await;
    // contentType goes to the end, and a number is spelt in another way.
    let kind = "\"contentType\": \"application/vnd.gorules.decision\"";
    let text =
        serde_json::to_string_pretty(&tested()).unwrap().replace(&format!("  {kind},\n"), "").replace("\"total\": 2000", "\"total\": 2e3");
    let text = format!("{},\n  {kind}\n}}\n", text.strip_suffix("\n}").unwrap());
    work.write_text("flows/discounts.json", &text);
    work.commit("First").await;
    work.fcc("publish").await.is(0);
    hot_fix(&api, "rest", "1").await;
    insta::assert_snapshot!(work.fcc("pull").await, @r"
    exit 0
    --- stdout
    ~ flows/discounts.json  updated
    1 pulled, 0 unchanged
    ");
    assert_eq!(work.text("flows/discounts.json"), text.replace("\"percent\": \"0\"", "\"percent\": \"1\""));
    api.finish().await;
}

#[tokio::test]
async fn local_edits_are_merged_and_never_overwritten() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = published(&machine).await;
    edit(&work, "big", "20");
    hot_fix(&api, "rest", "1").await;
    insta::assert_snapshot!(work.fcc("pull flows/discounts.json").await, @r"
    exit 0
    --- stdout
    ~ flows/discounts.json  merged into your changes
    1 pulled, 0 unchanged
    ");
    let mut expected = graph_with([("big", "20"), ("rest", "1")]);
    expected["tests"] = tested()["tests"].clone();
    assert_eq!(work.read("flows/discounts.json"), expected);
    api.finish().await;
}

#[tokio::test]
async fn a_conflict_leaves_the_file_and_lays_the_other_side_beside_it() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = published(&machine).await;
    edit(&work, "big", "20");
    let before = work.text("flows/discounts.json");
    hot_fix(&api, "big", "30").await;
    insta::assert_snapshot!(work.fcc("pull").await, @r#"
    exit 3
    --- stdout
    ! flows/discounts.json  conflict
        node Discounts › rules › big › percent: yours "20", the server's "30" (was "15")
    0 pulled, 1 unchanged, 1 in conflict
    --- stderr
      The server's side is in flows/discounts.remote.json. Edit flows/discounts.json, then: fcc resolve flows/discounts.json --merged
      (--ours keeps yours where both changed the same, --theirs takes the server's)
    "#);
    assert_eq!(work.text("flows/discounts.json"), before);
    assert_eq!(work.read("flows/discounts.remote.json"), graph_with([("big", "30")]));
    assert_eq!(work.git("status --porcelain").await, "M flows/discounts.json");
    api.finish().await;
}

#[tokio::test]
async fn what_was_applied_and_is_not_published_stays() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = published(&machine).await;
    edit(&work, "big", "20");
    work.commit("Twenty").await;
    work.fcc("apply").await.is(0);
    let before = work.text("flows/discounts.json");
    insta::assert_snapshot!(work.fcc("pull").await, @r"
    exit 0
    --- stdout
    0 pulled, 2 unchanged
    ");
    assert_eq!(work.text("flows/discounts.json"), before);
    let clone = machine.fresh_clone(&work, "ci").await;
    clone.fcc("pull").await.is(0);
    assert_eq!(clone.text("flows/discounts.json"), before);
    api.finish().await;
}

#[tokio::test]
async fn drafts_are_pulled_when_asked_for() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = published(&machine).await;
    edit_in_console(&api, "rest", "1").await;
    work.fcc("pull").await.is(0);
    assert_eq!(work.read("flows/discounts.json"), tested());
    insta::assert_snapshot!(work.fcc("pull --draft").await, @r"
    exit 0
    --- stdout
    ~ flows/discounts.json  updated
    1 pulled, 1 unchanged
    ");
    assert_ne!(work.read("flows/discounts.json"), tested());
    api.finish().await;
}

#[tokio::test]
async fn the_flow_knows_who_pulled_it() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = published(&machine).await;
    work.fcc("pull").await.is(0);
    let flow = api.get("/v1/flows/discounts").await.ok();
    let head = work.git("rev-parse HEAD").await;
    assert_eq!((&flow["lastPulled"]["commit"], &flow["lastPulled"]["branch"]), (&json!(head), &json!("main")));
    api.finish().await;
}

#[tokio::test]
async fn a_broken_file_stops_the_pull_before_anything_is_written() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = published(&machine).await;
    hot_fix(&api, "big", "30").await;
    work.write_text("connectors/crm.json", "{\"a\": 1, \"a\": 2}");
    let before = work.text("flows/discounts.json");
    insta::assert_snapshot!(work.fcc("pull").await, @r#"
    exit 1
    --- stderr
    error: connectors/crm.json: line 1, column 10: the key "a" stands twice in one object
    "#);
    assert_eq!(work.text("flows/discounts.json"), before);
    api.finish().await;
}
