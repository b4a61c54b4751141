use serde_json::json;
use tests::Api;

use crate::Machine;
use crate::publish::{published, tested};
use crate::story::{edit, edit_in_console};

const ORDER: &str = "{\"order\": {\"total\": 2000}}";

#[tokio::test]
async fn a_slug_is_asked_of_the_server_and_a_file_right_here() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = published(&machine).await;
    edit(&work, "big", "20");
    insta::assert_snapshot!(work.fcc_with("evaluate discounts --input -", ORDER).await, @r#"
    exit 0
    --- stdout
    {
      "discount": {
        "percent": 15
      }
    }
    --- stderr
    discounts version 1, run [ID]
    "#);
    insta::assert_snapshot!(work.fcc_with("evaluate flows/discounts.json --input -", ORDER).await, @r#"
    exit 0
    --- stdout
    {
      "discount": {
        "percent": 20
      }
    }
    "#);
    edit_in_console(&api, "big", "30").await;
    insta::assert_snapshot!(work.fcc_with("evaluate discounts --draft --input - --json", ORDER).await, @r#"
    exit 0
    --- stdout
    {
      "runId": "[ID]",
      "flow": "discounts",
      "version": null,
      "result": {"discount":{"percent":30}}
    }
    --- stderr
    discounts the draft, run [ID]
    "#);
    work.write_text("order.json", ORDER);
    let traced = work.fcc("evaluate flows/discounts.json --input order.json --json --trace").await;
    assert_eq!((&traced.json()["result"]["discount"]["percent"], traced.json()["trace"].is_object()), (&json!(20), true));
    insta::assert_snapshot!(work.fcc("evaluate nothing").await, @r#"
    exit 1
    --- stderr
    error: There is no flow "nothing" in this workspace.
    (not_found, request [ID])
    "#);
    insta::assert_snapshot!(work.fcc("evaluate flows/discounts.json --draft").await, @r"
    exit 1
    --- stderr
    error: --draft is for a SLUG: flows/discounts.json is evaluated as it is
    ");
    api.finish().await;
}

#[tokio::test]
async fn the_files_own_tests_run_without_a_server() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = machine.folder("offline").with_token("");
    work.write("flows/discounts.json", &tested());
    insta::assert_snapshot!(work.fcc("test").await, @r"
    exit 0
    --- stdout
    ok      flows/discounts.json  a large order
    1 passed, 0 failed
    ");
    edit(&work, "big", "20");
    insta::assert_snapshot!(work.fcc("test flows/discounts.json").await, @r"
    exit 1
    --- stdout
    FAILED  flows/discounts.json  a large order
            /discount/percent: expected 15, got 20
    0 passed, 1 failed
    ");
    insta::assert_snapshot!(work.fcc("test --json").await, @r#"
    exit 1
    --- stdout
    {
      "failed": 1,
      "passed": 0,
      "tests": [
        {
          "actual": {
            "discount": {
              "percent": 20
            }
          },
          "expected": {
            "discount": {
              "percent": 15
            }
          },
          "file": "flows/discounts.json",
          "name": "a large order",
          "passed": false
        }
      ]
    }
    "#);
    let mut broken = tested();
    broken["edges"][0]["targetId"] = json!("nowhere");
    work.write("flows/discounts.json", &broken);
    insta::assert_snapshot!(work.fcc("test").await, @r#"
    exit 1
    --- stderr
    error: flows/discounts.json can't be evaluated:
      /edges/@in/targetId: edge "in" names the node "nowhere", which the graph doesn't have; remove the edge or draw it anew
    "#);
    api.finish().await;
}

#[tokio::test]
async fn runs_are_listed_and_looked_into() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = published(&machine).await;
    insta::assert_snapshot!(work.fcc("runs").await, @r"
    exit 0
    --- stderr
    no runs
    ");
    let run = work.fcc_with("evaluate discounts --input - --json", ORDER).await.json()["runId"].clone();
    let listed = work.fcc("runs --flow discounts --source cli --status succeeded --limit 5 --json").await.json();
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["id"]), (1, &run));
    assert_eq!(work.fcc("runs --status failed --json").await.json(), json!([]));
    let shown = work.fcc(&format!("run {}", run.as_str().unwrap())).await;
    assert!(shown.is(0).stdout.contains("\"percent\": 15"), "{shown}");
    assert_eq!(work.fcc(&format!("run {} --json", run.as_str().unwrap())).await.json()["input"]["order"]["total"], 2000);
    work.fcc("runs").await.is(0);
    api.finish().await;
}
