//! Queries by nested loops.

use std::cmp::Ordering;

use datafusion::common::JoinType;

use super::query::{Condition, Query, Row, Scalar, Scope, Value};

pub(super) fn rows(query: &Query, tables: &[Vec<Row>], outer: &[Row]) -> Vec<Row> {
    let of = |query| rows(query, tables, outer);
    match query {
        Query::Table(table) => tables[*table].clone(),
        Query::Row(scalars) => vec![all(scalars, &[], outer)],
        Query::Values(scalars) => {
            let values = scalars.iter();
            values.map(|one| vec![scalar(one, &[], outer)]).collect()
        }
        Query::Project(input, scalars) => {
            let input = of(input);
            input.iter().map(|row| all(scalars, row, outer)).collect()
        }
        Query::Filter(input, condition) => {
            let mut rows = of(input);
            rows.retain(|row| holds(condition, row, outer));
            rows
        }
        Query::Join(kind, left, right, condition) => {
            let (width_left, width_right) = (width(left), width(right));
            let (left, right) = (of(left), of(right));
            let mut joined = Vec::new();
            let mut met = vec![false; right.len()];
            for one in &left {
                let mut is_met = false;
                for (other, met) in right.iter().zip(&mut met) {
                    let row = [one.as_slice(), other].concat();
                    if holds(condition, &row, outer) {
                        if !is_half(*kind) {
                            joined.push(row);
                        }
                        is_met = true;
                        *met = true;
                    }
                }
                if is_half(*kind) && is_met == (*kind == JoinType::LeftSemi) {
                    joined.push(one.clone());
                }
                if !is_met && matches!(kind, JoinType::Left | JoinType::Full) {
                    joined.push([one.as_slice(), &vec![None; width_right]].concat());
                }
            }
            if matches!(kind, JoinType::Right | JoinType::Full) {
                let lone = right.iter().zip(met).filter(|(_, met)| !met);
                joined.extend(lone.map(|(row, _)| [&vec![None; width_left], &row[..]].concat()));
            }
            joined
        }
        Query::Aggregate(input, by, of_what) => {
            let input = of(input);
            let mut groups: Vec<(Row, Vec<Row>)> = Vec::new();
            if by.is_empty() {
                groups.push((Vec::new(), Vec::new()));
            }
            for row in input {
                let key = all(by, &row, outer);
                match groups.iter_mut().find(|(other, _)| *other == key) {
                    Some((_, rows)) => rows.push(row),
                    None => groups.push((key, vec![row])),
                }
            }
            let answer = |(mut key, rows): (Row, Vec<Row>)| {
                let values = rows.iter().filter_map(|row| scalar(of_what, row, outer));
                let values: Vec<i64> = values.collect();
                let sum = (!values.is_empty()).then(|| values.iter().sum());
                key.extend([Some(values.len() as i64), sum, values.into_iter().max()]);
                key
            };
            groups.into_iter().map(answer).collect()
        }
        Query::Distinct(input) => {
            let mut rows = sorted(of(input));
            rows.dedup();
            rows
        }
        Query::DistinctOn(input, on) => {
            let mut first: Vec<(Value, Row)> = Vec::new();
            for row in sorted(of(input)) {
                let key = scalar(on, &row, outer);
                if first.iter().all(|(other, _)| *other != key) {
                    first.push((key, row));
                }
            }
            first.into_iter().map(|(_, row)| row).collect()
        }
        Query::Union(one, other) => {
            let width = width(one).min(width(other));
            let both = of(one).into_iter().chain(of(other));
            both.map(|row| row[..width].to_vec()).collect()
        }
        Query::Limit(input, skip, fetch) => {
            let rows = sorted(of(input)).into_iter();
            let rows = rows.skip(skip.unwrap_or(0) as usize);
            rows.take(fetch.map_or(usize::MAX, |fetch| fetch as usize))
                .collect()
        }
        Query::Window(input, by, of_what) => {
            let rows = sorted(of(input));
            let with = |(index, row): (usize, &Row)| {
                let key = scalar(by, row, outer);
                let is_same = |other: &&Row| scalar(by, other, outer) == key;
                let number = rows[..index].iter().filter(is_same).count() as i64 + 1;
                let values = rows.iter().filter(is_same);
                let values = values.filter_map(|row| scalar(of_what, row, outer));
                let sum = values.reduce(|sum, value| sum + value);
                [row.as_slice(), &[Some(number), sum]].concat()
            };
            rows.iter().enumerate().map(with).collect()
        }
        Query::Unnest(input, scalars) => {
            let with = |row: Row| {
                let values = all(scalars, &row, outer).into_iter();
                let with = move |value| [row.as_slice(), &[value]].concat();
                values.map(with).collect::<Vec<_>>()
            };
            of(input).into_iter().flat_map(with).collect()
        }
        Query::Recursive(start, table, value, condition) => {
            let mut all: Vec<Row> = Vec::new();
            let mut found: Vec<Row> = of(start).iter().map(|row| vec![row[0]]).collect();
            while let Some(one) = found.pop() {
                if all.contains(&one) {
                    continue;
                }
                let both = tables[*table].iter().map(|row| [&one[..], row].concat());
                let met = both.filter(|row| holds(condition, row, outer));
                found.extend(met.map(|row| vec![scalar(value, &row, outer)]));
                all.push(one);
            }
            all
        }
        Query::Apply(kind, input, sub, condition) => {
            let mut joined = Vec::new();
            let width = width(sub);
            for one in of(input) {
                let further = [outer, std::slice::from_ref(&one)].concat();
                let answers = rows(sub, tables, &further).into_iter();
                let answers = answers.map(|other| [one.as_slice(), &other].concat());
                let before = joined.len();
                joined.extend(answers.filter(|row| holds(condition, row, outer)));
                if *kind == JoinType::Left && joined.len() == before {
                    joined.push([one.as_slice(), &vec![None; width]].concat());
                }
            }
            joined
        }
    }
}

/// How many columns a query has.
pub(super) fn width(query: &Query) -> usize {
    match query {
        Query::Table(_) => 2,
        Query::Values(_) | Query::Recursive(..) => 1,
        Query::Row(scalars) | Query::Project(_, scalars) => scalars.len(),
        Query::Filter(input, _)
        | Query::Distinct(input)
        | Query::DistinctOn(input, _)
        | Query::Limit(input, ..) => width(input),
        Query::Join(kind, one, _, _) if is_half(*kind) => width(one),
        Query::Join(_, one, other, _) | Query::Apply(_, one, other, _) => width(one) + width(other),
        Query::Aggregate(_, by, _) => by.len() + 3,
        Query::Union(one, other) => width(one).min(width(other)),
        Query::Window(input, ..) => width(input) + 2,
        Query::Unnest(input, _) => width(input) + 1,
    }
}

/// Whether a join answers with rows of its left side only.
fn is_half(kind: JoinType) -> bool {
    matches!(kind, JoinType::LeftSemi | JoinType::LeftAnti)
}

pub(super) fn sorted(mut rows: Vec<Row>) -> Vec<Row> {
    let nulls_last = |one: &Value, other: &Value| match (one, other) {
        (Some(one), Some(other)) => one.cmp(other),
        (one, other) => one.is_none().cmp(&other.is_none()),
    };
    rows.sort_by(|one, other| {
        let columns = one.iter().zip(other);
        columns
            .map(|(one, other)| nulls_last(one, other))
            .find(|order| *order != Ordering::Equal)
            .unwrap_or(Ordering::Equal)
    });
    rows
}

fn all(scalars: &[Scalar], here: &[Value], outer: &[Row]) -> Row {
    scalars.iter().map(|one| scalar(one, here, outer)).collect()
}

fn scalar(of: &Scalar, here: &[Value], outer: &[Row]) -> Value {
    match of {
        Scalar::Literal(value) => *value,
        Scalar::Column(out, index) => {
            let scope = Scope { here, outer };
            scope.get(*out, *index).and_then(|(value, _)| *value)
        }
        Scalar::Sum(one, other) => Some(scalar(one, here, outer)? + scalar(other, here, outer)?),
    }
}

fn holds(condition: &Condition, here: &[Value], outer: &[Row]) -> bool {
    truth(condition, here, outer) == Some(true)
}

fn truth(condition: &Condition, here: &[Value], outer: &[Row]) -> Option<bool> {
    let scalar = |of| scalar(of, here, outer);
    let truth = |of| truth(of, here, outer);
    match condition {
        Condition::True => Some(true),
        Condition::Equal(one, other) => Some(scalar(one)? == scalar(other)?),
        Condition::Less(one, other) => Some(scalar(one)? < scalar(other)?),
        Condition::IsNull(one) => Some(scalar(one).is_none()),
        Condition::And(one, other) => match (truth(one), truth(other)) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (one, other) => Some(one? && other?),
        },
        Condition::Or(one, other) => match (truth(one), truth(other)) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (one, other) => Some(one? || other?),
        },
    }
}
