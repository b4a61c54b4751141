use tests::{Api, config};

use crate::Machine;
use crate::publish::{published, tested};
use crate::story::{edit, hot_fix};

#[tokio::test]
async fn each_way_to_differ_is_told() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = published(&machine).await;
    insta::assert_snapshot!(work.fcc("status").await, @r"
    exit 0
    --- stdout
    workspace acme (Hybrid, Development)
    2 of 2 in sync
    ");
    edit(&work, "big", "20");
    work.write("connectors/new.json", &config());
    api.create("elsewhere", config()).await;
    insta::assert_snapshot!(work.fcc("status").await, @r"
    exit 2
    --- stdout
    workspace acme (Hybrid, Development)
    - connectors/elsewhere.json  not in this checkout: fcc pull
    + connectors/new.json  new: fcc apply makes it
    ~ flows/discounts.json  changed here
    1 of 4 in sync
    ");
    hot_fix(&api, "rest", "1").await;
    insta::assert_snapshot!(work.fcc("status flows/discounts.json").await, @r"
    exit 2
    --- stdout
    workspace acme (Hybrid, Development)
    < flows/discounts.json  changed here and on the server: fcc pull merges it
    0 of 1 in sync
    ");
    hot_fix(&api, "big", "30").await;
    insta::assert_snapshot!(work.fcc("status flows/discounts.json --json").await, @r#"
    exit 3
    --- stdout
    {
      "resources": [
        {
          "file": "flows/discounts.json",
          "publishedVersion": 3,
          "slug": "discounts",
          "state": "conflict",
          "type": "flow"
        }
      ],
      "workspace": "acme"
    }
    "#);
    work.write("flows/discounts.json", &tested());
    insta::assert_snapshot!(work.fcc("status flows/discounts.json").await, @r"
    exit 2
    --- stdout
    workspace acme (Hybrid, Development)
    < flows/discounts.json  changed on the server: fcc pull
    0 of 1 in sync
    ");
    api.finish().await;
}

#[tokio::test]
async fn what_was_applied_waits_for_its_publish() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = published(&machine).await;
    edit(&work, "big", "20");
    work.commit("Twenty").await;
    work.fcc("apply").await.is(0);
    insta::assert_snapshot!(work.fcc("status").await, @r"
    exit 2
    --- stdout
    workspace acme (Hybrid, Development)
    ~ flows/discounts.json  applied, not published
    1 of 2 in sync
    ");
    api.finish().await;
}
