//! What a refusal says.

use super::build::*;
use crate::evolution::{Report, Rule, Violation, adopt_identities, compare, diff, judge};
use crate::schema::{Alteration, DataType, FieldId, Mode, Schema};

fn orders() -> Schema {
    schema(
        &["id: bigint", "a: integer !", "b: text", "c: varchar(9) !"],
        &["id"],
    )
}

fn violations(alterations: &[Alteration]) -> Vec<Violation> {
    compare(&orders(), &altered(&orders(), alterations)).violations
}

/// What every rule says: the change, the rule's line.
#[test]
fn a_line_says_what_which_rule_and_both_directions() {
    let key = [Alteration::DropPrimaryKey, add_key(&["id", "a"])];
    for (alterations, line) in [
        (
            &[add("x: text !")][..],
            "column \"x\": added as NOT NULL without a default (added_required); \
             new readers read old data: no, because old data has no value for it; \
             old readers read new data: yes",
        ),
        (
            &[drop("a")],
            "column \"a\": dropped while NOT NULL without a default (dropped_required); \
             new readers read old data: yes; \
             old readers read new data: no, because new data has no value for it",
        ),
        (
            &[rename("a", "z")],
            "column \"z\": renamed from \"a\" while NOT NULL without a default (renamed); \
             new readers read old data: yes; \
             old readers read new data: no, because new data has no value of the old name",
        ),
        (
            &[rename("b", "z"), add("b: text")],
            "column \"z\": renamed from \"b\", and another column has one of the two names (name_reused); \
             new readers read old data: no, because another column's data is found by its name; \
             old readers read new data: no, because another column's data is found by its name",
        ),
        (
            &[set_type("a", "bigint")],
            "column \"a\": widened from integer to bigint (widened); \
             new readers read old data: yes; \
             old readers read new data: no, because integer has no room for every bigint",
        ),
        (
            &[set_type("a", "smallint")],
            "column \"a\": narrowed from integer to smallint (narrowed); \
             new readers read old data: no, because smallint has no room for every integer; \
             old readers read new data: yes",
        ),
        (
            &[set_type("a", "text")],
            "column \"a\": changed from integer to text (retyped); \
             new readers read old data: no, because text does not read integer; \
             old readers read new data: no, because integer does not read text",
        ),
        (
            &[set_not_null("b")],
            "column \"b\": made NOT NULL (set_not_null); \
             new readers read old data: no, because old data may have NULLs; \
             old readers read new data: yes",
        ),
        (
            &[drop_not_null("a")],
            "column \"a\": made nullable (dropped_not_null); \
             new readers read old data: yes; \
             old readers read new data: no, because new data may have NULLs",
        ),
        (
            &key,
            "primary key: changed from (id) to (id, a) (primary_key); \
             new readers read old data: no, because rows are told apart by other columns; \
             old readers read new data: no, because rows are told apart by other columns",
        ),
    ] {
        assert_eq!(violations(alterations)[0].to_string(), line);
    }
}

/// What every mode that refuses a change would allow instead.
#[test]
fn a_hint_says_what_would_be_allowed() {
    use Mode::*;
    let all = [Backward, Forward, Full, FullTransitive];
    let cases: &[(Alteration, &[Mode], &str)] = &[
        (
            add("x: text !"),
            &[Backward, Full],
            "Add a default to column \"x\", or let it be nullable.",
        ),
        (
            drop("a"),
            &[Forward, Full],
            "Give column \"a\" a default first, and drop it in a later version.",
        ),
        (
            drop("a"),
            &[ForwardTransitive, FullTransitive],
            "Keep column \"a\": readers of version 1 need it.",
        ),
        (
            rename("a", "z"),
            &[Forward, Full],
            "Give column \"a\" a default first, and rename it in a later version.",
        ),
        (
            rename("a", "z"),
            &[ForwardTransitive, FullTransitive],
            "Keep the name \"a\": readers of version 1 need it.",
        ),
        (
            set_type("a", "bigint"),
            &[Forward, Full],
            "Keep type integer of column \"a\" or add another column for values of type bigint.",
        ),
        (
            set_type("a", "smallint"),
            &[Backward, Full],
            "Keep type integer of column \"a\" or add another column for values of type smallint.",
        ),
        (
            set_type("a", "text"),
            &[Backward, BackwardTransitive],
            "Keep type integer of column \"a\", use bigint, or add another column for values of type text.",
        ),
        (
            set_type("a", "text"),
            &[Forward],
            "Keep type integer of column \"a\", use smallint, or add another column for values of type text.",
        ),
        (
            set_type("a", "text"),
            &[Full, FullTransitive],
            "Keep type integer of column \"a\" or add another column for values of type text.",
        ),
        (
            set_type("c", "char(12)"),
            &[Backward],
            "Keep type character varying(9) of column \"c\", use character varying(12) or text, \
             or add another column for values of type character(12).",
        ),
        (
            set_not_null("b"),
            &[Backward, Full],
            "Keep column \"b\" nullable.",
        ),
        (
            drop_not_null("a"),
            &[Forward, Full],
            "Keep column \"a\" NOT NULL.",
        ),
        (
            Alteration::DropPrimaryKey,
            &all,
            "Keep the primary key, or create another stream.",
        ),
    ];
    for (alteration, modes, hint) in cases {
        let new = altered(&orders(), std::slice::from_ref(alteration));
        for mode in *modes {
            let report = judge(*mode, &new, &[(1, &orders())]);
            assert_eq!(report.hint(), *hint, "{mode}");
        }
    }
}

/// What is told where several versions ask for different things.
#[test]
fn a_way_out_helps_every_version() {
    let bare = schema(&["id: bigint"], &[]);
    let nullable = altered(&bare, &[add("b: text")]);
    let renamed = altered(&nullable, &[rename("b", "c")]);
    let dropped = altered(&nullable, &[drop("id")]);
    for (history, alterations, hint) in [
        // A default would do for version 1 only.
        (
            &[&bare, &nullable][..],
            &[set_not_null("b")],
            "Keep column \"b\" nullable.",
        ),
        (
            &[&nullable, &renamed],
            &[add("b: text")],
            "Leave the names \"b\" and \"c\" to the columns that had them: use a name that no column had.",
        ),
        (
            &[&nullable, &dropped],
            &[rename("b", "id")],
            "Leave the names \"b\" and \"id\" to the columns that had them: use a name that no column had.",
        ),
    ] {
        let latest = history.last().expect("a history");
        let new = altered(latest, alterations);
        let history: Vec<(u32, &Schema)> = (1..).zip(history.iter().copied()).collect();
        let report = judge(Mode::BackwardTransitive, &new, &history);
        assert_eq!(report.hint(), hint);
    }
}

/// Names are said as they are; on their own, ways are told apart.
#[test]
fn names_with_quotes_and_dots() {
    let old = schema(&["a\"b: text", "s: struct<\"x.\"\"y\": int>"], &[]);
    let part = path("s").child("x.\"y");
    let to = Alteration::RenameColumn {
        column: part,
        to: "z".to_owned(),
    };
    let changes = diff(&old, &altered(&old, &[rename("a\"b", "c\"d"), to])).differences;
    let told = changes.iter().map(|found| {
        let change = &found.change;
        (change.to_string(), change.before().unwrap_or_default())
    });
    let told: Vec<_> = told.collect();
    assert_eq!(
        told,
        [
            (
                "renamed column \"a\"b\" to \"c\"d\"".to_owned(),
                "a\"b".to_owned()
            ),
            (
                "renamed column \"s.x.\"y\" to \"s.z\"".to_owned(),
                "s.\"x.\"\"y\"".to_owned()
            ),
        ]
    );
}

/// Of every two types without parts: what a hint names is allowed.
#[test]
fn types_that_hints_name_are_allowed() {
    let mut types = super::table::types();
    types.retain(|data_type| !data_type.is_nested());
    let with = |data_type: &DataType| schema(&[&format!("a: {data_type}")], &[]);
    for (old, new) in types
        .iter()
        .flat_map(|old| types.iter().map(move |new| (old, new)))
    {
        for mode in Mode::ALL {
            let report = judge(mode, &with(new), &[(1, &with(old))]);
            let hint = report.hint();
            let Some((_, named)) = hint.split_once(", use ") else {
                continue;
            };
            let (named, _) = named.split_once(", or add").expect(named);
            for named in named.split(" or ") {
                let named: DataType = named.parse().expect(named);
                assert!(judge(mode, &with(&named), &[(1, &with(old))]).is_compatible());
            }
        }
    }
}

#[test]
fn a_refusal_is_an_error_with_every_violation() {
    let new = altered(
        &orders(),
        &[set_type("a", "smallint"), add("x: text !"), drop("c")],
    );
    let report = judge(Mode::Backward, &new, &[(2, &orders()), (3, &orders())]);
    let lines: Vec<String> = report.violations.iter().map(ToString::to_string).collect();
    let error = report.into_error("orders");
    assert_eq!(error.sqlstate(), "23514");
    assert_eq!(error.constraint(), Some("BACKWARD"));
    assert_eq!(
        error.message(),
        "change of stream \"orders\" violates compatibility mode \"BACKWARD\""
    );
    assert_eq!(error.detail(), Some(lines.join("\n").as_str()));
    assert!(lines[0].starts_with("column \"a\": narrowed from integer to smallint"));
    assert!(lines[1].starts_with("column \"x\": added as NOT NULL without a default"));
    assert!(
        lines
            .iter()
            .all(|line| line.ends_with(" (against version 3)"))
    );
    assert_eq!(
        error.hint(),
        Some(
            "Keep type integer of column \"a\" or add another column for values of type smallint.\n\
             Add a default to column \"x\", or let it be nullable."
        )
    );
    assert_eq!(
        compare(&orders(), &new).reason(),
        "new readers read old data: no, because column \"a\" was narrowed from integer to smallint \
         and column \"x\" was added as NOT NULL without a default; \
         old readers read new data: no, because column \"c\" was dropped while NOT NULL without a default"
    );
}

#[test]
fn the_same_against_several_versions_is_one_line() {
    let first = orders();
    let second = altered(&first, &[set_type("a", "bigint")]);
    let new = altered(&second, &[set_type("a", "text"), drop("c")]);
    let history: Vec<(u32, &Schema)> = (1..=3)
        .map(|number| (number, &first))
        .chain([4, 6].map(|number| (number, &second)))
        .collect();
    let report = judge(Mode::FullTransitive, &new, &history);
    let found: Vec<(Rule, String, String)> = report
        .violations
        .iter()
        .map(|violation| {
            let against = violation.against().unwrap_or_default();
            (violation.rule, violation.deed().into_owned(), against)
        })
        .collect();
    let line = |rule, deed: &str, against: &str| (rule, deed.to_owned(), against.to_owned());
    assert_eq!(
        found,
        [
            line(
                Rule::Retyped,
                "changed from integer to text",
                "versions 1 to 3"
            ),
            line(
                Rule::DroppedRequired,
                "dropped while NOT NULL without a default",
                "versions 1 to 4 and 6"
            ),
            line(
                Rule::Retyped,
                "changed from bigint to text",
                "versions 4 and 6"
            ),
        ]
    );
}

#[test]
fn a_refusal_has_no_bound_but_its_bytes() {
    let report = |columns: usize| -> Report {
        let columns: Vec<String> = (0..columns).map(|i| format!("c{i}: text !")).collect();
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        let (old, new) = (schema(&["a: text"], &[]), schema(&columns, &[]));
        let (new, _) = adopt_identities(new, &old, FieldId(1)).expect("identities");
        judge(Mode::Backward, &new, &[(1, &old)])
    };
    assert_eq!(report(500).detail().lines().count(), 500);
    assert_eq!(report(500).hint().lines().count(), 500);

    let detail = report(5_000).detail();
    let lines: Vec<&str> = detail.lines().collect();
    assert!(detail.len() < 257 * 1024);
    assert_eq!(
        lines[lines.len() - 1],
        format!("and {} more", 5_000 - (lines.len() - 1))
    );
}
