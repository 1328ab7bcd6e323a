//! What a difference is called.

use proptest::prelude::*;

use super::build::*;
use crate::evolution::{adopt_identities, compare, diff};
use crate::schema::{Alteration, sample};

#[test]
fn changes_have_words() {
    let old = schema(
        &["id: bigint", "a: integer", "b: text ! = 'x'", "c: text"],
        &["id"],
    );
    let old = altered(
        &old,
        &[add_index(Some("i"), &["a"]), add_unique(Some("u"), &["a"])],
    );
    for (alterations, evolution, words) in [
        (&[][..], "", ""),
        (
            &[add("discount: text")],
            "add_column",
            "added column \"discount\"",
        ),
        (&[drop("c")], "drop_column", "dropped column \"c\""),
        (
            &[rename("a", "z")],
            "rename_column",
            "renamed column \"a\" to \"z\"",
        ),
        (
            &[set_type("a", "bigint")],
            "modify_column",
            "changed type of column \"a\" from integer to bigint",
        ),
        (
            &[set_not_null("c")],
            "modify_column",
            "made column \"c\" NOT NULL",
        ),
        (
            &[drop_not_null("b")],
            "modify_column",
            "made column \"b\" nullable",
        ),
        (
            &[set_default("c", "'it''s'")],
            "modify_column",
            "set default of column \"c\" to 'it''s'",
        ),
        (
            &[drop_default("b")],
            "modify_column",
            "dropped default of column \"b\"",
        ),
        (
            &[set_default("b", "'y'")],
            "modify_column",
            "changed default of column \"b\" from 'x' to 'y'",
        ),
        (
            &[Alteration::DropPrimaryKey],
            "modify_column",
            "dropped primary key (id)",
        ),
        (
            &[add_index(Some("j"), &["c"])],
            "add_index",
            "added index \"j\"",
        ),
        (
            &[drop_constraint("u")],
            "drop_index",
            "dropped unique constraint \"u\"",
        ),
        (
            &[drop_index("i"), add_index(Some("i"), &["c"])],
            "add_index+drop_index",
            "added index \"i\"; dropped index \"i\"",
        ),
        (
            &[rename("a", "z"), add("d: text"), drop("c"), add("e: text")],
            "add_column+drop_column+rename_column",
            "renamed column \"a\" to \"z\"; added column \"d\"; added column \"e\"; dropped column \"c\"",
        ),
        (&[drop("c"), add("c: text")], "", ""),
        (
            &[drop("c"), add("c: integer")],
            "modify_column",
            "changed type of column \"c\" from text to integer",
        ),
    ] {
        let diff = diff(&old, &altered(&old, alterations));
        assert_eq!(
            (diff.evolution().as_str(), diff.describe().as_str()),
            (evolution, words)
        );
    }
}

#[test]
fn alike_columns_that_change_places_are_renamed() {
    let old = schema(&["a: text", "b: text"], &[]);
    let swap = [rename("a", "x"), rename("b", "a"), rename("x", "b")];
    let new = altered(&old, &swap);
    assert_eq!(old.fingerprint(), new.fingerprint());
    assert_eq!(
        diff(&old, &new).describe(),
        "renamed column \"a\" to \"b\"; renamed column \"b\" to \"a\""
    );
}

proptest! {
    #[test]
    fn nothing_differs_from_itself(schema in sample::schema()) {
        prop_assert!(diff(&schema, &schema).is_empty());
    }

    #[test]
    fn order_is_no_difference(schema in sample::schema()) {
        let mut other = schema.clone();
        sample::reverse(&mut other.fields);
        prop_assert!(diff(&schema, &other).is_empty());
        prop_assert!(compare(&schema, &other).violations.is_empty());
    }

    #[test]
    fn no_difference_is_the_same_fingerprint(old in sample::schema(), new in sample::schema()) {
        let (new, _) = adopt_identities(new, &old, old.last_field_id()).expect("identities");
        let same = old.fingerprint() == new.fingerprint();
        prop_assert_eq!(diff(&old, &new).is_empty(), same);
        prop_assert_eq!(diff(&old, &new).evolution().is_empty(), same);
    }
}
