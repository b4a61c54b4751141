//! What a value's place says of it: the names on the way to it, and the names beside it.

use domain::pointer;
use serde_json::{Map, Value};

use super::names::secret_name;

/// What names a thing, beside what it is.
const NAMING: [&str; 3] = ["name", "key", "header"];
const NAMED: [&str; 3] = ["value", "values", "val"];

/// How much of what stands at a place is secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Secrecy {
    /// What looks like a secret by itself.
    Looks,
    /// What is written out, rather than where to find it: an expression stands there.
    Literals,
    /// All of it.
    All,
}

/// Which part of a document, by what its keys are and what the schema says of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Region {
    Root,
    Entities,
    Entity,
    EntityFields,
    Sources,
    EventTypes,
    EventFlow,
    Mapping,
    /// Below all that the schema names.
    Schema,
    /// In a flow, where values are expressions.
    Graph,
    /// Where no schema says anything.
    Free,
}

impl Region {
    fn below(self, key: &str) -> Region {
        match (self, key) {
            (Region::Root, "entities") => Region::Entities,
            (Region::Root, "event_flows") => Region::Sources,
            (Region::Root, "nodes" | "edges") => Region::Graph,
            (Region::Root, _) => Region::Free,
            (Region::Entities, _) => Region::Entity,
            (Region::Entity, "fields") => Region::EntityFields,
            (Region::Sources, _) => Region::EventTypes,
            (Region::EventTypes, _) => Region::EventFlow,
            (Region::EventFlow, "mapping") => Region::Mapping,
            (Region::Graph | Region::Free, _) => self,
            _ => Region::Schema,
        }
    }

    /// Whether the keys are names that people chose: a field may be called `password`.
    fn has_chosen_names(self) -> bool {
        matches!(self, Region::Entities | Region::EntityFields | Region::Sources | Region::EventTypes | Region::Mapping)
    }

    /// What a secret's name says of the value that stands beside it.
    fn secrecy_beside_a_name(self) -> Secrecy {
        match self {
            Region::Root | Region::Free => Secrecy::All,
            // `{"key": "token", "value": "customer.token"}` tells where to find it.
            Region::Graph => Secrecy::Literals,
            _ => Secrecy::Looks,
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    region: Region,
    pub secrecy: Secrecy,
    /// The decision table whose rules these are.
    table: Option<&'a Map<String, Value>>,
}

impl<'a> Place<'a> {
    pub const ROOT: Place<'static> = Place { region: Region::Root, secrecy: Secrecy::Looks, table: None };
    /// Of which nothing is known, so nothing is shown.
    pub const UNKNOWN: Place<'static> = Place { region: Region::Free, secrecy: Secrecy::All, table: None };

    /// Where a pointer leads in this document, and what stands there; `None` where it has not even the place for it.
    pub fn of(document: &'a Value, path: &str) -> Option<(Place<'a>, Option<&'a Value>)> {
        let tokens = pointer::tokens(path)?;
        tokens.iter().try_fold((Place::ROOT, Some(document)), |(place, container), token| place.step(container?, token))
    }

    fn step(self, container: &'a Value, token: &str) -> Option<(Place<'a>, Option<&'a Value>)> {
        match container {
            Value::Object(members) => Some((self.member(members, token), members.get(token))),
            Value::Array(_) => Some((self.item(), pointer::resolve(container, &pointer::key("", token)))),
            _ => None,
        }
    }

    /// Of a member of the object that stands here.
    pub fn member(self, members: &'a Map<String, Value>, key: &str) -> Place<'a> {
        let says = |is: bool, secrecy| if is { secrecy } else { Secrecy::Looks };
        let by_key = says(!self.region.has_chosen_names() && secret_name(key), Secrecy::All);
        let by_sibling = says(is_named(key) && names_a_secret(members), self.region.secrecy_beside_a_name());
        let by_column = says(self.table.is_some_and(|table| has_secret_column(table, key)), Secrecy::Literals);
        let secrecy = self.secrecy.max(by_key).max(by_sibling).max(by_column);
        let table = (self.region == Region::Graph && key == "rules").then_some(members);
        Place { region: self.region.below(key), secrecy, table }
    }

    /// Of an item of the array that stands here.
    pub fn item(self) -> Place<'a> {
        Place { region: self.region.below(""), ..self }
    }
}

fn is_named(key: &str) -> bool {
    NAMED.iter().any(|named| key.eq_ignore_ascii_case(named))
}

/// `{"name": "Authorization", "value": "..."}`: the name stands beside what it names.
fn names_a_secret(members: &Map<String, Value>) -> bool {
    members.iter().any(|(key, name)| NAMING.iter().any(|naming| key.eq_ignore_ascii_case(naming)) && is_secret_name(name))
}

/// A rule has its cells under the ids of the table's columns, which say what the cells are.
fn has_secret_column(table: &Map<String, Value>, id: &str) -> bool {
    let columns = ["inputs", "outputs"].into_iter().filter_map(|side| table.get(side)?.as_array()).flatten();
    columns.filter(|column| column["id"] == id).any(|column| is_secret_name(&column["field"]) || is_secret_name(&column["name"]))
}

fn is_secret_name(name: &Value) -> bool {
    name.as_str().is_some_and(secret_name)
}
