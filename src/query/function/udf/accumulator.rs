//! What is kept of a group's rows.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::sync::Arc;

use arrow_row::{OwnedRow, RowConverter, SortField};
use datafusion::arrow::array::{Array, ArrayRef};
use datafusion::arrow::compute;
use datafusion::common::cast::as_string_array;
use datafusion::common::{DataFusionError, Result as EngineResult, ScalarValue};
use datafusion::logical_expr::Accumulator;

use super::aggregate::Called;
use crate::error::Result;
use crate::query::error::carried;
use crate::query::function::Aggregate;
use crate::relation::Value;

/// The engine asks for a partial state when there are many partitions, and there is
/// one; or when it has run out of memory and would write groups to disk.
fn no_state<T>() -> EngineResult<T> {
    Err(DataFusionError::ResourcesExhausted(
        "an aggregate has no partial state".into(),
    ))
}

fn bytes(row: &[Value]) -> usize {
    row.iter().map(Value::bytes).sum()
}

/// What the aggregate of these rows is.
fn whole<'a>(called: &Called, rows: impl Iterator<Item = &'a Vec<Value>>) -> Result<Value> {
    let mut aggregate = called.start();
    for row in rows {
        aggregate.add(row)?;
    }
    aggregate.value()
}

/// Gives every row to the aggregate as it comes.
pub(super) struct Running {
    called: Arc<Called>,
    aggregate: Box<dyn Aggregate>,
}

impl Running {
    pub(super) fn new(called: Arc<Called>) -> Self {
        let aggregate = called.start();
        Self { called, aggregate }
    }

    fn add(&mut self, columns: &[ArrayRef]) -> Result<()> {
        let Self { called, aggregate } = self;
        called.each_row(columns, |row| aggregate.add(row))
    }
}

impl Accumulator for Running {
    fn update_batch(&mut self, columns: &[ArrayRef]) -> EngineResult<()> {
        self.add(columns).map_err(carried)
    }

    fn evaluate(&mut self) -> EngineResult<ScalarValue> {
        let value = self.aggregate.value().map_err(carried)?;
        self.called.scalar(&value)
    }

    fn size(&self) -> usize {
        size_of::<Self>() + self.aggregate.bytes()
    }

    fn state(&mut self) -> EngineResult<Vec<ScalarValue>> {
        no_state()
    }

    fn merge_batch(&mut self, _states: &[ArrayRef]) -> EngineResult<()> {
        no_state()
    }
}

/// Keeps the only argument of every row as the engine carries it.
pub(super) struct Gathered {
    called: Arc<Called>,
    /// What came, in pieces that become larger: of two that follow each other the first
    /// is the larger one, unless both are large.
    pieces: Vec<ArrayRef>,
    bytes: usize,
}

/// Pieces of so many rows are not put together before the end.
const LARGE_PIECE: usize = 8 << 10;

impl Gathered {
    pub(super) fn new(called: Arc<Called>) -> Self {
        Self {
            called,
            pieces: Vec::new(),
            bytes: 0,
        }
    }

    fn add(&mut self, piece: &ArrayRef) -> EngineResult<()> {
        // Of a part of a batch only the part is kept: two arrays are copied into a third.
        let mut piece = concat(&[piece, &piece.slice(0, 0)])?;
        while let Some(last) = self
            .pieces
            .pop_if(|last| last.len() < LARGE_PIECE && last.len() <= piece.len())
        {
            self.bytes -= last.get_array_memory_size();
            piece = concat(&[&last, &piece])?;
        }
        self.bytes += piece.get_array_memory_size();
        self.pieces.push(piece);
        Ok(())
    }
}

/// Arrays one behind the other.
fn concat(arrays: &[&ArrayRef]) -> EngineResult<ArrayRef> {
    let arrays: Vec<&dyn Array> = arrays.iter().map(|array| array.as_ref()).collect();
    Ok(compute::concat(&arrays)?)
}

impl Accumulator for Gathered {
    fn update_batch(&mut self, columns: &[ArrayRef]) -> EngineResult<()> {
        match columns.first() {
            Some(column) if !column.is_empty() => self.add(column),
            _ => Ok(()),
        }
    }

    fn evaluate(&mut self) -> EngineResult<ScalarValue> {
        match self.pieces.is_empty() {
            true => self.called.scalar(&Value::Null),
            false => {
                let pieces: Vec<&ArrayRef> = self.pieces.iter().collect();
                self.called.gathered(concat(&pieces)?)
            }
        }
    }

    fn size(&self) -> usize {
        size_of::<Self>() + self.bytes
    }

    fn state(&mut self) -> EngineResult<Vec<ScalarValue>> {
        no_state()
    }

    fn merge_batch(&mut self, _states: &[ArrayRef]) -> EngineResult<()> {
        no_state()
    }
}

/// Puts the first argument of every row behind the second one, as the engine carries
/// them; the first delimiter is left out.
pub(super) struct Joined {
    called: Arc<Called>,
    text: Option<String>,
}

impl Joined {
    pub(super) fn new(called: Arc<Called>) -> Self {
        Self { called, text: None }
    }
}

impl Accumulator for Joined {
    fn update_batch(&mut self, columns: &[ArrayRef]) -> EngineResult<()> {
        let (texts, delimiters) = (as_string_array(&columns[0])?, as_string_array(&columns[1])?);
        for (text, delimiter) in texts.iter().zip(delimiters) {
            let Some(text) = text else { continue };
            match &mut self.text {
                None => self.text = Some(text.to_owned()),
                Some(all) => {
                    all.push_str(delimiter.unwrap_or_default());
                    all.push_str(text);
                }
            }
        }
        Ok(())
    }

    fn evaluate(&mut self) -> EngineResult<ScalarValue> {
        Ok(ScalarValue::Utf8(self.text.clone()))
    }

    fn size(&self) -> usize {
        size_of::<Self>() + self.text.as_ref().map_or(0, String::capacity)
    }

    fn state(&mut self) -> EngineResult<Vec<ScalarValue>> {
        no_state()
    }

    fn merge_batch(&mut self, _states: &[ArrayRef]) -> EngineResult<()> {
        no_state()
    }
}

/// Keeps the rows until all are there, and gives them in order.
pub(super) struct Arranged {
    called: Arc<Called>,
    converter: Option<RowConverter>,
    /// By key; rows of one key in the order in which they came.
    rows: BTreeMap<(OwnedRow, usize), Vec<Value>>,
    bytes: usize,
}

impl Arranged {
    pub(super) fn new(called: Arc<Called>) -> Self {
        Self {
            called,
            converter: None,
            rows: BTreeMap::new(),
            bytes: 0,
        }
    }

    fn add(&mut self, columns: &[ArrayRef]) -> Result<()> {
        let rows = self.called.rows(columns)?;
        // Without arguments there is one that only counts.
        let keys = &columns[self.called.arity().max(1)..];
        let converter = match &mut self.converter {
            Some(converter) => converter,
            none => {
                let order = &self.called.arrangement.order;
                let fields = keys.iter().zip(order).map(|(key, order)| {
                    SortField::new_with_options(key.data_type().clone(), *order)
                });
                none.insert(RowConverter::new(fields.collect()).map_err(unsorted)?)
            }
        };
        let keys = converter.convert_columns(keys).map_err(unsorted)?;
        for (row, key) in rows.into_iter().zip(&keys) {
            let Some(row) = row else { continue };
            let nth = if self.called.arrangement.is_distinct {
                0
            } else {
                self.rows.len()
            };
            let key = (key.owned(), nth);
            let size = size_of_val(&key) + key.0.as_ref().len() + bytes(&row);
            if self.rows.insert(key, row).is_none() {
                self.bytes += size;
            }
        }
        Ok(())
    }
}

fn unsorted(error: datafusion::arrow::error::ArrowError) -> crate::error::Error {
    crate::error::Error::internal("a key cannot be sorted by").with_source(error)
}

impl Accumulator for Arranged {
    fn update_batch(&mut self, columns: &[ArrayRef]) -> EngineResult<()> {
        self.add(columns).map_err(carried)
    }

    fn evaluate(&mut self) -> EngineResult<ScalarValue> {
        let value = whole(&self.called, self.rows.values()).map_err(carried)?;
        self.called.scalar(&value)
    }

    fn size(&self) -> usize {
        size_of::<Self>() + self.bytes
    }

    fn state(&mut self) -> EngineResult<Vec<ScalarValue>> {
        no_state()
    }

    fn merge_batch(&mut self, _states: &[ArrayRef]) -> EngineResult<()> {
        no_state()
    }
}

/// Keeps the rows of a window's frame, and begins again for each.
pub(super) struct Sliding {
    called: Arc<Called>,
    frame: VecDeque<Option<Vec<Value>>>,
    bytes: usize,
}

impl Sliding {
    pub(super) fn new(called: Arc<Called>) -> Self {
        Self {
            called,
            frame: VecDeque::new(),
            bytes: 0,
        }
    }
}

impl Accumulator for Sliding {
    fn update_batch(&mut self, columns: &[ArrayRef]) -> EngineResult<()> {
        let rows = self.called.rows(columns).map_err(carried)?;
        self.bytes += rows.iter().flatten().map(|row| bytes(row)).sum::<usize>();
        self.frame.extend(rows);
        Ok(())
    }

    fn retract_batch(&mut self, columns: &[ArrayRef]) -> EngineResult<()> {
        let gone = columns.first().map_or(0, |column| column.len());
        for row in self.frame.drain(..gone.min(self.frame.len())).flatten() {
            self.bytes -= bytes(&row);
        }
        Ok(())
    }

    fn supports_retract_batch(&self) -> bool {
        true
    }

    fn evaluate(&mut self) -> EngineResult<ScalarValue> {
        let value = whole(&self.called, self.frame.iter().flatten()).map_err(carried)?;
        self.called.scalar(&value)
    }

    fn size(&self) -> usize {
        size_of::<Self>() + self.frame.len() * size_of::<Option<Vec<Value>>>() + self.bytes
    }

    fn state(&mut self) -> EngineResult<Vec<ScalarValue>> {
        no_state()
    }

    fn merge_batch(&mut self, _states: &[ArrayRef]) -> EngineResult<()> {
        no_state()
    }
}

macro_rules! shown_by_name {
    ($($accumulator:ident),*) => {$(
        impl fmt::Debug for $accumulator {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple(stringify!($accumulator)).field(&self.called).finish()
            }
        }
    )*};
}

shown_by_name!(Running, Gathered, Joined, Arranged, Sliding);
