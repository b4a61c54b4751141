use tests::{Api, graph_with};

use crate::publish::{published, tested};
use crate::story::{edit, hot_fix};
use crate::{Clone, Machine};

/// Both changed what a large order gets; each also changed another rule.
async fn in_conflict<'a>(api: &Api, machine: &'a Machine) -> Clone<'a> {
    let work = published(machine).await;
    edit(&work, "big", "20");
    edit(&work, "medium", "6");
    hot_fix(api, "big", "30").await;
    hot_fix(api, "rest", "1").await;
    work.fcc("pull").await.is(3);
    work
}

#[tokio::test]
async fn ours_keeps_the_files_side_and_what_only_the_other_changed() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = in_conflict(&api, &machine).await;
    insta::assert_snapshot!(work.fcc("resolve flows/discounts.json --ours").await, @r"
    exit 0
    --- stdout
    flows/discounts.json is resolved
    --- stderr
    Commit it together with .fetchcatch/sync-state.json, then: fcc publish
    ");
    let mut expected = graph_with([("big", "20"), ("medium", "6"), ("rest", "1")]);
    expected["tests"] = tested()["tests"].clone();
    assert_eq!(work.read("flows/discounts.json"), expected);
    work.commit("Resolved").await;
    work.fcc("publish").await.is(0);
    api.finish().await;
}

#[tokio::test]
async fn theirs_takes_the_servers_side() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = in_conflict(&api, &machine).await;
    work.fcc("resolve flows/discounts.json --theirs --json").await.is(0);
    let mut expected = graph_with([("big", "30"), ("medium", "6"), ("rest", "1")]);
    expected["tests"] = tested()["tests"].clone();
    assert_eq!(work.read("flows/discounts.json"), expected);
    api.finish().await;
}

#[tokio::test]
async fn a_file_that_was_merged_by_hand_is_taken_as_it_is() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = in_conflict(&api, &machine).await;
    insta::assert_snapshot!(work.fcc("apply --allow-dirty").await, @r"
    exit 3
    --- stderr
    error: flows/discounts.json has a conflict that is not resolved: `fcc resolve flows/discounts.json --ours|--theirs|--merged` (the other side is flows/discounts.remote.json)
    ");
    edit(&work, "big", "25");
    work.fcc("resolve flows/discounts.json --merged").await.is(0);
    work.commit("Resolved").await;
    work.fcc("apply").await.is(0);
    insta::assert_snapshot!(work.fcc("resolve flows/discounts.json --merged").await, @r"
    exit 1
    --- stderr
    error: flows/discounts.json has no conflict to resolve: there is no flows/discounts.remote.json
    ");
    api.finish().await;
}
