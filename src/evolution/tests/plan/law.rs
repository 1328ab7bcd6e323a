//! What is true of every plan.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use proptest::prelude::*;

use super::super::build::drop_cascade;
use crate::evolution::{Plan, Route, RouteAction, Safety, adopt_identities, alter, judge, plan};
use crate::schema::{Alteration, DataType, Field, FieldId, Mode, ObjectId, Schema, sample};

/// The schema after the actions, in one `ALTER`.
fn applied(schema: &Schema, alterations: &[Alteration]) -> Schema {
    let altered = alter("orders", schema, FieldId(0), alterations, &mut || {
        ObjectId(0)
    });
    altered
        .unwrap_or_else(|wrong| panic!("{}: {}", alterations[wrong.index], wrong.error))
        .schema
}

/// Each step is done after the ones before, and together they make the new schema.
fn arrives(plan: &Plan) {
    let each = plan
        .steps
        .iter()
        .fold(Schema::clone(&plan.from), |schema, step| {
            applied(&schema, &[step.alteration()])
        });
    let all = applied(&plan.from, &plan.alterations());
    for schema in [each, all] {
        assert_eq!(schema.fingerprint(), plan.to.fingerprint(), "{plan:#?}");
        schema.validate().expect("a valid schema");
    }
}

/// Runs the statements of a route one after another, each of which the mode lets
/// pass, and answers the history it makes.
fn taken(route: &Route, mode: Mode, history: &[(u32, Arc<Schema>)]) -> Vec<(u32, Arc<Schema>)> {
    let mut history = history.to_vec();
    let mut last = history
        .iter()
        .map(|(_, schema)| schema.last_field_id())
        .max();
    for step in &route.steps {
        let RouteAction::Alter(alterations) = &step.action else {
            continue;
        };
        assert!(!alterations.is_empty());
        let latest = history.last().expect("a history").1.clone();
        let mut ids = (100..).map(ObjectId);
        let altered = alter(
            "s",
            &latest,
            last.unwrap_or(FieldId(0)),
            alterations,
            &mut || ids.next().expect("endless"),
        )
        .unwrap_or_else(|wrong| {
            panic!("{}: {}\n{route:#?}", alterations[wrong.index], wrong.error)
        });
        last = Some(altered.last_field_id);
        let versions: Vec<_> = history
            .iter()
            .map(|(n, schema)| (*n, schema.as_ref()))
            .collect();
        let report = judge(mode, &altered.schema, &versions);
        assert!(
            report.is_compatible(),
            "{:#?}\n{route:#?}",
            report.violations
        );
        assert_ne!(latest.fingerprint(), altered.schema.fingerprint());
        let number = history.len() as u32 + 1;
        history.push((number, Arc::new(altered.schema)));
    }
    history
}

/// Whether a name is another one, or one that was made of it.
fn is_like(name: &str, wanted: &str) -> bool {
    let rest = name.strip_prefix(wanted);
    rest.is_some_and(|rest| {
        let number = rest.strip_prefix('_').unwrap_or("0");
        rest.is_empty() || number.parse::<u32>().is_ok_and(|number| number > 1)
    })
}

/// Whether what there is is what was wanted, as far as types and names go.
fn is_wanted(got: &DataType, wanted: &DataType) -> bool {
    match (got, wanted) {
        (DataType::Struct(got), DataType::Struct(wanted)) => have(got, wanted).is_some(),
        (DataType::Array(_), DataType::Array(_)) | (DataType::Map(_), DataType::Map(_)) => {
            let mut parts = got.children().iter().zip(wanted.children());
            parts.all(|(got, wanted)| {
                got.nullable == wanted.nullable && is_wanted(&got.data_type, &wanted.data_type)
            })
        }
        _ => got == wanted,
    }
}

/// Finds for each wanted field one that is there for it alone. Answers which
/// those are, by their places.
fn have(got: &[Field], wanted: &[Field]) -> Option<HashSet<usize>> {
    let fits = |got: &Field, wanted: &Field| {
        is_like(&got.name, &wanted.name)
            && (got.nullable || !wanted.nullable)
            && is_wanted(&got.data_type, &wanted.data_type)
    };
    let candidates: Vec<Vec<usize>> = wanted
        .iter()
        .map(|wanted| {
            let fits = |place: &usize| fits(&got[*place], wanted);
            (0..got.len()).filter(fits).collect()
        })
        .collect();
    let mut takers = HashMap::new();
    let is_found = |one| take(one, &candidates, &mut takers, &mut HashSet::new());
    (0..wanted.len())
        .all(is_found)
        .then(|| takers.into_keys().collect())
}

/// Takes a candidate for this one, if need be from another that has one more.
fn take(
    one: usize,
    candidates: &[Vec<usize>],
    takers: &mut HashMap<usize, usize>,
    seen: &mut HashSet<usize>,
) -> bool {
    candidates[one].iter().any(|place| {
        let is_free = seen.insert(*place)
            && match takers.get(place).copied() {
                Some(other) => take(other, candidates, takers, seen),
                None => true,
            };
        if is_free {
            takers.insert(*place, one);
        }
        is_free
    })
}

/// What a route promises: see [`Route`].
fn keeps_its_promise(mode: Mode, new: &Arc<Schema>, history: &[(u32, Arc<Schema>)]) {
    let plan = plan(mode, new, history);
    let is_allowed = plan.report.is_compatible() || plan.steps.is_empty();
    assert_eq!(plan.route.is_none(), is_allowed);
    let Some(route) = &plan.route else {
        return;
    };
    let became = taken(route, mode, history);
    if route.has_successor() {
        assert_eq!(became.len(), history.len());
        return;
    }
    let (_, last) = became.last().expect("a history");
    let found = have(&last.fields, &new.fields).unwrap_or_else(|| panic!("{route:#?}"));
    // What is still there and not wanted cannot go.
    let versions: Vec<_> = became
        .iter()
        .map(|(n, schema)| (*n, schema.as_ref()))
        .collect();
    let all = last.fields.iter().enumerate();
    for (_, field) in all.filter(|(place, _)| !found.contains(place)) {
        let without = applied(last, &[drop_cascade(&field.name)]);
        let verdict = judge(mode, &without, &versions);
        assert!(!verdict.is_compatible(), "{}: {route:#?}", field.name);
    }
    assert_eq!(last.primary_key.len(), new.primary_key.len());
    assert_eq!(last.indexes.len(), new.indexes.len());
    assert_eq!(last.constraints.len(), new.constraints.len());
}

proptest! {
    #[test]
    fn a_route_can_be_run(
        first in sample::schema(),
        second in sample::schema(),
        new in sample::schema(),
        mode in proptest::sample::select(&Mode::ALL[..]),
        is_known in any::<bool>(),
    ) {
        // A history as it grows by registering, or one whose columns were renamed.
        let last = first.last_field_id();
        let (second, last) = match is_known {
            true => adopt_identities(second, &first, last).expect("identities"),
            false => (second, last),
        };
        let (new, _) = match is_known {
            true => adopt_identities(new, &second, last).expect("identities"),
            false => (new, last),
        };
        let (first, second, new) = (Arc::new(first), Arc::new(second), Arc::new(new));
        keeps_its_promise(mode, &new, &[(1, second.clone())]);
        keeps_its_promise(mode, &new, &[(1, first), (2, second)]);
    }

    #[test]
    fn the_steps_lead_to_the_new_schema(from in sample::schema(), to in sample::schema()) {
        let history = [(1, Arc::new(from.clone()))];
        // By identity, so that columns are renamed and change places.
        arrives(&plan(Mode::Full, &Arc::new(to.clone()), &history));
        let (to, _) = adopt_identities(to, &from, FieldId(0)).expect("identities");
        arrives(&plan(Mode::Full, &Arc::new(to), &history));
    }

    #[test]
    fn what_is_not_allowed_is_breaking(
        first in sample::schema(),
        second in sample::schema(),
        new in sample::schema(),
        mode in proptest::sample::select(&Mode::ALL[..]),
    ) {
        let history = [(1, Arc::new(first.clone())), (2, Arc::new(second.clone()))];
        let plan = plan(mode, &Arc::new(new.clone()), &history);
        let versions = [(1, &first), (2, &second)];
        prop_assert_eq!(&plan.report, &judge(mode, &new, &versions));
        let before = judge(mode, &second, &versions);
        if mode != Mode::None && before.is_compatible() {
            let is_breaking = plan.safety() > Safety::Risky;
            prop_assert_eq!(is_breaking, !plan.report.is_compatible(), "{:#?}", plan);
        }
    }
}
