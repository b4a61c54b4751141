use serde_json::json;
use tests::{Api, config};

use crate::Machine;
use crate::publish::published;
use crate::story::edit;

#[tokio::test]
async fn differences_are_told_by_names() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = published(&machine).await;
    insta::assert_snapshot!(work.fcc("diff").await, @r"
    exit 0
    --- stdout
    no differences in 2 files
    ");
    edit(&work, "big", "20");
    let mut changed = config();
    changed["entities"]["contact"]["fields"]["email"]["type"] = json!("object");
    changed["event_flows"]["hubspot"].as_object_mut().unwrap().remove("contact.deleted");
    changed["settings"]["retries"] = json!(3);
    work.write("connectors/crm.json", &changed);
    insta::assert_snapshot!(work.fcc("diff").await, @r#"
    exit 2
    --- stdout
    connectors/crm.json
      ~ entity contact › field email › type: "string" → "object"
      - event flow hubspot/contact.deleted: {"action":"delete","enabled":false,"entity":"contact","mapping":{"id":"vid"}}
      + settings › retries: 3
    flows/discounts.json
      ~ node Discounts › rules › big › percent: "15" → "20"
    "#);
    insta::assert_snapshot!(work.fcc("diff flows/discounts.json --json").await, @r#"
    exit 2
    --- stdout
    {
      "items": [
        {
          "changes": [
            {
              "after": "20",
              "before": "15",
              "op": "changed",
              "path": "/nodes/@discounts/content/rules/@big/percent"
            }
          ],
          "file": "flows/discounts.json",
          "isNew": false,
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
async fn drafts_can_be_compared_with() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = published(&machine).await;
    edit(&work, "big", "20");
    work.commit("Twenty").await;
    work.fcc("apply").await.is(0);
    work.fcc("diff --draft").await.is(0);
    work.fcc("diff").await.is(2);
    // What was never published is new to what is published, however long its draft is applied.
    work.write("flows/fees.json", &json!({"nodes": [], "edges": []}));
    work.commit("Fees").await;
    work.fcc("apply flows/fees.json").await.is(0);
    let new = work.fcc("diff flows/fees.json").await;
    assert!(new.is(2).stdout.contains("flows/fees.json (new)"), "{new}");
    work.fcc("diff flows/fees.json --draft").await.is(0);
    api.finish().await;
}
