//! A relation as a table of the engine.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::array::{RecordBatch, RecordBatchOptions};
use datafusion::arrow::datatypes::{Field, Schema, SchemaRef};
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::{Column, Result, ScalarValue};
use datafusion::datasource::{TableType, provider_as_source};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::{
    BinaryExpr, Expr, LogicalPlan, Operator, TableProviderFilterPushDown, TableScan,
};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::{PartitionStream, StreamingTableExec};
use datafusion::sql::TableReference;
use futures::StreamExt;

use super::error::carried;
use super::names::Names;
use super::{build, catalog, types};
use crate::relation::{self, Filter, Relation, Row, Scan, Test, Value};

/// The rows of a relation, each column under a name of its own: those of `names`,
/// in order.
///
/// # Errors
/// None that a relation with columns can make.
pub(super) fn scan(
    relation: Arc<dyn Relation>,
    names: &Names,
    columns: &[String],
) -> Result<LogicalPlan> {
    if relation.is_empty() {
        let carriers = relation.columns().iter().zip(columns);
        let carriers =
            carriers.map(|(column, name)| (name.as_str(), types::carrier(&column.column_type)));
        return build::no_rows(carriers);
    }
    let table = names.fresh();
    let provider = Arc::new(Table::new(relation));
    let own: Vec<String> = provider
        .schema
        .fields()
        .iter()
        .map(|f| f.name().clone())
        .collect();
    let source = provider_as_source(provider);
    let reference = TableReference::bare(table);
    let scan = TableScan::try_new(reference.clone(), source, None, Vec::new(), None)?;
    let columns = own.into_iter().zip(columns).map(|(own, name)| {
        let expr = Expr::Column(Column::new(Some(reference.clone()), own));
        (expr, name.clone())
    });
    build::project(LogicalPlan::TableScan(scan), columns)
}

/// A relation. Its columns are called by their places, since two may have one name.
struct Table {
    relation: Arc<dyn Relation>,
    schema: SchemaRef,
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.relation.schema(), self.relation.name())
    }
}

impl Table {
    fn new(relation: Arc<dyn Relation>) -> Self {
        let fields = relation
            .columns()
            .iter()
            .enumerate()
            .map(|(place, column)| {
                Field::new(place.to_string(), types::carrier(&column.column_type), true)
            });
        Self {
            schema: Arc::new(Schema::new(fields.collect::<Vec<_>>())),
            relation,
        }
    }

    /// What a condition asks of one column, if a relation can be asked for that.
    fn understood(&self, condition: &Expr) -> Option<Filter> {
        let (column, literals) = match condition {
            Expr::BinaryExpr(BinaryExpr {
                left,
                op: Operator::Eq,
                right,
            }) => match (left.as_ref(), right.as_ref()) {
                (Expr::Column(column), Expr::Literal(value, _))
                | (Expr::Literal(value, _), Expr::Column(column)) => (column, vec![value]),
                _ => return None,
            },
            Expr::BinaryExpr(BinaryExpr {
                left,
                op: Operator::Or,
                right,
            }) => return self.either(left, right),
            Expr::ScalarFunction(call) => return self.pattern(call),
            Expr::InList(list) if !list.negated => {
                let Expr::Column(column) = list.expr.as_ref() else {
                    return None;
                };
                let literals = list.list.iter().map(|member| match member {
                    Expr::Literal(value, _) => Some(value),
                    _ => None,
                });
                (column, literals.collect::<Option<Vec<_>>>()?)
            }
            _ => return None,
        };
        let place = self.schema.index_of(&column.name).ok()?;
        let of = &self.relation.columns()[place].column_type;
        let values = literals.into_iter().map(|literal| value(literal, of));
        Some(Filter {
            column: place,
            test: Test::In(values.collect::<Option<_>>()?),
        })
    }

    /// What a text is like says how it begins, or what it is.
    fn pattern(&self, call: &ScalarFunction) -> Option<Filter> {
        let [
            Expr::Column(column),
            Expr::Literal(ScalarValue::Utf8(Some(pattern)), _),
        ] = call.args.as_slice()
        else {
            return None;
        };
        let test = match call.name() {
            "~" => catalog::of_regex(pattern),
            "~~" => catalog::of_like(pattern, Some('\\')),
            _ => None,
        };
        Some(Filter {
            column: self.schema.index_of(&column.name).ok()?,
            test: test?,
        })
    }

    /// `a = 1 OR a = 2` is `a IN (1, 2)`.
    fn either(&self, left: &Expr, right: &Expr) -> Option<Filter> {
        let (left, right) = (self.understood(left)?, self.understood(right)?);
        match (left.test, right.test) {
            (Test::In(mut values), Test::In(more)) if left.column == right.column => {
                values.extend(more);
                Some(Filter {
                    column: left.column,
                    test: Test::In(values),
                })
            }
            _ => None,
        }
    }
}

/// The value of a literal; nothing for NULL, which equals nothing.
fn value(literal: &ScalarValue, of: &relation::Type) -> Option<Value> {
    if literal.is_null() || literal.data_type() != types::carrier(of) {
        return None;
    }
    let array = literal.to_array().ok()?;
    types::values(&array, of).ok()?.pop()
}

#[async_trait]
impl TableProvider for Table {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(
        &self,
        filters: &[&Expr],
    ) -> Result<Vec<TableProviderFilterPushDown>> {
        let pushed = |filter: &&Expr| match self.understood(filter) {
            Some(_) => TableProviderFilterPushDown::Inexact,
            None => TableProviderFilterPushDown::Unsupported,
        };
        Ok(filters.iter().map(pushed).collect())
    }

    async fn scan(
        &self,
        _state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let asked = Scan {
            columns: projection.cloned(),
            filters: filters
                .iter()
                .filter_map(|filter| self.understood(filter))
                .collect(),
            limit,
        };
        let schema = match projection {
            Some(places) => Arc::new(self.schema.project(places)?),
            None => self.schema.clone(),
        };
        let part = Part {
            relation: self.relation.clone(),
            asked,
            schema,
        };
        streamed(part, limit)
    }
}

/// The one stream of a table.
///
/// # Errors
/// None that a stream could make.
pub(super) fn streamed(
    rows: impl PartitionStream + 'static,
    limit: Option<usize>,
) -> Result<Arc<dyn ExecutionPlan>> {
    let schema = rows.schema().clone();
    let partitions: Vec<Arc<dyn PartitionStream>> = vec![Arc::new(rows)];
    let scan = StreamingTableExec::try_new(schema, partitions, None, [], false, limit)?;
    Ok(Arc::new(scan))
}

/// The rows that are asked of a relation.
struct Part {
    relation: Arc<dyn Relation>,
    asked: Scan,
    /// That of the columns that are asked for.
    schema: SchemaRef,
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.relation.schema(), self.relation.name())
    }
}

impl PartitionStream for Part {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _context: Arc<TaskContext>) -> SendableRecordBatchStream {
        let (relation, schema) = (self.relation.clone(), self.schema.clone());
        let places = match &self.asked.columns {
            Some(places) => places.clone(),
            None => (0..relation.columns().len()).collect(),
        };
        let batches = relation.scan(self.asked.clone()).map(move |rows| {
            let rows = rows.map_err(carried)?;
            batch(&rows, &places, relation.as_ref(), &schema)
        });
        Box::pin(RecordBatchStreamAdapter::new(self.schema.clone(), batches))
    }
}

/// Rows as a batch of these columns.
fn batch(
    rows: &[Row],
    places: &[usize],
    relation: &dyn Relation,
    schema: &SchemaRef,
) -> Result<RecordBatch> {
    let arrays = places.iter().map(|place| {
        let values: Vec<Value> = rows.iter().map(|row| row[*place].clone()).collect();
        types::array(&values, &relation.columns()[*place].column_type).map_err(carried)
    });
    let options = RecordBatchOptions::new().with_row_count(Some(rows.len()));
    let arrays = arrays.collect::<Result<Vec<_>>>()?;
    Ok(RecordBatch::try_new_with_options(
        schema.clone(),
        arrays,
        &options,
    )?)
}
