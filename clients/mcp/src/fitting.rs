//! An answer has an end: what does not fit into an agent's reading is left out, with a word on how to get it.

use domain::pointer;
use serde_json::{Map, Value, json};

/// Of an answer's text.
pub(crate) const MOST_BYTES: usize = 64 * 1024;
/// Left for what an answer says beside the document.
const MARGIN: usize = 4 * 1024;
/// Findings beside a document are told up to this.
const MOST_FOR_FINDINGS: usize = 16 * 1024;
/// A long text that stands where a short one is expected.
const MOST_OF_A_TEXT: usize = 2 * 1024;

/// `about`, with the document under `member`; with an outline of it and a hint where it is too large. `path` is where it stands.
pub(crate) fn with_document(mut about: Map<String, Value>, member: &str, path: &str, document: Value) -> Value {
    let room = MOST_BYTES.saturating_sub(size(&Value::Object(about.clone())) + MARGIN);
    let bytes = size(&document);
    if bytes <= room {
        about.insert(member.to_owned(), document);
        return Value::Object(about);
    }
    let (outline, more) = outline(path, &document, room);
    let hint = match &document {
        Value::Object(_) | Value::Array(_) => {
            format!(
                "This part has {bytes} bytes and an answer ends at {MOST_BYTES}. Call again with `path` for one of its own parts: `outline` lists them."
            )
        }
        _ => format!(
            "This value alone has {bytes} bytes and an answer ends at {MOST_BYTES}: it can't be read here. A person can, in the console."
        ),
    };
    about.insert("hint".to_owned(), hint.into());
    about.insert("outline".to_owned(), outline.into());
    if more > 0 {
        about.insert("outlineLeftOut".to_owned(), more.into());
    }
    Value::Object(about)
}

/// `about`, with as many items under `member` as fit, and a hint where that is not all.
pub(crate) fn with_items(mut about: Map<String, Value>, member: &str, items: Vec<Value>, hint: &str) -> Value {
    let room = MOST_BYTES.saturating_sub(size(&Value::Object(about.clone())) + MARGIN);
    let all = items.len();
    let (kept, _) = fitting(items, room);
    if kept.len() < all {
        // It stands behind what is left out: whoever followed it would never see that.
        about.retain(|name, _| !name.starts_with("nextCursor"));
        about.insert("hint".to_owned(), format!("{} of {all} are shown: an answer ends at {MOST_BYTES} bytes. {hint}", kept.len()).into());
    }
    about.insert(member.to_owned(), kept.into());
    Value::Object(about)
}

/// What stands beside a document must leave room for it; `more` counts what is left out.
pub(crate) fn findings(all: Vec<Value>) -> (Vec<Value>, usize) {
    fitting(all, MOST_FOR_FINDINGS)
}

/// A refusal with what is too long in it cut.
pub(crate) fn without_what_is_long(mut answer: Value) -> Value {
    if size(&answer) > MOST_BYTES {
        let share = MOST_BYTES / 4;
        for (_, fact) in answer.as_object_mut().into_iter().flatten() {
            match fact {
                Value::Array(items) => *items = fitting(std::mem::take(items), share).0,
                Value::String(text) => *text = text.chars().take(MOST_OF_A_TEXT).collect(),
                other if size(other) > share => *other = json!({"bytes": size(other)}),
                _ => {}
            }
        }
    }
    answer
}

fn fitting(items: Vec<Value>, room: usize) -> (Vec<Value>, usize) {
    let all = items.len();
    let mut used = 0;
    let kept: Vec<Value> = items
        .into_iter()
        .take_while(|item| {
            used += size(item) + 1;
            used <= room
        })
        .collect();
    let more = all - kept.len();
    (kept, more)
}

/// The parts of a document, each with where it is read and how large it is.
fn outline(path: &str, document: &Value, room: usize) -> (Vec<Value>, usize) {
    let parts = match document {
        Value::Object(members) => {
            members.iter().map(|(key, value)| json!({"path": pointer::key(path, key), "bytes": size(value)})).collect()
        }
        Value::Array(items) => items.iter().enumerate().map(|(index, item)| outlined_item(path, index, item)).collect(),
        _ => Vec::new(),
    };
    fitting(parts, room)
}

fn outlined_item(path: &str, index: usize, item: &Value) -> Value {
    let mut part = json!({"path": format!("{path}/{index}"), "bytes": size(item)});
    for name in ["id", "_id", "name"] {
        if let Some(Value::String(text)) = item.get(name) {
            part[name] = text.chars().take(128).collect::<String>().into();
        }
    }
    part
}

fn size(value: &Value) -> usize {
    value.to_string().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn large() -> Value {
        let entity = |n: usize| (format!("e/{n}"), json!({"description": "x".repeat(1000), "n": n}));
        json!({"entities": (0..100).map(entity).collect::<Map<_, _>>(), "settings": {}})
    }

    #[test]
    fn what_fits_is_answered_whole() {
        let answer = with_document(Map::new(), "config", "", json!({"a": 1}));
        assert_eq!(answer, json!({"config": {"a": 1}}));
    }

    #[test]
    fn what_does_not_fit_is_outlined_down_to_what_does() {
        let whole = with_document(Map::new(), "config", "", large());
        assert!(size(&whole) <= MOST_BYTES && whole.get("config").is_none(), "{whole}");
        assert_eq!(whole["outline"][0]["path"], "/entities");
        let entities = with_document(Map::new(), "config", "/entities", large()["entities"].clone());
        assert_eq!(entities["outline"][0]["path"], "/entities/e~10");
        assert!(size(&entities) <= MOST_BYTES);
        let text = with_document(Map::new(), "config", "/x", json!("x".repeat(MOST_BYTES)));
        assert!(text["hint"].as_str().unwrap().contains("console") && text["outline"] == json!([]), "{text}");
    }

    #[test]
    fn lists_end_where_an_answer_does() {
        let items: Vec<Value> = (0..1000).map(|n| json!({"path": format!("/{n}"), "after": "x".repeat(200)})).collect();
        let answer = with_items(Map::new(), "changes", items, "Narrow them with `path`.");
        assert!(size(&answer) <= MOST_BYTES);
        assert!(answer["hint"].as_str().unwrap().contains("of 1000 are shown"), "{}", answer["hint"]);
        // A cursor behind what was left out would lose it; one behind all of the answer is kept.
        for (count, is_kept) in [(1000, false), (2, true)] {
            let about = Map::from_iter([("nextCursor".to_owned(), json!("behind"))]);
            let items = (0..count).map(|_| json!("x".repeat(200))).collect();
            assert_eq!(with_items(about, "runs", items, "").get("nextCursor").is_some(), is_kept);
        }
    }

    #[test]
    fn an_outline_of_very_many_parts_says_how_many_are_left_out() {
        let many: Vec<Value> = (0..20_000).map(|n| json!({"id": format!("n{n}")})).collect();
        let answer = with_document(Map::new(), "graph", "/nodes", many.into());
        assert!(size(&answer) <= MOST_BYTES);
        assert_eq!((&answer["outline"][1]["id"], answer["outlineLeftOut"].as_u64().unwrap() > 1), (&json!("n1"), true));
    }

    #[test]
    fn a_long_refusal_is_cut() {
        let errors: Vec<Value> = (0..2000).map(|n| json!({"pointer": format!("/{n}"), "detail": "y".repeat(100)})).collect();
        let answer = without_what_is_long(json!({"code": "schema_violation", "errors": errors}));
        assert!(size(&answer) <= MOST_BYTES && answer["code"] == "schema_violation");
    }
}
