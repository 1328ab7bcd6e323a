//! EXPLAIN: how a query is answered, in the shape in which PostgreSQL shows a plan
//! (PostgreSQL manual, 14.1 and EXPLAIN).
//!
//! What the engine estimates is not told, since it knows next to nothing of the
//! relations; what was counted is told with ANALYZE.

use std::sync::Arc;
use std::time::{Duration, Instant};

use datafusion::common::JoinType;
use datafusion::execution::context::TaskContext;
use datafusion::physical_plan::aggregates::AggregateExec;
use datafusion::physical_plan::joins::{HashJoinExec, NestedLoopJoinExec, SortMergeJoinExec};
use datafusion::physical_plan::sorts::sort::SortExec;
use datafusion::physical_plan::{ExecutionPlan, InputOrderMode, execute_stream};
use futures::TryStreamExt;
use serde_json::{Map, Value as Json, json};

use super::error::translated;
use super::scan::RelationExec;
use super::shared;
use crate::error::{Error, Result};
use crate::relation::{Column, Row, Type, Value};
use crate::sql::{Explanation, ExplanationFormat};

/// The column that it answers.
pub(super) fn column(explanation: &Explanation) -> Column {
    let of = match explanation.format {
        ExplanationFormat::Text => Type::TEXT,
        ExplanationFormat::Json => Type::JSON,
    };
    Column::new("QUERY PLAN", of)
}

/// The rows: lines, or one document. With ANALYZE the plan is run, and its rows are
/// counted and thrown away.
pub(super) async fn rows(
    plan: Arc<dyn ExecutionPlan>,
    context: Arc<TaskContext>,
    explanation: &Explanation,
    planning: Duration,
) -> Result<Vec<Row>> {
    let mut execution = None;
    if explanation.is_analyzed {
        let start = Instant::now();
        let mut batches = execute_stream(plan.clone(), context).map_err(translated)?;
        while batches.try_next().await.map_err(translated)?.is_some() {}
        execution = Some(start.elapsed());
    }
    let node = root(&plan, explanation.is_analyzed, &mut Vec::new());
    let times = match (explanation.has_summary, execution) {
        (true, execution) => [
            ("Planning Time", Some(planning)),
            ("Execution Time", execution),
        ],
        (false, _) => [("Planning Time", None), ("Execution Time", None)],
    };
    let times = times
        .into_iter()
        .filter_map(|(name, time)| Some((name, time?)));
    match explanation.format {
        ExplanationFormat::Text => {
            let mut lines = Vec::new();
            node.write_lines(None, &mut lines);
            lines.extend(times.map(|(name, time)| format!("{name}: {:.3} ms", millis(time))));
            Ok(lines
                .into_iter()
                .map(|line| vec![Value::text(line)])
                .collect())
        }
        ExplanationFormat::Json => {
            let mut whole = Map::new();
            whole.insert("Plan".to_owned(), node.json());
            for (name, time) in times {
                whole.insert(name.to_owned(), json!(millis(time)));
            }
            let text = serde_json::to_string_pretty(&json!([whole]));
            let text = text.map_err(|error| {
                Error::internal("a plan cannot be written as JSON").with_source(error)
            })?;
            Ok(vec![vec![Value::text(text)]])
        }
    }
}

fn millis(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

/// A step of a plan, as PostgreSQL calls it.
struct Node {
    /// `Hash Join`
    kind: &'static str,
    /// How an aggregate groups: `Hashed`.
    strategy: Option<&'static str>,
    /// Of a join: `Left`.
    join: Option<&'static str>,
    /// The relation that is read.
    relation: Option<String>,
    /// How many rows it answered, if it was run.
    rows: Option<usize>,
    /// What WITH has named, and is run for it and what is beneath.
    with: Vec<(String, Node)>,
    inputs: Vec<Node>,
}

/// The first step of a query, with the queries that are run once for it. Those that are
/// `known` are told elsewhere.
fn root(
    plan: &Arc<dyn ExecutionPlan>,
    is_analyzed: bool,
    known: &mut Vec<Arc<dyn ExecutionPlan>>,
) -> Node {
    let mut node = node(plan, is_analyzed);
    let mut open = vec![plan];
    while let Some(plan) = open.pop() {
        open.extend(plan.children().into_iter().rev());
        let Some((name, query)) = shared::query_of(plan) else {
            continue;
        };
        if !known.iter().any(|other| Arc::ptr_eq(other, query)) {
            known.push(query.clone());
            let first = root(query, is_analyzed, known);
            node.with.push((name.to_owned(), first));
        }
    }
    node
}

/// The step that a node of the engine is. What only filters, computes or moves rows is
/// one with what is beneath it, as in PostgreSQL.
fn node(plan: &Arc<dyn ExecutionPlan>, is_analyzed: bool) -> Node {
    let rows = plan.metrics().and_then(|metrics| metrics.output_rows());
    let rows = rows.filter(|_| is_analyzed);
    let children = plan.children();
    if let Some((name, _)) = shared::query_of(plan) {
        return Node {
            kind: "CTE Scan",
            strategy: None,
            join: None,
            relation: Some(name.to_owned()),
            rows,
            with: Vec::new(),
            inputs: Vec::new(),
        };
    }
    if let ([child], true) = (children.as_slice(), is_transparent(plan.name())) {
        let inner = node(child, is_analyzed);
        return Node {
            rows: rows.or(inner.rows),
            ..inner
        };
    }
    // Only the first rows are kept in order.
    if let (Some(_), Some(sort)) = (plan.fetch(), plan.downcast_ref::<SortExec>()) {
        let whole: Arc<dyn ExecutionPlan> = Arc::new(sort.with_fetch(None));
        return Node {
            kind: "Limit",
            strategy: None,
            join: None,
            relation: None,
            rows,
            with: Vec::new(),
            inputs: vec![node(&whole, is_analyzed)],
        };
    }
    let mut inputs: Vec<Node> = children
        .into_iter()
        .map(|child| node(child, is_analyzed))
        .collect();
    // The side that is looked up stands second.
    if is_led_by_right(plan) {
        inputs.reverse();
    }
    let (mut strategy, mut relation) = (None, None);
    let kind = if let Some(aggregate) = plan.downcast_ref::<AggregateExec>() {
        strategy = Some(
            match (
                aggregate.group_expr().is_empty(),
                aggregate.input_order_mode(),
            ) {
                (true, _) => "Plain",
                (false, InputOrderMode::Sorted) => "Sorted",
                (false, _) => "Hashed",
            },
        );
        "Aggregate"
    } else if let Some(scan) = plan.downcast_ref::<RelationExec>() {
        let name = scan.relation();
        relation = Some(name.trim_start_matches("pg_catalog.").to_owned());
        match relation.as_deref() {
            Some("generate_series") => "Function Scan",
            _ => "Seq Scan",
        }
    } else {
        kind_of(plan.name())
    };
    Node {
        kind,
        strategy,
        join: join_of(plan),
        relation,
        rows,
        with: Vec::new(),
        inputs,
    }
}

/// Whether a node of the engine is no step of its own.
fn is_transparent(name: &str) -> bool {
    matches!(
        name,
        "ProjectionExec"
            | "FilterExec"
            | "CoalesceBatchesExec"
            | "CoalescePartitionsExec"
            | "RepartitionExec"
            | "CooperativeExec"
            | "ToldExec"
            | "AheadExec"
            | "AppendExec"
            | "BufferExec"
            | "OutputRequirementExec"
    )
}

fn kind_of(name: &str) -> &'static str {
    match name {
        "SortExec" | "PartialSortExec" => "Sort",
        "SortPreservingMergeExec" => "Merge Append",
        "HashJoinExec" => "Hash Join",
        "SortMergeJoinExec" | "PiecewiseMergeJoinExec" => "Merge Join",
        "NestedLoopJoinExec" | "CrossJoinExec" => "Nested Loop",
        "WindowAggExec" | "BoundedWindowAggExec" => "WindowAgg",
        "GlobalLimitExec" | "LocalLimitExec" => "Limit",
        "UnionExec" | "InterleaveExec" => "Append",
        "RecursiveQueryExec" => "Recursive Union",
        "WorkTableExec" => "WorkTable Scan",
        "UnnestExec" => "ProjectSet",
        "DataSourceExec" => "Values Scan",
        _ => "Result",
    }
}

/// Whether a join reads the rows of its right side one by one and tells all that have
/// partners, or all of them, as PostgreSQL does with those of the left side.
fn is_led_by_right(plan: &Arc<dyn ExecutionPlan>) -> bool {
    let join = plan.downcast_ref::<HashJoinExec>();
    join.is_some_and(|join| matches!(join.join_type(), JoinType::Inner | JoinType::Right))
}

/// The kind of a join, which PostgreSQL tells of all but nested loops without a side
/// that is kept.
fn join_of(plan: &Arc<dyn ExecutionPlan>) -> Option<&'static str> {
    let kind = if let Some(join) = plan.downcast_ref::<HashJoinExec>() {
        *join.join_type()
    } else if let Some(join) = plan.downcast_ref::<NestedLoopJoinExec>() {
        *join.join_type()
    } else if let Some(join) = plan.downcast_ref::<SortMergeJoinExec>() {
        join.join_type()
    } else {
        return (plan.name() == "CrossJoinExec").then_some("Inner");
    };
    Some(match kind {
        JoinType::Inner => "Inner",
        JoinType::Left | JoinType::LeftMark => "Left",
        JoinType::Right if is_led_by_right(plan) => "Left",
        JoinType::Right | JoinType::RightMark => "Right",
        JoinType::Full => "Full",
        JoinType::LeftSemi | JoinType::RightSemi => "Semi",
        JoinType::LeftAnti | JoinType::RightAnti => "Anti",
    })
}

impl Node {
    /// As a line has it: `Hash Left Join`, `Seq Scan on pg_class`.
    fn title(&self) -> String {
        let kind = match (self.kind, self.strategy) {
            ("Aggregate", Some("Hashed")) => "HashAggregate".to_owned(),
            ("Aggregate", Some("Sorted")) => "GroupAggregate".to_owned(),
            (kind, _) => match (kind.strip_suffix(" Join"), self.join) {
                (_, None | Some("Inner")) => kind.to_owned(),
                (Some(way), Some(join)) => format!("{way} {join} Join"),
                (None, Some(join)) => format!("{kind} {join} Join"),
            },
        };
        match &self.relation {
            Some(relation) => format!("{kind} on {relation}"),
            None => kind,
        }
    }

    /// Behind an arrow that stands so far in; the first has none.
    fn write_lines(&self, arrow: Option<usize>, lines: &mut Vec<String>) {
        let column = arrow.map_or(0, |column| column + 4);
        let arrow = arrow.map_or_else(String::new, |column| format!("{}->  ", " ".repeat(column)));
        let counted = self
            .rows
            .map(|rows| format!("  (actual rows={rows} loops=1)"));
        lines.push(format!(
            "{arrow}{}{}",
            self.title(),
            counted.unwrap_or_default()
        ));
        for (name, query) in &self.with {
            lines.push(format!("{}CTE {name}", " ".repeat(column + 2)));
            query.write_lines(Some(column + 4), lines);
        }
        for input in &self.inputs {
            input.write_lines(Some(column + 2), lines);
        }
    }

    fn json(&self) -> Json {
        let mut node = Map::new();
        node.insert("Node Type".to_owned(), json!(self.kind));
        let texts = [
            ("Strategy", self.strategy),
            ("Join Type", self.join),
            (
                match self.kind {
                    "CTE Scan" => "CTE Name",
                    _ => "Relation Name",
                },
                self.relation.as_deref(),
            ),
            ("Alias", self.relation.as_deref()),
        ];
        for (name, text) in texts {
            node.extend(text.map(|text| (name.to_owned(), json!(text))));
        }
        if let Some(rows) = self.rows {
            node.insert("Actual Rows".to_owned(), json!(rows));
            node.insert("Actual Loops".to_owned(), json!(1));
        }
        let with = self.with.iter().map(|(name, query)| {
            let mut query = query.json();
            query["Parent Relationship"] = json!("InitPlan");
            query["Subplan Name"] = json!(format!("CTE {name}"));
            query
        });
        let plans: Vec<Json> = with.chain(self.inputs.iter().map(Self::json)).collect();
        if !plans.is_empty() {
            node.insert("Plans".to_owned(), json!(plans));
        }
        Json::Object(node)
    }
}
