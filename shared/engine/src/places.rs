//! Every place of a graph that holds an expression.

use domain::pointer;
use serde_json::{Map, Value};

use crate::document::{Column, Document, Kind, Node};
use crate::finding::shown;
use crate::syntax::Flavor;

pub(crate) struct Place<'d, 'g> {
    pub node: &'d Node<'g>,
    pub source: &'g str,
    pub flavor: Flavor,
    at: At<'d, 'g>,
}

enum At<'d, 'g> {
    InputField,
    Row { id: &'g str, key: &'g str },
    Condition { id: &'g str, number: usize },
    Head { column: &'d Column<'g> },
    Cell { rule: &'g Map<String, Value>, number: usize, column: &'d Column<'g> },
}

impl Place<'_, '_> {
    /// JSON Pointer to the text.
    pub(crate) fn path(&self) -> String {
        let content = pointer::key(&self.node.path, "content");
        let member = |array: &str, id: &str, key: &str| pointer::key(&pointer::item(&pointer::key(&content, array), &shown(id)), key);
        match &self.at {
            At::InputField => pointer::key(&content, "inputField"),
            At::Row { id, .. } => member("expressions", id, "value"),
            At::Condition { id, .. } => member("statements", id, "condition"),
            At::Head { column } => member("inputs", column.id, "field"),
            At::Cell { rule, number, column } => match rule.get("_id").and_then(Value::as_str) {
                Some(id) => member("rules", id, column.id),
                None => pointer::key(&format!("{content}/rules/{}", number - 1), column.id),
            },
        }
    }

    /// Where it is, for people: `row 3, column "Amount"`.
    pub(crate) fn label(&self) -> String {
        match &self.at {
            At::InputField => "the input field".to_owned(),
            At::Row { key, .. } => format!("the expression for {:?}", shown(key)),
            At::Condition { number, .. } => format!("the condition of branch {number}"),
            At::Head { column } => format!("the field of column {:?}", shown(name_of(column))),
            At::Cell { number, column, .. } => format!("row {number}, column {:?}", shown(name_of(column))),
        }
    }
}

/// Calls `visit` with each expression that the engine would evaluate; what it would skip as empty is left out.
pub(crate) fn each<'d, 'g>(document: &'d Document<'g>, mut visit: impl FnMut(Place<'d, 'g>)) {
    for node in &document.nodes {
        let mut visit = |source, flavor, at| visit(Place { node, source, flavor, at });
        if let Some(source) = node.transform().and_then(|transform| transform.input_field) {
            visit(source, Flavor::Standard, At::InputField);
        }
        match &node.kind {
            Kind::Input { .. } | Kind::Output { .. } => {}
            Kind::Switch { statements } => {
                for (index, statement) in statements.iter().enumerate().filter(|(_, statement)| !statement.condition.is_empty()) {
                    visit(statement.condition, Flavor::Standard, At::Condition { id: statement.id, number: index + 1 });
                }
            }
            Kind::Expression { rows, .. } => {
                for row in rows.iter().filter(|row| !row.key.is_empty() && !row.value.is_empty()) {
                    visit(row.value, Flavor::Standard, At::Row { id: row.id, key: row.key });
                }
            }
            Kind::Table { inputs, outputs, rules, .. } => {
                for column in inputs {
                    column.field.into_iter().for_each(|source| visit(source, Flavor::Standard, At::Head { column }));
                }
                for (index, rule) in rules.iter().enumerate() {
                    for column in inputs.iter().chain(outputs) {
                        let Some(source) = cell(rule, column) else { continue };
                        visit(source, cell_flavor(column), At::Cell { rule, number: index + 1, column });
                    }
                }
            }
        }
    }
}

/// A rule's cell in this column, as the engine reads it: trimmed; an empty one matches anything or writes nothing.
pub(crate) fn cell<'g>(rule: &'g Map<String, Value>, column: &Column<'_>) -> Option<&'g str> {
    rule.get(column.id).and_then(Value::as_str).map(str::trim).filter(|source| !source.is_empty())
}

/// What the cells of a column are: an input column with a field compares that with each of them.
pub(crate) fn cell_flavor(column: &Column<'_>) -> Flavor {
    if column.judges && column.field.is_some() { Flavor::Unary } else { Flavor::Standard }
}

/// A column's name, or else what it reads or writes.
fn name_of<'g>(column: &Column<'g>) -> &'g str {
    if column.name.is_empty() { column.field.unwrap_or(column.id) } else { column.name }
}
