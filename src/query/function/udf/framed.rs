//! Functions over frames of a window that the engine does not know: RANGE with a
//! distance, EXCLUDE, distances that are no constants (PostgreSQL manual, 4.2.8).

use std::ops::Range;
use std::sync::Arc;

use arrow_ord::ord::{DynComparator, make_comparator};
use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Int32Array, Int64Array, UInt32Array, new_null_array,
};
use datafusion::arrow::compute::{SortOptions, interleave, take};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Int32Type, Int64Type};
use datafusion::common::Result as EngineResult;
use datafusion::logical_expr::function::{PartitionEvaluatorArgs, WindowUDFFieldArgs};
use datafusion::logical_expr::{
    PartitionEvaluator, Signature, Volatility, WindowUDF, WindowUDFImpl,
};

use super::aggregate::Called;
use super::bound::Bound;
use crate::error::{Error, ErrorKind, Result, Value as Wrong};
use crate::query::error::carried;
use crate::query::types;
use crate::relation::Value;

/// What the distances of a frame count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::query) enum Units {
    Rows,
    /// Differences of the one value that rows are ordered by.
    Range,
    /// Groups of peers.
    Groups,
}

/// Where a frame begins or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::query) enum Edge {
    Unbounded,
    CurrentRow,
    /// At a distance before the row.
    Preceding,
    /// At a distance behind it.
    Following,
}

impl Edge {
    /// Whether it is told by a distance.
    pub(in crate::query) fn is_distant(self) -> bool {
        matches!(self, Self::Preceding | Self::Following)
    }
}

/// Which rows a frame leaves out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(in crate::query) enum Exclusion {
    #[default]
    NoOthers,
    CurrentRow,
    /// The row and its peers.
    Group,
    /// The peers of the row.
    Ties,
}

/// The shape of a frame: its distances are arguments.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::query::function) struct Shape {
    pub(in crate::query::function) units: Units,
    pub(in crate::query::function) start: Edge,
    pub(in crate::query::function) end: Edge,
    pub(in crate::query::function) exclusion: Exclusion,
    /// How the rows are ordered.
    pub(in crate::query::function) order: Vec<SortOptions>,
}

/// What is computed over a frame.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::query::function) enum Over {
    Aggregate(Bound),
    FirstValue,
    LastValue,
    NthValue,
    /// `lag` and `lead`: the value, by how many rows, and what there is where there is
    /// no such row. They look at the whole partition.
    Shifted {
        is_back: bool,
    },
    /// The whole partition in so many parts.
    Ntile,
}

impl Over {
    /// Whether the engine has it, for constant arguments.
    pub(in crate::query::function) fn is_the_engines(&self) -> bool {
        !matches!(self, Self::Shifted { .. } | Self::Ntile)
    }

    fn arity(&self) -> usize {
        match self {
            // Without arguments there is one that only counts.
            Self::Aggregate(bound) => bound.arguments.len().max(1),
            Self::FirstValue | Self::LastValue | Self::Ntile => 1,
            Self::NthValue => 2,
            Self::Shifted { .. } => 3,
        }
    }
}

/// A window function of the engine with these arguments: those of the function,
/// whether the row counts, what rows are ordered by, and the distances of the start and
/// of the end. A distance in rows or groups is a number; one in values is the value of
/// the row and that at the distance.
pub(in crate::query::function) fn framed(over: Over, shape: Shape) -> Arc<WindowUDF> {
    let name = match &over {
        Over::Aggregate(bound) => bound.function.name,
        Over::FirstValue => "first_value",
        Over::LastValue => "last_value",
        Over::NthValue => "nth_value",
        Over::Shifted { is_back: true } => "lag",
        Over::Shifted { is_back: false } => "lead",
        Over::Ntile => "ntile",
    };
    let signature = Signature::user_defined(Volatility::Stable);
    Arc::new(WindowUDF::new_from_impl(Framed {
        name: format!("{name} {shape:?}"),
        over,
        shape,
        signature,
    }))
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Framed {
    name: String,
    over: Over,
    shape: Shape,
    signature: Signature,
}

impl WindowUDFImpl for Framed {
    fn name(&self) -> &str {
        &self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, arguments: &[DataType]) -> EngineResult<Vec<DataType>> {
        Ok(arguments.to_vec())
    }

    fn partition_evaluator(
        &self,
        _call: PartitionEvaluatorArgs<'_>,
    ) -> EngineResult<Box<dyn PartitionEvaluator>> {
        Ok(Box::new(Evaluator(self.clone())))
    }

    fn field(&self, call: WindowUDFFieldArgs<'_>) -> EngineResult<FieldRef> {
        let of = match (&self.over, call.input_fields().first()) {
            (Over::Aggregate(bound), _) => types::carrier(&bound.returns),
            (Over::Ntile, _) => DataType::Int32,
            (_, Some(value)) => value.data_type().clone(),
            (_, None) => DataType::Null,
        };
        Ok(Arc::new(Field::new(call.name(), of, true)))
    }
}

#[derive(Debug)]
struct Evaluator(Framed);

impl PartitionEvaluator for Evaluator {
    fn evaluate_all(&mut self, columns: &[ArrayRef], rows: usize) -> EngineResult<ArrayRef> {
        let Framed { over, shape, .. } = &self.0;
        let (arguments, rest) = columns.split_at(over.arity());
        let (counts, rest) = rest.split_at(1);
        let (order, distances) = rest.split_at(shape.order.len());
        let partition = Partition::new(shape, order, distances, rows)?;
        let frames = (0..rows).map(|row| partition.frame(row));
        match over {
            Over::Aggregate(bound) => {
                let values = aggregated(bound, arguments, counts[0].as_boolean(), frames);
                let values = values.map_err(carried)?;
                types::array(&values, &bound.returns).map_err(carried)
            }
            Over::FirstValue => picked(&arguments[0], frames.map(|frame| Ok(frame.rows().next()))),
            Over::LastValue => picked(&arguments[0], frames.map(|frame| Ok(frame.rows().last()))),
            Over::NthValue => {
                let nth = arguments[1].as_primitive::<Int32Type>();
                let place = frames.enumerate().map(|(row, frame)| {
                    Ok(place(nth, row)?.and_then(|place| frame.rows().nth(place)))
                });
                picked(&arguments[0], place)
            }
            Over::Shifted { is_back } => shifted(arguments, *is_back, rows),
            Over::Ntile => {
                let parts = arguments[0].as_primitive::<Int32Type>();
                let parts = parts_of(parts, rows).map_err(carried)?;
                Ok(Arc::new(parts))
            }
        }
    }
}

/// The values of other rows, so many before or behind.
fn shifted(arguments: &[ArrayRef], is_back: bool, rows: usize) -> EngineResult<ArrayRef> {
    let [values, by, otherwise] = arguments else {
        return Ok(new_null_array(&DataType::Null, rows));
    };
    let by = by.as_primitive::<Int32Type>();
    let none = new_null_array(values.data_type(), 1);
    let place = |row: usize| {
        if by.is_null(row) {
            return (2, 0);
        }
        let by = i128::from(by.value(row));
        let at = row as i128 + if is_back { -by } else { by };
        match usize::try_from(at).ok().filter(|at| *at < rows) {
            Some(at) => (0, at),
            None => (1, row),
        }
    };
    let places: Vec<(usize, usize)> = (0..rows).map(place).collect();
    let sources: [&dyn Array; 3] = [values, otherwise, &none];
    Ok(interleave(&sources, &places)?)
}

/// The number of the part that each row is in: the first parts have a row more, if they
/// cannot be of one size.
///
/// # Errors
/// 22014
fn parts_of(parts: &Int32Array, rows: usize) -> Result<Int32Array> {
    // The first row says how many.
    if rows == 0 || parts.is_null(0) {
        return Ok(Int32Array::new_null(rows));
    }
    let Ok(count @ 1..) = usize::try_from(parts.value(0)) else {
        return Err(Error::new(
            ErrorKind::InvalidValue(Wrong::Ntile),
            "argument of ntile must be greater than zero",
        ));
    };
    let (size, more) = (rows / count, rows % count);
    let part = |row: usize| {
        let longer = more * (size + 1);
        let part = match row < longer {
            true => row / (size + 1),
            false => more + (row - longer) / size.max(1),
        };
        i32::try_from(part + 1).unwrap_or(i32::MAX)
    };
    Ok((0..rows).map(part).collect())
}

/// Which of the rows of a frame is asked for, from 0.
///
/// # Errors
/// 22016
fn place(nth: &Int32Array, row: usize) -> Result<Option<usize>> {
    if nth.is_null(row) {
        return Ok(None);
    }
    match usize::try_from(nth.value(row)) {
        Ok(nth @ 1..) => Ok(Some(nth - 1)),
        _ => Err(Error::new(
            ErrorKind::InvalidValue(Wrong::NthValue),
            "argument of nth_value must be greater than zero",
        )),
    }
}

/// The values at these places.
fn picked(
    values: &ArrayRef,
    places: impl Iterator<Item = Result<Option<usize>>>,
) -> EngineResult<ArrayRef> {
    let places = places.map(|place| place.map(|place| place.map(|place| place as u32)));
    let places = places.collect::<Result<UInt32Array>>().map_err(carried)?;
    Ok(take(values, &places, None)?)
}

/// The values of an aggregate over frames. As long as a frame only grows, it goes on
/// from the one before.
fn aggregated(
    bound: &Bound,
    arguments: &[ArrayRef],
    counts: &BooleanArray,
    frames: impl Iterator<Item = Frame>,
) -> Result<Vec<Value>> {
    let called = Called::of(bound.clone());
    let mut rows = called.rows(arguments)?;
    for (nth, row) in rows.iter_mut().enumerate() {
        if counts.is_null(nth) || !counts.value(nth) {
            *row = None;
        }
    }
    let mut aggregate = called.start();
    let mut taken = 0..0;
    let mut values: Vec<Value> = Vec::new();
    for frame in frames {
        let goes_on = frame.without.is_empty()
            && frame.within.start == taken.start
            && frame.within.end >= taken.end;
        let new: Box<dyn Iterator<Item = usize>> = match goes_on {
            true => Box::new(taken.end..frame.within.end),
            false => {
                aggregate = called.start();
                Box::new(frame.rows())
            }
        };
        for row in new {
            if let Some(row) = &rows[row] {
                aggregate.add(row)?;
            }
        }
        // What a frame with a gap took is nothing to go on from.
        taken = match frame.without.is_empty() {
            true => frame.within,
            false => usize::MAX..usize::MAX,
        };
        values.push(aggregate.value()?);
    }
    Ok(values)
}

/// The rows of a frame: those within, but for those without; `kept` is of the latter.
struct Frame {
    within: Range<usize>,
    without: Range<usize>,
    kept: Option<usize>,
}

impl Frame {
    fn rows(&self) -> impl DoubleEndedIterator<Item = usize> + use<> {
        let (without, kept) = (self.without.clone(), self.kept);
        let is_in = move |row: &usize| !without.contains(row) || kept == Some(*row);
        self.within.clone().filter(is_in)
    }
}

/// The rows of a partition, in order.
struct Partition<'a> {
    shape: &'a Shape,
    rows: usize,
    /// The group of peers that each row is in.
    group: Vec<usize>,
    /// Where each group begins, and where the last one ends.
    starts: Vec<usize>,
    start: Distance,
    end: Distance,
}

/// A distance, row by row.
enum Distance {
    None,
    Count(Int64Array),
    Value {
        /// How the value of the first row is to the bound of the second.
        compare: DynComparator,
        /// The rows that have a value: NULLs are before or behind them.
        known: Range<usize>,
    },
}

impl<'a> Partition<'a> {
    fn new(
        shape: &'a Shape,
        order: &[ArrayRef],
        distances: &[ArrayRef],
        rows: usize,
    ) -> EngineResult<Self> {
        let same = order
            .iter()
            .map(|key| make_comparator(key, key, SortOptions::default()));
        let same = same.collect::<std::result::Result<Vec<_>, _>>()?;
        let is_peer = |row: usize| same.iter().all(|compare| compare(row - 1, row).is_eq());
        let mut group = Vec::with_capacity(rows);
        let mut starts = Vec::new();
        for row in 0..rows {
            if row == 0 || !is_peer(row) {
                starts.push(row);
            }
            group.push(starts.len() - 1);
        }
        starts.push(rows);
        let mut distances = distances.iter();
        let mut distance = |edge: Edge| -> EngineResult<Distance> {
            if !edge.is_distant() {
                return Ok(Distance::None);
            }
            match (shape.units, distances.next(), shape.order.first()) {
                (Units::Range, Some(value), Some(options)) => {
                    let nulls = value.null_count();
                    let known = match options.nulls_first {
                        true => nulls..rows,
                        false => 0..rows - nulls,
                    };
                    let bound = distances.next().unwrap_or(value);
                    let compare = make_comparator(value, bound, *options)?;
                    Ok(Distance::Value { compare, known })
                }
                (_, Some(count), _) => {
                    Ok(Distance::Count(count.as_primitive::<Int64Type>().clone()))
                }
                _ => Ok(Distance::None),
            }
        };
        let (start, end) = (distance(shape.start)?, distance(shape.end)?);
        Ok(Self {
            shape,
            rows,
            group,
            starts,
            start,
            end,
        })
    }

    fn peers(&self, row: usize) -> Range<usize> {
        let group = self.group[row];
        self.starts[group]..self.starts[group + 1]
    }

    fn frame(&self, row: usize) -> Frame {
        let start = match self.shape.start {
            Edge::Unbounded => 0,
            edge => self.reached(row, edge, &self.start).start,
        };
        let end = match self.shape.end {
            Edge::Unbounded => self.rows,
            edge => self.reached(row, edge, &self.end).end,
        };
        let (without, kept) = match self.shape.exclusion {
            Exclusion::NoOthers => (0..0, None),
            Exclusion::CurrentRow => (row..row + 1, None),
            Exclusion::Group => (self.peers(row), None),
            Exclusion::Ties => (self.peers(row), Some(row)),
        };
        Frame {
            within: start..end.max(start),
            without,
            kept,
        }
    }

    /// What is at an edge: a row or a group; between two of them, or behind the ends,
    /// it is empty.
    fn reached(&self, row: usize, edge: Edge, distance: &Distance) -> Range<usize> {
        match (self.shape.units, distance) {
            (Units::Rows, Distance::Count(count)) => {
                let at = moved(row, edge, count.value(row));
                let limit = |at: i128| usize::try_from(at.max(0)).unwrap_or(self.rows);
                limit(at).min(self.rows)..limit(at + 1).min(self.rows)
            }
            (Units::Rows, _) => row..row + 1,
            (Units::Groups, Distance::Count(count)) => {
                let at = moved(self.group[row], edge, count.value(row));
                let groups = self.starts.len() - 1;
                let limit = |at: i128| usize::try_from(at.max(0)).unwrap_or(groups);
                self.starts[limit(at).min(groups)]..self.starts[limit(at + 1).min(groups)]
            }
            (Units::Range, Distance::Value { compare, known }) if known.contains(&row) => {
                let first = |is_before: &dyn Fn(usize) -> bool| {
                    let (mut low, mut high) = (known.start, known.end);
                    while low < high {
                        let middle = low + (high - low) / 2;
                        match is_before(middle) {
                            true => low = middle + 1,
                            false => high = middle,
                        }
                    }
                    low
                };
                first(&|at| compare(at, row).is_lt())..first(&|at| compare(at, row).is_le())
            }
            _ => self.peers(row),
        }
    }
}

fn moved(from: usize, edge: Edge, count: i64) -> i128 {
    match edge {
        Edge::Preceding => from as i128 - i128::from(count),
        _ => from as i128 + i128::from(count),
    }
}
