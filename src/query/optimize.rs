//! Which of the engine's rules make a plan better, and what they may not do.

use std::sync::Arc;

use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode};
use datafusion::common::{NullEquality, Result, Spans};
use datafusion::logical_expr::{Filter, LogicalPlan, Subquery};
use datafusion::optimizer::common_subexpr_eliminate::CommonSubexprEliminate;
use datafusion::optimizer::eliminate_cross_join::EliminateCrossJoin;
use datafusion::optimizer::eliminate_duplicated_expr::EliminateDuplicatedExpr;
use datafusion::optimizer::eliminate_filter::EliminateFilter;
use datafusion::optimizer::eliminate_limit::EliminateLimit;
use datafusion::optimizer::eliminate_outer_join::EliminateOuterJoin;
use datafusion::optimizer::extract_equijoin_predicate::ExtractEquijoinPredicate;
use datafusion::optimizer::optimize_projections::OptimizeProjections;
use datafusion::optimizer::optimizer::ApplyOrder;
use datafusion::optimizer::propagate_empty_relation::PropagateEmptyRelation;
use datafusion::optimizer::push_down_filter::PushDownFilter;
use datafusion::optimizer::push_down_limit::PushDownLimit;
use datafusion::optimizer::replace_distinct_aggregate::ReplaceDistinctWithAggregate;
use datafusion::optimizer::simplify_expressions::SimplifyExpressions;
use datafusion::optimizer::{OptimizerConfig, OptimizerRule};
use datafusion::physical_expr::{Distribution, OrderingRequirements};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_optimizer::optimizer::PhysicalOptimizer;
use datafusion::physical_optimizer::output_requirements::OutputRequirementExec;
use datafusion::physical_plan::coalesce_partitions::CoalescePartitionsExec;
use datafusion::physical_plan::sorts::sort::SortExec;
use datafusion::physical_plan::union::UnionExec;
use datafusion::physical_plan::{ExecutionPlan, ExecutionPlanProperties};

/// The rules, in the order in which they are applied. Those that would take
/// sub-queries apart are left out, since there are none any more, and so are those
/// that coerce types, since every expression has its own.
pub(super) fn rules() -> Vec<Arc<dyn OptimizerRule + Send + Sync>> {
    vec![
        Arc::new(SimplifyExpressions::new()),
        Arc::new(ReplaceDistinctWithAggregate::new()),
        Arc::new(PlainEquijoins(ExtractEquijoinPredicate::new())),
        Arc::new(EliminateDuplicatedExpr::new()),
        Arc::new(EliminateFilter::new()),
        Arc::new(EliminateCrossJoin::new()),
        Arc::new(EliminateLimit::new()),
        Arc::new(PropagateEmptyRelation::new()),
        Arc::new(EliminateOuterJoin::new()),
        Arc::new(PushDownLimit::new()),
        Arc::new(FiltersOverGroups(PushDownFilter::new())),
        Arc::new(CommonSubexprEliminate::new()),
        Arc::new(WholeRecursions(OptimizeProjections::new())),
    ]
}

/// The rules for physical plans: the engine's own, but that everything is one
/// stream, and that rows stay in the order that a sub-query gives them. A catalog is
/// small, and an aggregate over values has no partial state.
pub(super) fn physical_rules() -> Vec<Arc<dyn PhysicalOptimizerRule + Send + Sync>> {
    let mut rules = PhysicalOptimizer::new().rules;
    rules.retain(|rule| rule.name() != "EnforceDistribution");
    rules.insert(0, Arc::new(OneStream));
    rules.insert(0, Arc::new(KeptOrders));
    rules
}

/// Makes one stream of the inputs of a union.
#[derive(Debug)]
struct OneStream;

impl PhysicalOptimizerRule for OneStream {
    fn name(&self) -> &str {
        "one_stream"
    }

    fn schema_check(&self) -> bool {
        true
    }

    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        _options: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let one = plan.transform_up(|plan| {
            let streams = plan.output_partitioning().partition_count();
            Ok(match plan.is::<UnionExec>() && streams > 1 {
                true => Transformed::yes(Arc::new(CoalescePartitionsExec::new(plan)) as Arc<_>),
                false => Transformed::no(plan),
            })
        });
        one.data()
    }
}

/// Keeps the order of each ORDER BY, also where nobody above asks for it: what reads
/// the rows of a sub-query in FROM sees them in its order, as in PostgreSQL. The
/// engine's last rule but a few takes the marks away again.
#[derive(Debug)]
struct KeptOrders;

impl PhysicalOptimizerRule for KeptOrders {
    fn name(&self) -> &str {
        "kept_orders"
    }

    fn schema_check(&self) -> bool {
        true
    }

    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        _options: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let kept = plan.transform_up(|plan| {
            let Some(sort) = plan.downcast_ref::<SortExec>() else {
                return Ok(Transformed::no(plan));
            };
            let order = OrderingRequirements::from(sort.expr().clone());
            let one = Distribution::SinglePartition;
            let fetch = sort.fetch();
            let kept = OutputRequirementExec::new(plan, Some(order), one, fetch);
            Ok(Transformed::yes(Arc::new(kept) as Arc<_>))
        });
        kept.data()
    }
}

/// Makes equalities of a join's condition its keys, but for joins that take NULL
/// for equal to NULL: there a plain equality would become such a key too.
#[derive(Debug)]
struct PlainEquijoins(ExtractEquijoinPredicate);

impl OptimizerRule for PlainEquijoins {
    fn name(&self) -> &str {
        "plain_equijoins"
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        self.0.apply_order()
    }

    fn supports_rewrite(&self) -> bool {
        true
    }

    fn rewrite(
        &self,
        plan: LogicalPlan,
        config: &dyn OptimizerConfig,
    ) -> Result<Transformed<LogicalPlan>> {
        match &plan {
            LogicalPlan::Join(join) if join.null_equality == NullEquality::NullEqualsNull => {
                Ok(Transformed::no(plan))
            }
            _ => self.0.rewrite(plan, config),
        }
    }
}

/// Moves filters down, but not beneath an aggregate over all rows: that answers a row
/// even of none.
#[derive(Debug)]
struct FiltersOverGroups(PushDownFilter);

impl OptimizerRule for FiltersOverGroups {
    fn name(&self) -> &str {
        "filters_over_groups"
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        self.0.apply_order()
    }

    fn supports_rewrite(&self) -> bool {
        true
    }

    fn rewrite(
        &self,
        plan: LogicalPlan,
        config: &dyn OptimizerConfig,
    ) -> Result<Transformed<LogicalPlan>> {
        let is_over_one = |filter: &Filter| {
            let LogicalPlan::Aggregate(aggregate) = filter.input.as_ref() else {
                return false;
            };
            aggregate.group_expr.is_empty()
        };
        match &plan {
            LogicalPlan::Filter(filter) if is_over_one(filter) => Ok(Transformed::no(plan)),
            _ => self.0.rewrite(plan, config),
        }
    }
}

/// Leaves out columns that nobody asks for, but those of a recursion: each round reads
/// the rows of the one before, and UNION tells them apart by all their columns.
#[derive(Debug)]
struct WholeRecursions(OptimizeProjections);

impl OptimizerRule for WholeRecursions {
    fn name(&self) -> &str {
        "whole_recursions"
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        self.0.apply_order()
    }

    fn supports_rewrite(&self) -> bool {
        true
    }

    fn rewrite(
        &self,
        plan: LogicalPlan,
        config: &dyn OptimizerConfig,
    ) -> Result<Transformed<LogicalPlan>> {
        // A sub-query as a node needs all columns of what is beneath it.
        let marked = plan.transform_up(|node| {
            Ok(match node {
                LogicalPlan::RecursiveQuery(_) => {
                    Transformed::yes(LogicalPlan::Subquery(Subquery {
                        subquery: Arc::new(node),
                        outer_ref_columns: Vec::new(),
                        spans: Spans::new(),
                    }))
                }
                node => Transformed::no(node),
            })
        })?;
        let rewritten = self.0.rewrite(marked.data, config)?;
        let plan = rewritten.data.transform_up(|node| {
            Ok(match node {
                LogicalPlan::Subquery(marked) => {
                    Transformed::yes(Arc::unwrap_or_clone(marked.subquery))
                }
                node => Transformed::no(node),
            })
        })?;
        let is_changed = rewritten.transformed;
        Ok(Transformed::new_transformed(plan.data, is_changed))
    }
}
