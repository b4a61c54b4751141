//! Applies and bulk publishes of many resources, while people edit and publish the same ones.

use serde_json::{Value, json};
use tests::{Answer, Api, config, config_with, fields, file};

const RESOURCES: usize = 8;
const ROUNDS: usize = 12;

fn slug(nth: usize) -> String {
    format!("c{nth}")
}

/// Done, or refused because somebody else was first; never an accident, never a lock that was waited for in vain.
#[track_caller]
fn done_or_overtaken(answer: &Answer) -> bool {
    assert!([200, 409].contains(&answer.status), "{answer}");
    answer.status == 200
}

/// A pipeline of its own setting: each round it applies all files, first to last or last to first.
async fn pipeline(api: &Api, setting: &str, backwards: bool) {
    let mut base = config();
    for round in 0..ROUNDS {
        let local = config_with(setting, round);
        let mut files: Vec<Value> = (0..RESOURCES).map(|nth| file(&slug(nth), &local, Some(&base))).collect();
        if backwards {
            files.reverse();
        }
        let plan = api.apply_commit("abcdef0", files).await.ok();
        assert!(fields(&plan["items"], "change").iter().all(|change| ["updated", "merged"].contains(&change.as_str().unwrap())), "{plan}");
        base = local;
    }
}

/// A person: each round they set one setting that is theirs alone, on every resource.
async fn person(api: &Api, name: &str) {
    for round in 0..ROUNDS {
        for nth in 0..RESOURCES {
            let patch = api.patch(&format!("/api/connectors/{}/draft", slug(nth)));
            patch.json(json!({"settings": {format!("{name}-{round}"): true}})).await.ok();
        }
    }
}

/// Answers how many bulk publishes went through.
async fn publisher(api: &Api, token: &str) -> usize {
    let mut published = 0;
    for _ in 0..ROUNDS {
        published += usize::from(done_or_overtaken(&api.publish_many(json!({"connectorIds": []})).as_(token).await));
    }
    published
}

/// One resource after the other, from the console.
async fn publisher_of_one(api: &Api) {
    for round in 0..ROUNDS * 2 {
        let path = format!("/api/connectors/{}", slug(round % RESOURCES));
        let active = api.get(&path).await.ok()["active_version"].clone();
        done_or_overtaken(&api.post(&format!("{path}/publish")).json(json!({"base_version": active})).await);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_write_is_lost_nobody_waits_in_a_circle_and_each_apply_is_whole() {
    let api = Api::start().await;
    let first: Vec<Value> = (0..RESOURCES).map(|nth| file(&slug(nth), &config(), None)).collect();
    api.apply(first).await.ok();
    api.publish_many(json!({"connectorIds": []})).await.ok();
    let ((), (), (), (), one, two, ()) = tokio::join!(
        pipeline(&api, "first-pipeline", false),
        pipeline(&api, "second-pipeline", true),
        person(&api, "ada"),
        person(&api, "bob"),
        publisher(&api, &api.ci),
        publisher(&api, &api.tenant.token),
        publisher_of_one(&api),
    );
    assert!(one + two > 0, "no bulk publish went through");
    for nth in 0..RESOURCES {
        let settings = api.draft(&slug(nth)).await["config"]["settings"].clone();
        for pipeline in ["first-pipeline", "second-pipeline"] {
            assert_eq!(settings[pipeline], ROUNDS - 1, "{settings}");
        }
        for person in ["ada", "bob"] {
            for round in 0..ROUNDS {
                assert_eq!(settings[format!("{person}-{round}")], true, "{person}'s write of round {round} was lost: {settings}");
            }
        }
        let applied: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM resource_versions v JOIN resources r ON r.id = v.resource_id WHERE r.slug = $1 AND v.source = 'cli-apply'",
        )
        .bind(slug(nth))
        .fetch_one(&api.owner_db)
        .await
        .unwrap();
        assert_eq!(applied, i64::try_from(1 + 2 * ROUNDS).unwrap(), "each apply wrote each resource once");
    }
    api.publish_many(json!({"connectorIds": []})).await.ok();
    api.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_applies_that_make_the_same_resources_make_them_once() {
    let api = Api::start().await;
    for round in 0..4 {
        let name = |nth: usize| format!("r{round}-{nth}");
        let files = |from: usize| -> Vec<Value> { (from..from + 6).map(|nth| file(&name(nth), &config(), None)).collect() };
        let backwards = files(3).into_iter().rev().collect::<Vec<_>>();
        let (one, two) = tokio::join!(api.apply(files(0)).into_future(), api.apply(backwards).into_future());
        let (one, two) = (one.ok(), two.ok());
        let created = |plan: &Value| fields(&plan["items"], "change").iter().filter(|change| **change == "created").count();
        assert_eq!(created(&one) + created(&two), 9);
        for nth in 3..6 {
            let history = api.history_length(&name(nth)).await;
            assert_eq!(history, 1, "{}", name(nth));
        }
    }
    api.finish().await;
}
