//! What a decision table can take: every rule, as if all of them matched.

use std::collections::HashMap;
use std::rc::Rc;

use serde_json::{Map, Value};

use super::{Run, SHARED, first_of};
use crate::document::Column;
use crate::effort::Scope;
use crate::extent::Extent;
use crate::finding::shown;
use crate::places::{cell, cell_flavor};
use crate::syntax::Flavor;

pub(super) struct Table<'t, 'g> {
    pub inputs: &'t [Column<'g>],
    pub outputs: &'t [Column<'g>],
    pub rules: &'t [&'g Map<String, Value>],
    pub collect: bool,
}

impl Table<'_, '_> {
    /// Whether an output column collects the values of all rules that match.
    fn lists(&self) -> bool {
        self.outputs.iter().any(|column| column.field.is_some_and(|field| field.trim().ends_with("[]")))
    }
}

impl Run<'_> {
    pub(super) fn table(&mut self, table: &Table<'_, '_>, given: &Extent) -> Result<Extent, String> {
        let scope = self.scope(given);
        // Empty cells are passed one by one as well.
        self.take(0.0, (table.rules.len() * (table.inputs.len() + table.outputs.len())) as f64 / 4.0)?;
        let mut heads: HashMap<&str, Extent> = HashMap::new();
        for column in table.inputs {
            if let Some(field) = column.field {
                let effort = self
                    .expression(field, Flavor::Standard, &scope, false)
                    .map_err(|said| format!("the field {:?} {said}", shown(field)))?;
                let known = heads.remove(column.id);
                heads.insert(column.id, known.map_or_else(|| effort.value.clone(), |known| known.or(effort.value.clone())));
            }
        }
        let mut rows: Option<Extent> = None;
        let mut total = 0.0;
        let references: f64 = heads.values().map(|head| head.weight + 64.0).sum();
        let (lists, several) = (table.lists(), table.collect || table.lists());
        for (index, rule) in table.rules.iter().enumerate() {
            let row = self.rule(table, rule, &heads, &scope).map_err(|said| format!("row {}: {said}", index + 1))?;
            total += row.weight + if self.circumstances.trace { references + 256.0 } else { 0.0 };
            self.fits(if several { total * 2.0 } else { row.weight * 2.0 })?;
            rows = Some(rows.map_or_else(|| row.clone(), |rows| rows.or(row.clone())));
        }
        let row = rows.unwrap_or_else(Extent::null);
        Ok(if table.collect {
            Extent::array(table.rules.len() as f64, row, total)
        } else if lists {
            Extent::any(total + 256.0, row.depth + 1.0, row.len.max(table.rules.len() as f64))
        } else {
            row
        })
    }

    fn rule(
        &mut self,
        table: &Table<'_, '_>,
        rule: &Map<String, Value>,
        heads: &HashMap<&str, Extent>,
        scope: &Scope,
    ) -> Result<Extent, String> {
        let mut scope = scope.clone();
        let mut row = Extent::empty();
        for column in table.inputs.iter().chain(table.outputs) {
            let Some(source) = cell(rule, column) else { continue };
            if let Some(head) = heads.get(column.id).filter(|_| column.judges) {
                scope.locals.insert(Rc::from("$"), head.clone());
            }
            let name = if column.name.is_empty() { column.field.unwrap_or(column.id) } else { column.name };
            let effort =
                self.expression(source, cell_flavor(column), &scope, false).map_err(|said| format!("column {:?} {said}", shown(name)))?;
            if !column.judges {
                let path = column.field.unwrap_or("").trim();
                // Where columns collect, cells are written as they are; elsewhere they are copied.
                let near = || table.outputs.iter().filter(|other| first_of(other.field.unwrap_or("").trim()) == first_of(path)).count() > 1;
                if effort.value.depth > 0.0 && path.contains('.') && table.lists() && near() {
                    return Err(format!("column {:?} {SHARED}", shown(name)));
                }
                row = row.with(path.strip_suffix("[]").unwrap_or(path).trim_end(), effort.value);
            }
        }
        Ok(row)
    }
}
