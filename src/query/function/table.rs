//! All functions there are.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::{Function, aggregate, library, operator};
use crate::query::catalog::functions;

/// What is called by name.
static FUNCTIONS: &[&[Function]] = &[
    aggregate::COUNTS,
    aggregate::WINDOWS,
    library::BYTEA,
    functions::COMMENTS,
    functions::DEFINITIONS,
    functions::LOOKUPS,
    functions::NONE,
    functions::PROCEDURES,
    functions::SESSION,
    functions::VISIBILITY,
];

/// What is called by name, with WITHIN GROUP.
static ORDERED_SETS: &[&[Function]] = &[];

type ByName = HashMap<&'static str, Vec<&'static Function>>;

fn by_name(tables: &[&'static [&'static [Function]]]) -> ByName {
    let mut functions = ByName::new();
    for function in tables.iter().copied().flatten().copied().flatten() {
        functions.entry(function.name).or_default().push(function);
    }
    functions
}

/// The functions, aggregates and window functions of this name.
pub(super) fn functions(name: &str) -> &'static [&'static Function] {
    static FOUND: LazyLock<ByName> = LazyLock::new(|| by_name(&[FUNCTIONS, functions::PRIVILEGES]));
    FOUND.get(name).map_or(&[], Vec::as_slice)
}

/// The ordered-set aggregates of this name.
pub(super) fn ordered_sets(name: &str) -> &'static [&'static Function] {
    static FOUND: LazyLock<ByName> = LazyLock::new(|| by_name(&[ORDERED_SETS]));
    FOUND.get(name).map_or(&[], Vec::as_slice)
}

/// The operators of this symbol.
pub(super) fn operators(symbol: &str) -> &'static [&'static Function] {
    static FOUND: LazyLock<ByName> = LazyLock::new(|| by_name(&[operator::TABLES]));
    FOUND.get(symbol).map_or(&[], Vec::as_slice)
}
