//! The document that clients are made from.

use std::collections::BTreeSet;

use functions::routes::{ENDPOINTS, all};
use serde_json::{Value, json};
use tests::Api;
use wire::problem::Code;

pub fn document() -> Value {
    serde_json::from_str(functions::openapi::json()).unwrap()
}

/// (method, path, operation) of everything in it.
fn operations(document: &Value) -> Vec<(String, String, &Value)> {
    let items = document["paths"].as_object().unwrap().iter();
    items
        .flat_map(|(path, item)| {
            item.as_object().unwrap().iter().map(move |(method, operation)| (method.to_uppercase(), path.clone(), operation))
        })
        .collect()
}

#[tokio::test]
async fn the_document_that_is_served_is_the_one_in_the_repository() {
    let api = Api::start().await;
    assert_eq!(
        api.get("/openapi.json").anonymously().await.ok(),
        serde_json::from_str::<Value>(&crate::read("infra/openapi.json")).unwrap()
    );
    api.finish().await;
}

#[test]
fn it_has_every_route_of_the_table_and_no_other() {
    let document = document();
    let described: BTreeSet<(String, String)> = operations(&document).into_iter().map(|(method, path, _)| (method, path)).collect();
    let table: BTreeSet<(String, String)> = all().iter().map(|route| (route.method.to_owned(), route.path.clone())).collect();
    assert_eq!(described, table);
    assert_eq!(table.len(), ENDPOINTS.len(), "two endpoints have one route");
}

#[test]
fn every_operation_says_what_it_does_and_that_it_may_answer_a_problem() {
    for (method, path, operation) in operations(&document()) {
        let problem = json!({"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}});
        assert_eq!(operation["responses"]["default"]["content"], problem, "{method} {path}");
        assert!(
            operation["responses"].as_object().unwrap().keys().any(|status| status.starts_with(['2', '3'])),
            "{method} {path} never succeeds"
        );
        let said =
            [&operation["summary"], &operation["description"]].into_iter().any(|text| text.as_str().is_some_and(|text| text.len() > 10));
        assert!(said, "{method} {path} has neither a summary nor a description");
    }
}

#[test]
fn every_operation_but_the_open_ones_asks_for_a_token() {
    let document = document();
    assert!(document["components"]["securitySchemes"]["token"].is_object());
    for endpoint in ENDPOINTS {
        let route = endpoint.route().unwrap();
        let security = &document["paths"][&route.path][route.method.to_lowercase()]["security"];
        let expected = if endpoint.access.is_open() { json!([{}]) } else { json!([{"token": []}]) };
        assert_eq!(*security, expected, "{}", endpoint.operation);
    }
}

#[test]
fn every_parameter_of_a_path_is_described() {
    for (method, path, operation) in operations(&document()) {
        let named: BTreeSet<&str> = path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}')).collect();
        let parameters = operation["parameters"].as_array().into_iter().flatten().filter(|parameter| parameter["in"] == "path");
        let described: BTreeSet<&str> =
            parameters.filter(|parameter| parameter["required"] == true).filter_map(|parameter| parameter["name"].as_str()).collect();
        assert_eq!(described, named, "{method} {path}");
    }
}

#[test]
fn the_list_of_codes_is_closed_and_is_the_products_own() {
    let document = document();
    let listed: Vec<&str> =
        document["components"]["schemas"]["Code"]["enum"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let codes: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(listed, codes);
    assert_eq!(document["components"]["schemas"]["Problem"]["properties"]["code"]["$ref"], "#/components/schemas/Code");
    for code in Code::ALL {
        assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
        assert!(code.as_str().chars().all(|letter| letter.is_ascii_lowercase() || letter == '_'), "{code:?}");
        assert!((400..600).contains(&code.status()), "{code:?}");
    }
}

#[test]
fn every_reference_leads_somewhere() {
    fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::Object(members) => {
                found.extend(members.get("$ref").and_then(Value::as_str));
                members.values().for_each(|member| references(member, found));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }
    let document = document();
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(!found.is_empty());
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
}
