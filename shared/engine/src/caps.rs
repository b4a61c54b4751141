//! The caps of a graph: far above what people draw, far below what hurts.

pub(crate) const MAX_NODES: usize = 1_000;
pub(crate) const MAX_EDGES: usize = 5_000;
pub(crate) const MAX_RULES: usize = 10_000;
pub(crate) const MAX_COLUMNS: usize = 200;
/// Expressions of one node, branches of one switch.
pub(crate) const MAX_ROWS: usize = 1_000;
/// Cells of all tables, expressions and conditions taken together.
pub(crate) const MAX_CELLS: usize = 100_000;
/// Rules times columns of all tables taken together, whether or not a cell is there.
pub(crate) const MAX_GRID: usize = 1_000_000;
/// Bytes of one expression.
pub(crate) const MAX_EXPRESSION: usize = 4_096;
/// Bytes of an id, a name, a key or a path.
pub(crate) const MAX_NAME: usize = 1_024;
