//! The parts of a config that have calls of their own.

use serde_json::{Map, Value};
use wire::problem::Code;

use crate::problem::{Problem, Result};

/// The config with `value` at the path, objects made on the way. What is no object on the way fails the schema afterwards.
pub fn with(mut config: Value, path: &[&str], value: Value) -> Value {
    let mut at = &mut config;
    for key in path {
        if !at.is_object() {
            *at = Value::Object(Map::new());
        }
        at = &mut at[*key];
    }
    *at = value;
    config
}

/// The JSON Pointer of a part.
pub fn pointer(path: &[&str]) -> String {
    path.iter().map(|key| format!("/{}", domain::pointer::escape(key))).collect()
}

/// The config without what is at the path; 404 when nothing is. An event source that becomes empty goes too.
pub fn without(mut config: Value, path: &[&str]) -> Result<Value> {
    let missing = || Problem::new(Code::NotFound, format!("The draft has no {}. Nothing was changed.", path.join("/")));
    let [way @ .., last] = path else { return Err(missing()) };
    let parent = way.iter().try_fold(&mut config, |at, key| at.get_mut(*key)).and_then(Value::as_object_mut).ok_or_else(missing)?;
    parent.remove(*last).ok_or_else(missing)?;
    if let [section, source] = way
        && parent.is_empty()
    {
        return without(config, &[section, source]);
    }
    Ok(config)
}
