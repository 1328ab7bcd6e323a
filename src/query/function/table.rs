//! All functions there are.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::{Function, aggregate, library, operator};
use crate::query::catalog::functions;

/// What is called by name, beside the library and the catalog's.
static FUNCTIONS: &[&[Function]] = &[aggregate::COUNTS, aggregate::WINDOWS];

/// What is called by name, with WITHIN GROUP.
static ORDERED_SETS: &[&[Function]] = &[];

type ByName = HashMap<&'static str, Vec<&'static Function>>;

fn by_name(tables: impl IntoIterator<Item = &'static &'static [Function]>) -> ByName {
    let mut functions = ByName::new();
    for function in tables.into_iter().copied().flatten() {
        functions.entry(function.name).or_default().push(function);
    }
    functions
}

/// The functions, aggregates and window functions of this name.
pub(super) fn functions(name: &str) -> &'static [&'static Function] {
    static FOUND: LazyLock<ByName> = LazyLock::new(|| {
        let catalog = functions::CATALOG.iter().chain(functions::PRIVILEGES);
        by_name(FUNCTIONS.iter().chain(library::LIBRARY).chain(catalog))
    });
    FOUND.get(name).map_or(&[], Vec::as_slice)
}

/// The ordered-set aggregates of this name.
pub(super) fn ordered_sets(name: &str) -> &'static [&'static Function] {
    static FOUND: LazyLock<ByName> = LazyLock::new(|| by_name(ORDERED_SETS));
    FOUND.get(name).map_or(&[], Vec::as_slice)
}

/// The operators of this symbol.
pub(super) fn operators(symbol: &str) -> &'static [&'static Function] {
    static FOUND: LazyLock<ByName> = LazyLock::new(|| by_name(operator::TABLES));
    FOUND.get(symbol).map_or(&[], Vec::as_slice)
}
