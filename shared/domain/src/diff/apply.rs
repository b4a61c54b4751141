//! The way back from a diff to the later document.

use std::collections::HashMap;

use serde_json::Value;

use super::{Change, Op};
use crate::{keyed, pointer};

/// A change doesn't fit the document: it was made for another one, or abbreviated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the change at {path:?} does not fit this document")]
pub struct Misfit {
    /// The path of the change, or of what stands in its way.
    pub path: String,
}

/// The document that these changes lead to: `apply(a, &diff(&a, &b))` is `b`.
///
/// # Errors
/// When a change is for something that isn't there, or adds something that is.
pub fn apply(before: Value, changes: &[Change]) -> Result<Value, Misfit> {
    let mut root = Edits::default();
    for change in changes {
        let misfit = || Misfit { path: change.path.clone() };
        let tokens = pointer::tokens(&change.path).ok_or_else(misfit)?;
        let target = tokens.iter().fold(&mut root, |edits, token| edits.child(token));
        match change.op {
            Op::Moved => target.order = Some(change),
            Op::Added | Op::Removed | Op::Changed => target.replacement = Some(change),
        }
    }
    root.make("", Some(before))?.ok_or_else(|| Misfit { path: String::new() })
}

/// The changes at and under one path. All of an array's items are found by the ids that they have in the earlier document,
/// before any of them changes.
#[derive(Default)]
struct Edits<'a> {
    replacement: Option<&'a Change>,
    order: Option<&'a Change>,
    /// In the order of the changes, which is the order of added items.
    children: Vec<(String, Edits<'a>)>,
    by_token: HashMap<String, usize>,
}

impl<'a> Edits<'a> {
    fn child(&mut self, token: &str) -> &mut Self {
        let index = *self.by_token.entry(token.to_owned()).or_insert_with(|| {
            self.children.push((token.to_owned(), Self::default()));
            self.children.len() - 1
        });
        &mut self.children[index].1
    }

    fn make(&self, path: &str, before: Option<Value>) -> Result<Option<Value>, Misfit> {
        if let Some(change) = self.replacement {
            return if change.before.is_some() == before.is_some() { Ok(change.after.clone()) } else { Err(misfit(path)) };
        }
        if self.children.is_empty() && self.order.is_none() {
            return Ok(before);
        }
        match before {
            Some(Value::Object(mut members)) => {
                for (key, edits) in &self.children {
                    if let Some(member) = edits.make(&pointer::key(path, key), members.remove(key))? {
                        members.insert(key.clone(), member);
                    }
                }
                Ok(Some(Value::Object(members)))
            }
            Some(Value::Array(items)) => self.make_items(path, items).map(|items| Some(Value::Array(items))),
            _ => Err(misfit(path)),
        }
    }

    fn make_items(&self, path: &str, before: Vec<Value>) -> Result<Vec<Value>, Misfit> {
        let mut index: HashMap<String, usize> = keyed::index(&before).into_iter().map(|(id, at)| (id.to_owned(), at)).collect();
        if index.is_empty() && !before.is_empty() {
            return Err(misfit(path));
        }
        let mut items: Vec<Option<Value>> = before.into_iter().map(Some).collect();
        for (token, edits) in &self.children {
            let id = token.strip_prefix('@').ok_or_else(|| misfit(path))?;
            let place = *index.entry(id.to_owned()).or_insert_with(|| {
                items.push(None);
                items.len() - 1
            });
            items[place] = edits.make(&pointer::item(path, id), items[place].take())?;
        }
        let Some(order) = self.order else { return Ok(items.into_iter().flatten().collect()) };
        let ids = order.after.as_ref().and_then(Value::as_array).ok_or_else(|| misfit(path))?;
        let ordered: Option<Vec<Value>> = ids.iter().map(|id| items[*index.get(id.as_str()?)?].take()).collect();
        // An item that the order doesn't name would get lost.
        ordered.filter(|_| items.iter().all(Option::is_none)).ok_or_else(|| misfit(path))
    }
}

fn misfit(path: &str) -> Misfit {
    Misfit { path: path.to_owned() }
}
