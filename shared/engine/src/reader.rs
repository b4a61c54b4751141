//! Reads a graph without trusting it: forbidden nodes, wrong shapes and caps.

use domain::pointer;
use serde_json::{Map, Value};

use crate::caps::{MAX_CELLS, MAX_COLUMNS, MAX_EDGES, MAX_EXPRESSION, MAX_NAME, MAX_NODES, MAX_ROWS, MAX_RULES};
use crate::document::{Column, Document, Edge, Kind, Node, Row, Statement, Transform};
use crate::finding::{Code, Findings, Refusal, RefusalCode, shown};

/// Node types that the engine knows and this service doesn't run.
const FORBIDDEN: &[&str] = &["functionNode", "customNode", "decisionNode", "policyNode", "httpNode"];

/// Reads a graph.
///
/// # Errors
/// Forbidden nodes before wrong shapes before caps: the first kind found, all of that kind.
pub(crate) fn read(graph: &Value) -> Result<Document<'_>, Refusal> {
    let mut reader = Reader::default();
    let document = reader.document(graph);
    reader.refusal().map_or(Ok(document), Err)
}

#[derive(Default)]
struct Reader {
    unsupported: Findings,
    violations: Findings,
    excess: Findings,
    cells: usize,
}

impl Reader {
    fn refusal(self) -> Option<Refusal> {
        [
            (RefusalCode::UnsupportedNode, self.unsupported),
            (RefusalCode::SchemaViolation, self.violations),
            (RefusalCode::GraphTooComplex, self.excess),
        ]
        .into_iter()
        .find(|(_, found)| !found.is_empty())
        .map(|(code, found)| Refusal { code, diagnostics: found.finish() })
    }

    fn document<'g>(&mut self, graph: &'g Value) -> Document<'g> {
        let mut document = Document { nodes: Vec::new(), edges: Vec::new(), imports: false };
        let Some(members) = graph.as_object() else {
            self.violation(None, "", "a graph is an object with nodes and edges");
            return document;
        };
        if members.contains_key("blocks") {
            self.unsupported.add(
                Code::UnsupportedNode,
                None,
                "/blocks",
                "policy documents (blocks) can't be run here; only graphs of nodes and edges",
            );
        }
        document.imports = members.get("imports").is_some_and(|imports| imports.as_array().is_none_or(|list| !list.is_empty()));
        let nodes = self.array(members, "nodes", None, "");
        self.cap(nodes.len(), MAX_NODES, "nodes", None, "/nodes");
        for (index, node) in nodes.iter().enumerate() {
            document.nodes.extend(self.node(node, index));
        }
        let edges = self.array(members, "edges", None, "");
        self.cap(edges.len(), MAX_EDGES, "edges", None, "/edges");
        for (index, edge) in edges.iter().enumerate() {
            document.edges.extend(self.edge(edge, index));
        }
        self.cap(self.cells, MAX_CELLS, "cells, expressions and conditions", None, "");
        document
    }

    fn edge<'g>(&mut self, edge: &'g Value, index: usize) -> Option<Edge<'g>> {
        let path = item_path("/edges", edge, "id", index);
        let members = self.object(edge, None, &path)?;
        let (id, source) = (self.text(members, "id", None, &path), self.text(members, "sourceId", None, &path));
        let target = self.text(members, "targetId", None, &path);
        let handle = self.optional(members, "sourceHandle", None, &path);
        Some(Edge { id: id?, source: source?, target: target?, handle })
    }

    fn node<'g>(&mut self, node: &'g Value, index: usize) -> Option<Node<'g>> {
        let path = item_path("/nodes", node, "id", index);
        let members = self.object(node, None, &path)?;
        let id = self.text(members, "id", None, &path);
        let kind = self.text(members, "type", id, &path)?;
        let name = members.get("name").and_then(Value::as_str);
        if !matches!(kind, "inputNode" | "outputNode" | "switchNode" | "expressionNode" | "decisionTableNode") {
            let what = match FORBIDDEN.contains(&kind) {
                true => format!("is a {}, which can't be run here; use expression, table and switch nodes", shown(kind)),
                false => format!("has the type {:?}, which is unknown", shown(kind)),
            };
            let message = format!("node {:?} ({}) {what}", shown(name.unwrap_or("")), shown(id.unwrap_or("without an id")));
            self.unsupported.add(Code::UnsupportedNode, id, path, message);
            return None;
        }
        let (id, name) = (id?, self.text(members, "name", id, &path)?);
        let kind = self.kind(kind, members, id, &pointer::key(&path, "content"))?;
        Some(Node { id, name, path, kind })
    }

    fn kind<'g>(&mut self, kind: &str, members: &'g Map<String, Value>, id: &str, path: &str) -> Option<Kind<'g>> {
        let content = members.get("content").filter(|content| !content.is_null());
        if matches!(kind, "inputNode" | "outputNode") {
            let schema = match content {
                Some(content) => {
                    let content = self.object(content, Some(id), path)?;
                    self.optional_unbounded(content, "schema", Some(id), path)
                }
                None => None,
            };
            return Some(if kind == "inputNode" { Kind::Input { schema } } else { Kind::Output { schema } });
        }
        let Some(content) = content else {
            self.violation(Some(id), path, "this node has no content");
            return None;
        };
        let content = self.object(content, Some(id), path)?;
        match kind {
            "switchNode" => Some(Kind::Switch { statements: self.statements(content, id, path) }),
            "expressionNode" => Some(Kind::Expression { rows: self.rows(content, id, path), transform: self.transform(content, id, path) }),
            _ => self.table(content, id, path),
        }
    }

    fn statements<'g>(&mut self, content: &'g Map<String, Value>, id: &str, path: &str) -> Vec<Statement<'g>> {
        let list = self.array(content, "statements", Some(id), path);
        let path = pointer::key(path, "statements");
        self.cap(list.len(), MAX_ROWS, "statements in one node", Some(id), &path);
        self.cells += list.len();
        let read = list.iter().enumerate().filter_map(|(index, statement)| {
            let path = item_path(&path, statement, "id", index);
            let members = self.object(statement, Some(id), &path)?;
            let statement_id = self.text(members, "id", Some(id), &path);
            let condition = self.expression(members, "condition", Some(id), &path);
            Some(Statement { id: statement_id?, condition: condition? })
        });
        read.collect()
    }

    fn rows<'g>(&mut self, content: &'g Map<String, Value>, id: &str, path: &str) -> Vec<Row<'g>> {
        let list = self.array(content, "expressions", Some(id), path);
        let path = pointer::key(path, "expressions");
        self.cap(list.len(), MAX_ROWS, "expressions in one node", Some(id), &path);
        self.cells += list.len();
        let read = list.iter().enumerate().filter_map(|(index, row)| {
            let path = item_path(&path, row, "id", index);
            let members = self.object(row, Some(id), &path)?;
            let (row_id, key) = (self.text(members, "id", Some(id), &path), self.text(members, "key", Some(id), &path));
            let value = self.expression(members, "value", Some(id), &path);
            Some(Row { id: row_id?, key: key?, value: value? })
        });
        read.collect()
    }

    fn table<'g>(&mut self, content: &'g Map<String, Value>, id: &str, path: &str) -> Option<Kind<'g>> {
        let inputs = self.columns(content, "inputs", id, path);
        let outputs = self.columns(content, "outputs", id, path);
        let rules = self.array(content, "rules", Some(id), path);
        let rules_path = pointer::key(path, "rules");
        self.cap(rules.len(), MAX_RULES, "rules in one table", Some(id), &rules_path);
        let mut read = Vec::with_capacity(rules.len());
        for (index, rule) in rules.iter().enumerate() {
            let path = item_path(&rules_path, rule, "_id", index);
            let members = self.object(rule, Some(id), &path)?;
            self.cells += members.len();
            for column in members.keys() {
                self.expression(members, column, Some(id), &path);
            }
            read.push(members);
        }
        let collect = match self.text(content, "hitPolicy", Some(id), path)? {
            "first" => false,
            "collect" => true,
            _ => {
                self.violation(Some(id), &pointer::key(path, "hitPolicy"), "a table's hitPolicy is first or collect");
                return None;
            }
        };
        Some(Kind::Table { inputs, outputs, rules: read, collect, transform: self.transform(content, id, path) })
    }

    fn columns<'g>(&mut self, content: &'g Map<String, Value>, key: &str, id: &str, path: &str) -> Vec<Column<'g>> {
        let list = self.array(content, key, Some(id), path);
        let path = pointer::key(path, key);
        self.cap(list.len(), MAX_COLUMNS, "columns", Some(id), &path);
        self.cells += list.len();
        let read = list.iter().enumerate().filter_map(|(index, column)| {
            let path = item_path(&path, column, "id", index);
            let members = self.object(column, Some(id), &path)?;
            let name = self.optional(members, "name", Some(id), &path).unwrap_or("");
            let column_id = self.text(members, "id", Some(id), &path);
            let field = match key {
                "outputs" => Some(self.text(members, "field", Some(id), &path)?),
                _ => self.optional_expression(members, "field", Some(id), &path),
            };
            Some(Column { id: column_id?, name, judges: key == "inputs", field })
        });
        read.collect()
    }

    fn transform<'g>(&mut self, content: &'g Map<String, Value>, id: &str, path: &str) -> Transform<'g> {
        let input_field = self.optional_expression(content, "inputField", Some(id), path);
        let output_path = self.optional(content, "outputPath", Some(id), path).filter(|text| !text.trim().is_empty());
        let looped = match content.get("executionMode").map(Value::as_str) {
            None | Some(Some("single")) => false,
            Some(Some("loop")) => true,
            _ => {
                self.violation(Some(id), &pointer::key(path, "executionMode"), "executionMode is single or loop");
                false
            }
        };
        let pass_through = match content.get("passThrough") {
            None => false,
            Some(Value::Bool(pass_through)) => *pass_through,
            Some(_) => {
                self.violation(Some(id), &pointer::key(path, "passThrough"), "passThrough is true or false");
                false
            }
        };
        Transform { input_field, output_path, looped, pass_through }
    }

    fn object<'g>(&mut self, value: &'g Value, id: Option<&str>, path: &str) -> Option<&'g Map<String, Value>> {
        if !value.is_object() {
            self.violation(id, path, "this must be an object");
        }
        value.as_object()
    }

    fn array<'g>(&mut self, members: &'g Map<String, Value>, key: &str, id: Option<&str>, path: &str) -> &'g [Value] {
        match members.get(key) {
            Some(Value::Array(items)) => items,
            _ => {
                self.violation(id, &pointer::key(path, key), &format!("{key} must be an array"));
                &[]
            }
        }
    }

    /// An id, a name, a key or a path.
    fn text<'g>(&mut self, members: &'g Map<String, Value>, key: &str, id: Option<&str>, path: &str) -> Option<&'g str> {
        let Some(text) = members.get(key).and_then(Value::as_str) else {
            self.violation(id, &pointer::key(path, key), &format!("{key} must be a text"));
            return None;
        };
        self.cap(text.len(), MAX_NAME, &format!("bytes in {key}"), id, &pointer::key(path, key));
        Some(text)
    }

    fn optional<'g>(&mut self, members: &'g Map<String, Value>, key: &str, id: Option<&str>, path: &str) -> Option<&'g str> {
        let absent = members.get(key).is_none_or(Value::is_null);
        if absent { None } else { self.text(members, key, id, path) }
    }

    fn optional_unbounded<'g>(&mut self, members: &'g Map<String, Value>, key: &str, id: Option<&str>, path: &str) -> Option<&'g str> {
        match members.get(key) {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(text.as_str()).filter(|text| !text.trim().is_empty()),
            Some(_) => {
                self.violation(id, &pointer::key(path, key), &format!("{key} must be a text"));
                None
            }
        }
    }

    fn expression<'g>(&mut self, members: &'g Map<String, Value>, key: &str, id: Option<&str>, path: &str) -> Option<&'g str> {
        let Some(text) = members.get(key).and_then(Value::as_str) else {
            self.violation(id, &pointer::key(path, key), &format!("{} must be a text: expressions are", shown(key)));
            return None;
        };
        if text.len() > MAX_EXPRESSION {
            self.cap(text.len(), MAX_EXPRESSION, "bytes in an expression", id, &pointer::key(path, key));
        }
        Some(text)
    }

    fn optional_expression<'g>(&mut self, members: &'g Map<String, Value>, key: &str, id: Option<&str>, path: &str) -> Option<&'g str> {
        let absent = members.get(key).is_none_or(Value::is_null);
        if absent { None } else { self.expression(members, key, id, path).filter(|text| !text.trim().is_empty()) }
    }

    fn violation(&mut self, id: Option<&str>, path: &str, message: &str) {
        self.violations.add(Code::SchemaViolation, id, path, message);
    }

    fn cap(&mut self, count: usize, most: usize, of: &str, id: Option<&str>, path: &str) {
        if count > most {
            self.excess.add(Code::GraphTooComplex, id, path, format!("{count} {of}: at most {most} are run"));
        }
    }
}

/// The path of an array's item: by its id where it has one, else by its place.
fn item_path(array: &str, item: &Value, key: &str, index: usize) -> String {
    match item.get(key).and_then(Value::as_str) {
        Some(id) => pointer::item(array, &shown(id)),
        None => format!("{array}/{index}"),
    }
}
