//! What becomes of the sub-queries that people write.

use std::sync::Arc;

use datafusion::common::{DataFusionError, JoinType};
use datafusion::functions::math::expr_fn::random;
use datafusion::logical_expr::{LogicalPlan, Projection};
use datafusion::physical_plan::displayable;

use super::engine::physical;
use super::law::check;
use super::planner::Planner;
use super::query::{Condition, Query, Row, Scalar};
use crate::query::apply::apply;

const HERE: [Scalar; 2] = [Scalar::Column(0, 0), Scalar::Column(0, 1)];
const OUTSIDE: Scalar = Scalar::Column(1, 0);
const FURTHER: Scalar = Scalar::Column(2, 0);

/// Tables with what is easily lost: NULL on either side, values that are there
/// twice, and values without a counterpart.
fn tables() -> Vec<Vec<Row>> {
    let outer = [
        (Some(1), 10),
        (Some(1), 11),
        (Some(2), 20),
        (Some(3), 30),
        (None, 40),
    ];
    let inner = [
        (Some(1), 5),
        (Some(1), 6),
        (Some(1), 6),
        (Some(2), 7),
        (Some(9), 8),
        (None, 9),
    ];
    let rows = |pairs: &[(Option<i64>, i64)]| {
        pairs
            .iter()
            .map(|(a, b)| vec![*a, Some(*b)])
            .collect::<Vec<_>>()
    };
    vec![rows(&outer), rows(&inner), Vec::new()]
}

/// The rows of a table whose first column is this.
fn of(table: usize, first: Scalar) -> Box<Query> {
    let [key, _] = HERE;
    let input = Box::new(Query::Table(table));
    Box::new(Query::Filter(input, Condition::Equal(key, first)))
}

fn scalar(input: Box<Query>, value: Scalar) -> Box<Query> {
    Box::new(Query::Aggregate(input, Vec::new(), value))
}

fn lateral(sub: Box<Query>) -> Query {
    let outer = Box::new(Query::Table(0));
    Query::Apply(JoinType::Inner, outer, sub, Condition::True)
}

fn expression(outer: Query, sub: Box<Query>) -> Query {
    Query::Apply(JoinType::Left, Box::new(outer), sub, Condition::True)
}

/// Sub-queries that find their rows by an equality.
fn by_equality() -> Vec<(&'static str, Query)> {
    let [key, value] = HERE;
    let matches = || of(1, OUTSIDE);
    let table = || Query::Table(0);
    let limit = Query::Limit(matches(), None, Some(1));
    let window = Query::Window(matches(), key.clone(), value.clone());
    let grouped = Query::Aggregate(matches(), vec![value.clone()], key.clone());
    let union = Query::Union(matches(), of(0, OUTSIDE));
    let both = Condition::Equal(Scalar::Column(0, 1), Scalar::Column(0, 3));
    let join = Query::Join(JoinType::Inner, matches(), of(0, OUTSIDE), both);
    // ... WHERE t.a = outer.a AND EXISTS (... WHERE u.a = t.a AND u.b = outer.b)
    let third = Query::Filter(of(1, OUTSIDE), Condition::Equal(value.clone(), FURTHER));
    let nested = expression(*matches(), scalar(Box::new(third), key.clone()));
    vec![
        ("lateral", lateral(matches())),
        ("left lateral", expression(table(), matches())),
        (
            "aggregate",
            expression(table(), scalar(matches(), value.clone())),
        ),
        (
            "over no rows",
            expression(table(), scalar(of(2, OUTSIDE), value.clone())),
        ),
        ("group by", lateral(Box::new(grouped))),
        ("distinct", lateral(Box::new(Query::Distinct(matches())))),
        (
            "distinct on",
            lateral(Box::new(Query::DistinctOn(matches(), value.clone()))),
        ),
        ("limit", expression(table(), Box::new(limit))),
        ("window", lateral(Box::new(window))),
        ("union", lateral(Box::new(union))),
        ("join of two", lateral(Box::new(join))),
        (
            "two levels",
            expression(table(), scalar(Box::new(nested), value)),
        ),
    ]
}

#[test]
fn an_equality_makes_hash_joins() {
    for (name, query) in by_equality() {
        check(&query, &tables()).unwrap_or_else(|error| panic!("{name}: {error}"));
        let planner = Planner::new(&tables()).expect("tables");
        let plan = planner.plan(&query, &[]).expect("a plan");
        let plan = physical(&plan).expect("a physical plan");
        let plan = displayable(plan.as_ref()).indent(false).to_string();
        let is_slow = ["NestedLoopJoinExec", "CrossJoinExec"].map(|join| plan.contains(join));
        assert_eq!(is_slow, [false; 2], "{name}:\n{plan}");
    }
}

#[test]
fn each_expression_reads_the_outer_rows_once_more() {
    let [_, value] = HERE;
    let mut query = Query::Table(0);
    for count in 1..=6 {
        query = expression(query, scalar(of(1, OUTSIDE), value.clone()));
        let planner = Planner::new(&tables()).expect("tables");
        let plan = planner.plan(&query, &[]).expect("a plan");
        let scans = plan
            .display_indent()
            .to_string()
            .matches("TableScan")
            .count();
        assert_eq!(scans, 1 + 2 * count, "{}", plan.display_indent());
    }
}

/// Tuples that are read again must be those that are joined with.
#[test]
fn rows_that_change_are_not_read_twice() {
    let planner = Planner::new(&tables()).expect("tables");
    let table = planner.plan(&Query::Table(0), &[]).expect("a plan");
    let (input, name) = (Arc::new(table), planner.names.fresh());
    let changing = Projection::try_new(vec![random().alias(&name)], input).expect("a projection");
    let changing = LogicalPlan::Projection(changing);
    let applied = |sub: &Query| {
        let sub = planner.plan(sub, &[vec![name.clone()]]).expect("a plan");
        apply(&planner.names, changing.clone(), sub, JoinType::Inner, None)
    };
    let once = Query::Row(vec![OUTSIDE]);
    assert!(applied(&once).is_ok());
    let twice = applied(&Query::Distinct(Box::new(once)));
    assert!(
        matches!(twice, Err(DataFusionError::NotImplemented(_))),
        "{twice:?}"
    );
}
