//! A relation as a table of the engine.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::array::{RecordBatch, RecordBatchOptions};
use datafusion::arrow::datatypes::{Field, Schema, SchemaRef};
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::{Column, DataFusionError, Result, ScalarValue};
use datafusion::datasource::{TableType, provider_as_source};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::{
    BinaryExpr, Expr, LogicalPlan, Operator, TableProviderFilterPushDown, TableScan,
};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::{PartitionStream, StreamingTableExec};
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties};
use datafusion::sql::TableReference;
use futures::{StreamExt, TryStreamExt, stream};

use super::error::carried;
use super::lookup::Ahead;
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
            ahead: None,
        };
        Ok(Arc::new(RelationExec::new(part, limit)?))
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
#[derive(Clone)]
struct Part {
    relation: Arc<dyn Relation>,
    asked: Scan,
    /// That of the columns that are asked for.
    schema: SchemaRef,
    /// What the column of this place is to have one of.
    ahead: Option<(usize, Arc<Ahead>)>,
}

/// Reads the rows of a relation.
#[derive(Debug)]
pub(super) struct RelationExec {
    part: Part,
    limit: Option<usize>,
    stream: Arc<dyn ExecutionPlan>,
}

impl RelationExec {
    fn new(part: Part, limit: Option<usize>) -> Result<Self> {
        Ok(Self {
            stream: streamed(part.clone(), limit)?,
            part,
            limit,
        })
    }

    /// `pg_catalog.pg_class`
    pub(super) fn relation(&self) -> String {
        format!("{:?}", self.part)
    }

    /// The places of the columns that tell its rows apart, if it has such and they are
    /// asked for.
    pub(super) fn key(&self) -> Option<Vec<usize>> {
        let place_of = |column: &usize| match &self.part.asked.columns {
            Some(places) => places.iter().position(|place| place == column),
            None => Some(*column),
        };
        match self.part.relation.primary_key() {
            [] => None,
            key => key.iter().map(place_of).collect(),
        }
    }

    /// The same rows of those whose column of this place has a key that is ahead, if
    /// they are found without reading all.
    pub(super) fn asked(
        &self,
        column: usize,
        ahead: &Arc<Ahead>,
    ) -> Result<Option<Arc<dyn ExecutionPlan>>> {
        let relation = &self.part.relation;
        let place = match &self.part.asked.columns {
            Some(places) => places[column],
            None => column,
        };
        let is_asked = |filter: &Filter| relation.is_indexed(filter.column);
        if !relation.is_indexed(place)
            || self.part.ahead.is_some()
            || self.part.asked.filters.iter().any(is_asked)
        {
            return Ok(None);
        }
        let part = Part {
            ahead: Some((place, ahead.clone())),
            ..self.part.clone()
        };
        Ok(Some(Arc::new(Self::new(part, self.limit)?)))
    }
}

impl DisplayAs for RelationExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RelationExec {:?}", self.part)
    }
}

impl ExecutionPlan for RelationExec {
    fn name(&self) -> &str {
        "RelationExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.stream.properties()
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        Vec::new()
    }

    fn with_new_children(
        self: Arc<Self>,
        _children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(self)
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream> {
        self.stream.execute(partition, context)
    }
}

/// The keys that are ahead as a condition on a column.
async fn of_keys(column: usize, ahead: &Ahead, of: &relation::Type) -> Result<Option<Filter>> {
    let Some(arrays) = ahead.keys().await? else {
        return Ok(None);
    };
    let mut keys: Vec<Value> = Vec::new();
    for array in arrays {
        if *array.data_type() != types::carrier(of) {
            return Ok(None);
        }
        for key in types::values(&array, of).map_err(carried)? {
            if key != Value::Null && !keys.contains(&key) {
                keys.push(key);
            }
        }
    }
    Ok(Some(Filter {
        column,
        test: Test::In(keys),
    }))
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
        let (mut asked, ahead) = (self.asked.clone(), self.ahead.clone());
        let from = relation.clone();
        let rows = stream::once(async move {
            if let Some((column, ahead)) = ahead {
                let of = &from.columns()[column].column_type;
                asked.filters.extend(of_keys(column, &ahead, of).await?);
            }
            Ok::<_, DataFusionError>(from.scan(asked).map_err(carried))
        });
        let batches = rows
            .try_flatten()
            .map(move |rows| batch(&rows?, &places, relation.as_ref(), &schema));
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
