//! RFC 8785 over a `Value`, in one pass: 4 MB must cost milliseconds, and objects are never copied.

use std::io::Write as _;

use serde_json::{Map, Number, Value};

use super::MAX_INTEGER;

pub(super) fn write(value: &Value) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    append(&mut out, value);
    out
}

fn append(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Number(number) => append_number(out, number),
        Value::String(text) => append_string(out, text),
        Value::Array(items) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                append(out, item);
            }
            out.push(b']');
        }
        Value::Object(members) => append_object(out, members),
    }
}

fn append_object(out: &mut Vec<u8>, members: &Map<String, Value>) {
    let mut members: Vec<(&String, &Value)> = members.iter().collect();
    // The RFC orders keys by UTF-16 units: U+1F600 (a surrogate pair) comes before U+FB33, in UTF-8 it's the other way round.
    members.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
    out.push(b'{');
    for (index, (key, member)) in members.into_iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        append_string(out, key);
        out.push(b':');
        append(out, member);
    }
    out.push(b'}');
}

fn append_number(out: &mut Vec<u8>, number: &Number) {
    match (number.as_i64(), number.as_f64()) {
        // Writing into a Vec can't fail.
        (Some(integer), _) if integer.unsigned_abs() <= MAX_INTEGER.unsigned_abs() => _ = write!(out, "{integer}"),
        (_, Some(double)) => out.extend_from_slice(ryu_js::Buffer::new().format(double).as_bytes()),
        (_, None) => _ = write!(out, "{number}"),
    }
}

fn append_string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let mut rest = text.as_bytes();
    while let Some(plain) = rest.iter().position(|&byte| byte < 0x20 || byte == b'"' || byte == b'\\') {
        out.extend_from_slice(&rest[..plain]);
        match rest[plain] {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            0x08 => out.extend_from_slice(b"\\b"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            0x0C => out.extend_from_slice(b"\\f"),
            b'\r' => out.extend_from_slice(b"\\r"),
            control => _ = write!(out, "\\u{control:04x}"),
        }
        rest = &rest[plain + 1..];
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}
