use tests::{Api, Token, config};

use crate::Machine;
use crate::publish::published;
use crate::story::{edit, edit_in_console};

#[tokio::test]
async fn it_shows_what_apply_would_do_and_does_nothing() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = published(&machine).await;
    insta::assert_snapshot!(work.fcc("plan").await, @r"
    exit 0
    --- stdout
    0 to change, 2 unchanged
    ");
    edit(&work, "big", "20");
    work.write("connectors/new.json", &config());
    insta::assert_snapshot!(work.fcc("plan").await, @r#"
    exit 2
    --- stdout
    + connectors/new.json  created
    ~ flows/discounts.json  updated
        ~ node Discounts › rules › big › percent: "15" → "20"
    2 to change, 1 unchanged
    "#);
    insta::assert_snapshot!(work.fcc("plan flows/discounts.json --json").await, @r#"
    exit 2
    --- stdout
    {
      "items": [
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
      "truncated": false,
      "workspace": "acme"
    }
    "#);
    edit_in_console(&api, "rest", "1").await;
    insta::assert_snapshot!(work.fcc("plan flows/discounts.json").await, @r#"
    exit 2
    --- stdout
    ~ flows/discounts.json  merged with what the draft has
        ~ node Discounts › rules › big › percent: "15" → "20"
    1 to change, 0 unchanged
    "#);
    edit_in_console(&api, "big", "30").await;
    insta::assert_snapshot!(work.fcc("plan flows/discounts.json").await, @r#"
    exit 3
    --- stdout
    ! flows/discounts.json  conflict
        node Discounts › rules › big › percent: yours "20", the server's "30" (was "15")
        fcc pull --draft flows/discounts.json brings the draft here, then fcc resolve
    0 to change, 0 unchanged, 1 in conflict: nothing is written
    "#);
    assert_eq!(api.get("/v1/sync/history/flow/discounts").await.ok()["items"].as_array().unwrap().len(), 4);
    api.finish().await;
}

#[tokio::test]
async fn a_kept_plan_is_applied_as_it_was_shown_or_not_at_all() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = published(&machine).await;
    edit(&work, "big", "20");
    work.commit("Twenty").await;
    insta::assert_snapshot!(work.fcc("plan --out change.plan").await, @r#"
    exit 2
    --- stdout
    ~ flows/discounts.json  updated
        ~ node Discounts › rules › big › percent: "15" → "20"
    1 to change, 1 unchanged
    --- stderr
    The plan is in change.plan: fcc apply change.plan
    "#);
    edit_in_console(&api, "rest", "1").await;
    insta::assert_snapshot!(work.fcc("apply change.plan").await, @r"
    exit 1
    --- stderr
    error: flows/discounts.json would no longer become what the plan says: plan again
    ");
    api.delete("/v1/flows/discounts/draft").await.ok();
    work.fcc("apply change.plan").await.is(0);
    edit(&work, "big", "21");
    work.commit("Twenty-one").await;
    insta::assert_snapshot!(work.fcc("apply change.plan").await, @r"
    exit 1
    --- stderr
    error: flows/discounts.json has changed since the plan was made: plan again
    ");
    api.finish().await;
}

#[tokio::test]
async fn who_may_only_read_may_look() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = published(&machine).await;
    edit(&work, "big", "20");
    let reader = work.with_token(&api.token(Token::Service(&["read"])).await);
    for command in ["plan", "status", "diff", "drift"] {
        reader.fcc(command).await.is(2);
    }
    reader.fcc("pull").await.is(0);
    insta::assert_snapshot!(reader.fcc("apply --allow-dirty").await, @r#"
    exit 1
    --- stdout
    ~ flows/discounts.json  updated
        ~ node Discounts › rules › big › percent: "15" → "20"
    1 to change, 1 unchanged
    --- stderr
    error: This service token was not given what it takes to apply. An admin can mint one with that scope.
    (forbidden, request [ID])
    "#);
    api.finish().await;
}
