//! JSON Schemas of input and output nodes.
//!
//! The engine's validator would fetch what `$ref` names, from the network and from files, and it follows a schema that refers to itself
//! until the stack is gone. So references stay inside of `definitions`, and never lead in a circle.

use std::collections::HashMap;

use serde_json::{Map, Value};

/// Parts of a schema, each counted as often as it is referred to.
const MAX_PARTS: f64 = 10_000.0;

/// Definitions that refer to each other, one behind the other: the validator recurses over them, as this does.
const MAX_CHAIN: usize = 64;

const KNOWN_DRAFTS: &[&str] =
    &["http://json-schema.org/draft-07/schema", "http://json-schema.org/draft-06/schema", "http://json-schema.org/draft-04/schema"];

/// What is wrong with a schema, as the end of a sentence.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Fault {
    /// The engine passes it over.
    Unreadable(String),
    /// The engine's validator must not see it.
    Unsafe(String),
}

/// How many parts a schema has, with what it refers to written out.
pub(crate) fn look(text: &str) -> Result<f64, Fault> {
    let schema: Value = serde_json::from_str(text).map_err(|error| Fault::Unreadable(format!("is no JSON: {error}")))?;
    let mut reader = Reader { root: &schema, known: HashMap::new(), chain: 0 };
    let parts = reader.parts(&schema).map_err(Fault::Unsafe)?;
    if parts > MAX_PARTS {
        return Err(Fault::Unsafe(format!("has {parts} parts with all that it refers to: at most {MAX_PARTS}")));
    }
    Ok(parts)
}

struct Reader<'s> {
    root: &'s Value,
    /// The parts of a definition; none while it is being counted.
    known: HashMap<&'s str, Option<f64>>,
    chain: usize,
}

impl<'s> Reader<'s> {
    fn parts(&mut self, value: &'s Value) -> Result<f64, String> {
        match value {
            Value::Object(members) => self.members(members),
            Value::Array(items) => items.iter().try_fold(1.0, |sum, item| Ok(sum + self.parts(item)?)),
            _ => Ok(1.0),
        }
    }

    fn members(&mut self, members: &'s Map<String, Value>) -> Result<f64, String> {
        let mut sum = 1.0;
        for (key, value) in members {
            // Definitions are walked too, wherever they stand: the validator fetches what they refer to even if nothing refers to them.
            sum += match (key.as_str(), value) {
                ("$ref" | "$dynamicRef" | "$recursiveRef", Value::String(target)) => self.definition(target)?,
                ("$schema", Value::String(draft)) if !KNOWN_DRAFTS.contains(&draft.trim_end_matches('#')) => {
                    return Err(format!("is of the draft {draft:?}: drafts 4, 6 and 7 are known"));
                }
                ("$dictionary" | "$vocabulary", _) => return Err(format!("has {key:?}, which can't be imported here")),
                // An address changes where references lead; one that is only a fragment names a place, which nothing can refer to here.
                ("$id" | "id" | "$anchor" | "$dynamicAnchor" | "$recursiveAnchor", Value::String(id)) => {
                    return Err(format!("gives a part the address {id:?}: remove it"));
                }
                _ => self.parts(value)?,
            };
        }
        Ok(sum)
    }

    fn definition(&mut self, target: &'s str) -> Result<f64, String> {
        let outside = || format!("refers to {target:?}: only its own #/definitions/<name> can be referred to");
        let (place, name) = match target.strip_prefix("#/definitions/") {
            Some(name) => ("definitions", name),
            None => ("$defs", target.strip_prefix("#/$defs/").ok_or_else(outside)?),
        };
        // Nothing that a pointer or a URI would have to unescape: the validator would look in another place than this does.
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')) {
            return Err(outside());
        }
        match self.known.get(target) {
            Some(Some(parts)) => return Ok(*parts),
            Some(None) => return Err(format!("refers to itself by {target:?}")),
            None => {}
        }
        let definition = self.root.get(place).and_then(|definitions| definitions.get(name)).ok_or_else(outside)?;
        self.chain += 1;
        if self.chain > MAX_CHAIN {
            return Err(format!("refers to {target:?} by more than {MAX_CHAIN} definitions in a row"));
        }
        self.known.insert(target, None);
        let parts = self.parts(definition)?;
        self.chain -= 1;
        self.known.insert(target, Some(parts));
        Ok(parts)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Fault, look};

    fn fault(schema: &serde_json::Value) -> String {
        match look(&schema.to_string()) {
            Err(Fault::Unsafe(said)) => said,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_schema_refers_only_to_itself_and_never_in_a_circle() {
        assert!(look(r##"{"type":"object","properties":{"a":{"$ref":"#/definitions/a"}},"definitions":{"a":{"type":"string"}}}"##).is_ok());
        assert!(fault(&json!({ "$ref": "http://169.254.169.254/latest" })).contains("169.254"));
        assert!(fault(&json!({ "$ref": "file:///etc/passwd" })).contains("passwd"));
        assert!(fault(&json!({ "allOf": [{ "$ref": "#" }] })).contains("only its own"));
        assert!(fault(&json!({ "$schema": "https://example.com/schema" })).contains("draft"));
        assert!(fault(&json!({ "$id": "https://example.com/schema" })).contains("address"));
        // Wherever it stands, and whether or not anything refers to it.
        for hidden in [
            json!({ "definitions": { "a": { "$ref": "http://127.0.0.1/x" } } }),
            json!({ "$defs": { "a": { "$ref": "file:///etc/passwd" } } }),
            json!({ "properties": { "definitions": { "$ref": "file:///etc/passwd" } } }),
            json!({ "definitions": { "a": { "definitions": { "b": { "$ref": "//127.0.0.1/x" } } } } }),
            json!({ "$ref": "#/definitions/a~1b", "definitions": { "a~1b": {}, "a/b": { "$ref": "http://127.0.0.1/x" } } }),
            json!({ "$ref": "#/definitions/a%62", "definitions": { "a%62": {}, "ab": {} } }),
            json!({ "$ref": "definitions.json#/definitions/a", "definitions": { "a": {} } }),
        ] {
            assert!(fault(&hidden).contains("only its own"), "{hidden}");
        }
        assert!(fault(&json!({ "properties": { "a": { "$id": "b/", "type": "string" } } })).contains("address"));
        assert!(look(r##"{"properties": {"id": {"type": "string"}, "$ref": {"type": "string"}}}"##).is_ok());
        let circle = json!({ "$ref": "#/definitions/a", "definitions": { "a": { "$ref": "#/definitions/b" }, "b": { "not": { "$ref": "#/definitions/a" } } } });
        assert!(fault(&circle).contains("itself"));
        assert!(matches!(look("{"), Err(Fault::Unreadable(_))));
    }

    #[test]
    fn a_long_chain_of_definitions_is_not_followed_to_its_end() {
        let mut definitions = serde_json::Map::new();
        for level in 0..50_000 {
            definitions.insert(format!("d{level}"), json!({ "$ref": format!("#/definitions/d{}", level + 1) }));
        }
        definitions.insert("d50000".into(), json!({ "type": "string" }));
        assert!(fault(&json!({ "$ref": "#/definitions/d0", "definitions": definitions })).contains("in a row"));
    }

    #[test]
    fn what_is_referred_to_counts_each_time() {
        let mut definitions = serde_json::Map::new();
        definitions.insert("d0".into(), json!({ "type": "string" }));
        for level in 1..30 {
            let below = format!("#/definitions/d{}", level - 1);
            definitions.insert(format!("d{level}"), json!({ "allOf": [{ "$ref": below }, { "$ref": below }] }));
        }
        assert!(fault(&json!({ "$ref": "#/definitions/d29", "definitions": definitions })).contains("parts"));
    }
}
