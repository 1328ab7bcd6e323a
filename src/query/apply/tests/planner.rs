//! Queries as plans, as the binder makes them.

use std::sync::Arc;

use datafusion::arrow::array::{Array, Int64Array, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::catalog::TableProvider;
use datafusion::catalog::cte_worktable::CteWorkTable;
use datafusion::common::{Column, DFSchema, JoinType, Result, ScalarValue, UnnestOptions};
use datafusion::datasource::{MemTable, provider_as_source};
use datafusion::functions_aggregate::expr_fn::{count, max, sum};
use datafusion::functions_aggregate::sum::sum_udaf;
use datafusion::functions_nested::expr_fn::make_array;
use datafusion::functions_window::expr_fn::row_number;
use datafusion::logical_expr::expr::WindowFunction;
use datafusion::logical_expr::{
    Aggregate, Distinct, DistinctOn, EmptyRelation, Expr, ExprFunctionExt, Filter, Limit,
    LogicalPlan, Operator, Projection, RecursiveQuery, Sort, SortExpr, TableScan, Union, Unnest,
    Values, Window, binary_expr, cast, lit,
};

use super::naive::width;
use super::query::{Condition, Query, Row, Scalar, Scope};
use crate::query::apply::apply;
use crate::query::apply::join::{conjuncts, join};
use crate::query::names::{Names, column};

/// As a plan, as the binder would make it.
pub(super) struct Planner {
    pub(super) names: Names,
    tables: Vec<Arc<MemTable>>,
}

impl Planner {
    pub(super) fn new(tables: &[Vec<Row>]) -> Result<Self> {
        let schema = Arc::new(Schema::new(vec![
            Field::new("a", DataType::Int64, true),
            Field::new("b", DataType::Int64, true),
        ]));
        let table = |rows: &Vec<Row>| {
            let column = |index: usize| {
                let values = rows.iter().map(|row| row[index]);
                let values = values.collect::<Int64Array>();
                Arc::new(values) as Arc<dyn Array>
            };
            let batch = RecordBatch::try_new(schema.clone(), vec![column(0), column(1)])?;
            MemTable::try_new(schema.clone(), vec![vec![batch]]).map(Arc::new)
        };
        Ok(Self {
            names: Names::default(),
            tables: tables.iter().map(table).collect::<Result<_>>()?,
        })
    }

    pub(super) fn plan(&self, query: &Query, outer: &[Vec<String>]) -> Result<LogicalPlan> {
        match query {
            Query::Table(table) => self.scan("t", self.tables[*table].clone()),
            Query::Row(scalars) => {
                let row = LogicalPlan::EmptyRelation(EmptyRelation {
                    produce_one_row: true,
                    schema: Arc::new(DFSchema::empty()),
                });
                let exprs = exprs(scalars, &[], outer);
                self.project(row, exprs)
            }
            Query::Values(scalars) => {
                let field = Field::new(self.names.fresh(), DataType::Int64, true);
                let schema =
                    DFSchema::from_unqualified_fields(vec![field].into(), Default::default())?;
                let values = scalars.iter().map(|one| vec![expr(one, &[], outer)]);
                Ok(LogicalPlan::Values(Values {
                    schema: Arc::new(schema),
                    values: values.collect(),
                }))
            }
            Query::Project(input, scalars) => {
                let input = self.plan(input, outer)?;
                let exprs = exprs(scalars, &here(&input), outer);
                self.project(input, exprs)
            }
            Query::Filter(input, condition) => {
                let input = self.plan(input, outer)?;
                let predicate = predicate(condition, &here(&input), outer);
                Filter::try_new(predicate, Arc::new(input)).map(LogicalPlan::Filter)
            }
            Query::Join(kind, left, right, condition) => {
                let left = self.plan(left, outer)?;
                let right = self.plan(right, outer)?;
                let both = [here(&left), here(&right)].concat();
                let condition = conjuncts(over(condition, &both, outer));
                join(Arc::new(left), Arc::new(right), *kind, condition)
            }
            Query::Aggregate(input, by, of) => {
                let input = self.plan(input, outer)?;
                let here = here(&input);
                let by = self.named(exprs(by, &here, outer));
                let of = expr(of, &here, outer);
                let aggregates = self.named(vec![count(of.clone()), sum(of.clone()), max(of)]);
                Aggregate::try_new(Arc::new(input), by, aggregates).map(LogicalPlan::Aggregate)
            }
            Query::Distinct(input) => {
                let input = self.plan(input, outer)?;
                Ok(LogicalPlan::Distinct(Distinct::All(Arc::new(input))))
            }
            Query::DistinctOn(input, on) => {
                let input = self.plan(input, outer)?;
                let here = here(&input);
                let on = expr(on, &here, outer);
                let select = here.iter().map(|name| column(name)).collect();
                let select = self.named(select);
                let mut order = vec![on.clone().sort(true, false)];
                order.extend(by_all(&here));
                let input = Arc::new(input);
                let distinct = DistinctOn::try_new(vec![on], select, Some(order), input)?;
                Ok(LogicalPlan::Distinct(Distinct::On(distinct)))
            }
            Query::Union(one, other) => {
                let width = width(one).min(width(other));
                let side = |query, names: &[String]| -> Result<_> {
                    let plan = self.plan(query, outer)?;
                    let columns = here(&plan).into_iter().zip(names);
                    let columns = columns.map(|(name, alias)| column(&name).alias(alias));
                    let side = Projection::try_new(columns.collect(), Arc::new(plan))?;
                    Ok(Arc::new(LogicalPlan::Projection(side)))
                };
                // The sides have the same names, as the engine's rules want it.
                let names: Vec<String> = (0..width).map(|_| self.names.fresh()).collect();
                let sides = vec![side(one, &names)?, side(other, &names)?];
                Union::try_new(sides).map(LogicalPlan::Union)
            }
            Query::Limit(input, skip, fetch) => {
                let input = self.plan(input, outer)?;
                let sorted = LogicalPlan::Sort(Sort {
                    expr: by_all(&here(&input)),
                    input: Arc::new(input),
                    fetch: None,
                });
                Ok(LogicalPlan::Limit(Limit {
                    skip: skip.map(|skip| Box::new(lit(skip))),
                    fetch: fetch.map(|fetch| Box::new(lit(fetch))),
                    input: Arc::new(sorted),
                }))
            }
            Query::Window(input, by, of) => {
                let input = self.plan(input, outer)?;
                let here = here(&input);
                let by = vec![expr(by, &here, outer)];
                let number = row_number()
                    .partition_by(by.clone())
                    .order_by(by_all(&here))
                    .build()?;
                let sum = WindowFunction::new(sum_udaf(), vec![expr(of, &here, outer)]);
                let sum = Expr::from(sum).partition_by(by).build()?;
                // One node has one order.
                let window = [number, sum].into_iter().try_fold(input, |input, one| {
                    let one = self.named(vec![one]);
                    Window::try_new(one, Arc::new(input)).map(LogicalPlan::Window)
                })?;
                let columns = window.schema().columns().into_iter().map(Expr::Column);
                let columns = columns
                    .map(|column| cast(column, DataType::Int64))
                    .collect();
                self.project(window, columns)
            }
            Query::Unnest(input, scalars) => {
                let input = self.plan(input, outer)?;
                let here = here(&input);
                let list = make_array(exprs(scalars, &here, outer));
                let columns = here.iter().map(|name| column(name));
                let input = self.project(input, columns.chain([list]).collect())?;
                let list = input.schema().columns().pop().expect("there is the list");
                let unnest =
                    Unnest::try_new(Arc::new(input), vec![list], UnnestOptions::default())?;
                Ok(LogicalPlan::Unnest(unnest))
            }
            Query::Recursive(start, table, value, condition) => {
                let start = self.plan(start, outer)?;
                let first = column(&here(&start)[0]);
                let start = Arc::new(self.project(start, vec![first])?);
                let name = self.names.fresh();
                let work = CteWorkTable::new(&name, start.schema().inner().clone());
                let work = self.scan(&name, Arc::new(work))?;
                let table = self.scan("t", self.tables[*table].clone())?;
                let both = [here(&work), here(&table)].concat();
                let condition = conjuncts(over(condition, &both, outer));
                let (work, table) = (Arc::new(work), Arc::new(table));
                let step = join(work, table, JoinType::Inner, condition)?;
                let step = self.project(step, vec![expr(value, &both, outer)])?;
                RecursiveQuery::try_new(name, start, Arc::new(step), true)
                    .map(LogicalPlan::RecursiveQuery)
            }
            Query::Apply(kind, input, sub, condition) => {
                let input = self.plan(input, outer)?;
                let further = [outer, &[here(&input)]].concat();
                let sub = self.plan(sub, &further)?;
                let both = [here(&input), here(&sub)].concat();
                let condition = over(condition, &both, outer);
                apply(&self.names, input, sub, *kind, condition)
            }
        }
    }

    fn scan(&self, name: &str, table: Arc<dyn TableProvider>) -> Result<LogicalPlan> {
        let scan = TableScan::try_new(name, provider_as_source(table), None, Vec::new(), None)?;
        let columns = scan.projected_schema.columns().into_iter();
        let columns = columns.map(Expr::Column).collect();
        self.project(LogicalPlan::TableScan(scan), columns)
    }

    fn named(&self, exprs: Vec<Expr>) -> Vec<Expr> {
        let exprs = exprs.into_iter();
        exprs.map(|expr| expr.alias(self.names.fresh())).collect()
    }

    fn project(&self, input: LogicalPlan, exprs: Vec<Expr>) -> Result<LogicalPlan> {
        let exprs = self.named(exprs);
        Projection::try_new(exprs, Arc::new(input)).map(LogicalPlan::Projection)
    }
}

fn here(plan: &LogicalPlan) -> Vec<String> {
    let columns = plan.schema().columns().into_iter();
    columns.map(|column| column.name).collect()
}

fn by_all(names: &[String]) -> Vec<SortExpr> {
    let columns = names.iter().map(|name| column(name));
    columns.map(|column| column.sort(true, false)).collect()
}

fn exprs(scalars: &[Scalar], here: &[String], outer: &[Vec<String>]) -> Vec<Expr> {
    scalars.iter().map(|one| expr(one, here, outer)).collect()
}

fn expr(scalar: &Scalar, here: &[String], outer: &[Vec<String>]) -> Expr {
    match scalar {
        Scalar::Literal(value) => lit(ScalarValue::Int64(*value)),
        Scalar::Column(out, index) => match (Scope { here, outer }).get(*out, *index) {
            Some((name, false)) => column(name),
            Some((name, true)) => Expr::OuterReferenceColumn(
                Arc::new(Field::new(name, DataType::Int64, true)),
                Column::new_unqualified(name),
            ),
            None => lit(ScalarValue::Int64(None)),
        },
        Scalar::Sum(one, other) => expr(one, here, outer) + expr(other, here, outer),
    }
}

fn over(condition: &Condition, here: &[String], outer: &[Vec<String>]) -> Option<Expr> {
    match condition {
        Condition::True => None,
        condition => Some(predicate(condition, here, outer)),
    }
}

fn predicate(condition: &Condition, here: &[String], outer: &[Vec<String>]) -> Expr {
    let expr = |of| expr(of, here, outer);
    let predicate = |of| predicate(of, here, outer);
    match condition {
        Condition::True => lit(true),
        Condition::Equal(one, other) => expr(one).eq(expr(other)),
        Condition::Less(one, other) => binary_expr(expr(one), Operator::Lt, expr(other)),
        Condition::IsNull(one) => expr(one).is_null(),
        Condition::And(one, other) => predicate(one).and(predicate(other)),
        Condition::Or(one, other) => predicate(one).or(predicate(other)),
    }
}
