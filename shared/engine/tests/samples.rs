//! GoRules' own samples, with the outputs that they promise.

#![expect(clippy::unwrap_used, reason = "a test that can't go on should say where")]

use std::time::Duration;

use engine::{Options, RefusalCode, check, compile};
use serde_json::Value;

const OPTIONS: Options = Options { trace: false, limit: Duration::from_secs(10), patience: Duration::from_secs(60) };

fn samples() -> Vec<(String, Value)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/flows");
    let mut samples = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            samples.push((name, serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap()));
        }
    }
    samples.sort_by(|a, b| a.0.cmp(&b.0));
    samples
}

#[tokio::test]
async fn every_sample_gives_the_outputs_that_it_promises() {
    let mut tried = 0;
    for (name, sample) in samples().into_iter().filter(|(name, _)| name != "aml") {
        let graph = compile(sample.to_string().as_bytes()).unwrap_or_else(|error| panic!("{name}: {error}"));
        for case in sample["tests"].as_array().unwrap() {
            let evaluation = graph.evaluate(case["input"].clone(), OPTIONS).await.unwrap_or_else(|failure| panic!("{name}: {failure}"));
            assert_eq!(evaluation.result, case["output"], "{name}");
            tried += 1;
        }
    }
    assert!(tried >= 10, "only {tried} cases");
}

#[test]
fn a_function_node_is_refused_by_its_name_and_id() {
    let (_, aml) = samples().into_iter().find(|(name, _)| name == "aml").unwrap();
    let refusal = check(&aml).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::UnsupportedNode);
    let [diagnostic] = refusal.diagnostics.as_slice() else { panic!("{refusal:?}") };
    assert_eq!(diagnostic.code, "unsupported_node");
    assert_eq!(diagnostic.node_id.as_deref(), Some("204af8f6-325f-41cc-a5bd-ee99905d8c1f"));
    assert!(diagnostic.message.contains("Aggregator") && diagnostic.message.contains("204af8f6"), "{}", diagnostic.message);
}
