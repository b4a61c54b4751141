//! Connector configs of a given size, as text: a document of 4 MiB would take more memory here than in what is measured.

/// Stands in the name of a config's first event flow, to be replaced by as many other characters: so a whole pool of configs,
/// and of manifests, differs.
pub const MARKER: &str = "@marker.of.one.@";
/// The same in the settings, for the second config of a connector; the manifest stays what it is.
pub const VARIANT: &str = "@variant@";

/// A canonical config with so many event flows, of at least so many bytes: exactly so many unless the flows alone take more.
pub fn of_size(bytes: usize, event_flows: usize) -> String {
    let flows: Vec<String> = (0..event_flows).map(flow).collect();
    let build = |fields: &str, padding: usize| {
        format!(
            r#"{{"entities":{{"order":{{"description":"An order of the shop.","fields":{{{fields}}},"key":["id"]}}}},"event_flows":{{"shop":{{{}}}}},"schema_version":"3.0","settings":{{"api_key":"secretsmanager:shop/api-key","padding":"{}","variant":"{VARIANT}"}}}}"#,
            flows.join(","),
            "x".repeat(padding),
        )
    };
    // Fields as a person would write them, then padding for the last few bytes.
    let last = r#""id":{"description":"Stable for the life of the order","type":"string"}"#;
    let rest = bytes.saturating_sub(build(last, 0).len());
    let number = rest / field(0).len();
    let fields: String = (0..number).map(field).chain([last.to_owned()]).collect();
    build(&fields, rest - number * field(0).len())
}

/// With the comma that another one follows.
fn field(number: usize) -> String {
    format!(r#""field_{number:05}":{{"description":"The shop's own value number {number:05}","type":"string"}},"#)
}

fn flow(number: usize) -> String {
    let name = if number == 0 { format!("order.changed.{MARKER}") } else { format!("order.created.{number:04}") };
    format!(r#""{name}":{{"action":"upsert","enabled":true,"entity":"order","mapping":{{"id":"order.id"}}}}"#)
}

/// The same config for one connector alone.
pub fn named(config: &str) -> String {
    config.replace(MARKER, &format!("{:0>1$}", 1, MARKER.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Canonical, canonical, connector};

    #[test]
    fn a_config_is_canonical_has_its_size_to_the_byte_and_may_be_published() {
        for bytes in [1024, 4096, canonical::MAX_BODY_BYTES] {
            let config = named(&of_size(bytes, 1));
            assert_eq!(config.len(), bytes);
            let document = canonical::parse(config.as_bytes()).unwrap();
            assert_eq!(Canonical::of(&document).bytes, config.as_bytes());
            assert!(connector::check(&document).unwrap().publishable());
        }
    }

    #[test]
    fn each_event_flow_is_in_the_manifest() {
        let many = canonical::parse(named(&of_size(0, 500)).as_bytes()).unwrap();
        assert_eq!(connector::manifest(&many).as_array().unwrap().len(), 500);
    }
}
