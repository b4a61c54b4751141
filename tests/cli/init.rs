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
    assert!(work.git("config merge.fcc.driver").await.contains("fcc merge-driver %O %A %B %P"));
    // Again it changes nothing, and adds a target when there is one.
    let before = work.text(".gitattributes");
    work.fcc("init --json").await.is(0);
    assert_eq!(work.text(".gitattributes"), before);
    insta::assert_snapshot!(work.fcc("init --workspace globex").await, @r"
    exit 1
    --- stderr
    error: default is acme here. Make it globex? Say --yes, or add it beside the other with --target NAME
    ");
    work.fcc("init --workspace globex --yes").await.is(0);
    let elsewhere = work.fcc("init --url http://127.0.0.1:9").await;
    assert!(elsewhere.is(1).stderr.contains("this checkout belongs to [URL]"), "{elsewhere}");
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
    insta::assert_snapshot!(work.fcc("init --target staging").await, @r"
    exit 1
    --- stderr
    error: say with --workspace which workspace the target staging is
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

#[tokio::test]
async fn what_gits_files_held_stays_whatever_its_encoding() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = machine.folder("work");
    work.git("init -q -b main").await;
    std::fs::write(work.path(".gitignore"), b"caf\xe9.tmp\nnode_modules").unwrap();
    work.fcc("init").await.is(0);
    assert_eq!(std::fs::read(work.path(".gitignore")).unwrap(), b"caf\xe9.tmp\nnode_modules\n*.remote.json\n");
    api.finish().await;
}
