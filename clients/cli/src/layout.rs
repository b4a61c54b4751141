//! How a document is laid out in its file: as it was, where it is what it was.
//!
//! Two spaces a level in a new file. In an existing one the order of keys stays, new keys follow, and parts that did not change keep
//! their very text: a pull should change the lines that somebody changed.

use std::fmt;

use domain::canonical;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

const INDENT: &str = "  ";

/// The document's text; `previous` is what the file holds.
pub fn render(document: &Value, previous: Option<&str>) -> String {
    let raw = previous.and_then(|text| serde_json::from_str::<&RawValue>(text.trim_start_matches('\u{feff}')).ok());
    let text = previous.unwrap_or_default();
    // A file of one line was never laid out: only its order of keys is worth keeping.
    let keeps_text = text.trim().contains('\n');
    let indent = text.lines().find_map(indent_of).unwrap_or(INDENT);
    let mut writer = Writer { out: String::new(), indent, keeps_text };
    writer.value(document, raw, 0);
    writer.out.push('\n');
    if text.lines().next().is_some_and(|first| text[first.len()..].starts_with("\r\n")) {
        writer.out.replace("\r\n", "\n").replace('\n', "\r\n")
    } else {
        writer.out
    }
}

/// The white space that a line begins with, if it does.
fn indent_of(line: &str) -> Option<&str> {
    let rest = line.trim_start_matches([' ', '\t']);
    (rest.len() < line.len() && !rest.is_empty()).then(|| &line[..line.len() - rest.len()])
}

struct Writer<'a> {
    out: String,
    indent: &'a str,
    keeps_text: bool,
}

impl Writer<'_> {
    fn value(&mut self, value: &Value, raw: Option<&RawValue>, depth: usize) {
        if let Some(raw) = raw.filter(|raw| self.keeps_text && is(raw, value)) {
            self.out.push_str(raw.get());
            return;
        }
        match value {
            Value::Object(members) if !members.is_empty() => {
                let Members(old) = parsed(raw).unwrap_or_default();
                let kept = old.iter().filter(|(key, _)| members.contains_key(key));
                let new = members.keys().filter(|key| old.iter().all(|(old, _)| old != *key));
                let entries: Vec<(&str, Option<&RawValue>)> =
                    kept.map(|(key, raw)| (key.as_str(), Some(*raw))).chain(new.map(|key| (key.as_str(), None))).collect();
                self.list('{', '}', depth, entries, |writer, (key, raw)| {
                    writer.out.push_str(&Value::from(key).to_string());
                    writer.out.push_str(": ");
                    writer.value(&members[key], raw, depth + 1);
                });
            }
            Value::Array(items) if !items.is_empty() => {
                let old: Vec<&RawValue> = parsed(raw).unwrap_or_default();
                let ids: Vec<Option<String>> = old.iter().map(|raw| serde_json::from_str(raw.get()).ok().as_ref().and_then(id)).collect();
                let raw_of = |place: usize, item: &Value| match id(item) {
                    Some(id) => ids.iter().position(|old| old.as_ref() == Some(&id)).map(|place| old[place]),
                    None => old.get(place).copied(),
                };
                self.list('[', ']', depth, items.iter().enumerate().collect(), |writer, (place, item)| {
                    writer.value(item, raw_of(place, item), depth + 1);
                });
            }
            scalar => self.out.push_str(&scalar.to_string()),
        }
    }

    fn list<T>(&mut self, open: char, close: char, depth: usize, entries: Vec<T>, mut write: impl FnMut(&mut Self, T)) {
        self.out.push(open);
        for (place, entry) in entries.into_iter().enumerate() {
            self.out.push_str(if place == 0 { "\n" } else { ",\n" });
            self.out.push_str(&self.indent.repeat(depth + 1));
            write(self, entry);
        }
        self.out.push('\n');
        self.out.push_str(&self.indent.repeat(depth));
        self.out.push(close);
    }
}

/// Whether this text means this value.
fn is(raw: &RawValue, value: &Value) -> bool {
    canonical::parse(raw.get().as_bytes()).is_ok_and(|parsed| parsed == *value)
}

/// What an item of an array is told from the others by.
fn id(item: &Value) -> Option<String> {
    let id = item.get("id").or_else(|| item.get("_id"))?;
    id.as_str().map(str::to_owned)
}

fn parsed<'a, T: Deserialize<'a>>(raw: Option<&'a RawValue>) -> Option<T> {
    serde_json::from_str(raw?.get()).ok()
}

/// An object's members in the order of its text.
#[derive(Default)]
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_new_file_has_two_spaces_a_level() {
        assert_eq!(
            render(&json!({"b": [1, {}], "a": {"c": null}}), None),
            "{\n  \"a\": {\n    \"c\": null\n  },\n  \"b\": [\n    1,\n    {}\n  ]\n}\n"
        );
    }

    #[test]
    fn keys_keep_their_order_and_new_ones_follow() {
        let previous = "{\n  \"z\": 1,\n  \"a\": 2\n}\n";
        assert_eq!(render(&json!({"a": 2, "m": 3, "z": 9}), Some(previous)), "{\n  \"z\": 9,\n  \"a\": 2,\n  \"m\": 3\n}\n");
    }

    #[test]
    fn what_did_not_change_keeps_its_text() {
        let previous = "{\n    \"z\": [1.0, 2],\n    \"a\": {\"x\": 1e1}\n}\n";
        assert_eq!(
            render(&json!({"z": [1, 2], "a": {"x": 11}}), Some(previous)),
            "{\n    \"z\": [1.0, 2],\n    \"a\": {\n        \"x\": 11\n    }\n}\n"
        );
        assert_eq!(render(&json!({"z": [1, 2], "a": {"x": 10}}), Some(previous)), previous);
    }

    #[test]
    fn items_are_found_by_their_ids_and_not_by_their_places() {
        let previous = "[\n  {\"n\": 1, \"id\": \"b\"},\n  {\"n\": 2, \"id\": \"a\"}\n]\n";
        let changed = json!([{"id": "a", "n": 2}, {"id": "new"}, {"id": "b", "n": 1}]);
        assert_eq!(
            render(&changed, Some(previous)),
            "[\n  {\"n\": 2, \"id\": \"a\"},\n  {\n    \"id\": \"new\"\n  },\n  {\"n\": 1, \"id\": \"b\"}\n]\n"
        );
    }

    #[test]
    fn line_ends_stay_what_they_were() {
        let previous = "{\r\n  \"z\": [\r\n    1\r\n  ],\r\n  \"a\": 2\r\n}\r\n";
        assert_eq!(render(&json!({"z": [1], "a": 3}), Some(previous)), previous.replace('2', "3"));
    }

    #[test]
    fn a_file_of_one_line_is_laid_out() {
        assert_eq!(
            render(&json!({"a": 1, "z": {"y": 1}}), Some("{\"z\":{\"y\":1},\"a\":1}")),
            "{\n  \"z\": {\n    \"y\": 1\n  },\n  \"a\": 1\n}\n"
        );
    }
}
