use serde_json::json;
use tests::Api;

use crate::Machine;

#[tokio::test]
async fn a_folder_becomes_a_checkout() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = machine.folder("work");
    work.git("init -q -b main").await;
    work.write_text(".gitattributes", "*.png binary");
    insta::assert_snapshot!(work.fcc("init").await, @r"
    exit 0
    --- stdout
    [ROOT]/work belongs to [URL] (default: acme)
    git merges flows and connectors here by their structure (fcc merge-driver)
    --- stderr
    Next: fcc pull
    ");
    assert_eq!(work.read(".fetchcatch/project.json"), json!({"url": api.origin, "targets": {"default": "acme"}}));
    insta::assert_snapshot!(work.text(".gitattributes"), @r"
    *.png binary
    flows/*.json merge=fcc
    connectors/*.json merge=fcc
    .fetchcatch/sync-state.json merge=fcc
    ");
    assert_eq!(work.git("config merge.fcc.driver").await, "fcc merge-driver %O %A %B %P");
    // Again it changes nothing, and adds a target when there is one.
    let before = work.text(".gitattributes");
    work.fcc("init --json").await.is(0);
    assert_eq!(work.text(".gitattributes"), before);
    work.fcc("init --workspace globex --yes").await.is(0);
    assert_eq!(work.read(".fetchcatch/project.json")["targets"], json!({"default": "globex"}));
    api.finish().await;
}

#[tokio::test]
async fn without_a_token_the_workspace_has_to_be_named() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = machine.folder("work").with_token("");
    insta::assert_snapshot!(work.fcc("init").await, @r"
    exit 1
    --- stderr
    error: not signed in to [URL]: run `fcc login`, or set FETCHCATCH_TOKEN
    ");
    work.fcc("init --workspace acme").await.is(0);
    assert_eq!(work.read(".fetchcatch/project.json")["targets"], json!({"default": "acme"}));
    api.finish().await;
}

#[tokio::test]
async fn one_checkout_goes_to_several_workspaces() {
    let api = Api::start().await;
    api.add_workspace("acme-staging").await;
    let machine = Machine::new(&api);
    let work = crate::publish::published(&machine).await;
    work.fcc("init --target staging --workspace acme-staging").await.is(0);
    assert_eq!(work.read(".fetchcatch/project.json")["targets"], json!({"default": "acme", "staging": "acme-staging"}));
    work.fcc("status").await.is(0);
    let mut project = work.read(".fetchcatch/project.json");
    project["targets"] = json!({"production": "acme", "staging": "acme-staging"});
    work.write(".fetchcatch/project.json", &project);
    insta::assert_snapshot!(work.fcc("status").await, @r"
    exit 1
    --- stderr
    error: this checkout has several targets: say which with --target (production, staging)
    ");
    insta::assert_snapshot!(work.fcc("status --target production").await, @r"
    exit 0
    --- stdout
    workspace acme (Hybrid, Development)
    2 of 2 in sync
    ");
    // CI's token is for one of them only.
    work.fcc("status --target staging").await.is(1);
    api.finish().await;
}
