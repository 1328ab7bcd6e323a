//! Where a row would stand among others: `rank(1) WITHIN GROUP (ORDER BY a)`.

use datafusion::arrow::compute::SortOptions;
use datafusion::logical_expr::{Expr, lit};

use super::call::{grouped, key_of, types_of};
use super::table;
use crate::error::{Error, ErrorKind, Object, Result};
use crate::query::catalog::Catalog;
use crate::query::typed::Typed;
use crate::query::types::{Coercion, Resolved, cast, common_type};
use crate::relation::{Type, type_name};

/// Whether there is such an aggregate of this name.
pub(super) fn is_hypothetical(name: &str) -> bool {
    !table::hypothetical_sets(name).is_empty()
}

/// Calls one: the row of `direct` among those of `ordered`.
///
/// # Errors
/// 42883 when they have not as many columns, 42804 when these are of other types.
pub(super) fn hypothetical(
    name: &str,
    direct: Vec<Typed>,
    ordered: Vec<(Typed, SortOptions)>,
    filter: Option<Expr>,
    catalog: &Catalog,
) -> Result<Typed> {
    let [function] = table::hypothetical_sets(name) else {
        return Err(Error::internal("a hypothetical row has no aggregate"));
    };
    if direct.len() != ordered.len() {
        let all = direct.iter().chain(ordered.iter().map(|(typed, _)| typed));
        let all: Vec<_> = all.map(|typed| type_name(&typed.data_type)).collect();
        return Err(Error::new(
            ErrorKind::NotFound(Object::Function),
            format!("function {name}({}) does not exist", all.join(", ")),
        )
        .with_hint(format!(
            "To use the hypothetical-set aggregate {name}, the number of hypothetical direct \
             arguments (here {}) must match the number of ordering columns (here {}).",
            direct.len(),
            ordered.len(),
        )));
    }
    let mut keys = Vec::with_capacity(ordered.len());
    let (mut before, mut peer) = (lit(false), lit(true));
    for (own, (other, options)) in direct.into_iter().zip(ordered).rev() {
        let both = [other, own];
        let common = common_type("WITHIN GROUP", &types_of(&both))?;
        let [other, own] = both.map(|typed| {
            let typed = cast(typed, &common, -1, Coercion::Implicit, catalog)?;
            Ok::<_, Error>(key_of(&typed))
        });
        let (other, own) = (other?, own?);
        let equal = is_same(&other, &own);
        before = comes_before(&other, &own, options).or(equal.clone().and(before));
        peer = equal.and(peer);
        keys.push(other);
    }
    let resolved = Resolved {
        function,
        parameters: function.parameters.to_vec(),
        returns: function.returns.clone(),
        is_spread: false,
    };
    let place = [before, peer].map(|expr| Typed::new(expr, Type::BOOL));
    let same = if name == "dense_rank" {
        keys
    } else {
        Vec::new()
    };
    let place = place.to_vec();
    Ok(grouped(resolved, place, Vec::new(), same, filter, catalog))
}

fn is_same(one: &Expr, other: &Expr) -> Expr {
    let none = one.clone().is_null().and(other.clone().is_null());
    none.or(one.clone().eq(other.clone()).is_true())
}

/// Whether a value is sorted before another one; never NULL.
fn comes_before(value: &Expr, other: &Expr, options: SortOptions) -> Expr {
    let is_less = match options.descending {
        true => value.clone().gt(other.clone()),
        false => value.clone().lt(other.clone()),
    };
    let (first, last) = match options.nulls_first {
        true => (value, other),
        false => (other, value),
    };
    let by_null = first.clone().is_null().and(last.clone().is_not_null());
    is_less.is_true().or(by_null)
}
