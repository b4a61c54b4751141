//! What no route takes is refused like everything else: 404, or 405 with what the path does take.

use std::collections::BTreeSet;

use functions::routes;
use reqwest::Method;
use tests::Api;

use crate::table::Ours;

const METHODS: [&str; 6] = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

#[tokio::test]
async fn an_address_that_is_none_is_404() {
    let api = Api::start().await;
    let ours = Ours::make(&api).await;
    let below = ours.calls().into_iter().map(|call| format!("{}/no/such/place", call.path));
    let others = ["/", "/api", "/api/", "/api/connectors/", "/v1", "/v2/me", "/API/connectors", "/healthz/", "/api//connectors"];
    for path in below.chain(others.map(str::to_owned)) {
        for method in METHODS {
            // Who asks does not matter: there is nothing to hide.
            let method: Method = method.parse().unwrap();
            api.request(method.clone(), &path).await.problem(404, "not_found");
            api.request(method, &path).anonymously().await.problem(404, "not_found");
        }
    }
    api.finish().await;
}

#[tokio::test]
async fn a_method_that_a_path_does_not_take_is_405_and_says_which_it_does() {
    let api = Api::start().await;
    let ours = Ours::make(&api).await;
    for call in ours.calls() {
        let taken: BTreeSet<&str> = routes::all().iter().filter(|route| route.path == call.pattern).map(|route| route.method).collect();
        for method in METHODS.into_iter().filter(|method| !taken.contains(method)) {
            let answer = api.request(method.parse().unwrap(), &call.path).anonymously().await;
            let allow: BTreeSet<&str> = answer.header("allow").unwrap_or_default().split(", ").collect();
            assert_eq!(allow, taken, "the answer to {answer}");
            answer.problem(405, "method_not_allowed");
        }
    }
    api.finish().await;
}
