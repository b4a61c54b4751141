//! The whole git story: a developer's clone, CI's fresh checkouts, and somebody in the console.

use serde_json::{Value, json};
use tests::{Api, graph, graph_with, rules};

use crate::{Clone, Machine};

const FILE: &str = "flows/discounts.json";

/// Changes what one rule grants, in a file.
pub fn edit(clone: &Clone<'_>, rule: &str, percent: &str) {
    let mut graph = clone.read(FILE);
    rules(&mut graph).iter_mut().find(|one| one["_id"] == rule).unwrap()["percent"] = json!(percent);
    clone.write(FILE, &graph);
}

/// Somebody in the console changes what one rule of the draft grants.
pub async fn edit_in_console(api: &Api, rule: &str, percent: &str) -> Value {
    let draft = api.get("/v1/flows/discounts/draft").await.ok();
    let mut graph = draft["graph"].clone();
    rules(&mut graph).iter_mut().find(|one| one["_id"] == rule).unwrap()["percent"] = json!(percent);
    api.put("/v1/flows/discounts/draft").json(json!({"graph": graph})).await.ok();
    draft["publishedVersion"].clone()
}

pub async fn hot_fix(api: &Api, rule: &str, percent: &str) {
    let version = edit_in_console(api, rule, percent).await;
    api.post("/v1/flows/discounts/publish").json(json!({"baseVersion": version})).await.ok();
}

async fn percent(api: &Api, total: i64) -> Value {
    let evaluated = api.post("/v1/evaluate/discounts").json(json!({"order": {"total": total}})).await.ok();
    evaluated["result"]["discount"]["percent"].clone()
}

#[tokio::test]
async fn from_the_first_pull_to_a_resolved_conflict() {
    let api = Api::start().await;
    api.post("/v1/flows").json(json!({"slug": "discounts", "name": "Discounts", "graph": graph()})).await.with_status(201);
    api.post("/v1/flows/discounts/publish").json(json!({"baseVersion": 0})).await.ok();
    let machine = Machine::new(&api);

    // What the console made comes into git, and from then on git stands behind it.
    let work = machine.checkout().await;
    work.fcc("drift").await.is(2);
    work.fcc("apply").await.is(0);
    work.fcc("drift").await.is(0);

    // A branch, a change, a plan, a publish: the commit is on the version.
    work.git("checkout -q -b medium").await;
    edit(&work, "medium", "6");
    work.fcc("status").await.is(2);
    let commit = work.commit("Six percent").await;
    work.fcc("plan").await.is(2);
    work.fcc("apply").await.is(0);
    assert_eq!(percent(&api, 500).await, 5, "an apply publishes nothing");
    work.fcc("publish").await.is(0);
    assert_eq!(percent(&api, 500).await, 6);
    let publishes = api.get("/v1/sync/history/flow/discounts/publishes").await.ok();
    assert_eq!((&publishes[0]["gitCommitSha"], &publishes[0]["source"]), (&json!(commit), &json!("cli-publish")));
    work.git("checkout -q main").await;
    work.git("merge -q medium").await;
    // What the working copy knows beyond the commit stays with the developer.
    work.fcc("drift").await.is(0);

    // A second commit, from a checkout that was never in touch with the server.
    edit(&work, "big", "20");
    work.git(&format!("commit -q -m Twenty {FILE}")).await;
    let ci = machine.fresh_clone(&work, "ci-1").await;
    let planned = ci.fcc("plan --json").await;
    assert_eq!(planned.is(2).json()["items"][0]["change"], "updated");
    ci.fcc("publish -m Twenty").await.is(0);
    assert_eq!(percent(&api, 2000).await, 20);

    // A hot-fix in the console meanwhile: drift says so, a pull merges it into what is being worked on.
    hot_fix(&api, "rest", "1").await;
    let drift = ci.fcc("drift --json").await;
    assert_eq!(drift.is(2).json()["designerPublishesSinceLastGitCommit"], 1);
    edit(&work, "medium", "7");
    work.fcc("pull").await.is(0);
    assert_eq!(work.read(FILE), graph_with([("big", "20"), ("medium", "7"), ("rest", "1")]));
    work.commit("Seven percent and the hot-fix").await;
    work.fcc("apply").await.is(0);
    work.fcc("publish").await.is(0);
    let ci = machine.fresh_clone(&work, "ci-2").await;
    ci.fcc("drift").await.is(0);
    assert_eq!((percent(&api, 50).await, percent(&api, 500).await), (json!(1), json!(7)));

    // Both change the same rule: nothing is written until somebody decides.
    hot_fix(&api, "big", "30").await;
    edit(&work, "big", "40");
    work.commit("Forty percent").await;
    work.fcc("publish").await.is(3);
    assert_eq!(percent(&api, 2000).await, 30);
    work.fcc("drift").await.is(3);
    work.fcc("pull").await.is(3);
    assert!(work.has("flows/discounts.remote.json"));
    work.fcc("publish").await.is(3);
    work.fcc("resolve flows/discounts.json --ours").await.is(0);
    assert!(!work.has("flows/discounts.remote.json"));
    work.commit("Forty it is").await;
    let ci = machine.fresh_clone(&work, "ci-3").await;
    ci.fcc("publish").await.is(0);
    assert_eq!(percent(&api, 2000).await, 40);
    ci.fcc("drift").await.is(0);
    work.fcc("status").await.is(0);
    api.finish().await;
}

#[tokio::test]
async fn a_shallow_clone_is_told_to_fetch_more() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = crate::publish::published(&machine).await;
    edit(&work, "big", "20");
    work.commit("Twenty").await;
    work.git("commit -q --allow-empty -m later").await;
    let source = format!("file://{}", work.path("").display());
    machine.folder(".").git(&format!("clone -q --depth 1 {source} shallow")).await;
    let shallow = machine.folder("shallow");
    std::fs::remove_file(shallow.path(".fetchcatch/sync-state.json")).unwrap();
    let planned = shallow.fcc("plan").await;
    assert!(planned.is(3).stderr.contains("fetch-depth: 0"), "{planned}");
    api.finish().await;
}

/// Each apply writes sync-state, which is committed with the next commit, if at all: a revert takes an old line with it.
#[tokio::test]
async fn a_reverted_commit_is_brought_to_production() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = crate::publish::published(&machine).await;
    edit(&work, "big", "11");
    work.commit("Eleven").await;
    work.fcc("publish").await.is(0);
    let late = work.text(".fetchcatch/sync-state.json");
    work.git("checkout -q .fetchcatch").await;
    edit(&work, "big", "12");
    work.commit("Twelve").await;
    machine.fresh_clone(&work, "ci-1").await.fcc("publish").await.is(0);
    assert_eq!(percent(&api, 2000).await, 12);
    edit(&work, "big", "11");
    work.write_text(".fetchcatch/sync-state.json", &late);
    work.commit("Eleven again").await;
    let ci = machine.fresh_clone(&work, "ci-2").await;
    let plan = ci.fcc("plan").await;
    assert!(plan.is(2).stdout.contains("\"12\" → \"11\""), "{plan}");
    ci.fcc("publish").await.is(0);
    assert_eq!(percent(&api, 2000).await, 11);
    api.finish().await;
}

/// A line that a branch knew, from before what was applied since, is no newer than that.
#[tokio::test]
async fn a_merged_branch_does_not_bring_an_older_base_back() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = crate::publish::published(&machine).await;
    work.git("checkout -q -b branch").await;
    hot_fix(&api, "big", "20").await;
    work.fcc("pull").await.is(0);
    work.commit("The hot fix").await;
    work.git("checkout -q main").await;
    work.fcc("pull").await.is(0);
    edit(&work, "big", "30");
    work.git("checkout -q .fetchcatch").await;
    work.commit("Thirty").await;
    // Main knows of no hot fix, and is told so; it takes its own.
    let ci = machine.fresh_clone(&work, "ci-1").await;
    ci.fcc("publish").await.is(3);
    ci.fcc("pull").await.is(3);
    ci.fcc("resolve flows/discounts.json --ours").await.is(0);
    ci.commit("Resolved").await;
    ci.fcc("publish").await.is(0);
    assert_eq!(percent(&api, 2000).await, 30);
    work.git("pull -q --no-rebase ../ci-1 HEAD").await;
    // Both sides changed the same, and the branch is right.
    work.run("git", "merge -q --no-edit branch", "").await;
    work.git("checkout -q branch -- flows .fetchcatch").await;
    work.commit("Twenty after all").await;
    machine.fresh_clone(&work, "ci-2").await.fcc("publish").await.is(0);
    assert_eq!(percent(&api, 2000).await, 20);
    api.finish().await;
}
