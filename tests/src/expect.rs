//! What many answers have in common.

use serde_json::Value;

/// A time as the contract prints it: RFC 3339, UTC, milliseconds.
#[track_caller]
pub fn assert_millis(value: &Value) {
    assert_shape(value, "0000-00-00T00:00:00.000Z");
}

/// The same in whole seconds, as `/publishes` and drift print it.
#[track_caller]
pub fn assert_seconds(value: &Value) {
    assert_shape(value, "0000-00-00T00:00:00Z");
}

#[track_caller]
fn assert_shape(value: &Value, expected: &str) {
    let text = value.as_str().unwrap_or_else(|| panic!("{value} is no time"));
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    assert_eq!(shape, expected, "{text}");
}

/// The one named member of each item of a list.
#[track_caller]
pub fn fields<'a>(list: &'a Value, name: &str) -> Vec<&'a Value> {
    list.as_array().unwrap_or_else(|| panic!("{list} is no list")).iter().map(|item| &item[name]).collect()
}
