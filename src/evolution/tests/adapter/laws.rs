//! The rules and the adapter say the same.

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::Value as Json;

use super::edit::{Edit, edit, edited, keeping, schema};
use super::witness::witness;
use crate::evolution::{Adapter, Rule, adopt_identities, compare};
use crate::schema::{Direction, FieldId, Schema, sample};

/// A schema, one that came out of it so that the direction works, and a
/// record of the one that is read.
fn carried(
    edit: impl Strategy<Value = Edit>,
    direction: Direction,
) -> impl Strategy<Value = (Schema, Schema, Json)> {
    let edits = proptest::collection::vec(edit, 1..8);
    (schema(), edits).prop_flat_map(move |(old, edits)| {
        let new = edited(&old, &edits, |new| match direction {
            Direction::Backward => compare(&old, new).backward(),
            Direction::Forward => compare(&old, new).forward(),
        });
        let record = match direction {
            Direction::Backward => sample::record(&old),
            Direction::Forward => sample::record(&new),
        };
        (Just(old), Just(new), record)
    })
}

/// The record as one of the schema it is carried to.
fn carry(from: &Schema, to: &Schema, record: &Json) -> Result<Json, TestCaseError> {
    let carried = Adapter::new(from, to).adapt(record.clone());
    let carried = carried.map_err(|error| TestCaseError::fail(error.to_string()))?;
    let read = to.read_record(carried.clone());
    prop_assert_eq!(&read.expect("a record of its schema"), &carried);
    #[cfg(feature = "arrow")]
    super::batches::agree(from, to, record);
    Ok(carried)
}

/// What the adapter says when a rule is broken.
fn sqlstates(rule: Rule) -> &'static [&'static str] {
    match rule {
        Rule::AddedRequired | Rule::DroppedRequired | Rule::SetNotNull | Rule::DroppedNotNull => {
            &["22004"]
        }
        Rule::Widened | Rule::Narrowed => &["22003", "22001", "22008"],
        Rule::Retyped => &["22P02"],
        Rule::Renamed | Rule::NameReused | Rule::PrimaryKey => &[],
    }
}

/// Finds a record that fails for every violation, in every direction that it
/// breaks.
fn refused(old: &Schema, new: &Schema) -> Result<(), TestCaseError> {
    let verdict = compare(old, new);
    let ways = [
        (Direction::Backward, old, new),
        (Direction::Forward, new, old),
    ];
    for (direction, from, to) in ways {
        let broken: Vec<_> = verdict
            .violations
            .iter()
            .filter(|violation| !violation.keeps(direction))
            .collect();
        for violation in &broken {
            let Some(record) = witness(violation, from, to, direction) else {
                continue;
            };
            let read = from.read_record(record.clone());
            prop_assert!(
                read.is_ok(),
                "{record} is no record: {}",
                read.expect_err("so")
            );
            let failure = Adapter::new(from, to).adapt(record.clone());
            prop_assert!(failure.is_err(), "{violation}: {record} is carried");
            let failure = failure.expect_err("so");
            #[cfg(feature = "arrow")]
            super::batches::refuse(from, to, &record, &failure, broken.len() == 1);
            // Another violation may be met first.
            let sqlstate = failure.problem.sqlstate();
            let says_so = |rule| sqlstates(rule).contains(&sqlstate);
            prop_assert!(
                broken.iter().any(|other| says_so(other.rule)),
                "{violation}: {sqlstate}"
            );
            prop_assert!(
                broken.len() > 1 || says_so(violation.rule),
                "{violation}: {sqlstate}"
            );
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn a_record_of_the_same_schema_stays_as_it_is(
        (schema, record) in schema().prop_flat_map(|schema| {
            let record = sample::record(&schema);
            (Just(schema), record)
        }),
    ) {
        let canonical = schema.read_record(record.clone()).expect("a record");
        prop_assert_eq!(carry(&schema, &schema, &record)?, canonical.clone());
        prop_assert_eq!(carry(&schema, &schema, &canonical)?, canonical);
    }

    #[test]
    fn what_is_backward_compatible_carries_every_old_record(
        (old, new, record) in carried(edit(), Direction::Backward),
    ) {
        carry(&old, &new, &record)?;
    }

    #[test]
    fn what_is_forward_compatible_carries_every_new_record(
        (old, new, record) in carried(edit(), Direction::Forward),
    ) {
        carry(&new, &old, &record)?;
    }

    #[test]
    fn what_is_not_dropped_comes_back(
        (old, new, record) in carried(keeping(), Direction::Backward),
    ) {
        let record = old.read_record(record).expect("a record");
        let there = carry(&old, &new, &record)?;
        prop_assert_eq!(carry(&new, &old, &there)?, record);
    }

    #[test]
    fn two_steps_are_as_good_as_one(
        (first, second, record) in carried(keeping(), Direction::Backward),
        edits in proptest::collection::vec(keeping(), 1..8),
    ) {
        let is_fit = |third: &Schema| {
            compare(&second, third).backward() && compare(&first, third).backward()
        };
        let third = edited(&second, &edits, is_fit);
        let between = carry(&first, &second, &record)?;
        prop_assert_eq!(carry(&second, &third, &between)?, carry(&first, &third, &record)?);
    }

    #[test]
    fn what_one_change_breaks_has_a_record_that_fails(old in schema(), edit in edit()) {
        refused(&old, &edited(&old, &[edit], |_| true))?;
    }

    #[test]
    fn what_is_refused_has_a_record_that_fails(
        old in schema(),
        new in schema(),
        edits in proptest::collection::vec(edit(), 1..8),
        which in any::<Index>(),
    ) {
        let new = match which.index(2) {
            0 => adopt_identities(new, &old, FieldId(100)).expect("identities").0,
            _ => edited(&old, &edits, |_| true),
        };
        refused(&old, &new)?;
    }
}
