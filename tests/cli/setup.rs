use serde_json::{Value, json};
use tests::{Api, config, graph};

use crate::Machine;

fn setup() -> Value {
    json!({
        "connectors": [{"slug": "crm", "name": "CRM", "config": {"settings": {"batch": 5}}}],
        "flows": [{"slug": "discounts", "graph": graph()}],
    })
}

#[tokio::test]
async fn drafts_are_written_and_nothing_is_published() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let folder = machine.folder("a");
    api.create("crm", config()).await;
    folder.write("setup.json", &setup());
    insta::assert_snapshot!(folder.fcc("setup setup.json").await, @r"
    exit 0
    --- stdout
    ~ connectors/crm  updated
    + flows/discounts  created
    --- stderr
    Drafts only: `fcc setup ... --publish` publishes them too.
    ");
    let draft = api.draft("crm").await;
    assert_eq!((&draft["config"]["settings"]["batch"], &draft["active_version"]), (&json!(5), &json!(0)));
    assert_eq!(draft["config"]["entities"], config()["entities"], "a config is a patch");
    insta::assert_snapshot!(folder.fcc("setup setup.json").await, @r"
    exit 0
    --- stdout
      connectors/crm  unchanged
      flows/discounts  unchanged
    --- stderr
    Drafts only: `fcc setup ... --publish` publishes them too.
    ");
    api.finish().await;
}

#[tokio::test]
async fn publish_publishes_exactly_what_was_written() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let folder = machine.folder("a");
    api.create("other", config()).await;
    folder.write("setup/one.json", &json!({"connectors": [{"slug": "crm", "name": "CRM", "config": config()}]}));
    folder.write("setup/two.json", &json!({"flows": [{"slug": "discounts", "graph": graph()}]}));
    insta::assert_snapshot!(folder.fcc("setup setup --publish -m Setup").await, @r"
    exit 0
    --- stdout
    + connectors/crm  created
    + flows/discounts  created
    ✓ connectors/crm.json  version 1
    ✓ flows/discounts.json  version 1
    2 published
    ");
    insta::assert_snapshot!(folder.fcc("setup setup --publish --json").await, @r#"
    exit 0
    --- stdout
    {
      "items": [
        {
          "baseVersion": 1,
          "change": "unchanged",
          "draftEtag": "[DIGEST]",
          "slug": "crm",
          "type": "connector"
        },
        {
          "baseVersion": 1,
          "change": "unchanged",
          "draftEtag": "[DIGEST]",
          "slug": "discounts",
          "type": "flow"
        }
      ],
      "published": [
        {
          "id": "[ID]",
          "slug": "crm",
          "status": "unchanged",
          "type": "connector",
          "version": 1
        },
        {
          "id": "[ID]",
          "slug": "discounts",
          "status": "unchanged",
          "type": "flow",
          "version": 1
        }
      ]
    }
    "#);
    assert_eq!(api.get("/api/connectors/other").await.ok()["active_version"], 0);
    api.finish().await;
}

#[tokio::test]
async fn a_draft_with_unpublished_changes_is_left_alone() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let folder = machine.folder("a");
    api.publish_first("crm").await;
    api.patch_draft("crm", json!({"settings": {"mine": true}})).await;
    folder.write("setup.json", &setup());
    insta::assert_snapshot!(folder.fcc("setup setup.json --publish").await, @r"
    exit 3
    --- stderr
    error: the draft of connectors/crm has unpublished changes by owner@acme.example: publish or reset them first. Nothing was written
    ");
    api.get("/v1/flows/discounts").await.problem(404, "not_found");
    api.finish().await;
}

#[tokio::test]
async fn what_a_cut_run_left_is_gone_on_with() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let folder = machine.folder("a");
    folder.write("setup.json", &setup());
    folder.fcc("setup setup.json").await.is(0);
    folder.fcc("setup setup.json --publish").await.is(0);
    assert_eq!(api.get("/api/connectors/crm").await.ok()["active_version"], 1);
    api.finish().await;
}

#[tokio::test]
async fn governance_is_asked_before_the_first_write() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let folder = machine.folder("a");
    api.set_mode("DesignerOnly").await;
    folder.write("setup.json", &setup());
    insta::assert_snapshot!(folder.fcc("setup setup.json --publish").await, @r"
    exit 1
    --- stderr
    error: This workspace is set to DesignerOnly. Publishing from the CLI is disabled. Set up drafts without --publish, and publish them in the console. Nothing was written
    ");
    api.get("/api/connectors/crm").await.problem(404, "not_found");
    folder.fcc("setup setup.json").await.is(0);
    folder.write("wrong.json", &json!({"connector": []}));
    insta::assert_snapshot!(folder.fcc("setup wrong.json").await, @r"
    exit 1
    --- stderr
    error: wrong.json is no setup file: unknown field `connector`, expected `connectors` or `flows`
    ");
    api.finish().await;
}

#[tokio::test]
async fn a_failure_in_the_midst_says_where_and_what_was_written() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let folder = machine.folder("a");
    let bad = json!({"entities": {"x": {"fields": 5}}});
    folder.write("setup.json", &json!({"connectors": [{"slug": "crm", "config": config()}, {"slug": "erp", "config": bad}]}));
    let failed = folder.fcc("setup setup.json --publish").await;
    assert!(failed.is(1).stdout.contains("+ connectors/crm  created"), "{failed}");
    assert!(failed.stderr.contains("error: connectors/erp (before it, 1 drafts were written, and none was published"), "{failed}");
    api.finish().await;
}
