//! A graph as it was sent: every place of it that the engine would look at.

use serde_json::{Map, Value};

pub(crate) struct Document<'g> {
    pub nodes: Vec<Node<'g>>,
    pub edges: Vec<Edge<'g>>,
    pub imports: bool,
}

pub(crate) struct Node<'g> {
    pub id: &'g str,
    pub name: &'g str,
    pub path: String,
    pub kind: Kind<'g>,
}

pub(crate) enum Kind<'g> {
    /// The JSON Schema is text in JDM; empty is none.
    Input {
        schema: Option<&'g str>,
    },
    Output {
        schema: Option<&'g str>,
    },
    Switch {
        statements: Vec<Statement<'g>>,
    },
    Expression {
        rows: Vec<Row<'g>>,
        transform: Transform<'g>,
    },
    Table {
        inputs: Vec<Column<'g>>,
        outputs: Vec<Column<'g>>,
        rules: Vec<&'g Map<String, Value>>,
        collect: bool,
        transform: Transform<'g>,
    },
}

pub(crate) struct Statement<'g> {
    pub id: &'g str,
    pub condition: &'g str,
}

pub(crate) struct Row<'g> {
    pub id: &'g str,
    pub key: &'g str,
    pub value: &'g str,
}

pub(crate) struct Column<'g> {
    pub id: &'g str,
    pub name: &'g str,
    /// An input column, whose cells decide whether a rule matches.
    pub judges: bool,
    /// What is compared, or what is written; absent in an input column whose cells are whole conditions.
    pub field: Option<&'g str>,
}

/// What a table or an expression node does around its own work.
#[derive(Default)]
pub(crate) struct Transform<'g> {
    pub input_field: Option<&'g str>,
    pub output_path: Option<&'g str>,
    pub looped: bool,
    pub pass_through: bool,
}

pub(crate) struct Edge<'g> {
    pub id: &'g str,
    pub source: &'g str,
    pub target: &'g str,
    pub handle: Option<&'g str>,
}

impl<'g> Node<'g> {
    pub(crate) fn transform(&self) -> Option<&Transform<'g>> {
        match &self.kind {
            Kind::Expression { transform, .. } | Kind::Table { transform, .. } => Some(transform),
            _ => None,
        }
    }
}

impl Kind<'_> {
    /// How often a rule meets a column.
    pub(crate) fn grid(&self) -> usize {
        match self {
            Self::Table { inputs, outputs, rules, .. } => rules.len() * (inputs.len() + outputs.len()),
            _ => 0,
        }
    }
}
