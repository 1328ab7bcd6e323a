//! Which of the engine's rules make a plan better, and what they may not do.

use std::fmt;
use std::sync::{Arc, LazyLock};

use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode};
use datafusion::common::{NullEquality, Result, Spans};
use datafusion::execution::session_state::SessionState;
use datafusion::logical_expr::{Expr, Filter, LogicalPlan, Operator, Subquery};
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
use datafusion::optimizer::{Optimizer, OptimizerConfig, OptimizerRule};
use datafusion::physical_expr::{Distribution, OrderingRequirements};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_optimizer::optimizer::PhysicalOptimizer;
use datafusion::physical_optimizer::output_requirements::OutputRequirementExec;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::coop::CooperativeExec;
use datafusion::physical_plan::joins::{CrossJoinExec, HashJoinExec, NestedLoopJoinExec};
use datafusion::physical_plan::recursive_query::RecursiveQueryExec;
use datafusion::physical_plan::sorts::sort::SortExec;
use datafusion::physical_plan::unnest::UnnestExec;

use super::append::one_stream;
use super::build;
use super::error::carried;
use super::guard;
use super::lookup::lookups;
use super::row_order::{kept_sides, led_joins};
use super::stop::Stop;

/// A plan that answers the same and costs less.
///
/// # Errors
/// 57014 when nobody waits for it any more.
pub(super) fn optimize(
    plan: LogicalPlan,
    state: &SessionState,
    stop: &Stop,
) -> Result<LogicalPlan> {
    let rules = RULES.iter().map(|rule| {
        let stop = stop.clone();
        around(rule.clone(), move |rule, plan, config| {
            stop.check().map_err(carried)?;
            rule.rewrite(plan, config)
        })
    });
    let plan = Optimizer::with_rules(rules.collect()).optimize(plan, state, |_, _| {})?;
    let plan = guard::guarded(plan)?;
    // A join may compare for hours and find nothing.
    let watched = plan.transform_up(|node| {
        Ok(match node {
            LogicalPlan::Join(mut join) if join.filter.is_some() => {
                join.filter = join.filter.map(|filter| stop.beside(filter));
                Transformed::yes(LogicalPlan::Join(join))
            }
            node => Transformed::no(node),
        })
    });
    watched.data()
}

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(rules);

type Rule = Arc<dyn OptimizerRule + Send + Sync>;

/// A rule of the engine's with more to think of before it rewrites a plan.
struct Around<F> {
    rule: Rule,
    rewrite: F,
}

fn around<F>(rule: Rule, rewrite: F) -> Rule
where
    F: Fn(&Rule, LogicalPlan, &dyn OptimizerConfig) -> Result<Transformed<LogicalPlan>>,
    F: Send + Sync + 'static,
{
    Arc::new(Around { rule, rewrite })
}

impl<F> fmt::Debug for Around<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.rule.fmt(f)
    }
}

impl<F> OptimizerRule for Around<F>
where
    F: Fn(&Rule, LogicalPlan, &dyn OptimizerConfig) -> Result<Transformed<LogicalPlan>>,
    F: Send + Sync,
{
    fn name(&self) -> &str {
        self.rule.name()
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        self.rule.apply_order()
    }

    fn supports_rewrite(&self) -> bool {
        true
    }

    fn rewrite(
        &self,
        plan: LogicalPlan,
        config: &dyn OptimizerConfig,
    ) -> Result<Transformed<LogicalPlan>> {
        (self.rewrite)(&self.rule, plan, config)
    }
}

/// The rules, in the order in which they are applied. Those that would take
/// sub-queries apart are left out, since there are none any more, and so are those
/// that coerce types, since every expression has its own.
pub(super) fn rules() -> Vec<Rule> {
    vec![
        Arc::new(SimplifyExpressions::new()),
        Arc::new(ReplaceDistinctWithAggregate::new()),
        around(Arc::new(ExtractEquijoinPredicate::new()), plain_equijoins),
        Arc::new(EliminateDuplicatedExpr::new()),
        Arc::new(EliminateFilter::new()),
        Arc::new(EliminateCrossJoin::new()),
        Arc::new(EliminateLimit::new()),
        Arc::new(PropagateEmptyRelation::new()),
        Arc::new(EliminateOuterJoin::new()),
        Arc::new(PushDownLimit::new()),
        around(Arc::new(PushDownFilter::new()), filters_over_groups),
        Arc::new(FlatConditions),
        Arc::new(CommonSubexprEliminate::new()),
        around(Arc::new(OptimizeProjections::new()), whole_recursions),
    ]
}

/// The rules for physical plans: the engine's own, but that everything is one
/// stream, and that rows stay in the order that a sub-query or the tables give them. A
/// catalog is small, and an aggregate over values has no partial state. Filters are where
/// they belong already.
pub(super) fn physical_rules() -> Vec<Arc<dyn PhysicalOptimizerRule + Send + Sync>> {
    let is_left_out = |name: &str| {
        matches!(name, "EnforceDistribution" | "join_selection")
            || name.starts_with("FilterPushdown")
    };
    let own = PhysicalOptimizer::new().rules.into_iter();
    let own = own.filter(|rule| !is_left_out(rule.name()));
    let first = [
        everywhere("kept_orders", kept_orders),
        everywhere("one_stream", one_stream),
        everywhere("lookups", lookups),
        everywhere("led_joins", led_joins),
    ];
    let last = [
        everywhere("kept_sides", kept_sides),
        everywhere("polite", polite),
    ];
    first.into_iter().chain(own).chain(last).collect()
}

/// A rule that changes each node for itself, from the leaves up.
#[derive(Debug)]
struct Everywhere {
    name: &'static str,
    change: Change,
}

type Change = fn(Arc<dyn ExecutionPlan>) -> Result<Transformed<Arc<dyn ExecutionPlan>>>;

fn everywhere(name: &'static str, change: Change) -> Arc<dyn PhysicalOptimizerRule + Send + Sync> {
    Arc::new(Everywhere { name, change })
}

impl PhysicalOptimizerRule for Everywhere {
    fn name(&self) -> &str {
        self.name
    }

    fn schema_check(&self) -> bool {
        true
    }

    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        _options: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        plan.transform_up(self.change).data()
    }
}

/// Lets others have the thread now and then, and the query be dropped, where few rows become
/// many: the engine does so where rows are read.
fn polite(node: Arc<dyn ExecutionPlan>) -> Result<Transformed<Arc<dyn ExecutionPlan>>> {
    let multiplies = node.is::<CrossJoinExec>()
        || node.is::<NestedLoopJoinExec>()
        || node.is::<HashJoinExec>()
        || node.is::<UnnestExec>()
        || node.is::<RecursiveQueryExec>();
    Ok(match multiplies {
        true => Transformed::yes(Arc::new(CooperativeExec::new(node))),
        false => Transformed::no(node),
    })
}

/// Keeps the order of each ORDER BY, also where nobody above asks for it: what reads
/// the rows of a sub-query in FROM sees them in its order, as in PostgreSQL. The
/// engine's last rule but a few takes the marks away again.
fn kept_orders(node: Arc<dyn ExecutionPlan>) -> Result<Transformed<Arc<dyn ExecutionPlan>>> {
    let Some(sort) = node.downcast_ref::<SortExec>() else {
        return Ok(Transformed::no(node));
    };
    let order = OrderingRequirements::from(sort.expr().clone());
    let one = Distribution::SinglePartition;
    let fetch = sort.fetch();
    let kept = OutputRequirementExec::new(node, Some(order), one, fetch);
    Ok(Transformed::yes(Arc::new(kept)))
}

/// Makes long chains of AND and of OR as flat as they can be: filters that are pushed down
/// are strung one after another, and what comes later walks all that is beneath at every
/// level.
#[derive(Debug)]
struct FlatConditions;

impl OptimizerRule for FlatConditions {
    fn name(&self) -> &str {
        "flat_conditions"
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        Some(ApplyOrder::TopDown)
    }

    fn supports_rewrite(&self) -> bool {
        true
    }

    fn rewrite(
        &self,
        plan: LogicalPlan,
        _config: &dyn OptimizerConfig,
    ) -> Result<Transformed<LogicalPlan>> {
        match plan {
            LogicalPlan::Filter(_) | LogicalPlan::Join(_) => {
                plan.map_expressions(|expr| expr.transform_down(|expr| Ok(flat(expr))))
            }
            plan => Ok(Transformed::no(plan)),
        }
    }
}

/// The condition with the links of its chain in a balanced tree.
fn flat(condition: Expr) -> Transformed<Expr> {
    let operator = match &condition {
        Expr::BinaryExpr(binary) if matches!(binary.op, Operator::And | Operator::Or) => binary.op,
        _ => return Transformed::no(condition),
    };
    let (mut links, mut depth) = (0_u32, 0);
    let mut open = vec![(&condition, 0)];
    while let Some((expr, level)) = open.pop() {
        match expr {
            Expr::BinaryExpr(binary) if binary.op == operator => {
                open.extend([(&*binary.left, level + 1), (&*binary.right, level + 1)]);
            }
            _ => (links, depth) = (links + 1, depth.max(level)),
        }
    }
    if depth <= 2 * (links.ilog2() + 1) {
        return Transformed::no(condition);
    }
    let conditions = build::links(condition, operator);
    let join = if operator == Operator::And {
        Expr::and
    } else {
        Expr::or
    };
    Transformed::yes(build::balanced(conditions, join))
}

/// Makes equalities of a join's condition its keys, but for joins that take NULL
/// for equal to NULL: there a plain equality would become such a key too.
fn plain_equijoins(
    rule: &Rule,
    plan: LogicalPlan,
    config: &dyn OptimizerConfig,
) -> Result<Transformed<LogicalPlan>> {
    match &plan {
        LogicalPlan::Join(join) if join.null_equality == NullEquality::NullEqualsNull => {
            Ok(Transformed::no(plan))
        }
        _ => rule.rewrite(plan, config),
    }
}

/// Moves filters down, but not beneath an aggregate over all rows, which answers a row
/// even of none, nor together with conditions that are looked at in turn.
fn filters_over_groups(
    rule: &Rule,
    plan: LogicalPlan,
    config: &dyn OptimizerConfig,
) -> Result<Transformed<LogicalPlan>> {
    let is_over_one = |filter: &Filter| {
        let LogicalPlan::Aggregate(aggregate) = filter.input.as_ref() else {
            return false;
        };
        aggregate.group_expr.is_empty()
    };
    let is_in_turn = |filter: &Filter| {
        let beneath = match filter.input.as_ref() {
            LogicalPlan::Filter(beneath) => guard::is_in_turn(&beneath.predicate),
            _ => false,
        };
        beneath || guard::is_in_turn(&filter.predicate)
    };
    match &plan {
        LogicalPlan::Filter(filter) if is_over_one(filter) || is_in_turn(filter) => {
            Ok(Transformed::no(plan))
        }
        _ => rule.rewrite(plan, config),
    }
}

/// Leaves out columns that nobody asks for, but those of a recursion: each round reads
/// the rows of the one before, and UNION tells them apart by all their columns.
fn whole_recursions(
    rule: &Rule,
    plan: LogicalPlan,
    config: &dyn OptimizerConfig,
) -> Result<Transformed<LogicalPlan>> {
    // A sub-query as a node needs all columns of what is beneath it.
    let marked = plan.transform_up(|node| {
        Ok(match node {
            LogicalPlan::RecursiveQuery(_) => Transformed::yes(LogicalPlan::Subquery(Subquery {
                subquery: Arc::new(node),
                outer_ref_columns: Vec::new(),
                spans: Spans::new(),
            })),
            node => Transformed::no(node),
        })
    })?;
    let rewritten = rule.rewrite(marked.data, config)?;
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

#[cfg(test)]
mod tests {
    use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
    use datafusion::logical_expr::{Expr, col, lit};

    use super::flat;

    fn depth(expr: &Expr) -> usize {
        match expr {
            Expr::BinaryExpr(binary) => 1 + depth(&binary.left).max(depth(&binary.right)),
            _ => 0,
        }
    }

    #[test]
    fn a_chain_becomes_a_flat_tree_in_the_same_order() {
        for join in [Expr::and, Expr::or] {
            let conditions: Vec<Expr> = (0..100).map(|nth| col(format!("c{nth}"))).collect();
            let chain = conditions.iter().cloned().reduce(join).unwrap();
            let once = flat(chain);
            assert!(once.transformed);
            assert_eq!(depth(&once.data), 7);
            let mut written = Vec::new();
            let seen = once.data.apply(|part| {
                if let Expr::Column(_) = part {
                    written.push(part.clone());
                }
                Ok(TreeNodeRecursion::Continue)
            });
            seen.unwrap();
            assert_eq!(written, conditions);
            let again = flat(once.data);
            assert!(!again.transformed);
        }
        let short = col("a").and(col("b").or(lit(true)));
        assert!(!flat(short).transformed);
    }
}
