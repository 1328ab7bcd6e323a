//! What is written as a call.

use datafusion::arrow::compute::SortOptions;
use datafusion::logical_expr::expr::AggregateFunction;
use datafusion::logical_expr::{Expr, SortExpr, lit};

use super::hypothetical::{hypothetical, is_hypothetical};
use super::table;
use super::udf::{self, Arrangement, Bound};
use super::{Body, Call, Function, Given};
use crate::error::{Definition, Error, ErrorKind, Result};
use crate::query::catalog::Catalog;
use crate::query::typed::Typed;
use crate::query::types::{
    Coercion, Resolved, can_cast, cast, key, plainly_named, resolve, resolve_spread,
};
use crate::relation::Type;

/// The sorts of functions there are. No name has two; hypothetical-set aggregates are
/// called like window functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::query) enum Kind {
    /// Answers a value for the values of one row.
    Scalar,
    /// Answers a set for the values of one row.
    Set,
    /// Answers a value for many rows.
    Aggregate,
    /// The same, for rows in the order that WITHIN GROUP gives.
    OrderedSet,
    /// Answers a value for each row of a window.
    Window,
}

/// What a call answers.
pub(in crate::query) struct Called {
    /// The answer; for a set a list of values of the type.
    pub(in crate::query) typed: Typed,
    /// Whether it is a set.
    pub(in crate::query) is_set: bool,
}

/// The sort of the functions of this name; nothing if there is none.
pub(in crate::query) fn kind_of(name: &str) -> Option<Kind> {
    if !table::ordered_sets(name).is_empty() {
        return Some(Kind::OrderedSet);
    }
    let first = table::functions(name).first()?;
    Some(match first.body {
        Body::Row(_) | Body::Expression(_) => Kind::Scalar,
        Body::Set(_) => Kind::Set,
        Body::Aggregate(_) => Kind::Aggregate,
        Body::Window(_) => Kind::Window,
    })
}

/// The name that functions of this name have for their one value, as the column of a
/// table; nothing for those that have none.
pub(in crate::query) fn column_of(name: &str) -> Option<&'static str> {
    match table::functions(name).first()?.columns {
        [(column, _)] => Some(column),
        _ => None,
    }
}

/// Calls a function of one row, or a set. A type's name is that of its casts, if no
/// function takes just this argument (PostgreSQL manual, 10.3).
///
/// # Errors
/// 42883 and 42725 when there is not the one function; 42809 for a function that needs a window or WITHIN GROUP.
pub(in crate::query) fn call(
    name: &str,
    arguments: impl Into<Given>,
    catalog: &Catalog,
) -> Result<Called> {
    let given = arguments.into();
    match kind_of(name) {
        Some(Kind::Window) if is_hypothetical(name) && !given.placed.is_empty() => {
            return Err(wrong_object(format!(
                "WITHIN GROUP is required for ordered-set aggregate {name}"
            )));
        }
        Some(Kind::Window) => {
            return Err(wrong_object(format!(
                "window function {name} requires an OVER clause"
            )));
        }
        Some(Kind::Aggregate | Kind::OrderedSet) => {
            let typed = aggregate(name, given.placed, false, Vec::new(), None, catalog)?;
            return Ok(Called {
                typed,
                is_set: false,
            });
        }
        Some(Kind::Scalar | Kind::Set) | None => {}
    }
    let (is_spread, row) = (given.is_spread, given.row.clone());
    let (candidates, arguments) = given.in_places(name, table::functions(name))?;
    if let [argument] = &arguments[..]
        && !is_spread
        && let Some(to) = cast_named(name, &argument.data_type, &candidates)
    {
        return Ok(Called {
            typed: cast(argument.clone(), &to, -1, Coercion::Explicit, catalog)?,
            is_set: false,
        });
    }
    let resolved = match is_spread {
        true => resolve_spread(name, &candidates, &types_of(&arguments))?,
        false => found(name, &candidates, &arguments)?,
    };
    let resolved = of_rows(resolved, row)?;
    let is_set = matches!(resolved.function.body, Body::Set(_));
    let typed = apply(resolved, arguments, catalog)?;
    Ok(Called { typed, is_set })
}

/// The function with the rows that are asked of it: one that answers any rows needs to
/// be told which.
///
/// # Errors
/// 42601
fn of_rows(resolved: Resolved, row: Option<Type>) -> Result<Resolved> {
    match (resolved.returns == Type::RECORD, row) {
        (true, Some(returns)) => Ok(Resolved {
            returns,
            ..resolved
        }),
        (true, None) => Err(Error::new(
            ErrorKind::Syntax,
            "a column definition list is required for functions returning \"record\"",
        )),
        (false, Some(_)) => Err(Error::new(
            ErrorKind::Syntax,
            "a column definition list is only allowed for functions returning \"record\"",
        )),
        (false, None) => Ok(resolved),
    }
}

/// The type whose name is that of the call, if its argument can be cast to it and no
/// function takes just that.
fn cast_named(name: &str, from: &Type, candidates: &[&Function]) -> Option<Type> {
    let takes = |function: &&Function| function.parameters == std::slice::from_ref(from);
    let to = plainly_named(name).filter(|to| can_cast(from, to, Coercion::Explicit))?;
    (!candidates.iter().any(takes)).then_some(to)
}

/// Calls an aggregate; `count(*)` is one without arguments. The keys of `order_by`
/// are such that the engine sorts by them as PostgreSQL does.
///
/// # Errors
/// 42883, 42725 and 42809.
pub(in crate::query) fn aggregate(
    name: &str,
    arguments: Vec<Typed>,
    distinct: bool,
    order_by: Vec<SortExpr>,
    filter: Option<Expr>,
    catalog: &Catalog,
) -> Result<Typed> {
    let what = match () {
        () if distinct => "DISTINCT",
        () if !order_by.is_empty() => "ORDER BY",
        () => "FILTER",
    };
    match kind_of(name) {
        Some(Kind::OrderedSet) => {
            found(name, table::ordered_sets(name), &arguments)?;
            return Err(wrong_object(format!(
                "WITHIN GROUP is required for ordered-set aggregate {name}"
            )));
        }
        Some(Kind::Scalar | Kind::Set | Kind::Window) => {
            return Err(wrong_object(format!(
                "{what} specified, but {name} is not an aggregate function"
            )));
        }
        Some(Kind::Aggregate) | None => {}
    }
    let resolved = found(name, table::functions(name), &arguments)?;
    let arguments = coerced(&resolved, arguments, catalog)?;
    // To be the same is to have the same keys, and what is told apart is sorted.
    let same: Vec<Expr> = match distinct {
        true => arguments.iter().map(key_of).collect(),
        false => Vec::new(),
    };
    if distinct && order_by.iter().any(|key| !same.contains(&key.expr)) {
        return Err(Error::new(
            ErrorKind::InvalidDefinition(Definition::ColumnReference),
            "in an aggregate with DISTINCT, ORDER BY expressions must appear in argument list",
        ));
    }
    Ok(grouped(
        resolved, arguments, order_by, same, filter, catalog,
    ))
}

/// An aggregate of the engine's own over one value.
pub(super) fn aggregate_of(function: &'static Function, of: Typed, catalog: &Catalog) -> Typed {
    let resolved = Resolved {
        function,
        parameters: vec![of.data_type.clone()],
        returns: match function.returns {
            Type::ANYELEMENT => of.data_type.clone(),
            ref returns => returns.clone(),
        },
        is_spread: false,
    };
    grouped(resolved, vec![of], Vec::new(), Vec::new(), None, catalog)
}

/// Calls an ordered-set aggregate: `name(direct) WITHIN GROUP (ORDER BY ordered)`,
/// also one of a hypothetical row.
///
/// # Errors
/// 42883, 42725 and 42809.
pub(in crate::query) fn within_group(
    name: &str,
    direct: Vec<Typed>,
    ordered: Vec<(Typed, SortOptions)>,
    filter: Option<Expr>,
    catalog: &Catalog,
) -> Result<Typed> {
    if is_hypothetical(name) {
        return hypothetical(name, direct, ordered, filter, catalog);
    }
    let (values, options): (Vec<_>, Vec<_>) = ordered.into_iter().unzip();
    let first = direct.len();
    let arguments: Vec<Typed> = direct.into_iter().chain(values).collect();
    match kind_of(name) {
        Some(Kind::OrderedSet) | None => {}
        Some(Kind::Aggregate) => {
            found(name, table::functions(name), &arguments)?;
            return Err(wrong_object(format!(
                "{name} is not an ordered-set aggregate, so it cannot have WITHIN GROUP"
            )));
        }
        Some(_) => {
            return Err(wrong_object(format!(
                "WITHIN GROUP specified, but {name} is not an aggregate function"
            )));
        }
    }
    let resolved = found(name, table::ordered_sets(name), &arguments)?;
    let arguments = coerced(&resolved, arguments, catalog)?;
    let order_by = arguments[first..]
        .iter()
        .zip(options)
        .map(|(typed, options)| {
            SortExpr::new(key_of(typed), !options.descending, options.nulls_first)
        })
        .collect();
    Ok(grouped(
        resolved,
        arguments,
        order_by,
        Vec::new(),
        filter,
        catalog,
    ))
}

/// The function that is called.
pub(super) fn found(
    name: &str,
    candidates: &[&'static Function],
    arguments: &[Typed],
) -> Result<Resolved> {
    resolve(name, candidates, &types_of(arguments))
}

pub(super) fn types_of(arguments: &[Typed]) -> Vec<Type> {
    let types = arguments.iter();
    types.map(|argument| argument.data_type.clone()).collect()
}

/// The function over its arguments.
pub(super) fn apply(resolved: Resolved, arguments: Vec<Typed>, catalog: &Catalog) -> Result<Typed> {
    let returns = resolved.returns.clone();
    let arguments = coerced(&resolved, arguments, catalog)?;
    let exprs = arguments.into_iter().map(|typed| typed.expr).collect();
    let expr = match resolved.function.body {
        Body::Expression(body) => {
            let call = Call {
                catalog,
                arguments: &resolved.parameters,
                returns: &resolved.returns,
            };
            body(&call, exprs)?
        }
        _ => udf::scalar(bound(resolved, catalog), exprs),
    };
    Ok(Typed::new(expr, returns))
}

/// The arguments as the function takes them.
pub(super) fn coerced(
    resolved: &Resolved,
    arguments: Vec<Typed>,
    catalog: &Catalog,
) -> Result<Vec<Typed>> {
    arguments
        .into_iter()
        .zip(&resolved.parameters)
        .map(|(argument, to)| cast(argument, to, -1, Coercion::Implicit, catalog))
        .collect()
}

pub(super) fn bound(resolved: Resolved, catalog: &Catalog) -> Bound {
    Bound {
        function: resolved.function,
        arguments: resolved.parameters.into(),
        returns: resolved.returns,
        is_spread: resolved.is_spread,
        catalog: catalog.clone(),
    }
}

pub(super) fn key_of(typed: &Typed) -> Expr {
    key(typed.expr.clone(), &typed.data_type)
}

/// An aggregate over its arguments, behind which are the keys to order by and those
/// by which rows are the same.
pub(super) fn grouped(
    resolved: Resolved,
    arguments: Vec<Typed>,
    order_by: Vec<SortExpr>,
    same: Vec<Expr>,
    filter: Option<Expr>,
    catalog: &Catalog,
) -> Typed {
    let returns = resolved.returns.clone();
    let is_distinct = !same.is_empty();
    let same = same.into_iter().map(|key| SortExpr::new(key, true, false));
    let keys: Vec<SortExpr> = order_by.into_iter().chain(same).collect();
    let order = keys
        .iter()
        .map(|key| SortOptions::new(!key.asc, key.nulls_first))
        .collect();
    let arrangement = Arrangement { order, is_distinct };
    let exprs = arguments.into_iter().map(|typed| typed.expr).collect();
    let exprs = counted(exprs)
        .into_iter()
        .chain(keys.into_iter().map(|key| key.expr))
        .collect();
    let function = udf::aggregate(bound(resolved, catalog), arrangement);
    let filter = filter.map(Box::new);
    let call = AggregateFunction::new_udf(function, exprs, false, filter, Vec::new(), None);
    Typed::new(Expr::AggregateFunction(call), returns)
}

/// The engine counts rows by the length of an argument, so there must be one.
pub(super) fn counted(mut arguments: Vec<Expr>) -> Vec<Expr> {
    if arguments.is_empty() {
        arguments.push(lit(true));
    }
    arguments
}

pub(super) fn wrong_object(message: String) -> Error {
    Error::new(
        ErrorKind::InvalidDefinition(Definition::ObjectType),
        message,
    )
}
