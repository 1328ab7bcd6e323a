//! Who can read what after which change, in every mode.

use proptest::prelude::*;

use super::build::*;
use crate::evolution::{Rule, adopt_identities, compare, judge};
use crate::schema::{Alteration, FieldId, Mode, Schema, sample};

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
fn every_change_in_every_mode() {
    // Allowed: F by all modes, B by BACKWARD, W by FORWARD, N by NONE only.
    let cases: &[(&[Alteration], char, &[Rule])] = &[
        (&[], 'F', &[]),
        (&[add("x: text")], 'F', &[]),
        (&[add("x: text ! = 'y'")], 'F', &[]),
        (&[add("x: text !")], 'W', &[Rule::AddedRequired]),
        (&[drop("nullable")], 'F', &[]),
        (&[drop("defaulted")], 'F', &[]),
        (&[drop("required")], 'B', &[Rule::DroppedRequired]),
        (&[rename("nullable", "x")], 'F', &[]),
        (&[rename("defaulted", "x")], 'F', &[]),
        (&[rename("required", "x")], 'B', &[Rule::Renamed]),
        (&[rename("id", "x")], 'B', &[Rule::Renamed]),
        (&[set_type("required", "bigint")], 'B', &[Rule::Widened]),
        (&[set_type("required", "smallint")], 'W', &[Rule::Narrowed]),
        (&[set_type("required", "text")], 'N', &[Rule::Retyped]),
        (&[set_type("name", "text")], 'B', &[Rule::Widened]),
        (&[set_not_null("nullable")], 'W', &[Rule::SetNotNull]),
        (&[drop_not_null("required")], 'B', &[Rule::DroppedNotNull]),
        (&[set_default("required", "5")], 'F', &[]),
        (&[drop_default("defaulted")], 'F', &[]),
        (&[add_index(None, &["name"])], 'F', &[]),
        (&[add_unique(None, &["name"])], 'F', &[]),
        (&[Alteration::DropPrimaryKey], 'N', &[Rule::PrimaryKey]),
        (
            &[Alteration::DropPrimaryKey, add_key(&["required"])],
            'N',
            &[Rule::PrimaryKey],
        ),
        (
            &[rename("required", "x"), set_type("x", "smallint")],
            'N',
            &[Rule::Renamed, Rule::Narrowed],
        ),
        // Dropped and added again, a name is the same column to a reader.
        (&[drop("nullable"), add("nullable: integer")], 'F', &[]),
        (
            &[drop("nullable"), add("nullable: bigint")],
            'B',
            &[Rule::Widened],
        ),
        (
            &[drop("nullable"), add("nullable: text")],
            'N',
            &[Rule::Retyped],
        ),
        // The old name goes to a new column: new readers of it find the
        // renamed column's data, and old readers the new column's.
        (
            &[rename("nullable", "x"), add("nullable: integer")],
            'N',
            &[Rule::NameReused],
        ),
        // The new name was another column's: new readers find its old data.
        (
            &[drop("nullable"), rename("defaulted", "nullable")],
            'N',
            &[Rule::NameReused],
        ),
        (
            &[
                rename("nullable", "x"),
                rename("defaulted", "nullable"),
                rename("x", "defaulted"),
            ],
            'N',
            &[Rule::NameReused, Rule::NameReused],
        ),
    ];
    for (alterations, allowed, rules) in cases {
        let (old, new) = (orders(), altered(&orders(), alterations));
        let verdict = compare(&old, &new);
        let found: Vec<Rule> = verdict
            .violations
            .iter()
            .map(|violation| violation.rule)
            .collect();
        assert_eq!(found, *rules, "{alterations:?}");
        for mode in Mode::ALL {
            let expected = match mode {
                Mode::None => true,
                Mode::Backward | Mode::BackwardTransitive => matches!(allowed, 'F' | 'B'),
                Mode::Forward | Mode::ForwardTransitive => matches!(allowed, 'F' | 'W'),
                Mode::Full | Mode::FullTransitive => *allowed == 'F',
            };
            let report = judge(mode, &new, &[(1, &old)]);
            assert_eq!(report.is_compatible(), expected, "{mode}: {alterations:?}");
            assert_eq!(verdict.allows(mode), expected, "{mode}: {alterations:?}");
        }
    }
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
                .all(|violation| violation.version == Some(1))
        );
    }
    // A rename that every version lived through is found by its identity.
    let renamed = altered(&first, &[rename("nullable", "b")]);
    let again = altered(&renamed, &[rename("b", "c")]);
    assert!(judge(Mode::FullTransitive, &again, &[(1, &first), (2, &renamed)]).is_compatible());
}

#[test]
fn a_refusal_says_what_why_and_what_would_do() {
    let new = altered(
        &orders(),
        &[
            set_type("required", "smallint"),
            add("x: text !"),
            drop("name"),
        ],
    );
    let report = judge(Mode::Backward, &new, &[(2, &orders()), (3, &orders())]);
    let error = report.into_error("orders");
    assert_eq!(error.sqlstate(), "23514");
    assert_eq!(error.constraint(), Some("BACKWARD"));
    assert_eq!(
        error.message(),
        "change of stream \"orders\" violates compatibility mode \"BACKWARD\""
    );
    assert_eq!(
        error.detail(),
        Some(
            "column \"required\": narrowed from integer to smallint; new readers read old data: no; \
             old readers read new data: yes (against version 3)\n\
             column \"x\": added as NOT NULL without a default; new readers read old data: no; \
             old readers read new data: yes (against version 3)"
        )
    );
    assert_eq!(
        error.hint(),
        Some(
            "Keep type integer of column \"required\", or add another column of type smallint. \
             Give column \"x\" a default, or let it be nullable."
        )
    );
    assert_eq!(
        compare(&orders(), &new).reason(),
        "new readers read old data: no, because column \"required\" was narrowed from integer to smallint \
         and column \"x\" was added as NOT NULL without a default; \
         old readers read new data: no, because column \"name\" was dropped while NOT NULL without a default"
    );
    let rekeyed = altered(
        &orders(),
        &[Alteration::DropPrimaryKey, add_key(&["id", "name"])],
    );
    assert_eq!(
        compare(&orders(), &rekeyed).violations[0].to_string(),
        "primary key: changed from (id) to (id, name); new readers read old data: no; \
         old readers read new data: no"
    );
}

#[test]
fn a_long_refusal_is_cut() {
    let columns: Vec<String> = (0..60).map(|i| format!("c{i}: text !")).collect();
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let (old, new) = (schema(&["a: text"], &[]), schema(&columns, &[]));
    let (new, _) = adopt_identities(new, &old, FieldId(1)).expect("identities");
    let error = judge(Mode::Backward, &new, &[(1, &old)]).into_error("orders");
    let lines: Vec<&str> = error.detail().unwrap_or_default().lines().collect();
    assert_eq!((lines.len(), lines[50]), (51, "and 10 more"));
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
