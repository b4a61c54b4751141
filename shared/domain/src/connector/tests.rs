use proptest::prelude::*;
use serde_json::json;

use super::*;

fn config() -> Value {
    json!({
        "schema_version": "3.0",
        "entities": {
            "order": {"fields": {"id": {"type": "string", "required": true}, "total": {"type": "number"}}, "key": ["id"], "description": "An order."},
            "empty": {"fields": {}}
        },
        "event_flows": {
            "shop": {
                "order.created": {"entity": "order", "action": "upsert", "mapping": {"id": "order.id", "total": "order.total"}, "filter": "order.total > 0"},
                "order.deleted": {"entity": "order", "action": "delete", "mapping": {"id": "order.id"}, "enabled": false}
            },
            "erp": {"z": {"entity": "empty", "action": "ignore", "mapping": {}}}
        },
        "settings": {"anything": {"goes": ["here", 1, null]}, "key": "env:KEY"}
    })
}

/// The config with something else at a JSON Pointer.
fn with(pointer: &str, value: Value) -> Value {
    let mut config = config();
    let (container, key) = pointer.rsplit_once('/').unwrap();
    config.pointer_mut(container).unwrap()[key] = value;
    config
}

fn without(pointer: &str) -> Value {
    let mut config = config();
    let (container, key) = pointer.rsplit_once('/').unwrap();
    config.pointer_mut(container).unwrap().as_object_mut().unwrap().remove(key).unwrap();
    config
}

/// What breaks the schema, each as `pointer: detail`.
fn violations(config: &Value) -> Vec<String> {
    check(config).unwrap_err().into_iter().map(|violation| format!("{}: {}", violation.pointer, violation.detail)).collect()
}

#[test]
fn good_configs_have_no_findings() {
    assert_eq!(check(&config()), Ok(Findings::default()));
    assert_eq!(check(&empty()), Ok(Findings::default()));
}

#[test]
fn the_schema_is_a_schema_and_its_own_examples_fit_it() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    assert!(jsonschema::meta::is_valid(&schema));
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    for example in schema["examples"].as_array().unwrap() {
        assert_eq!(check(example), Ok(Findings::default()));
    }
    for flows in schema["properties"]["event_flows"]["examples"].as_array().unwrap() {
        assert!(check(&with("/event_flows", flows.clone())).is_ok());
    }
}

#[test]
fn what_breaks_the_schema_is_told_with_its_place() {
    let name = "this name is not allowed: a name is 1 to 128 letters, digits, and _ . : - (and not . or ..)";
    let cases = [
        (json!([]), vec![": must be an object, not an array".to_owned()]),
        (without("/settings"), vec![": lacks the required key \"settings\"".into()]),
        (with("/schema_version", json!("2.0")), vec!["/schema_version: must be \"3.0\"".into()]),
        (with("/entities", json!(null)), vec!["/entities: must be an object, not null".into()]),
        (with("/settings", json!("x")), vec!["/settings: must be an object, not a string".into()]),
        (with("/entities/a b", json!({"fields": {}})), vec![format!("/entities/a b: {name}")]),
        (with("/entities/..", json!({"fields": {}})), vec![format!("/entities/..: {name}")]),
        (with("/entities/order/fields/é", json!({"type": "string"})), vec![format!("/entities/order/fields/é: {name}")]),
        (with("/event_flows/", json!({})), vec![format!("/event_flows/: {name}")]),
        (
            with("/event_flows/shop/.", json!({"entity": "order", "action": "ignore", "mapping": {}})),
            vec![format!("/event_flows/shop/.: {name}")],
        ),
        (with("/entities/order/fields", json!([])), vec!["/entities/order/fields: must be an object, not an array".into()]),
        (with("/entities/order/fields/id/type", json!(1)), vec!["/entities/order/fields/id/type: must be a string, not a number".into()]),
        (
            with("/entities/order/fields/id/required", json!("yes")),
            vec!["/entities/order/fields/id/required: must be a boolean, not a string".into()],
        ),
        (with("/entities/order/key", json!("id")), vec!["/entities/order/key: must be an array, not a string".into()]),
        (with("/entities/order/key", json!(["id", 2])), vec!["/entities/order/key/1: must be a string, not a number".into()]),
        (without("/entities/order/fields"), vec!["/entities/order: lacks the required key \"fields\"".into()]),
        (
            with("/event_flows/shop/order.created/action", json!("drop")),
            vec!["/event_flows/shop/order.created/action: must be one of \"upsert\", \"delete\", \"ignore\"".into()],
        ),
        (
            with("/event_flows/shop/order.created/mapping/id", json!({})),
            vec!["/event_flows/shop/order.created/mapping/id: must be a string, not an object".into()],
        ),
        (
            with("/event_flows/shop/order.created/enabled", json!(1)),
            vec!["/event_flows/shop/order.created/enabled: must be a boolean, not a number".into()],
        ),
        (
            without("/event_flows/shop/order.created/mapping"),
            vec!["/event_flows/shop/order.created: lacks the required key \"mapping\"".into()],
        ),
    ];
    for (config, expected) in cases {
        assert_eq!(violations(&config), expected);
    }
}

#[test]
fn all_violations_are_told_at_once_up_to_a_limit() {
    let mut broken = with("/entities/order", json!({"fields": {"a/b": {"type": 1}}, "description": 1}));
    broken.as_object_mut().unwrap().remove("settings");
    let mut pointers: Vec<String> = check(&broken).unwrap_err().into_iter().map(|violation| violation.pointer).collect();
    pointers.sort();
    assert_eq!(pointers, ["", "/entities/order/description", "/entities/order/fields/a~1b", "/entities/order/fields/a~1b/type"]);
    let many: serde_json::Map<String, Value> = (0..200).map(|n| (format!("e{n}"), json!(n))).collect();
    assert_eq!(check(&with("/entities", many.into())).unwrap_err().len(), MAX_VIOLATIONS);
}

#[test]
fn names_end_at_128_characters_and_may_hold_what_the_contract_lists() {
    let longest = "n".repeat(128);
    for name in ["a", "A-1_2.b:c", "...", "-", &longest] {
        assert!(
            check(&with("/entities", json!({"order": config()["entities"]["order"], "empty": {"fields": {}}, name: {"fields": {}}})))
                .is_ok(),
            "{name}"
        );
    }
    for name in ["n".repeat(129), "a\n".to_owned(), "a/b".to_owned(), "~".to_owned(), "ä".to_owned()] {
        assert!(check(&with("/entities", json!({&name: {"fields": {}}}))).is_err(), "{name:?}");
    }
}

#[test]
fn filters_end_at_4096_bytes_whatever_their_characters() {
    let path = "/event_flows/shop/order.created/filter";
    for good in ["a".repeat(4096), "é".repeat(2048)] {
        assert!(check(&with(path, json!(good))).is_ok());
    }
    for bad in ["a".repeat(4097), "é".repeat(2049), "é".repeat(4097)] {
        assert_eq!(violations(&with(path, json!(bad))), [format!("{path}: must be at most 4096 bytes long")]);
    }
}

fn found(findings: &[Finding]) -> Vec<(FindingCode, &str)> {
    findings.iter().map(|finding| (finding.code, finding.path.as_str())).collect()
}

#[test]
fn what_breaks_meaning_blocks_a_publish() {
    let mut config = with("/event_flows/shop/order.created/entity", json!("ordre"));
    config["event_flows"]["shop"]["order.deleted"]["mapping"]["a/b"] = json!("x");
    config["entities"]["order"]["key"] = json!(["id", "no"]);
    config["extra"] = json!(1);
    let findings = check(&config).unwrap();
    let blockers = [
        (FindingCode::UnknownKeyField, "/entities/order/key/1"),
        (FindingCode::UnknownEntity, "/event_flows/shop/order.created/entity"),
        (FindingCode::UnknownMappingField, "/event_flows/shop/order.deleted/mapping/a~1b"),
    ];
    assert_eq!(found(&findings.blockers), blockers);
    assert!(!findings.publishable());
    assert_eq!(found(&findings.all_warnings()), [&blockers[..], &[(FindingCode::UnknownKey, "/extra")]].concat());
    assert_eq!(
        findings.blockers.iter().map(|finding| finding.message.as_str()).collect::<Vec<_>>(),
        [
            "the key of the entity \"order\" names the field \"no\", which it doesn't have",
            "this event flow is for the entity \"ordre\", which the config doesn't have",
            "this mapping fills the field \"a/b\", which the entity \"order\" doesn't have",
        ]
    );
}

#[test]
fn unknown_keys_are_warnings_at_every_level_but_in_settings() {
    let mut config = config();
    for at in ["", "/entities/order", "/entities/order/fields/id", "/event_flows/shop/order.created", "/settings"] {
        config.pointer_mut(at).unwrap()["x~y"] = json!({"z": 1});
    }
    config["entities"]["order"]["fields"]["total"]["type"] = json!("decimal");
    let findings = check(&config).unwrap();
    assert!(findings.publishable());
    assert_eq!(
        found(&findings.warnings),
        [
            (FindingCode::UnknownKey, "/x~0y"),
            (FindingCode::UnknownKey, "/entities/order/x~0y"),
            (FindingCode::UnknownKey, "/entities/order/fields/id/x~0y"),
            (FindingCode::UnknownFieldType, "/entities/order/fields/total/type"),
            (FindingCode::UnknownKey, "/event_flows/shop/order.created/x~0y"),
        ]
    );
    assert_eq!(serde_json::to_value(&findings.warnings[3]).unwrap()["code"], "unknown_field_type");
}

#[test]
fn findings_end_somewhere() {
    let many: serde_json::Map<String, Value> = (0..MAX_FINDINGS + 7).map(|n| (format!("key{n}"), "x".into())).collect();
    let findings = check(&with("/event_flows/erp/z/mapping", many.into())).unwrap();
    assert_eq!(findings.blockers.len(), MAX_FINDINGS + 1);
    let last = findings.blockers.last().unwrap();
    assert_eq!((last.code, last.message.as_str()), (FindingCode::MoreFindings, "and 7 more like these"));
}

#[test]
fn a_manifest_lists_event_flows_in_order() {
    assert_eq!(
        manifest(&config()),
        json!([
            {"source": "erp", "type": "z", "entity": "empty", "action": "ignore", "enabled": true},
            {"source": "shop", "type": "order.created", "entity": "order", "action": "upsert", "enabled": true},
            {"source": "shop", "type": "order.deleted", "entity": "order", "action": "delete", "enabled": false},
        ])
    );
    assert_eq!(manifest(&empty()), json!([]));
}

proptest! {
    /// Editors check names by the schema, we by [`is_name`].
    #[test]
    fn the_schema_and_the_code_know_the_same_names(text in "[A-Za-z0-9_.:~ \\n-]{0,5}|[a.]{126,130}|.{0,3}") {
        let schema: Value = serde_json::from_str(SCHEMA).unwrap();
        let fits = jsonschema::is_valid(&schema["$defs"]["name"], &json!(text));
        prop_assert_eq!(fits, is_name(&text));
        prop_assert_eq!(check(&with("/entities", json!({"order": config()["entities"]["order"], "empty": {"fields": {}}, &text: {"fields": {}}}))).is_ok(), fits);
    }

    #[test]
    fn any_document_is_survived(document in crate::arbitrary::any_document(), at in prop::sample::select(vec!["/entities", "/event_flows", "/event_flows/shop", "/entities/order", "/settings"])) {
        _ = check(&document);
        _ = manifest(&document);
        if let Ok(findings) = check(&with(at, document.clone())) {
            for finding in findings.all_warnings() {
                prop_assert!(crate::pointer::resolve(&with(at, document.clone()), &finding.path).is_some(), "{}", finding.path);
            }
        }
    }
}
