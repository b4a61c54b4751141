//! Differences as people read them: by the names of nodes, rules and entities, never by an array's index.

use domain::diff::{self, Change, Op};
use domain::identity::ResourceType;
use domain::merge::Conflict;
use domain::pointer;
use serde_json::Value;

use crate::printer::{Printer, Style, brief, one_line};

const BETWEEN: &str = " › ";

/// A line for each change, in colour where the printer has any.
pub fn lines(printer: &Printer, kind: ResourceType, before: &Value, after: &Value) -> Vec<String> {
    diff::diff(before, after).iter().map(|change| line(printer, kind, change, before, after)).collect()
}

fn line(printer: &Printer, kind: ResourceType, change: &Change, before: &Value, after: &Value) -> String {
    let place = place(kind, &change.path, [after, before]);
    let shown = |value: &Option<Value>| value.as_ref().map_or_else(String::new, summary);
    match change.op {
        Op::Added => printer.paint(&format!("+ {place}{}", lead(&shown(&change.after))), Style::Green),
        Op::Removed => printer.paint(&format!("- {place}{}", lead(&shown(&change.before))), Style::Red),
        Op::Changed => {
            let (old, new) = (printer.paint(&shown(&change.before), Style::Red), printer.paint(&shown(&change.after), Style::Green));
            format!("{} {place}: {old} → {new}", printer.paint("~", Style::Yellow))
        }
        Op::Moved => {
            let order = change.after.as_ref().and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            let names = order.iter().filter_map(Value::as_str).map(|id| {
                let path = pointer::item(&change.path, id);
                last_name(&path, [after, before]).unwrap_or_else(|| id.to_owned())
            });
            let names = names.collect::<Vec<_>>().join(", ");
            format!("{} {place}: now in the order {names}", printer.paint("~", Style::Yellow))
        }
    }
}

fn lead(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(": {text}") }
}

/// Scalars as they are; of something that has a name or a type of its own, nothing more than its type.
fn summary(value: &Value) -> String {
    match value {
        Value::Object(members) if members.contains_key("id") || members.contains_key("_id") || members.contains_key("fields") => {
            members.get("type").and_then(Value::as_str).map(|kind| format!("({kind})")).unwrap_or_default()
        }
        other => brief(other),
    }
}

/// Where it is: `Carrier and fee › rule Heavy › fee`, `entity contact › field email`.
pub fn place(kind: ResourceType, path: &str, documents: [&Value; 2]) -> String {
    let Some(tokens) = pointer::tokens(path) else { return path.to_owned() };
    let tokens: Vec<&str> = tokens.iter().map(AsRef::as_ref).collect();
    if tokens.is_empty() {
        return "the whole document".to_owned();
    }
    let (mut parts, rest) = match (kind, tokens.as_slice()) {
        (ResourceType::Flow, ["nodes", _, rest @ ..]) => {
            (vec![format!("node {}", name(&tokens[..2], documents))], rest.strip_prefix(&["content"]).unwrap_or(rest))
        }
        (ResourceType::Flow, ["edges", _, rest @ ..]) => (vec![format!("edge {}", name(&tokens[..2], documents))], rest),
        (ResourceType::Connector, ["entities", entity, "fields", field, rest @ ..]) => {
            (vec![format!("entity {entity}"), format!("field {field}")], rest)
        }
        (ResourceType::Connector, ["entities", entity, rest @ ..]) => (vec![format!("entity {entity}")], rest),
        (ResourceType::Connector, ["event_flows", source, event, rest @ ..]) => (vec![format!("event flow {source}/{event}")], rest),
        (_, all) => (Vec::new(), all),
    };
    let begun = tokens.len() - rest.len();
    for (place, token) in rest.iter().enumerate() {
        let whole = &tokens[..begun + place + 1];
        parts.push(if token.starts_with('@') { name(whole, documents) } else { (*token).to_owned() });
    }
    parts.join(BETWEEN)
}

/// What both sides made of it: `node Fees › rules › Heavy › fee: yours "1", the server's "2" (was "0")`.
pub fn conflict(kind: ResourceType, conflict: &Conflict, document: &Value) -> String {
    let shown = |side: &Option<Value>| side.as_ref().map_or_else(|| "removed".to_owned(), brief);
    let place = place(kind, &conflict.path, [document, document]);
    if conflict.path.is_empty() {
        return format!("{place}: nothing is known of what both sides started from");
    }
    let was = conflict.base.as_ref().map(|base| format!(" (was {})", brief(base))).unwrap_or_default();
    format!("{place}: yours {}, the server's {}{was}", shown(&conflict.draft), shown(&conflict.active))
}

/// What the item at this path is called: by itself, else by its id.
fn name(tokens: &[&str], documents: [&Value; 2]) -> String {
    let path: String = tokens.iter().map(|token| format!("/{}", pointer::escape(token))).collect();
    let id = tokens.last().map(|token| token.trim_start_matches('@')).unwrap_or_default();
    last_name(&path, documents).unwrap_or_else(|| id.to_owned())
}

fn last_name(path: &str, documents: [&Value; 2]) -> Option<String> {
    let (document, item) = documents.iter().find_map(|document| Some((document, pointer::resolve(document, path)?)))?;
    let text = |key: &str| item.get(key).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
    if let (Some(from), Some(to)) = (text("sourceId"), text("targetId")) {
        let node = |id: &str| last_name(&pointer::item("/nodes", id), [document, document]).unwrap_or_else(|| id.to_owned());
        return Some(format!("{} → {}", node(from), node(to)));
    }
    ["name", "_description", "key"].into_iter().find_map(text).map(one_line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;
    use serde_json::json;

    fn shown(kind: ResourceType, before: &Value, after: &Value) -> Vec<String> {
        let printer = Printer::new(false, false, &Settings { no_color: true, ..Settings::default() });
        lines(&printer, kind, before, after)
    }

    #[test]
    fn a_flow_is_told_by_its_nodes_rules_and_edges() {
        let graph = |fee: &str, rules: &[&str]| {
            let rules: Vec<Value> = rules.iter().map(|id| json!({"_id": id, "_description": format!("Rule {id}"), "fee": fee})).collect();
            json!({"nodes": [{"id": "a", "name": "In"}, {"id": "n", "name": "Fees", "content": {"rules": rules}}],
                "edges": [{"id": "e", "sourceId": "a", "targetId": "n"}]})
        };
        assert_eq!(
            shown(ResourceType::Flow, &graph("1", &["r"]), &graph("2", &["r"])),
            ["~ node Fees › rules › Rule r › fee: \"1\" → \"2\""]
        );
        assert_eq!(
            shown(ResourceType::Flow, &graph("1", &["r", "s"]), &graph("1", &["s", "r"])),
            ["~ node Fees › rules: now in the order Rule s, Rule r"]
        );
        let mut cut = graph("1", &["r"]);
        cut["edges"] = json!([]);
        assert_eq!(shown(ResourceType::Flow, &graph("1", &["r"]), &cut), ["- edge In → Fees"]);
    }

    #[test]
    fn a_connector_is_told_by_its_entities_and_event_flows() {
        let before = json!({"entities": {"contact": {"fields": {"id": {"type": "string"}}}}, "event_flows": {}});
        let after = json!({"entities": {"contact": {"fields": {"id": {"type": "integer"}}}, "deal": {"fields": {}}}, "event_flows": {"crm": {"deal.new": {"enabled": true}}}});
        assert_eq!(
            shown(ResourceType::Connector, &before, &after),
            [
                "~ entity contact › field id › type: \"string\" → \"integer\"",
                "+ entity deal",
                "+ event_flows › crm: {\"deal.new\":{\"enabled\":true}}"
            ]
        );
    }
}
