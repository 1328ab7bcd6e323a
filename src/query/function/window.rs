//! Calls over a window (PostgreSQL manual, 4.2.8 and 9.22).

use datafusion::arrow::compute::SortOptions;
use datafusion::common::ScalarValue;
use datafusion::functions_window;
use datafusion::logical_expr::expr::WindowFunction;
use datafusion::logical_expr::{
    Expr, SortExpr, WindowFrame, WindowFrameBound, WindowFrameUnits, WindowFunctionDefinition, lit,
};

use super::call::{apply, bound, coerced, counted, found, kind_of, wrong_object};
use super::numeric;
use super::order::span;
use super::udf::{self, Arrangement, Over, Shape};
use super::{Arguments, Body, Edge, Exclusion, Function, Kind, Units, table};
use crate::error::{Error, ErrorKind, Result, Value as Wrong};
use crate::query::catalog::Catalog;
use crate::query::error::translated;
use crate::query::typed::Typed;
use crate::query::types::{Resolved, carrier};
use crate::relation::{Type, Value};

/// The rows that a function is over.
pub(in crate::query) struct Window {
    pub(in crate::query) partition_by: Vec<Expr>,
    pub(in crate::query) order_by: Vec<SortExpr>,
    pub(in crate::query) frame: Frame,
}

/// The rows around a row.
pub(in crate::query) struct Frame {
    pub(in crate::query) units: Units,
    pub(in crate::query) start: (Edge, Option<Distance>),
    pub(in crate::query) end: (Edge, Option<Distance>),
    pub(in crate::query) exclusion: Exclusion,
}

impl Default for Frame {
    fn default() -> Self {
        Self {
            units: Units::Range,
            start: (Edge::Unbounded, None),
            end: (Edge::CurrentRow, None),
            exclusion: Exclusion::NoOthers,
        }
    }
}

/// How far an edge of a frame is from the row.
pub(in crate::query) enum Distance {
    /// So many rows or groups (Int64).
    Count(Expr),
    /// From the value of the row to that at the edge: their keys.
    Value {
        /// What rows are ordered by.
        of_row: Expr,
        /// That, the distance added or taken away.
        at_edge: Expr,
    },
}

impl Distance {
    fn exprs(self) -> Vec<Expr> {
        match self {
            Self::Count(count) => vec![count],
            Self::Value { of_row, at_edge } => vec![of_row, at_edge],
        }
    }
}

/// A distance, which is neither NULL nor negative when it is asked for.
pub(in crate::query) fn distance(
    of: Typed,
    is_end: bool,
    units: Units,
    at: &Catalog,
) -> Result<Typed> {
    let function = match (is_end, units) {
        (false, Units::Range) => &START_VALUE,
        (true, Units::Range) => &END_VALUE,
        (false, _) => &START_COUNT,
        (true, _) => &END_COUNT,
    };
    let resolved = Resolved {
        function,
        parameters: vec![of.data_type.clone()],
        returns: of.data_type.clone(),
        is_spread: false,
    };
    apply(resolved, vec![of], at)
}

const ANY: &[Type] = &[Type::ANYELEMENT];
static START_COUNT: Function = Function::row("frame start", ANY, Type::ANYELEMENT, |_, v| {
    counted_from(v, "starting")
})
.lenient();
static END_COUNT: Function = Function::row("frame end", ANY, Type::ANYELEMENT, |_, v| {
    counted_from(v, "ending")
})
.lenient();
static START_VALUE: Function = Function::row("range start", ANY, Type::ANYELEMENT, |_, v| {
    ranged(v, "starting")
})
.lenient();
static END_VALUE: Function = Function::row("range end", ANY, Type::ANYELEMENT, |_, v| {
    ranged(v, "ending")
})
.lenient();

fn counted_from(values: &[Value], which: &str) -> Result<Value> {
    known(values, which)?;
    match is_negative(&values[0]) {
        true => Err(misplaced(format!(
            "frame {which} offset must not be negative"
        ))),
        false => Ok(values[0].clone()),
    }
}

fn ranged(values: &[Value], which: &str) -> Result<Value> {
    known(values, which)?;
    match is_negative(&values[0]) {
        true => Err(misplaced(
            "invalid preceding or following size in window function".to_owned(),
        )),
        false => Ok(values[0].clone()),
    }
}

fn known(values: &[Value], which: &str) -> Result<()> {
    match values.is_null(0) {
        true => Err(Error::new(
            ErrorKind::InvalidValue(Wrong::Null),
            format!("frame {which} offset must not be null"),
        )),
        false => Ok(()),
    }
}

fn misplaced(message: String) -> Error {
    Error::new(ErrorKind::InvalidValue(Wrong::Frame), message)
}

fn is_negative(distance: &Value) -> bool {
    match distance {
        Value::Int8(count) => *count < 0,
        Value::Float8(value) => *value < 0.0,
        Value::Numeric(value) => numeric::compare(value, &numeric::integer(0)).is_lt(),
        Value::Interval(value) => span(*value) < 0,
        _ => false,
    }
}

/// Calls a window function, or an aggregate over a window. The function of the
/// engine may be within a cast.
///
/// # Errors
/// 42883, 42725 and 42809; 0A000 for FILTER beside what is no aggregate.
pub(in crate::query) fn window(
    name: &str,
    arguments: Vec<Typed>,
    window: Window,
    filter: Option<Expr>,
    catalog: &Catalog,
) -> Result<Typed> {
    match kind_of(name) {
        Some(Kind::Scalar | Kind::Set) => {
            return Err(wrong_object(format!(
                "OVER specified, but {name} is not a window function nor an aggregate function"
            )));
        }
        Some(Kind::OrderedSet) => {
            return Err(Error::unsupported(
                format_args!("OVER for ordered-set aggregate {name}"),
                "Use it in a sub-query.",
            ));
        }
        Some(Kind::Window) if filter.is_some() => {
            return Err(Error::new(
                ErrorKind::Unsupported,
                "FILTER is not implemented for non-aggregate window functions",
            ));
        }
        Some(Kind::Window | Kind::Aggregate) | None => {}
    }
    let resolved = found(name, table::functions(name), &arguments)?;
    let arguments = coerced(&resolved, arguments, catalog)?;
    let returns = resolved.returns.clone();
    let mut exprs: Vec<Expr> = arguments.into_iter().map(|typed| typed.expr).collect();
    let Window {
        partition_by,
        order_by,
        frame,
    } = window;
    let over = match resolved.function.body {
        Body::Window("first_value") => Some(Over::FirstValue),
        Body::Window("last_value") => Some(Over::LastValue),
        Body::Window("nth_value") => Some(Over::NthValue),
        Body::Window("ntile") => Some(Over::Ntile),
        // The engine takes constants only.
        Body::Window(name @ ("lag" | "lead")) if exprs.len() > 1 => {
            if exprs.len() == 2 {
                exprs.push(Expr::Literal(none(&returns)?, None));
            }
            let is_back = name == "lag";
            Some(Over::Shifted { is_back })
        }
        // The others look at the whole partition.
        Body::Window(_) => None,
        _ => Some(Over::Aggregate(bound(resolved.clone(), catalog))),
    };
    let (definition, exprs, frame, filter) = match (over, frame.of_the_engine(&order_by)) {
        (None, _) => {
            let whole = WindowFrame::new((!order_by.is_empty()).then_some(false));
            (of_the_engine(name)?, exprs, whole, None)
        }
        (Some(Over::Aggregate(bound)), Some(frame)) => {
            let aggregate = udf::aggregate(bound, Arrangement::default());
            let definition = WindowFunctionDefinition::AggregateUDF(aggregate);
            (definition, counted(exprs), frame, filter)
        }
        (Some(over), Some(frame)) if over.is_the_engines() && is_constant_place(&exprs) => {
            (of_the_engine(name)?, exprs, frame, None)
        }
        (Some(over), _) => {
            let shape = Shape {
                units: frame.units,
                start: frame.start.0,
                end: frame.end.0,
                exclusion: frame.exclusion,
                order: order_by.iter().map(options).collect(),
            };
            let counts = [filter.unwrap_or_else(|| lit(true))];
            let keys = order_by.iter().map(|key| key.expr.clone());
            let distances = [frame.start.1, frame.end.1].into_iter().flatten();
            let distances = distances.flat_map(Distance::exprs);
            let exprs = counted(exprs).into_iter().chain(counts);
            let exprs = exprs.chain(keys).chain(distances).collect();
            let definition = WindowFunctionDefinition::WindowUDF(udf::framed(over, shape));
            (definition, exprs, WindowFrame::new(None), None)
        }
    };
    let is_engines = matches!(resolved.function.body, Body::Window(_));
    let mut function = WindowFunction::new(definition, exprs);
    function.params.partition_by = partition_by;
    function.params.order_by = order_by;
    function.params.window_frame = frame;
    function.params.filter = filter.map(Box::new);
    let expr = Expr::from(function);
    // The engine counts with types of its own.
    let expr = match returns {
        Type::INT4 | Type::INT8 if is_engines => {
            datafusion::logical_expr::cast(expr, carrier(&returns))
        }
        _ => expr,
    };
    Ok(Typed::new(expr, returns))
}

/// NULL, of this type.
fn none(of: &Type) -> Result<ScalarValue> {
    ScalarValue::try_from(carrier(of)).map_err(translated)
}

/// The engine wants to know which row `nth_value` asks for when it plans.
fn is_constant_place(arguments: &[Expr]) -> bool {
    let place = arguments.get(1);
    place.is_none_or(|place| matches!(place, Expr::Literal(ScalarValue::Int32(Some(1..)), _)))
}

fn options(key: &SortExpr) -> SortOptions {
    SortOptions::new(!key.asc, key.nulls_first)
}

impl Frame {
    /// The frame as the engine has it, if it can: of constant numbers of rows, with
    /// nothing left out.
    fn of_the_engine(&self, order_by: &[SortExpr]) -> Option<WindowFrame> {
        let bound = |(edge, distance): &(Edge, Option<Distance>), is_end: bool| {
            let count = match distance {
                None => None,
                Some(Distance::Count(Expr::Literal(ScalarValue::Int64(Some(count)), _))) => {
                    Some(u64::try_from(*count).ok()?)
                }
                Some(_) => return None,
            };
            Some(match (edge, is_end) {
                (Edge::CurrentRow, _) => WindowFrameBound::CurrentRow,
                (Edge::Preceding, _) | (Edge::Unbounded, false) => {
                    WindowFrameBound::Preceding(ScalarValue::UInt64(count))
                }
                (Edge::Following, _) | (Edge::Unbounded, true) => {
                    WindowFrameBound::Following(ScalarValue::UInt64(count))
                }
            })
        };
        let (start, end) = (bound(&self.start, false)?, bound(&self.end, true)?);
        if self.exclusion != Exclusion::NoOthers {
            return None;
        }
        let units = match self.units {
            Units::Rows => WindowFrameUnits::Rows,
            // All rows are peers.
            Units::Range if order_by.is_empty() => return Some(WindowFrame::new(None)),
            Units::Range => WindowFrameUnits::Range,
            Units::Groups => WindowFrameUnits::Groups,
        };
        Some(WindowFrame::new_bounds(units, start, end))
    }
}

fn of_the_engine(name: &str) -> Result<WindowFunctionDefinition> {
    let functions = functions_window::all_default_window_functions();
    functions
        .into_iter()
        .find(|function| function.name() == name)
        .map(WindowFunctionDefinition::WindowUDF)
        .ok_or_else(|| Error::internal(format!("the engine has no window function {name}")))
}
