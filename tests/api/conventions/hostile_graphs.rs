//! Graphs that are made to hurt: each is refused or fails in words, and the process goes on.

use serde_json::{Value, json};
use tests::{Api, decides, graph, rules};

const DRAFT: &str = "/v1/flows/discounts/draft";

fn drawn(change: impl FnOnce(&mut Value)) -> Value {
    let mut graph = graph();
    change(&mut graph);
    graph
}

#[tokio::test]
async fn what_could_exhaust_the_process_is_refused_and_the_process_lives() {
    let api = Api::start().await;
    let created = api.create_flow("discounts", graph()).await;
    let many = drawn(|graph| {
        let nodes = graph["nodes"].as_array_mut().unwrap();
        nodes.extend(
            (0..10_000)
                .map(|n| json!({"id": format!("n{n}"), "type": "outputNode", "name": format!("n{n}"), "position": {"x": 0, "y": n}})),
        );
    });
    let cell = |text: String| drawn(|graph| rules(graph)[0]["total"] = json!(text));
    let expression = |value: &str| decides(&[("k", value)]);
    let doubled = format!("a = 'xxxxxxxxxxxxxxxx'; {}a", "a = a + a; ".repeat(26));
    let loops = format!("{}{}1{}", "map([a, b], ".repeat(6), "a + ".repeat(900), ")".repeat(6));
    let keys: Vec<String> = (0..900).map(|nth| format!("k{nth}")).collect();
    let many_loops: Vec<(&str, &str)> = keys.iter().map(|key| (key.as_str(), loops.as_str())).collect();
    let hostile = [
        ("loops in loops", expression("len(map([1..100000], map([1..100000], #)))")),
        ("26 doublings", expression(&doubled)),
        ("loops that take long to look at", decides(&many_loops)),
        ("10,000 nodes", many),
        ("50,000 minuses", cell(format!("{}1", "-".repeat(50_000)))),
        ("20,000 parentheses", cell(format!("{}1{}", "(".repeat(20_000), ")".repeat(20_000)))),
        ("1,000 parentheses", cell(format!("{}1{}", "(".repeat(1_000), ")".repeat(1_000)))),
        ("a range of 20,000,000", cell("sum(map([0..20000000], #)) > 1".to_owned())),
        ("a cell of 5 KB", cell(format!("\"{}\"", "x".repeat(5_000)))),
    ];
    for (what, graph) in hostile {
        let refused = api.put(DRAFT).json(json!({"graph": graph})).await.problem(422, "graph_too_complex");
        assert!(!refused["diagnostics"].as_array().unwrap().is_empty(), "{what}: {refused}");
        assert_eq!(refused["diagnostics"].as_array().unwrap().len(), refused["errors"].as_array().unwrap().len(), "{what}");
    }
    assert_eq!(api.flow_draft("discounts").await["etag"], created["etag"]);
    api.publish_flow("discounts", 0).await;
    api.finish().await;
}

#[tokio::test]
async fn an_input_that_makes_a_graph_hurt_fails_and_the_process_lives() {
    let api = Api::start().await;
    let graphs = [
        ("range", decides(&[("k", "sum(map([1..n], #))")])),
        ("nested", decides(&[("k", "map(list, map(list, map(list, 'text')))")])),
        ("fuzzy", decides(&[("k", "fuzzyMatch(text, text)")])),
        ("itself", decides(&[("o", "o"), ("o.x", "o")])),
    ];
    let input = json!({"n": 20_000_000, "list": vec![1; 3_000], "text": "x".repeat(200_000), "o": {"z": 1}});
    for (slug, graph) in graphs {
        api.create_flow(slug, graph).await;
        api.publish_flow(slug, 0).await;
        let refused = api.evaluate(slug, input.clone()).await.problem(422, "evaluation_failed");
        assert!(refused["nodeId"].is_string(), "{refused}");
    }
    api.finish().await;
}

#[tokio::test]
async fn a_schema_that_leads_out_of_the_graph_blocks_a_publish() {
    let api = Api::start().await;
    api.create_flow("discounts", graph()).await;
    for address in ["http://127.0.0.1:9/schema", "file:///etc/passwd"] {
        let schema = json!({"definitions": {"a": {"definitions": {"b": {"$ref": address}}}}}).to_string();
        let saved = api.put_graph("discounts", drawn(|graph| graph["nodes"][0]["content"] = json!({"schema": schema}))).await;
        assert_eq!(saved["diagnostics"][0]["code"], "broken_schema");
        api.post("/v1/flows/discounts/publish").json(json!({"baseVersion": 0})).await.problem(422, "not_publishable");
    }
    api.finish().await;
}
