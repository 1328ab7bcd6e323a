//! The adapter of Arrow record batches.

use std::sync::Arc;

use arrow_array::{RecordBatch, RecordBatchOptions};
use arrow_schema::SchemaRef;

use super::arrow::{Columns, carry_fields};
use super::resolution::Resolution;
use crate::schema::{RecordError, RowError, Schema};

/// Carries record batches of Apache Arrow from one schema over to another: as
/// [`Adapter`](super::Adapter) does records, column by column.
///
/// Columns that stay as they are share their buffers with the batch they come
/// from. Values of those are not looked at: a batch is taken to be one of its
/// schema.
#[derive(Clone, Debug)]
pub struct BatchAdapter {
    from: Schema,
    to: Schema,
    arrow: SchemaRef,
    resolution: Resolution,
}

impl BatchAdapter {
    /// The adapter of batches of `from` to batches of `to`. There always is
    /// one; what cannot be carried over fails batch by batch.
    pub fn new(from: &Schema, to: &Schema) -> Self {
        Self {
            resolution: Resolution::new(&from.fields, &to.fields),
            arrow: Arc::new(to.to_arrow()),
            from: from.clone(),
            to: to.clone(),
        }
    }

    /// The Arrow schema of what [`BatchAdapter::adapt`] makes: that of `to`, as
    /// [`Schema::to_arrow`] has it.
    pub fn schema(&self) -> &SchemaRef {
        &self.arrow
    }

    /// Carries a batch over.
    ///
    /// Its columns are found by their names, in any order; one that is absent
    /// has its default or NULL. They may have any Arrow type that
    /// [`Schema::from_arrow`] reads as one of the same Arrow type: dictionaries,
    /// views, large lists. Such a column is copied.
    ///
    /// # Errors
    /// Those of [`Adapter::adapt`](super::Adapter::adapt), for the first row of
    /// the first column that fails: `[7].items[0].sku` is in the eighth row.
    /// 22P02 without a row for a column of an Arrow type that has no values of
    /// its type, 22003 and 22008 for a default or a value that is not exactly
    /// one of the Arrow type it gets (`NaN` in a decimal, nanoseconds).
    pub fn adapt(&self, batch: &RecordBatch) -> Result<RecordBatch, RecordError> {
        let (from, to) = (&self.from.fields, &self.to.fields);
        let (rows, arrays) = (batch.num_rows(), batch.columns());
        let arrays = Columns::new(from, batch.schema_ref().fields(), arrays, rows, None)
            .and_then(|columns| {
                carry_fields(&self.resolution, from, to, self.arrow.fields(), &columns)
            })
            .map_err(RowError::in_batch)?;
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let adapted = RecordBatch::try_new_with_options(self.arrow.clone(), arrays, &options);
        Ok(adapted
            .expect("what is carried is of the target's types, without NULL where it has none"))
    }
}
