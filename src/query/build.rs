//! The nodes of a plan, as the binder makes them.
//!
//! All columns are unqualified and have names of their own, so that every node is
//! made with its own constructor: nothing has to be normalised.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field};
use datafusion::common::{Column, DFSchema, NullEquality, Result, UnnestOptions};
use datafusion::functions_aggregate::count::count_udaf;
use datafusion::functions_window::rank::rank_udwf;
use datafusion::functions_window::row_number::row_number_udwf;
use datafusion::logical_expr::expr::{AggregateFunction, Sort, WindowFunction};
use datafusion::logical_expr::{
    Aggregate, EmptyRelation, Expr, Filter, Join, JoinConstraint, JoinType, Limit, LogicalPlan,
    Operator, Projection, Union, Unnest, Values, Window, WindowFrame, lit,
};

/// One row without columns.
pub(super) fn one_row() -> LogicalPlan {
    LogicalPlan::EmptyRelation(EmptyRelation {
        produce_one_row: true,
        schema: Arc::new(DFSchema::empty()),
    })
}

/// No rows, of columns with these names.
pub(super) fn no_rows<'a>(
    columns: impl Iterator<Item = (&'a str, DataType)>,
) -> Result<LogicalPlan> {
    let fields = columns.map(|(name, of)| Field::new(name, of, true));
    let schema = DFSchema::from_unqualified_fields(fields.collect(), HashMap::new())?;
    Ok(LogicalPlan::EmptyRelation(EmptyRelation {
        produce_one_row: false,
        schema: Arc::new(schema),
    }))
}

/// These expressions under these names.
pub(super) fn project(
    input: LogicalPlan,
    columns: impl IntoIterator<Item = (Expr, String)>,
) -> Result<LogicalPlan> {
    let columns = columns.into_iter().map(|(expr, name)| named(expr, &name));
    let projection = Projection::try_new(columns.collect(), Arc::new(input))?;
    Ok(LogicalPlan::Projection(projection))
}

/// What the plan has, and these beside it.
pub(super) fn extend(
    input: LogicalPlan,
    more: impl IntoIterator<Item = (Expr, String)>,
) -> Result<LogicalPlan> {
    let mut more = more.into_iter().peekable();
    if more.peek().is_none() {
        return Ok(input);
    }
    let own = columns_of(&input);
    project(input, own.into_iter().chain(more))
}

/// The columns of a plan as they are.
pub(super) fn columns_of(plan: &LogicalPlan) -> Vec<(Expr, String)> {
    let fields = plan.schema().fields().iter();
    fields
        .map(|field| (super::names::column(field.name()), field.name().clone()))
        .collect()
}

/// The expression under a name.
pub(super) fn named(expr: Expr, name: &str) -> Expr {
    match &expr {
        Expr::Column(column) if column.name == name => expr,
        _ => expr.alias(name),
    }
}

/// Conditions joined by AND or OR, as a tree that is as flat as can be: the engine walks
/// all that is beneath at every level. TRUE when there are none.
pub(super) fn balanced(mut conditions: Vec<Expr>, join: fn(Expr, Expr) -> Expr) -> Expr {
    match conditions.len() {
        0 => lit(true),
        1 => conditions.remove(0),
        count => {
            let rest = conditions.split_off(count / 2);
            join(balanced(conditions, join), balanced(rest, join))
        }
    }
}

/// What a chain of this operator is made of, in its order, however it is nested.
pub(super) fn links(chain: Expr, operator: Operator) -> Vec<Expr> {
    let mut links = Vec::new();
    let mut open = vec![chain];
    while let Some(expr) = open.pop() {
        match expr {
            Expr::BinaryExpr(binary) if binary.op == operator => {
                open.extend([*binary.right, *binary.left]);
            }
            link => links.push(link),
        }
    }
    links
}

/// The rows for which a condition is true.
pub(super) fn filter(input: LogicalPlan, condition: Expr) -> Result<LogicalPlan> {
    Ok(LogicalPlan::Filter(Filter::try_new(
        condition,
        Arc::new(input),
    )?))
}

/// Two plans joined.
pub(super) fn join(
    left: LogicalPlan,
    right: LogicalPlan,
    kind: JoinType,
    condition: Option<Expr>,
) -> Result<LogicalPlan> {
    Ok(LogicalPlan::Join(Join::try_new(
        Arc::new(left),
        Arc::new(right),
        Vec::new(),
        condition,
        kind,
        JoinConstraint::On,
        NullEquality::NullEqualsNothing,
        false,
    )?))
}

/// Groups, by these expressions, with these aggregates; one group if there are no
/// expressions.
pub(super) fn aggregate(
    input: LogicalPlan,
    keys: Vec<Expr>,
    aggregates: Vec<Expr>,
) -> Result<LogicalPlan> {
    Ok(LogicalPlan::Aggregate(Aggregate::try_new(
        Arc::new(input),
        keys,
        aggregates,
    )?))
}

/// The plan with window functions' values beside it, under these names. Functions
/// over one window are computed together.
pub(super) fn window(
    mut input: LogicalPlan,
    functions: Vec<(Expr, String)>,
) -> Result<LogicalPlan> {
    let mut rest = functions;
    while let Some((first, _)) = rest.first() {
        let over = over(first);
        let (same, others): (Vec<_>, Vec<_>) = rest
            .iter()
            .cloned()
            .partition(|(expr, _)| self::over(expr) == over);
        let same = same.into_iter().map(|(expr, name)| expr.alias(name));
        input = LogicalPlan::Window(Window::try_new(same.collect(), Arc::new(input))?);
        rest = others;
    }
    Ok(input)
}

/// The window that a function is over.
fn over(expr: &Expr) -> Option<(Vec<Expr>, Vec<Sort>)> {
    match expr {
        Expr::WindowFunction(function) => Some((
            function.params.partition_by.clone(),
            function.params.order_by.clone(),
        )),
        _ => None,
    }
}

/// Rows in order.
pub(super) fn sort(input: LogicalPlan, keys: Vec<Sort>) -> LogicalPlan {
    if keys.is_empty() {
        return input;
    }
    LogicalPlan::Sort(datafusion::logical_expr::Sort {
        expr: keys,
        input: Arc::new(input),
        fetch: None,
    })
}

/// Some of the rows, by their place.
pub(super) fn limit(input: LogicalPlan, skip: Option<Expr>, fetch: Option<Expr>) -> LogicalPlan {
    if skip.is_none() && fetch.is_none() {
        return input;
    }
    LogicalPlan::Limit(Limit {
        skip: skip.map(Box::new),
        fetch: fetch.map(Box::new),
        input: Arc::new(input),
    })
}

/// One row for each element of the lists in these columns, side by side.
pub(super) fn unnest(input: LogicalPlan, lists: &[String]) -> Result<LogicalPlan> {
    let columns = lists.iter().map(Column::new_unqualified).collect();
    let options = UnnestOptions::new().with_preserve_nulls(false);
    let unnest = Unnest::try_new(Arc::new(input), columns, options)?;
    Ok(LogicalPlan::Unnest(unnest))
}

/// Rows of expressions, under these names.
pub(super) fn values(
    rows: Vec<Vec<Expr>>,
    columns: impl IntoIterator<Item = (String, DataType)>,
) -> Result<LogicalPlan> {
    let (names, carriers): (Vec<String>, Vec<DataType>) = columns.into_iter().unzip();
    // The engine has names of its own for the columns of such rows, whatever one says.
    let own = (1..=names.len()).map(|nth| format!("column{nth}"));
    let fields = own.clone().zip(carriers);
    let fields = fields.map(|(name, carrier)| Field::new(name, carrier, true));
    let schema = DFSchema::from_unqualified_fields(fields.collect(), Default::default())?;
    let rows = LogicalPlan::Values(Values {
        schema: Arc::new(schema),
        values: rows,
    });
    let columns = own.map(|own| super::names::column(&own)).zip(names);
    project(rows, columns)
}

/// The rows of both; the columns are named as the first's.
pub(super) fn union(inputs: Vec<LogicalPlan>) -> Result<LogicalPlan> {
    let inputs = inputs.into_iter().map(Arc::new).collect();
    Ok(LogicalPlan::Union(Union::try_new_with_loose_types(inputs)?))
}

/// How many rows there are, and of them those that meet the condition.
pub(super) fn count(condition: Option<Expr>) -> Expr {
    Expr::AggregateFunction(AggregateFunction::new_udf(
        count_udaf(),
        vec![lit(1_i64)],
        false,
        condition.map(Box::new),
        Vec::new(),
        None,
    ))
}

/// The number of a row among those with equal `partition`, from 1 (UInt64).
pub(super) fn row_number(partition: Vec<Expr>, order: Vec<Sort>) -> Expr {
    windowed(
        WindowFunction::new(row_number_udwf(), Vec::new()),
        partition,
        order,
    )
}

/// The rank of a row in an order, from 1 (UInt64).
pub(super) fn rank(order: Vec<Sort>) -> Expr {
    let function = WindowFunction::new(rank_udwf(), Vec::new());
    windowed(function, Vec::new(), order)
}

/// How many rows with equal `partition` meet the condition (Int64).
pub(super) fn count_over(partition: Vec<Expr>, condition: Expr) -> Expr {
    let mut function = WindowFunction::new(count_udaf(), vec![lit(1_i64)]);
    function.params.filter = Some(Box::new(condition));
    windowed(function, partition, Vec::new())
}

fn windowed(mut function: WindowFunction, partition: Vec<Expr>, order: Vec<Sort>) -> Expr {
    function.params.window_frame = match order.is_empty() {
        true => WindowFrame::new(None),
        false => WindowFrame::new(Some(false)),
    };
    function.params.partition_by = partition;
    function.params.order_by = order;
    Expr::WindowFunction(Box::new(function))
}
