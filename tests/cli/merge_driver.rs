use serde_json::json;
use tests::Api;

use crate::publish::{published, tested};
use crate::story::edit;
use crate::{Clone, Machine};

async fn branch_with(work: &Clone<'_>, name: &str, rule: &str, percent: &str) {
    work.git(&format!("checkout -q -b {name} main")).await;
    edit(work, rule, percent);
    work.commit(name).await;
}

#[tokio::test]
async fn branches_that_touch_different_things_merge_without_markers() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = published(&machine).await;
    // On lines beside each other, where git alone would give up.
    branch_with(&work, "one", "big", "20").await;
    work.git("checkout -q main").await;
    let mut graph = work.read("flows/discounts.json");
    graph["nodes"][1]["content"]["rules"][0]["total"] = json!(">= 1500");
    graph["nodes"]
        .as_array_mut()
        .unwrap()
        .push(json!({"id": "late", "type": "expressionNode", "name": "Late", "content": {"expressions": []}}));
    work.write("flows/discounts.json", &graph);
    work.commit("Another node").await;
    work.git("merge -q --no-edit one").await;
    let text = work.text("flows/discounts.json");
    assert!(!text.contains("<<<"), "{text}");
    let merged = work.read("flows/discounts.json");
    assert_eq!(merged["nodes"][1]["content"]["rules"][0], json!({"_id": "big", "total": ">= 1500", "percent": "20"}));
    assert_eq!(merged["tests"], tested()["tests"]);
    let decided = work.fcc_with("evaluate flows/discounts.json --input -", "{\"order\": {\"total\": 1600}}").await;
    assert!(decided.is(0).stdout.contains("20"), "{decided}");
    api.finish().await;
}

#[tokio::test]
async fn where_fcc_is_not_found_git_leaves_markers_and_loses_nothing() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = published(&machine).await;
    branch_with(&work, "one", "big", "20").await;
    branch_with(&work, "two", "big", "30").await;
    let without = machine.folder("work").with_variable("PATH", "/usr/bin:/bin");
    assert!(!without.run("git", "merge -q --no-edit one", "").await.status.success());
    let text = work.text("flows/discounts.json");
    assert!(text.contains(&"<".repeat(7)) && text.contains("\"20\"") && text.contains("\"30\""), "{text}");
    api.finish().await;
}

#[tokio::test]
async fn a_conflict_is_gits_to_show() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = published(&machine).await;
    let base = work.text("flows/discounts.json");
    branch_with(&work, "one", "big", "20").await;
    let one = work.text("flows/discounts.json");
    branch_with(&work, "two", "big", "30").await;
    work.write_text("base.json", &base);
    work.write_text("one.json", &one);
    insta::assert_snapshot!(work.fcc("merge-driver base.json flows/discounts.json one.json flows/discounts.json").await, @r"
    exit 3
    --- stderr
    warning: flows/discounts.json: both sides changed the same thing
    ");
    assert!(work.text("flows/discounts.json").contains(&"<".repeat(7)));

    // What is no JSON is git's to merge by lines.
    for (name, text) in [("base.json", "one\n\n\n\ntwo\n"), ("ours.json", "three\n\n\n\ntwo\n"), ("theirs.json", "one\n\n\n\nfour\n")] {
        work.write_text(name, text);
    }
    insta::assert_snapshot!(work.fcc("merge-driver base.json ours.json theirs.json notes.json").await, @"exit 0");
    assert_eq!(work.text("ours.json"), "three\n\n\n\nfour\n");

    // Lines that go together, and a meaning that does not: an item of a list without names is neither's alone.
    for (name, list) in [("base.json", "[1,\n\n\n2]"), ("ours.json", "[1,\n\n\n3]"), ("theirs.json", "[4,\n\n\n2]")] {
        work.write_text(name, &format!("{{\"settings\": {{\"sizes\": {list}}}}}\n"));
    }
    insta::assert_snapshot!(work.fcc("merge-driver base.json ours.json theirs.json connectors/crm.json").await, @r"
    exit 3
    --- stderr
    warning: connectors/crm.json: both sides changed the same thing, on different lines: there are no markers, so look at it before you add it
    ");
    api.finish().await;
}

#[tokio::test]
async fn what_two_branches_pulled_goes_together() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = published(&machine).await;
    branch_with(&work, "one", "big", "20").await;
    work.fcc("apply").await.is(0);
    work.commit("In step").await;
    branch_with(&work, "two", "medium", "6").await;
    work.fcc("apply").await.is(0);
    work.commit("In step as well").await;
    work.git("merge -q --no-edit one").await;
    assert!(work.read(".fetchcatch/sync-state.json").is_object());
    work.fcc("publish").await.is(0);
    assert_eq!(work.fcc("status").await.code, 0);
    api.finish().await;
}
