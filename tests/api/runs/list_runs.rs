use serde_json::{Value, json};
use tests::{Api, Token, decides, fields};

/// Two flows, one published from each surface, one run of each that succeeds and one that fails, and one run of a draft.
async fn five_runs() -> Api {
    let api = Api::start().await;
    for (slug, token) in [("console", &api.tenant.token), ("code", &api.ci)] {
        let graph = decides(&[("day", "date(when)")]);
        api.post("/v1/flows").as_(token).json(json!({"slug": slug, "name": slug, "graph": graph})).await.with_status(201);
        api.post(&format!("/v1/flows/{slug}/publish")).as_(token).json(json!({"baseVersion": 0})).await.ok();
        api.evaluate(slug, json!({"when": "2026-05-26"})).await.ok();
        api.evaluate(slug, json!({"when": {}})).await.problem(422, "evaluation_failed");
    }
    let changed = decides(&[("day", "date('2020-01-01')")]);
    api.put("/v1/flows/code/draft").as_(&api.ci).json(json!({"graph": changed})).await.ok();
    api.evaluate_draft("code", json!({})).await.ok();
    api
}

/// Slug, badge and status of each run of the list.
async fn listed(api: &Api, query: &str) -> Vec<String> {
    let page = api.get(&format!("/v1/runs?{query}")).await.ok();
    assert_eq!(page["nextCursor"], Value::Null);
    let text = |run: &Value, name: &str| run[name].as_str().unwrap().to_owned();
    let said = |run: &Value| format!("{} {} {}", text(run, "flowSlug"), text(run, "versionBadge"), text(run, "status"));
    page["items"].as_array().unwrap().iter().map(said).collect()
}

#[tokio::test]
async fn filters_in_every_combination_leave_what_fits_newest_first() {
    let api = five_runs().await;
    let all = ["code cli·draft succeeded", "code cli failed", "code cli succeeded", "console console failed", "console console succeeded"];
    assert_eq!(listed(&api, "").await, all);
    let flow = api.get("/v1/flows/code").await.ok()["id"].as_str().unwrap().to_owned();
    for source in ["", "cli", "designer"] {
        for status in ["", "succeeded", "failed"] {
            for named in ["", "code", "console", &flow] {
                let family = if source == "designer" { "console" } else { source };
                let slug = if named == flow { "code" } else { named };
                let fits = |run: &&str| {
                    let words: Vec<&str> = run.split(' ').collect();
                    words[0].contains(slug) && words[1].starts_with(family) && words[2].contains(status)
                };
                let expected: Vec<&str> = all.iter().copied().filter(|run| fits(run)).collect();
                let parameters = [("source", source), ("status", status), ("flow", named)];
                let query: Vec<String> =
                    parameters.iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| format!("{name}={value}")).collect();
                assert_eq!(listed(&api, &query.join("&")).await, expected, "{query:?}");
            }
        }
    }
    assert_eq!(listed(&api, "flow=nothing").await, Vec::<String>::new());
    api.finish().await;
}

#[tokio::test]
async fn a_rollback_is_of_the_surface_that_rolled_back() {
    let api = Api::start().await;
    api.publish_pricing("pricing").await;
    api.publish_next_pricing("pricing", 1).await;
    api.post("/v1/flows/pricing/rollback").as_(&api.ci).json(json!({"version": 1, "baseVersion": 2})).await.ok();
    api.evaluate("pricing", json!({"amount": 1})).await.ok();
    let runs = api.get("/v1/runs?source=cli").await.ok();
    assert_eq!(fields(&runs["items"], "versionSource"), ["rollback"]);
    assert_eq!(fields(&runs["items"], "versionBadge"), ["cli"]);
    api.finish().await;
}

#[tokio::test]
async fn pages_follow_one_another_without_gaps_or_repeats() {
    let api = Api::start().await;
    api.publish_pricing("pricing").await;
    let mut ids = Vec::new();
    for amount in 0..7 {
        ids.push(api.evaluate("pricing", json!({"amount": amount})).await.ok()["runId"].clone());
    }
    ids.reverse();
    for filter in ["", "&status=succeeded", "&flow=pricing", "&flow=pricing&source=designer&status=succeeded"] {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = api.get(&format!("/v1/runs?limit=3{filter}{cursor}")).await.ok();
            seen.extend(fields(&page["items"], "id").into_iter().cloned());
            match page["nextCursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(seen, ids, "{filter}");
    }
    api.finish().await;
}

#[tokio::test]
async fn from_and_to_bound_the_list() {
    let api = Api::start().await;
    api.publish_pricing("pricing").await;
    let mut times = Vec::new();
    for _ in 0..3 {
        let id = api.evaluate("pricing", json!({"amount": 1})).await.ok()["runId"].clone();
        times.push(api.run(&id).await["createdAt"].as_str().unwrap().to_owned());
        // The next one in another millisecond.
        let next = times[times.len() - 1].clone();
        tests::until("the clock to move on", || async {
            (api.app.now() > chrono_of(&next) + chrono::TimeDelta::milliseconds(2)).then_some(())
        })
        .await;
    }
    let count = async |query: String| listed(&api, &query).await.len();
    assert_eq!(count(format!("from={}", times[1])).await, 2);
    assert_eq!(count(format!("to={}", times[1])).await, 1);
    assert_eq!(count(format!("from={}&to={}", times[1], times[2])).await, 1);
    assert_eq!(count("from=2020-01-01T00:00:00%2B02:00".to_owned()).await, 3);
    assert_eq!(count("from=2100-01-01T00:00:00Z".to_owned()).await, 0);
    api.finish().await;
}

fn chrono_of(text: &str) -> chrono::DateTime<chrono::Utc> {
    chrono::DateTime::parse_from_rfc3339(text).unwrap().with_timezone(&chrono::Utc)
}

#[tokio::test]
async fn filters_that_mean_nothing_are_refused() {
    let api = Api::start().await;
    for query in [
        "source=agent",
        "status=running",
        "from=yesterday",
        "to=2026-13-01T00:00:00Z",
        "from=2026-05-02T00:00:00Z&to=2026-05-01T00:00:00Z",
        "limit=0",
    ] {
        api.get(&format!("/v1/runs?{query}")).await.problem(400, "invalid_query");
    }
    api.get("/v1/runs?cursor=zz").await.problem(400, "invalid_cursor");
    api.get("/v1/runs").as_(&api.token(Token::Application).await).await.problem(403, "forbidden");
    api.finish().await;
}

#[tokio::test]
async fn another_tenants_runs_are_not_listed() {
    let api = Api::start().await;
    api.publish_pricing("pricing").await;
    api.evaluate("pricing", json!({"amount": 1})).await.ok();
    let flow = api.get("/v1/flows/pricing").await.ok()["id"].as_str().unwrap().to_owned();
    for query in ["", "?status=succeeded", "?flow=pricing", &format!("?flow={flow}")] {
        let theirs = api.get(&format!("/v1/runs{query}")).as_(&api.other_tenant.token).await.ok();
        assert_eq!(theirs["items"], json!([]), "{query}");
    }
    api.finish().await;
}
