//! The tables of functions, operators and aggregates.

use std::collections::HashSet;

use crate::query::function::{aggregate, library, operator};

/// A call would mean either of two.
#[test]
fn no_two_have_the_same_name_and_parameters() {
    let operators = operator::TABLES.iter().copied().flatten().copied();
    let aggregates = aggregate::FUNCTIONS.iter().copied();
    let functions = library::LIBRARY.iter().copied();
    let mut seen = HashSet::new();
    for function in operators.chain(aggregates).chain(functions).flatten() {
        let (name, parameters) = (function.name, function.parameters);
        assert!(seen.insert((name, parameters)), "{name} {parameters:?}");
    }
}
