//! Who can read what after which change, in every mode.

use std::collections::HashSet;

use proptest::prelude::*;

use super::build::*;
use crate::evolution::{Violation, adopt_identities, compare, judge};
use crate::schema::{FieldId, Mode, Schema, sample};

fn orders() -> Schema {
    schema(
        &[
            "id: bigint",
            "required: integer !",
            "nullable: integer",
            "defaulted: integer ! = 1",
            "name: varchar(10) !",
        ],
        &["id"],
    )
}

#[test]
fn only_transitive_modes_look_behind_the_latest_version() {
    let first = orders();
    let second = altered(&first, &[drop("required")]);
    let third = altered(&second, &[add("required: text")]);
    let history = [(1, &first), (2, &second)];
    assert!(judge(Mode::Full, &third, &history).is_compatible());
    for mode in [
        Mode::BackwardTransitive,
        Mode::ForwardTransitive,
        Mode::FullTransitive,
    ] {
        let report = judge(mode, &third, &history);
        assert!(!report.is_compatible());
        assert!(
            report
                .violations
                .iter()
                .all(|violation| violation.versions == [1])
        );
    }
    // A rename that every version lived through is found by its identity.
    let renamed = altered(&first, &[rename("nullable", "b")]);
    let again = altered(&renamed, &[rename("b", "c")]);
    assert!(judge(Mode::FullTransitive, &again, &[(1, &first), (2, &renamed)]).is_compatible());
}

/// What a violation says, but for the versions.
fn line(violation: &Violation) -> String {
    let versions = Vec::new();
    Violation {
        versions,
        ..violation.clone()
    }
    .to_string()
}

fn history() -> impl Strategy<Value = (Schema, Vec<Schema>)> {
    (
        sample::schema(),
        proptest::collection::vec(sample::schema(), 0..4),
    )
}

proptest! {
    #[test]
    fn a_schema_reads_its_own_data(schema in sample::schema()) {
        prop_assert!(compare(&schema, &schema).violations.is_empty());
    }

    #[test]
    fn modes_are_what_they_say((new, history) in history()) {
        let history: Vec<(u32, &Schema)> = (1..).zip(&history).collect();
        let allows = |mode| judge(mode, &new, &history).is_compatible();
        prop_assert!(allows(Mode::None));
        prop_assert_eq!(allows(Mode::Full), allows(Mode::Backward) && allows(Mode::Forward));
        prop_assert_eq!(
            allows(Mode::FullTransitive),
            allows(Mode::BackwardTransitive) && allows(Mode::ForwardTransitive)
        );
        for (transitive, plain) in [
            (Mode::BackwardTransitive, Mode::Backward),
            (Mode::ForwardTransitive, Mode::Forward),
            (Mode::FullTransitive, Mode::Full),
        ] {
            prop_assert!(!allows(transitive) || allows(plain));
        }
    }

    /// A report over many versions is what comparing with each of them says.
    #[test]
    fn a_report_is_the_sum_of_comparisons((new, history) in history()) {
        let history: Vec<(u32, &Schema)> = (1..).zip(&history).collect();
        let report = judge(Mode::FullTransitive, &new, &history);
        for (version, old) in history {
            let of_version = |violation: &&Violation| violation.versions.contains(&version);
            let told: HashSet<_> = report.violations.iter().filter(of_version).map(line).collect();
            let found = compare(old, &new).violations;
            prop_assert_eq!(told, found.iter().map(line).collect());
        }
    }

    /// Reading forth is reading back from the other side. Renames are the
    /// exception: only the schema that came later knows the alias.
    #[test]
    fn directions_mirror_each_other(old in sample::schema(), new in sample::schema()) {
        let (new, _) = adopt_identities(new, &old, FieldId(100)).expect("identities");
        let (forth, back) = (compare(&old, &new), compare(&new, &old));
        prop_assert_eq!(forth.backward(), back.forward());
        prop_assert_eq!(forth.forward(), back.backward());
    }

    #[test]
    fn what_differs_not_is_compatible(old in sample::schema(), new in sample::schema()) {
        let (new, _) = adopt_identities(new, &old, FieldId(100)).expect("identities");
        prop_assert!(old.fingerprint() != new.fingerprint() || compare(&old, &new).violations.is_empty());
    }
}
