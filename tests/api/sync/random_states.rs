//! Over many random states: a plan says what apply then does, and both say what the merge says.

use std::collections::BTreeMap;

use domain::merge::merge;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use tests::{Api, digest, file, without_flows};

const STATES: usize = 80;

/// A resource with a history, a draft and a file, all from few values, so that they often agree in part.
#[derive(Debug, Clone)]
struct State {
    versions: [Value; 2],
    /// None where the draft is what the last publish left.
    draft: Option<Value>,
    /// Rolled back to the first version while the draft was edited.
    rolled_back: bool,
    base: Option<Value>,
    local: Value,
}

fn config() -> impl Strategy<Value = Value> {
    prop::collection::btree_map(prop::sample::select(vec!["a", "b", "c"]), 0..3, 0..4).prop_map(|settings| {
        let mut config = without_flows();
        config["settings"] = json!(settings);
        config
    })
}

fn state() -> impl Strategy<Value = State> {
    let versions = (config(), config()).prop_filter("a publish changes something", |(one, two)| one != two);
    let draft = prop::option::weighted(0.8, config());
    (versions, draft, any::<bool>(), 0..5usize, prop::option::weighted(0.8, config())).prop_map(
        |((one, two), draft, rolled_back, base, local)| {
            let known = [None, Some(one.clone()), Some(two.clone()), Some(two.clone()), draft.clone()];
            let local = local.unwrap_or_else(|| draft.clone().unwrap_or_else(|| two.clone()));
            State { base: known[base].clone(), versions: [one, two], draft, rolled_back, local }
        },
    )
}

async fn make(api: &Api, slug: &str, state: &State) {
    let path = format!("/api/connectors/{slug}");
    api.create(slug, state.versions[0].clone()).await;
    api.publish(slug, 0).await;
    api.put(&format!("{path}/draft")).json(state.versions[1].clone()).await.ok();
    api.publish(slug, 1).await;
    if let Some(draft) = &state.draft {
        api.put(&format!("{path}/draft")).json(draft.clone()).await.ok();
    }
    if state.rolled_back {
        api.post(&format!("{path}/rollback")).json(json!({"version": 1, "base_version": 2})).await.ok();
    }
}

/// What the draft shall be, by the merge alone; none for a conflict.
fn expected(state: &State) -> Option<Value> {
    let [one, two] = &state.versions;
    let none = BTreeMap::new();
    let clean = |merged: domain::merge::Merged| merged.conflicts.is_empty().then_some(merged.value);
    let draft = match &state.draft {
        Some(draft) if draft != two && state.rolled_back => clean(merge(two, draft, one, &none))?,
        Some(draft) if draft != two => draft.clone(),
        _ if state.rolled_back => one.clone(),
        _ => two.clone(),
    };
    match &state.base {
        Some(base) => clean(merge(base, &state.local, &draft, &none)),
        None => (state.local == draft).then_some(draft),
    }
}

#[tokio::test]
async fn plan_and_apply_say_the_same_and_it_is_what_the_merge_says() {
    let api = Api::start().await;
    let mut runner = TestRunner::deterministic();
    let states: Vec<State> = (0..STATES).map(|_| state().new_tree(&mut runner).unwrap().current()).collect();
    for (nth, state) in states.iter().enumerate() {
        make(&api, &format!("c{nth}"), state).await;
    }
    let files: Vec<Value> =
        states.iter().enumerate().map(|(nth, state)| file(&format!("c{nth}"), &state.local, state.base.as_ref())).collect();
    let plan = api.plan(files.clone()).await.ok();
    let (mut fine, mut planned, mut seen) = (Vec::new(), Vec::new(), BTreeMap::<String, usize>::new());
    for ((state, item), file) in states.iter().zip(plan["items"].as_array().unwrap()).zip(files) {
        let result = expected(state);
        assert_eq!(item["resultDigest"], result.as_ref().map_or(Value::Null, digest), "{state:?}: {item}");
        *seen.entry(item["change"].as_str().unwrap().to_owned()).or_default() += 1;
        if result.is_some() {
            fine.push(file);
            planned.push(item.clone());
        } else {
            let slug = item["slug"].as_str().unwrap();
            let draft = api.draft(slug).await;
            let refused = api.apply([file]).await.problem(409, "merge_conflict");
            assert_eq!(refused["items"], json!([item]));
            assert_eq!(api.draft(slug).await, draft);
        }
    }
    assert!(["unchanged", "updated", "merged", "conflict"].iter().all(|change| seen[*change] >= 5), "a better set of states: {seen:?}");
    let applied = api.apply_commit("abcdef0", fine.clone()).await.ok();
    assert_eq!(applied["items"], json!(planned));
    for item in applied["items"].as_array().unwrap() {
        let draft = api.draft(item["slug"].as_str().unwrap()).await;
        assert_eq!((&draft["etag"], &draft["base_version"]), (&item["draftEtag"], &item["baseVersion"]));
        assert_eq!(draft["base_version"], draft["active_version"]);
    }
    // From these drafts on, with these files as their own base, there is nothing left to do.
    let again = fine.into_iter().map(|mut file| {
        file["baseDigest"] = file["digest"].clone();
        file
    });
    let again = api.apply(again).await.ok();
    assert!(again["items"].as_array().unwrap().iter().all(|item| item["change"] == "unchanged"), "{again}");
    api.finish().await;
}
