//! WITH RECURSIVE within a sub-query.

use std::sync::Arc;

use datafusion::arrow::datatypes::Schema;
use datafusion::catalog::cte_worktable::CteWorkTable;
use datafusion::common::Result;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::datasource::{provider_as_source, source_as_provider};
use datafusion::logical_expr::{Expr, LogicalPlan, RecursiveQuery, TableScan};

use super::apply::{Apply, filtered, projected};
use super::domain::Domain;

impl Apply<'_> {
    /// A recursion for each tuple: the tuples are in the working table too, and each
    /// step reads the rows of its own.
    pub(super) fn recursion(&self, set: &Domain, sub: &RecursiveQuery) -> Result<LogicalPlan> {
        let start = self.answers(set, &sub.static_term)?;
        let step = sub.recursive_term.as_ref().clone();
        let step = step.transform(|node| match &node {
            LogicalPlan::TableScan(scan) if is_work_table(scan, &sub.name) => {
                work_table(set, scan, &sub.name).map(Transformed::yes)
            }
            _ => Ok(Transformed::no(node)),
        })?;
        let step = self.answers(&set.copy(self.names)?, &step.data)?;
        let (start, step) = (Arc::new(start), Arc::new(step));
        RecursiveQuery::try_new(sub.name.clone(), start, step, sub.is_distinct)
            .map(LogicalPlan::RecursiveQuery)
    }
}

fn is_work_table(scan: &TableScan, name: &str) -> bool {
    source_as_provider(&scan.source).is_ok_and(|provider| {
        let table = provider.downcast_ref::<CteWorkTable>();
        table.is_some_and(|table| table.name() == name)
    })
}

/// The rows of a working table that are those of the tuple at hand.
fn work_table(set: &Domain, scan: &TableScan, name: &str) -> Result<LogicalPlan> {
    let mut fields = set.rows.schema().fields().to_vec();
    fields.extend_from_slice(scan.source.schema().fields());
    let schema = Arc::new(Schema::new(fields));
    let source = provider_as_source(Arc::new(CteWorkTable::new(name, schema)));
    let all = TableScan::try_new(scan.table_name.clone(), source, None, Vec::new(), None)?;
    let columns = scan.projected_schema.columns().into_iter();
    let columns = columns.map(Expr::Column).collect();
    let mut conditions = set.same_outside(&all.projected_schema);
    conditions.extend(scan.filters.clone());
    projected(columns, filtered(LogicalPlan::TableScan(all), conditions)?)
}
