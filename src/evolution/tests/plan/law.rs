//! What is true of every plan.

use std::sync::Arc;

use proptest::prelude::*;

use crate::evolution::{Plan, Safety, adopt_identities, alter, judge, plan};
use crate::schema::{Alteration, FieldId, Mode, ObjectId, Schema, sample};

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

proptest! {
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
