//! Connector configs of a given size.

use domain::Canonical;
use serde_json::{Map, Value, json};

/// Stands in the name of a config's first event flow, to be replaced by as many other characters: so a whole pool of configs,
/// and of manifests, differs.
pub const MARKER: &str = "@marker.of.one.@";
/// The same in the settings, for the second config of a connector; the manifest stays what it is.
pub const VARIANT: &str = "@variant@";

/// A canonical config with so many event flows, of at least so many bytes: exactly so many unless the flows alone take more.
pub fn of_size(bytes: usize, event_flows: usize) -> Value {
    let flows: Map<String, Value> = (0..event_flows).map(|number| (flow_name(number), flow())).collect();
    let mut fields = Map::from_iter([field("id", "Stable for the life of the order")]);
    let build = |fields: &Map<String, Value>, padding: usize| {
        json!({
            "schema_version": "3.0",
            "entities": {"order": {"description": "An order of the shop.", "fields": fields, "key": ["id"]}},
            "event_flows": {"shop": flows},
            "settings": {"api_key": "secretsmanager:shop/api-key", "variant": VARIANT, "padding": "x".repeat(padding)},
        })
    };
    // Fields as a person would write them, then padding for the last few bytes.
    let bare = size(&build(&fields, 0));
    let one = "\"field_00000\":{\"description\":\"The shop's own value number 00000\",\"type\":\"string\"},".len();
    for number in 0..bytes.saturating_sub(bare) / one {
        fields.extend([field(&format!("field_{number:05}"), &format!("The shop's own value number {number:05}"))]);
    }
    let padding = bytes.saturating_sub(size(&build(&fields, 0)));
    build(&fields, padding)
}

/// The same config for one connector alone.
pub fn named(config: &Value) -> String {
    config.to_string().replace(MARKER, &format!("{:0>1$}", 1, MARKER.len()))
}

fn flow_name(number: usize) -> String {
    if number == 0 { format!("order.created.{MARKER}") } else { format!("order.changed.{number:04}") }
}

fn flow() -> Value {
    json!({"entity": "order", "action": "upsert", "mapping": {"id": "order.id"}, "enabled": true})
}

fn field(name: &str, description: &str) -> (String, Value) {
    (name.to_owned(), json!({"type": "string", "description": description}))
}

fn size(config: &Value) -> usize {
    Canonical::of(config).bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_config_has_its_size_to_the_byte_and_may_be_published() {
        for bytes in [1024, 4096, domain::canonical::MAX_BODY_BYTES] {
            let config = of_size(bytes, 1);
            assert_eq!(size(&config), bytes);
            assert!(domain::connector::check(&document(&config)).unwrap().publishable());
        }
        let many = document(&of_size(0, 500));
        assert!(domain::connector::check(&many).unwrap().publishable());
        assert_eq!(domain::connector::manifest(&many).as_array().unwrap().len(), 500);
    }

    fn document(config: &Value) -> Value {
        serde_json::from_str(&named(config)).unwrap()
    }
}
