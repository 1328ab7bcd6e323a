//! Arrays as sets (PostgreSQL manual, 9.19).

use std::cmp::Ordering;
use std::collections::BTreeSet;

use crate::query::function::order::compare;
use crate::query::function::{Arguments, Function};
use crate::relation::{Array, Type, Value};

const TWO_ARRAYS: &[Type] = &[Type::ANYARRAY, Type::ANYARRAY];

pub(super) static TABLE: &[Function] = &[
    Function::row("@>", TWO_ARRAYS, Type::BOOL, |_, values| {
        Ok(Value::Bool(contains(values.array(0), values.array(1))))
    }),
    Function::row("<@", TWO_ARRAYS, Type::BOOL, |_, values| {
        Ok(Value::Bool(contains(values.array(1), values.array(0))))
    }),
    Function::row("&&", TWO_ARRAYS, Type::BOOL, |_, values| {
        let (one, other) = (values.array(0), elements(values.array(1)));
        let is_shared = |value: &Value| *value != Value::Null && other.contains(&Ordered(value));
        Ok(Value::Bool(one.values.iter().any(is_shared)))
    }),
];

/// Whether each of the elements is among those of the other; NULL never is.
fn contains(array: &Array, elements_of: &Array) -> bool {
    let there = elements(array);
    let is_there = |value: &Value| *value != Value::Null && there.contains(&Ordered(value));
    elements_of.values.iter().all(is_there)
}

fn elements(array: &Array) -> BTreeSet<Ordered<'_>> {
    array.values.iter().map(Ordered).collect()
}

/// A value in PostgreSQL's order.
struct Ordered<'a>(&'a Value);

impl Ord for Ordered<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        compare(self.0, other.0)
    }
}

impl PartialOrd for Ordered<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ordered<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Ordered<'_> {}
