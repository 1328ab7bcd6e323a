//! What each change means for each direction: the table in `evolution/mod.rs`
//! as cases.

use super::build::*;
use crate::evolution::{Rule, adopt_identities, compare, judge};
use crate::schema::{Alteration, DataType, FieldId, Mode};

/// Who can still read whose data after a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reads {
    /// New readers old data, and old readers new data.
    Both,
    /// New readers old data.
    Backward,
    /// Old readers new data.
    Forward,
    /// Nobody.
    Neither,
}
use Reads::{Backward, Both, Forward, Neither};

impl Reads {
    const fn of(backward: bool, forward: bool) -> Self {
        match (backward, forward) {
            (true, true) => Both,
            (true, false) => Backward,
            (false, true) => Forward,
            (false, false) => Neither,
        }
    }

    /// Whether a mode lets the change pass, by what its name says.
    fn is_allowed_by(self, mode: Mode) -> bool {
        match mode {
            Mode::None => true,
            Mode::Backward | Mode::BackwardTransitive => matches!(self, Both | Backward),
            Mode::Forward | Mode::ForwardTransitive => matches!(self, Both | Forward),
            Mode::Full | Mode::FullTransitive => self == Both,
        }
    }
}

/// The columns beside `id`, what is done to them, who can still read, and the
/// rules it runs into.
type Case = (
    &'static [&'static str],
    Vec<Alteration>,
    Reads,
    &'static [Rule],
);

/// Changes of columns: presence, defaults and nullability as Avro resolves
/// records; a rename is an alias of the new schema.
fn columns() -> Vec<Case> {
    let nullable: &[&str] = &["c: integer"];
    let defaulted: &[&str] = &["c: integer ! = 1"];
    let both: &[&str] = &["c: integer = 1"];
    let required: &[&str] = &["c: integer !"];
    vec![
        (nullable, vec![], Both, &[]),
        // Added: old data has none of it.
        (nullable, vec![add("d: text")], Both, &[]),
        (nullable, vec![add("d: text = 'x'")], Both, &[]),
        (nullable, vec![add("d: text ! = 'x'")], Both, &[]),
        (
            nullable,
            vec![add("d: text !")],
            Forward,
            &[Rule::AddedRequired],
        ),
        // Dropped: new data has none of it, and only old readers would mind.
        (nullable, vec![drop("c")], Both, &[]),
        (both, vec![drop("c")], Both, &[]),
        (defaulted, vec![drop("c")], Both, &[]),
        (
            required,
            vec![drop("c")],
            Backward,
            &[Rule::DroppedRequired],
        ),
        // Renamed: only new readers know both names.
        (nullable, vec![rename("c", "d")], Both, &[]),
        (both, vec![rename("c", "d")], Both, &[]),
        (defaulted, vec![rename("c", "d")], Both, &[]),
        (required, vec![rename("c", "d")], Backward, &[Rule::Renamed]),
        (
            required,
            vec![rename("id", "d")],
            Backward,
            &[Rule::Renamed],
        ),
        (
            required,
            vec![rename("c", "d"), set_type("d", "smallint")],
            Neither,
            &[Rule::Renamed, Rule::Narrowed],
        ),
        // Dropped and added again, a name is the same column to a reader.
        (nullable, vec![drop("c"), add("c: integer")], Both, &[]),
        (
            nullable,
            vec![drop("c"), add("c: bigint")],
            Backward,
            &[Rule::Widened],
        ),
        (
            nullable,
            vec![drop("c"), add("c: text")],
            Neither,
            &[Rule::Retyped],
        ),
        // The old name goes to a new column: new readers of it find the renamed
        // column's data, and old readers the new column's.
        (
            nullable,
            vec![rename("c", "d"), add("c: integer")],
            Neither,
            &[Rule::NameReused],
        ),
        // The new name was another column's: new readers find its old data.
        (
            &["c: integer", "d: integer"],
            vec![drop("d"), rename("c", "d")],
            Neither,
            &[Rule::NameReused],
        ),
        (
            &["c: integer", "d: integer = 1"],
            vec![rename("c", "x"), rename("d", "c"), rename("x", "d")],
            Neither,
            &[Rule::NameReused, Rule::NameReused],
        ),
        // Nullability.
        (
            nullable,
            vec![set_not_null("c")],
            Forward,
            &[Rule::SetNotNull],
        ),
        (both, vec![set_not_null("c")], Forward, &[Rule::SetNotNull]),
        (
            required,
            vec![drop_not_null("c")],
            Backward,
            &[Rule::DroppedNotNull],
        ),
        (
            defaulted,
            vec![drop_not_null("c")],
            Backward,
            &[Rule::DroppedNotNull],
        ),
        // Defaults matter to readers of data without the column, and both have it.
        (nullable, vec![set_default("c", "5")], Both, &[]),
        (required, vec![set_default("c", "5")], Both, &[]),
        (both, vec![set_default("c", "5")], Both, &[]),
        (both, vec![drop_default("c")], Both, &[]),
        (defaulted, vec![drop_default("c")], Both, &[]),
        // Another key is another identity of every row; an index is for sinks.
        (
            required,
            vec![Alteration::DropPrimaryKey],
            Neither,
            &[Rule::PrimaryKey],
        ),
        (
            required,
            vec![Alteration::DropPrimaryKey, add_key(&["c"])],
            Neither,
            &[Rule::PrimaryKey],
        ),
        (
            required,
            vec![Alteration::DropPrimaryKey, add_key(&["c", "id"])],
            Neither,
            &[Rule::PrimaryKey],
        ),
        (nullable, vec![add_index(None, &["c"])], Both, &[]),
        (nullable, vec![add_unique(None, &["c"])], Both, &[]),
        // Several are as good as the worst of each direction.
        (
            nullable,
            vec![add("d: text"), set_type("c", "bigint")],
            Backward,
            &[Rule::Widened],
        ),
        (
            nullable,
            vec![add("d: text !"), set_type("c", "bigint")],
            Neither,
            &[Rule::Widened, Rule::AddedRequired],
        ),
    ]
}

/// Changes of parts: a member of a struct is what a column is, wherever the
/// struct is; the element of an array and the key and the value of a map are
/// what they are by their place.
fn parts() -> Vec<Case> {
    let column: &[&str] =
        &["s: struct<a integer, b integer not null, c integer not null default 1>"];
    let deep: &[&str] = &[
        "s: array<map<text, struct<a integer, b integer not null, c integer not null default 1>>> !",
    ];
    let list: &[&str] = &["s: integer[]"];
    let strict: &[&str] = &["s: array<integer not null>"];
    let map: &[&str] = &["s: map<varchar(5), integer>"];
    let strict_map: &[&str] = &["s: map<text, integer not null>"];
    let mut cases = Vec::new();
    for (columns, at) in [(column, "s"), (deep, "s.element.value")] {
        let path = |name: &str| format!("{at}.{name}");
        cases.extend([
            (columns, vec![add(&path("d: text"))], Both, &[][..]),
            (columns, vec![add(&path("d: text ! = 'x'"))], Both, &[]),
            (
                columns,
                vec![add(&path("d: text !"))],
                Forward,
                &[Rule::AddedRequired],
            ),
            (columns, vec![drop(&path("a"))], Both, &[]),
            (columns, vec![drop(&path("c"))], Both, &[]),
            (
                columns,
                vec![drop(&path("b"))],
                Backward,
                &[Rule::DroppedRequired],
            ),
            (columns, vec![rename(&path("a"), "d")], Both, &[]),
            (
                columns,
                vec![rename(&path("b"), "d")],
                Backward,
                &[Rule::Renamed],
            ),
            (
                columns,
                vec![rename(&path("a"), "d"), add(&path("a: integer"))],
                Neither,
                &[Rule::NameReused],
            ),
            (
                columns,
                vec![set_type(&path("a"), "bigint")],
                Backward,
                &[Rule::Widened],
            ),
            (
                columns,
                vec![set_type(&path("a"), "smallint")],
                Forward,
                &[Rule::Narrowed],
            ),
            (
                columns,
                vec![set_type(&path("a"), "text")],
                Neither,
                &[Rule::Retyped],
            ),
            (
                columns,
                vec![set_not_null(&path("a"))],
                Forward,
                &[Rule::SetNotNull],
            ),
            (
                columns,
                vec![drop_not_null(&path("b"))],
                Backward,
                &[Rule::DroppedNotNull],
            ),
            (columns, vec![set_default(&path("b"), "5")], Both, &[]),
            (columns, vec![drop_default(&path("c"))], Both, &[]),
        ]);
    }
    cases.extend([
        (
            list,
            vec![set_type("s.element", "bigint")],
            Backward,
            &[Rule::Widened][..],
        ),
        (
            list,
            vec![set_type("s.element", "smallint")],
            Forward,
            &[Rule::Narrowed],
        ),
        (
            list,
            vec![set_not_null("s.element")],
            Forward,
            &[Rule::SetNotNull],
        ),
        (
            strict,
            vec![drop_not_null("s.element")],
            Backward,
            &[Rule::DroppedNotNull],
        ),
        (
            map,
            vec![set_type("s.key", "text")],
            Backward,
            &[Rule::Widened],
        ),
        (
            map,
            vec![set_type("s.key", "varchar(3)")],
            Forward,
            &[Rule::Narrowed],
        ),
        (
            map,
            vec![set_type("s.value", "bigint")],
            Backward,
            &[Rule::Widened],
        ),
        (
            map,
            vec![set_type("s.value", "text")],
            Neither,
            &[Rule::Retyped],
        ),
        (
            map,
            vec![set_not_null("s.value")],
            Forward,
            &[Rule::SetNotNull],
        ),
        (
            strict_map,
            vec![drop_not_null("s.value")],
            Backward,
            &[Rule::DroppedNotNull],
        ),
    ]);
    cases
}

#[test]
fn every_change_in_every_mode() {
    for (columns, alterations, reads, rules) in columns().into_iter().chain(parts()) {
        let columns: Vec<&str> = ["id: bigint"].iter().chain(columns).copied().collect();
        let old = schema(&columns, &["id"]);
        let new = altered(&old, &alterations);
        let verdict = compare(&old, &new);
        let found: Vec<Rule> = verdict.violations.iter().map(|found| found.rule).collect();
        assert_eq!(found, rules, "{alterations:?}");
        assert_eq!(
            Reads::of(verdict.backward(), verdict.forward()),
            reads,
            "{alterations:?}"
        );
        for mode in Mode::ALL {
            let allowed = reads.is_allowed_by(mode);
            let report = judge(mode, &new, &[(1, &old)]);
            assert_eq!(report.is_compatible(), allowed, "{mode}: {alterations:?}");
            assert_eq!(verdict.allows(mode), allowed, "{mode}: {alterations:?}");
        }
    }
}

/// Every rule is met by a change of the tables, so none is without a test.
#[test]
fn no_rule_is_left_out() {
    let met: Vec<Rule> = columns()
        .into_iter()
        .flat_map(|case| case.3)
        .copied()
        .collect();
    assert!(Rule::ALL.iter().all(|rule| met.contains(rule)));
}

/// The old type, and what each type in the same order is to it as the new one:
/// `=` the same to everybody, `>` wider (new readers read old data), `<`
/// narrower (old readers read new data), `.` something else.
///
/// The types are as Avro ("Schema Resolution") and Iceberg ("Schema Evolution")
/// promote both, carried over to SQL's lengths and precisions. Members of
/// structs are added and dropped on the way, which is no order.
#[rustfmt::skip]
const TYPES: &[(&str, &str)] = &[
    ("boolean",                                         "=..........................................."),
    ("smallint",                                        ".=>>........................................"),
    ("integer",                                         ".<=>........................................"),
    ("bigint",                                          ".<<=........................................"),
    ("real",                                            "....=>......................................"),
    ("double precision",                                "....<=......................................"),
    ("numeric",                                         "......=....................................."),
    ("numeric(9,0)",                                    ".......=...................................."),
    ("numeric(9,2)",                                    "........=>.................................."),
    ("numeric(12,2)",                                   "........<=.................................."),
    ("numeric(12,4)",                                   "..........=................................."),
    ("text",                                            "...........==<<<<..........................."),
    ("varchar",                                         "...........==<<<<..........................."),
    ("varchar(5)",                                      "...........>>=><............................"),
    ("varchar(9)",                                      "...........>><=<<..........................."),
    ("char(5)",                                         "...........>>>>=>..........................."),
    ("char(9)",                                         "...........>>.><=..........................."),
    ("bytea",                                           ".................=.........................."),
    ("date",                                            "..................=........................."),
    ("time(0)",                                         "...................=>......................."),
    ("time",                                            "...................<=......................."),
    ("timestamp(3)",                                    ".....................=>....................."),
    ("timestamp",                                       ".....................<=....................."),
    ("timestamptz(3)",                                  ".......................=>..................."),
    ("timestamptz",                                     ".......................<=..................."),
    ("interval",                                        ".........................=.................."),
    ("uuid",                                            "..........................=................."),
    ("json",                                            "...........................=................"),
    ("jsonb",                                           "............................=..............."),
    ("integer[]",                                       ".............................=><............"),
    ("bigint[]",                                        ".............................<=<............"),
    ("array<integer not null>",                         ".............................>>=............"),
    ("map<text, integer>",                              "................................=><<........"),
    ("map<text, bigint>",                               "................................<=<<........"),
    ("map<text, integer not null>",                     "................................>>=........."),
    ("map<varchar(5), integer>",                        "................................>>.=........"),
    ("struct<a integer>",                               "....................................=><=<=.."),
    ("struct<a bigint>",                                "....................................<=<<<<.."),
    ("struct<a integer not null>",                      "....................................>>=>.>.."),
    ("struct<a integer, b integer>",                    "....................................=><=<<.."),
    ("struct<a integer, b integer not null>",           "....................................>>.>==.."),
    ("struct<a integer, b integer not null default 0>", "....................................=><>==.."),
    ("array<struct<a integer>>",                        "..........................................=<"),
    ("array<struct<a integer, b integer not null>>",    "..........................................>="),
];

/// All types of the table.
pub(super) fn types() -> Vec<DataType> {
    let types = TYPES.iter().map(|(text, _)| text.parse().expect(text));
    types.collect()
}

#[test]
fn every_pair_of_types() {
    for (old, (text, row)) in types().iter().zip(TYPES) {
        assert_eq!(row.len(), TYPES.len(), "{text}");
        let found: String = types().iter().map(|new| relation(old, new)).collect();
        assert_eq!(found, *row, "{text}");
    }
}

/// What a type is to another, as a column of a stream.
fn relation(old: &DataType, new: &DataType) -> char {
    let of = |data_type: &DataType| schema(&[&format!("c: {data_type}")], &[]);
    let (old, new) = (of(old), of(new));
    let (new, _) = adopt_identities(new, &old, FieldId(0)).expect("identities");
    let verdict = compare(&old, &new);
    match Reads::of(verdict.backward(), verdict.forward()) {
        Both => '=',
        Backward => '>',
        Forward => '<',
        Neither => '.',
    }
}
