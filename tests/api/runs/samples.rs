//! GoRules' own example graphs (their license is beside them), with the tests that they carry.

use serde_json::{Value, json};
use tests::Api;

fn samples() -> Vec<(String, Value)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data/flows");
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut samples: Vec<(String, Value)> = paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| {
            (path.file_stem().unwrap().to_string_lossy().into_owned(), serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap())
        })
        .collect();
    samples.sort_by(|one, other| one.0.cmp(&other.0));
    samples
}

fn function_node(graph: &Value) -> Option<&Value> {
    graph["nodes"].as_array().unwrap().iter().find(|node| node["type"] == "functionNode")
}

#[tokio::test]
async fn every_test_of_every_sample_gives_its_expected_output() {
    let api = Api::start().await;
    let mut evaluated = 0;
    for (slug, mut graph) in samples().into_iter().filter(|(_, graph)| function_node(graph).is_none()) {
        let tests = graph.as_object_mut().unwrap().remove("tests").unwrap();
        api.post("/v1/flows").json(json!({"slug": slug, "name": slug, "graph": graph})).await.with_status(201);
        api.post(&format!("/v1/flows/{slug}/publish")).json(json!({"baseVersion": 0})).await.ok();
        for test in tests.as_array().unwrap() {
            let answer = api.evaluate(&slug, test["input"].clone()).await.ok();
            assert_eq!(answer["result"], test["output"], "{slug}");
            assert_eq!(api.evaluate_draft(&slug, test["input"].clone()).await.ok()["result"], test["output"], "the draft of {slug}");
            evaluated += 1;
        }
    }
    assert!(evaluated >= 13, "{evaluated}");
    api.finish().await;
}

#[tokio::test]
async fn a_sample_with_a_function_node_is_refused_with_a_diagnostic_that_names_it() {
    let api = Api::start().await;
    let mut refusals = 0;
    for (slug, graph) in samples() {
        let Some(node) = function_node(&graph) else { continue };
        let refused =
            api.post("/v1/flows").json(json!({"slug": slug, "name": slug, "graph": graph})).await.problem(422, "unsupported_node");
        let named: Vec<&Value> = refused["diagnostics"].as_array().unwrap().iter().map(|diagnostic| &diagnostic["nodeId"]).collect();
        assert!(named.contains(&&node["id"]), "{refused}");
        api.get(&format!("/v1/flows/{slug}")).await.problem(404, "not_found");
        refusals += 1;
    }
    assert!(refusals >= 1);
    api.finish().await;
}
