//! Rows that expressions are asked over.

use std::sync::Arc;

use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::execution::session_state::{SessionState, SessionStateBuilder};
use datafusion::logical_expr::utils::{find_aggregate_exprs, find_window_exprs};
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder};
use datafusion::physical_plan::collect;
use datafusion::prelude::SessionConfig;
use sqlparser::ast;
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;

use super::binder::Binder;
use crate::error::Result;
use crate::query::catalog::Catalog;
use crate::query::error::translated;
use crate::query::names::column;
use crate::query::optimize;
use crate::query::types::{Coercion, cast, named, values};
use crate::relation::{Type, Value};

/// Columns and their values; without columns one row.
#[derive(Default)]
pub(super) struct Table {
    pub(super) columns: Vec<(String, Type)>,
    rows: Vec<Vec<Expr>>,
}

impl Table {
    /// `a int4, b text: (1, 'x'), (2, NULL)`
    pub(super) fn read(text: &str, catalog: &Catalog) -> Self {
        let (columns, rows) = text.split_once(": ").unwrap();
        let columns: Vec<_> = columns
            .split(", ")
            .map(|column| {
                let (name, of) = column.split_once(' ').unwrap();
                let of = parser(of).parse_data_type().unwrap();
                (name.to_owned(), named(&of, catalog).unwrap().0)
            })
            .collect();
        let none = Self::default();
        let binder = Binder {
            table: &none,
            catalog,
        };
        let mut rows_read = Vec::new();
        for row in parser(&format!("VALUES {rows}")).parse_query().into_iter() {
            let ast::SetExpr::Values(rows) = *row.body else {
                panic!("{text}")
            };
            for row in rows.rows {
                let exprs = row.into_iter().zip(&columns).map(|(expr, (_, of))| {
                    let typed = binder.bind(&expr).unwrap();
                    cast(typed, of, -1, Coercion::Assignment, catalog)
                        .unwrap()
                        .expr
                });
                rows_read.push(exprs.collect());
            }
        }
        Self {
            columns,
            rows: rows_read,
        }
    }

    fn plan(&self) -> LogicalPlanBuilder {
        if self.columns.is_empty() {
            return LogicalPlanBuilder::empty(true);
        }
        let rows = LogicalPlanBuilder::values(self.rows.clone()).unwrap();
        let names = self.columns.iter().zip(1..);
        let names = names.map(|((name, _), nth)| column(&format!("column{nth}")).alias(name));
        rows.project(names.collect::<Vec<_>>()).unwrap()
    }

    /// What an expression is: for each row, or for all.
    pub(super) async fn answer(&self, written: &str, catalog: &Catalog) -> Result<Vec<Value>> {
        let binder = Binder {
            table: self,
            catalog,
        };
        let typed = binder.bind(&parser(written).parse_expr().unwrap())?;
        let mut plan = self.plan();
        let windows = find_window_exprs([&typed.expr]);
        let aggregates = find_aggregate_exprs([&typed.expr]);
        if !windows.is_empty() {
            plan = plan.window(windows.clone()).map_err(translated)?;
        } else if !aggregates.is_empty() {
            let none = Vec::<Expr>::new();
            plan = plan
                .aggregate(none, aggregates.clone())
                .map_err(translated)?;
        }
        let found = [windows, aggregates].concat();
        let expr = typed.expr.transform_down(|expr| {
            Ok(match found.contains(&expr) {
                true => Transformed::yes(column(&expr.schema_name().to_string())),
                false => Transformed::no(expr),
            })
        });
        let expr = expr.map_err(translated)?.data.alias("answer");
        let plan = plan.project([expr]).and_then(|plan| plan.build());
        run(&plan.map_err(translated)?, &typed.data_type).await
    }
}

pub(super) fn parser(text: &str) -> Parser<'static> {
    Parser::new(&PostgreSqlDialect {})
        .try_with_sql(text)
        .unwrap()
}

/// As the engine does it.
async fn run(plan: &LogicalPlan, of: &Type) -> Result<Vec<Value>> {
    let state: SessionState = SessionStateBuilder::new()
        .with_config(SessionConfig::new().with_target_partitions(1))
        .with_default_features()
        .with_analyzer_rules(Vec::new())
        .with_optimizer_rules(optimize::rules())
        .build();
    let plan = state.optimize(plan).map_err(translated)?;
    let planner = Arc::clone(state.query_planner());
    let physical = planner.create_physical_plan(&plan, &state).await;
    let batches = collect(physical.map_err(translated)?, state.task_ctx()).await;
    let mut all = Vec::new();
    for batch in batches.map_err(translated)? {
        all.extend(values(batch.column(0), of)?);
    }
    Ok(all)
}
