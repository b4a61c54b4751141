//! The contract's paths: JSON Pointers (RFC 6901) in which an item of an id-keyed array is `@<id>`.
//!
//! `/nodes/@n1/content/rules/@r7`. Tokens are read by the kind of what they point into, so nothing is ambiguous: in an object
//! any token is a key, one that begins with `@` too; in an array it is `@<id>` or, as in RFC 6901, an index. An id is escaped
//! like any token (`~0` for `~`, `~1` for `/`). The empty path is the whole document.

use std::borrow::Cow;

use serde_json::Value;

use crate::keyed;

/// A key or id as it stands in a path: `~` and `/` escaped.
pub fn escape(token: &str) -> Cow<'_, str> {
    if token.contains(['~', '/']) { Cow::Owned(token.replace('~', "~0").replace('/', "~1")) } else { Cow::Borrowed(token) }
}

/// The path of a member of the object at `path`.
pub fn key(path: &str, key: &str) -> String {
    format!("{path}/{}", escape(key))
}

/// The path of a member of nested objects, from the document's root.
pub fn of_keys(keys: &[&str]) -> String {
    keys.iter().fold(String::new(), |path, token| key(&path, token))
}

/// The path of an item of the id-keyed array at `path`.
pub fn item(path: &str, id: &str) -> String {
    format!("{path}/@{}", escape(id))
}

/// The path's tokens, unescaped; `None` where it is no pointer.
pub fn tokens(path: &str) -> Option<Vec<Cow<'_, str>>> {
    if path.is_empty() {
        return Some(Vec::new());
    }
    path.strip_prefix('/')?.split('/').map(unescape).collect()
}

/// What the path points to in this document.
pub fn resolve<'a>(document: &'a Value, path: &str) -> Option<&'a Value> {
    tokens(path)?.iter().try_fold(document, |container, token| match container {
        Value::Object(members) => members.get(token.as_ref()),
        Value::Array(items) => match token.strip_prefix('@') {
            Some(id) => items.get(*keyed::index(items).get(id)?),
            None => items.get(index(token)?),
        },
        _ => None,
    })
}

fn unescape(token: &str) -> Option<Cow<'_, str>> {
    if !token.contains('~') {
        return Some(Cow::Borrowed(token));
    }
    let mut parts = token.split('~');
    let mut text = parts.next()?.to_owned();
    for part in parts {
        text.push(match part.as_bytes().first()? {
            b'0' => '~',
            b'1' => '/',
            _ => return None,
        });
        text.push_str(&part[1..]);
    }
    Some(Cow::Owned(text))
}

/// As RFC 6901 spells an index: digits without a leading zero.
fn index(token: &str) -> Option<usize> {
    let plain = token.bytes().all(|b| b.is_ascii_digit()) && (token == "0" || !token.starts_with('0'));
    if plain { token.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn the_rfcs_examples_resolve() {
        let document =
            json!({"foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\j": 5, "k\"l": 6, " ": 7, "m~n": 8});
        let cases =
            [("/foo/0", json!("bar")), ("/", json!(0)), ("/a~1b", json!(1)), ("/c%d", json!(2)), ("/e^f", json!(3)), ("/g|h", json!(4))];
        for (path, expected) in cases.into_iter().chain([("/i\\j", json!(5)), ("/k\"l", json!(6)), ("/ ", json!(7)), ("/m~0n", json!(8))]) {
            assert_eq!(resolve(&document, path), Some(&expected), "{path}");
        }
        assert_eq!(resolve(&document, ""), Some(&document));
        for path in ["foo", "/foo/-", "/foo/2", "/foo/01", "/foo/+1", "/foo/", "/m~n", "/m~2n", "/m~", "//", "/foo/0/x", "/nothing"] {
            assert_eq!(resolve(&document, path), None, "{path}");
        }
    }

    #[test]
    fn items_are_found_by_their_id() {
        let document = json!({"nodes": [{"id": "n1", "content": {"rules": [{"_id": "r1", "x": 1}, {"_id": "a/b~c", "x": 2}]}}]});
        assert_eq!(resolve(&document, "/nodes/@n1/content/rules/@r1/x"), Some(&json!(1)));
        assert_eq!(resolve(&document, "/nodes/@n1/content/rules/@a~1b~0c/x"), Some(&json!(2)));
        assert_eq!(resolve(&document, "/nodes/0/content/rules/1/x"), Some(&json!(2)));
        assert_eq!(resolve(&document, "/nodes/@n2"), None);
        assert_eq!(resolve(&document, "/nodes/@"), None);
    }

    #[test]
    fn an_at_sign_is_read_by_what_contains_it() {
        let document = json!({"@n1": 1, "list": [{"id": "@n1"}, {"id": "0"}], "plain": [1]});
        assert_eq!(resolve(&document, "/@n1"), Some(&json!(1)));
        assert_eq!(resolve(&document, "/list/@@n1"), Some(&json!({"id": "@n1"})));
        assert_eq!(resolve(&document, "/list/@0"), Some(&json!({"id": "0"})));
        assert_eq!(resolve(&document, "/list/0"), Some(&json!({"id": "@n1"})));
        assert_eq!(resolve(&document, "/plain/@0"), None);
    }

    proptest! {
        #[test]
        fn any_key_and_any_id_is_found_by_its_path(outer: String, id: String) {
            let document = json!({&outer: [{"id": &id}]});
            let path = item(&key("", &outer), &id);
            prop_assert_eq!(resolve(&document, &path), Some(&json!({"id": &id})));
        }

        #[test]
        fn any_text_is_survived(path: String) {
            resolve(&json!({"a": [{"id": "b"}]}), &path);
        }
    }
}
