//! Random sub-queries.

use datafusion::common::JoinType;
use datafusion::logical_expr::LogicalPlan;
use proptest::prelude::*;

use super::engine::answered;
use super::naive;
use super::planner::Planner;
use super::query::{Condition, Query, Row, Scalar, Value};

/// The engine answers what the nested loops do.
pub(super) fn check(query: &Query, tables: &[Vec<Row>]) -> std::result::Result<(), TestCaseError> {
    let expected = naive::sorted(naive::rows(query, tables, &[]));
    let planner = Planner::new(tables).expect("tables");
    let fail = |what: &str, error: &dyn std::fmt::Display, plan: Option<&LogicalPlan>| {
        let plan = plan.map(|plan| plan.display_indent().to_string());
        TestCaseError::fail(format!("{what}: {error}\n{}", plan.unwrap_or_default()))
    };
    let plan = planner
        .plan(query, &[])
        .map_err(|error| fail("plan", &error, None))?;
    let rows = answered(&plan).map_err(|error| fail("run", &error, Some(&plan)))?;
    let rows = naive::sorted(rows);
    prop_assert_eq!(rows, expected, "\n{}", plan.display_indent());
    Ok(())
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![1 => Just(None), 4 => (0_i64..3).prop_map(Some)]
}

fn tables() -> impl Strategy<Value = Vec<Vec<Row>>> {
    let row = prop::collection::vec(value(), 2);
    prop::collection::vec(prop::collection::vec(row, 0..5), 3)
}

fn simple() -> impl Strategy<Value = Scalar> {
    let column = (0_usize..3, 0_usize..4).prop_map(|(out, index)| Scalar::Column(out, index));
    prop_oneof![1 => value().prop_map(Scalar::Literal), 8 => column]
}

fn scalar() -> impl Strategy<Value = Scalar> {
    simple().prop_recursive(1, 3, 2, |inner| {
        let sum = (inner.clone(), inner);
        sum.prop_map(|(one, other)| Scalar::Sum(one.into(), other.into()))
    })
}

fn condition() -> impl Strategy<Value = Condition> {
    let leaf = prop_oneof![
        2 => Just(Condition::True),
        5 => (scalar(), scalar()).prop_map(|(one, other)| Condition::Equal(one, other)),
        2 => (scalar(), scalar()).prop_map(|(one, other)| Condition::Less(one, other)),
        1 => scalar().prop_map(Condition::IsNull),
    ];
    leaf.prop_recursive(1, 3, 2, |inner| {
        let pair = (inner.clone(), inner);
        prop_oneof![
            pair.clone()
                .prop_map(|(one, other)| Condition::And(one.into(), other.into())),
            pair.prop_map(|(one, other)| Condition::Or(one.into(), other.into())),
        ]
    })
}

fn query() -> impl Strategy<Value = Query> {
    let scalars = |least| prop::collection::vec(scalar(), least..3);
    let leaf = prop_oneof![
        4 => (0_usize..3).prop_map(Query::Table),
        1 => scalars(1).prop_map(Query::Row),
        1 => scalars(1).prop_map(Query::Values),
    ];
    leaf.prop_recursive(6, 16, 2, move |inner| {
        let one = inner.clone().prop_map(Box::new);
        let two = (one.clone(), one.clone());
        let kind = prop_oneof![
            Just(JoinType::Inner),
            Just(JoinType::Left),
            Just(JoinType::Right),
            Just(JoinType::Full),
            Just(JoinType::LeftSemi),
            Just(JoinType::LeftAnti),
        ];
        let lateral = prop_oneof![Just(JoinType::Inner), Just(JoinType::Left)];
        let limit = || prop::option::of(0_i64..3);
        prop_oneof![
            1 => (one.clone(), scalars(1)).prop_map(|(input, of)| Query::Project(input, of)),
            3 => (one.clone(), condition()).prop_map(|(input, of)| Query::Filter(input, of)),
            2 => (kind, two.clone(), condition())
                .prop_map(|(kind, (one, other), of)| Query::Join(kind, one, other, of)),
            1 => (one.clone(), scalars(0), scalar())
                .prop_map(|(input, by, of)| Query::Aggregate(input, by, of)),
            1 => one.clone().prop_map(Query::Distinct),
            1 => two.clone().prop_map(|(one, other)| Query::Union(one, other)),
            1 => (one.clone(), limit(), limit())
                .prop_map(|(input, skip, fetch)| Query::Limit(input, skip, fetch)),
            1 => (one.clone(), scalar(), scalar())
                .prop_map(|(input, by, of)| Query::Window(input, by, of)),
            1 => (one.clone(), scalars(1)).prop_map(|(input, of)| Query::Unnest(input, of)),
            3 => (lateral, two.clone(), condition())
                .prop_map(|(kind, (outer, sub), of)| Query::Apply(kind, outer, sub, of)),
            // An expression sub-query.
            3 => (two, scalar()).prop_map(|((outer, sub), of)| {
                let sub = Query::Aggregate(sub, Vec::new(), of);
                Query::Apply(JoinType::Left, outer, Box::new(sub), Condition::True)
            }),
        ]
    })
}

/// An apply of queries of any shape.
fn correlated() -> impl Strategy<Value = Query> {
    let lateral = prop_oneof![Just(JoinType::Inner), Just(JoinType::Left)];
    let parts = (lateral, query(), query(), condition());
    parts.prop_map(|(kind, outer, sub, of)| Query::Apply(kind, outer.into(), sub.into(), of))
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 48,
        rng_seed: proptest::test_runner::RngSeed::Fixed(20261121),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_sub_query_is_answered_as_by_nested_loops(query in correlated(), tables in tables()) {
        check(&query, &tables)?;
    }
}
