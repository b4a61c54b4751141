use tests::Api;

#[tokio::test]
async fn an_address_that_nothing_stands_at_is_a_problem_like_any_other() {
    let api = Api::start().await;
    for path in ["/", "/api", "/api/connectors/", "/api/connectors/a/b/c", "/v1/nothing", "/api/%00"] {
        api.get(path).await.problem(404, "not_found");
    }
    api.finish().await;
}

#[tokio::test]
async fn another_method_is_refused_with_those_that_are_taken() {
    let api = Api::start().await;
    let answer = api.put("/api/connectors/crm").await;
    let mut allowed: Vec<String> = answer.header("allow").unwrap().split(", ").map(str::to_owned).collect();
    answer.problem(405, "method_not_allowed");
    allowed.sort();
    assert_eq!(allowed, ["DELETE", "GET", "PATCH"]);
    api.finish().await;
}
