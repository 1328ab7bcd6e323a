//! All functions there are.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::{Function, aggregate, construct, library, operator};
use crate::query::catalog;

type ByName = HashMap<&'static str, Vec<&'static Function>>;

fn by_name(families: &[&'static [&'static [Function]]]) -> ByName {
    let mut functions = ByName::new();
    for function in families.iter().copied().flatten().copied().flatten() {
        functions.entry(function.name).or_default().push(function);
    }
    functions
}

/// The functions, aggregates and window functions of this name.
pub(super) fn functions(name: &str) -> &'static [&'static Function] {
    static FOUND: LazyLock<ByName> = LazyLock::new(|| {
        by_name(&[
            aggregate::FUNCTIONS,
            construct::CONSTRUCTS,
            library::LIBRARY,
            catalog::functions::CATALOG,
            catalog::functions::PRIVILEGES,
        ])
    });
    FOUND.get(name).map_or(&[], Vec::as_slice)
}

/// The ordered-set aggregates of this name.
pub(super) fn ordered_sets(name: &str) -> &'static [&'static Function] {
    static FOUND: LazyLock<ByName> = LazyLock::new(|| by_name(&[aggregate::ORDERED_SETS]));
    FOUND.get(name).map_or(&[], Vec::as_slice)
}

/// The hypothetical-set aggregates of this name.
pub(super) fn hypothetical_sets(name: &str) -> &'static [&'static Function] {
    static FOUND: LazyLock<ByName> = LazyLock::new(|| by_name(&[aggregate::HYPOTHETICAL_SETS]));
    FOUND.get(name).map_or(&[], Vec::as_slice)
}

/// The operators of this symbol.
pub(super) fn operators(symbol: &str) -> &'static [&'static Function] {
    static FOUND: LazyLock<ByName> = LazyLock::new(|| by_name(operator::TABLES));
    FOUND.get(symbol).map_or(&[], Vec::as_slice)
}
