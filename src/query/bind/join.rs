//! JOIN (PostgreSQL manual, 7.2.1.1).

use datafusion::functions::core::expr_fn::coalesce;
use datafusion::logical_expr::{Expr, JoinType, LogicalPlan};
use sqlparser::ast::{self, JoinConstraint, JoinOperator};

use super::binder::Binder;
use super::frame::Clause;
use super::from::is_lateral;
use super::name::qualified;
use super::scope::{Entry, Field, Scope};
use super::select::only;
use crate::error::{Error, ErrorKind, Object, Result};
use crate::query::error::translated;
use crate::query::function::operator;
use crate::query::typed::Typed;
use crate::query::{apply, build, types};
use crate::sql::Mark;

type Side = (LogicalPlan, Scope);

impl Binder<'_> {
    pub(super) fn join(
        &mut self,
        left: Side,
        right: Side,
        operator: &JoinOperator,
    ) -> Result<Side> {
        use JoinOperator as J;
        let (kind, constraint) = match operator {
            J::Join(constraint) | J::Inner(constraint) | J::CrossJoin(constraint) => {
                (JoinType::Inner, constraint)
            }
            J::Left(constraint) | J::LeftOuter(constraint) => (JoinType::Left, constraint),
            J::Right(constraint) | J::RightOuter(constraint) => (JoinType::Right, constraint),
            J::FullOuter(constraint) => (JoinType::Full, constraint),
            _ => {
                return Err(Error::unsupported(
                    "this kind of JOIN",
                    "Use INNER, LEFT, RIGHT, FULL or CROSS JOIN.",
                ));
            }
        };
        let names: Vec<String> = match constraint {
            JoinConstraint::None => return self.joined_on(left, right, kind, None),
            JoinConstraint::On(condition) => {
                return self.joined_on(left, right, kind, Some(condition));
            }
            JoinConstraint::Using(names) => {
                let (names, alias) = match names.split_last() {
                    Some((last, names)) if is_alias(last) => (names, Some(qualified(last)?.1)),
                    _ => (names.as_slice(), None),
                };
                let names = names.iter().map(|name| Ok(qualified(name)?.1));
                let names = names.collect::<Result<Vec<_>>>()?;
                let (plan, mut scope) = self.joined_using(left, right, kind, &names)?;
                if let Some(alias) = alias {
                    let merged = scope.columns[..names.len()].to_vec();
                    scope.entries.push(Entry {
                        schema: None,
                        name: Some(alias),
                        fields: merged,
                        is_value: false,
                        oid: None,
                        key: Vec::new(),
                    });
                }
                return Ok((plan, scope));
            }
            JoinConstraint::Natural => {
                let has = |name: &String| right.1.columns.iter().any(|field| field.name == *name);
                let names = left.1.columns.iter().map(|field| field.name.clone());
                names.filter(has).collect::<Vec<_>>()
            }
        };
        self.joined_using(left, right, kind, &names)
    }

    fn joined_on(
        &mut self,
        (left, left_scope): Side,
        (right, right_scope): Side,
        kind: JoinType,
        condition: Option<&ast::Expr>,
    ) -> Result<Side> {
        let scope = left_scope.beside(right_scope)?;
        let Some(condition) = condition else {
            return Ok((self.connected(left, right, kind, None)?, scope));
        };
        let before = std::mem::replace(&mut self.frame().scope, scope.clone());
        let conditions =
            self.in_clause(Clause::On, |binder| binder.conditions(condition, "JOIN/ON"));
        self.frame().scope = before;
        let mut conditions = conditions?;
        let pending = std::mem::take(&mut self.frame().before);
        if kind == JoinType::Inner {
            let plan = self.connected(left, right, kind, conditions.plain())?;
            let plan = self.attach(plan, pending)?;
            return Ok((only(plan, conditions.costly())?, scope));
        }
        // The values of sub-queries stand beside the rows of the side that they are
        // made from.
        let (mut left, mut right) = (left, right);
        for sub in pending {
            match (is_lateral(&left, &sub.plan), is_lateral(&right, &sub.plan)) {
                (true, true) => {
                    return Err(Error::unsupported(
                        "a sub-query over both sides in the condition of an outer join",
                        "Join with a sub-query in FROM instead.",
                    ));
                }
                (true, false) => left = self.attach(left, vec![sub])?,
                (false, _) => right = self.attach(right, vec![sub])?,
            }
        }
        Ok((self.connected(left, right, kind, conditions.all())?, scope))
    }

    /// Two plans joined, where the right one may speak of the left one's rows.
    fn connected(
        &self,
        left: LogicalPlan,
        right: LogicalPlan,
        kind: JoinType,
        condition: Option<Expr>,
    ) -> Result<LogicalPlan> {
        match (is_lateral(&left, &right), kind) {
            (false, _) => build::join(left, right, kind, condition),
            (true, JoinType::Inner | JoinType::Left) => {
                apply::apply(&self.names, left, right, kind, condition)
            }
            (true, _) => {
                return Err(Error::new(
                    ErrorKind::InvalidDefinition(crate::error::Definition::ColumnReference),
                    "invalid reference to FROM-clause entry of the other side",
                )
                .with_detail(
                    "The combining JOIN type must be INNER or LEFT for a LATERAL reference.",
                ));
            }
        }
        .map_err(translated)
    }

    /// A join on the columns of these names, which come first and once.
    fn joined_using(
        &mut self,
        (left, left_scope): Side,
        (right, right_scope): Side,
        kind: JoinType,
        names: &[String],
    ) -> Result<Side> {
        let mut condition: Option<Expr> = None;
        let mut merged = Vec::with_capacity(names.len());
        for name in names {
            let own = of_side(&left_scope, name, "left")?;
            let other = of_side(&right_scope, name, "right")?;
            let equal = operator::binary("=", own.typed(), other.typed(), &self.catalog)?.expr;
            condition = Some(match condition {
                Some(before) => before.and(equal),
                None => equal,
            });
            merged.push((own, other));
        }
        let mut plan = self.connected(left, right, kind, condition)?;
        let mut computed = Vec::new();
        let mut columns = Vec::new();
        for (own, other) in merged {
            let is_same = own.data_type == other.data_type;
            columns.push(match kind {
                JoinType::Inner | JoinType::Left if is_same => own,
                JoinType::Right if is_same => other,
                _ => {
                    let both = [own.data_type.clone(), other.data_type.clone()];
                    let common = types::common_type("JOIN/USING", &both)?;
                    let left = self.coerce(own.typed(), &common)?.expr;
                    let right = self.coerce(other.typed(), &common)?.expr;
                    let expr = match kind {
                        JoinType::Right => right,
                        JoinType::Full => coalesce(vec![left, right]),
                        _ => left,
                    };
                    let field = self.field(own.name, &Typed::new(expr.clone(), common));
                    computed.push((expr, field.column.clone()));
                    field
                }
            });
        }
        plan = build::extend(plan, computed).map_err(translated)?;
        let rest = left_scope.columns.iter().chain(&right_scope.columns);
        let rest = rest.filter(|field| !names.contains(&field.name)).cloned();
        columns.extend(rest);
        let mut scope = left_scope.clone().beside(right_scope.clone())?;
        scope.columns = columns;
        Ok((plan, scope))
    }
}

fn of_side(scope: &Scope, name: &str, side: &str) -> Result<Field> {
    let field = scope.column(name).map_err(|_| {
        Error::new(
            ErrorKind::InvalidDefinition(crate::error::Definition::AmbiguousColumn),
            format!("common column name \"{name}\" appears more than once in {side} table"),
        )
    })?;
    field.cloned().ok_or_else(|| {
        Error::new(
            ErrorKind::NotFound(Object::Column),
            format!("column \"{name}\" specified in USING clause does not exist in {side} table"),
        )
    })
}

/// Whether the last name in USING is the alias of the columns it merges.
fn is_alias(name: &ast::ObjectName) -> bool {
    let first = name.0.first().and_then(|part| part.as_ident());
    first.and_then(Mark::of) == Some(Mark::UsingAs)
}
