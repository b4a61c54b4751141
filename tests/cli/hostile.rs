//! What comes from elsewhere, as repositories, servers' texts and other people's folders do, and what it must not do.

use std::fs;
use std::os::unix::fs::symlink;

use serde_json::json;
use tests::Api;

use crate::Machine;
use crate::publish::published;
use crate::story::{edit, hot_fix};

#[tokio::test]
async fn a_link_in_a_repository_leads_nothing_out_of_it() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = published(&machine).await;
    machine.folder("victim").write_text("file", "untouched\n");
    hot_fix(&api, "big", "20").await;
    fs::remove_file(work.path("flows/discounts.json")).unwrap();
    symlink(machine.folder("victim").path("file"), work.path("flows/discounts.json")).unwrap();
    work.fcc("pull flows/discounts.json").await.is(1);
    fs::remove_file(work.path("flows/discounts.json")).unwrap();
    fs::rename(work.path("flows"), work.path("elsewhere")).unwrap();
    symlink(machine.folder("victim").path(""), work.path("flows")).unwrap();
    let refused = work.fcc("pull").await;
    assert!(refused.is(1).stderr.contains("a symbolic link stands there"), "{refused}");
    let beside = machine.folder("beside");
    symlink(machine.folder("victim").path("file"), beside.path(".gitignore")).unwrap();
    beside.fcc("init").await.is(1);
    assert_eq!(machine.folder("victim").text("file"), "untouched\n");
    assert_eq!(fs::read_dir(machine.folder("victim").path("")).unwrap().count(), 1);
    api.finish().await;
}

#[tokio::test]
async fn what_a_terminal_would_obey_is_shown_and_not_done() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = published(&machine).await;
    let mut graph = work.read("flows/discounts.json");
    graph["nodes"][1]["name"] = json!("Fees\u{1b}]0;title\u{7}\n::error::forged");
    graph["nodes"][1]["content"]["rules"][0]["percent"] = json!("21");
    work.write("flows/discounts.json", &graph);
    let differs = work.fcc("diff").await;
    assert!(differs.is(2).stdout.contains("node Fees\\u{1b}]0;title\\u{7}\\n::error::forged › rules"), "{differs}");
    assert!(!differs.stdout.contains('\u{1b}') && !differs.stdout.contains("\n::error"), "{differs}");
    let note = json!({"base_version": 1, "note": "line\u{1b}[31m\n*  v99  forged"});
    api.patch("/api/connectors/crm/draft").json(json!({"settings": {"batch": 9}})).await.ok();
    api.post("/api/connectors/crm/publish").json(note).await.ok();
    let history = work.fcc("history connectors/crm.json").await;
    assert!(history.is(0).stdout.contains("line\\u{1b}[31m\\n*  v99  forged"), "{history}");
    api.finish().await;
}

#[tokio::test]
async fn a_repository_does_not_send_a_token_in_the_clear() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = published(&machine).await.with_variable("FETCHCATCH_URL", "");
    work.fcc("status").await.is(0);
    work.write(".fetchcatch/project.json", &json!({"url": "http://collector.example", "targets": {"default": "acme"}}));
    insta::assert_snapshot!(work.fcc("status").await, @r"
    exit 1
    --- stderr
    error: http://collector.example would carry the token unencrypted: use https
    ");
    api.finish().await;
}

#[tokio::test]
async fn a_file_of_the_same_name_elsewhere_is_not_taken_for_the_checkouts() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = published(&machine).await;
    work.write("staging/flows/discounts.json", &work.read("flows/discounts.json"));
    for command in ["plan", "diff", "publish", "history", "rollback --to 1"] {
        let refused = work.fcc(&format!("{command} staging/flows/discounts.json")).await;
        assert!(
            refused.is(1).stderr.contains("is no file of the checkout [ROOT]/work: its own is flows/discounts.json"),
            "{command}: {refused}"
        );
    }
    let refused = work.fcc("plan staging").await;
    assert!(refused.is(1).stderr.contains("is no folder of the checkout"), "{refused}");
    // However it is written, the checkout's own is meant.
    work.fcc("plan ./flows/../flows/discounts.json flows/. connectors").await.is(0);
    api.finish().await;
}

#[tokio::test]
async fn where_git_refuses_to_answer_nothing_is_stamped_with_a_commit() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = published(&machine).await.with_variable("GITHUB_SHA", "1111111111111111111111111111111111111111");
    edit(&work, "big", "20");
    work.write_text(".git/config", "no configuration");
    let refused = work.fcc("publish").await;
    assert!(refused.is(1).stderr.contains("git can't tell whether the files are committed: fatal: bad config"), "{refused}");
    assert_eq!(api.get("/v1/flows/discounts").await.ok()["publishedVersion"], 1);
    work.fcc("publish --allow-dirty").await.is(0);
    api.finish().await;
}

#[tokio::test]
async fn a_checkout_that_can_not_be_written_does_not_keep_a_publish_half_done() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = published(&machine).await;
    edit(&work, "big", "20");
    work.commit("Twenty").await;
    fs::rename(work.path(".fetchcatch/sync-state.json"), work.path("state")).unwrap();
    symlink(work.path("state"), work.path(".fetchcatch/sync-state.json")).unwrap();
    let published = work.fcc("publish").await;
    assert!(published.is(0).stderr.contains("applied, but not noted down in this checkout"), "{published}");
    assert_eq!(api.get("/v1/flows/discounts").await.ok()["publishedVersion"], 2);
    api.finish().await;
}
