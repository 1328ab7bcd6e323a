//! Conditions: AND and OR, and what rows have to meet.

use datafusion::logical_expr::Expr;
use sqlparser::ast::{self, BinaryOperator};

use super::binder::Binder;
use super::expression::boolean;
use crate::error::Result;
use crate::query::build;
use crate::query::typed::Typed;

/// The conditions of a WHERE or an ON.
#[derive(Default)]
pub(super) struct Conditions {
    /// Those over the rows alone.
    plain: Vec<Expr>,
    /// Those that sub-queries are asked for, which PostgreSQL takes for costlier than
    /// all others: they are looked at where the others are true.
    costly: Vec<Expr>,
}

impl Conditions {
    pub(super) fn plain(&mut self) -> Option<Expr> {
        conjunction(std::mem::take(&mut self.plain))
    }

    pub(super) fn costly(&mut self) -> Option<Expr> {
        conjunction(std::mem::take(&mut self.costly))
    }

    /// All of them.
    pub(super) fn all(mut self) -> Option<Expr> {
        self.plain.append(&mut self.costly);
        self.plain()
    }
}

fn conjunction(conditions: Vec<Expr>) -> Option<Expr> {
    (!conditions.is_empty()).then(|| build::balanced(conditions, Expr::and))
}

impl Binder<'_> {
    /// What rows have to meet.
    pub(super) fn conditions(&mut self, condition: &ast::Expr, place: &str) -> Result<Conditions> {
        let links = match condition {
            ast::Expr::BinaryOp {
                left,
                op: op @ BinaryOperator::And,
                right,
            } => links(left, op, right),
            other => vec![other],
        };
        let word = match links.len() {
            1 => place,
            _ => "AND",
        };
        let mut conditions = Conditions::default();
        for link in links {
            let pending = self.frame().before.len();
            let link = self.expression(link)?;
            let link = self.boolean(link, word)?;
            match self.frame().before.len() > pending {
                true => conditions.costly.push(link),
                false => conditions.plain.push(link),
            }
        }
        Ok(conditions)
    }

    /// `a OR b OR c`: however many there are, they stand side by side and not in each
    /// other. Each is asked for where those before it do not decide.
    pub(super) fn chain(
        &mut self,
        left: &ast::Expr,
        operator: &BinaryOperator,
        right: &ast::Expr,
    ) -> Result<Typed> {
        let links = links(left, operator, right);
        let join = match operator {
            BinaryOperator::And => Expr::and,
            _ => Expr::or,
        };
        let word = operator.to_string();
        let outside = self.frame().asked.len();
        let mut conditions = Vec::with_capacity(links.len());
        for link in links {
            let condition = self.expression(link)?;
            let condition = self.boolean(condition, &word)?;
            let known = Box::new(condition.clone());
            self.frame().asked.push(match operator {
                BinaryOperator::And => Expr::IsNotFalse(known),
                _ => Expr::IsNotTrue(known),
            });
            conditions.push(condition);
        }
        self.frame().asked.truncate(outside);
        Ok(boolean(build::balanced(conditions, join)))
    }

    /// Runs for what is within a construct that has no sets in it.
    pub(super) fn without_sets<T>(
        &mut self,
        construct: &'static str,
        work: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        let outside = self.frame().construct.replace(construct);
        let done = work(self);
        self.frame().construct = outside;
        done
    }

    /// Runs for what is asked for only where this is true as well.
    pub(super) fn asked_where<T>(
        &mut self,
        condition: Expr,
        work: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        self.frame().asked.push(condition);
        let done = work(self);
        self.frame().asked.pop();
        done
    }
}

/// What a chain of an operator is made of, from the left.
fn links<'a>(
    mut left: &'a ast::Expr,
    operator: &BinaryOperator,
    right: &'a ast::Expr,
) -> Vec<&'a ast::Expr> {
    let mut links = vec![right];
    while let ast::Expr::BinaryOp {
        left: before,
        op,
        right: link,
    } = left
        && op == operator
    {
        links.push(link);
        left = before;
    }
    links.push(left);
    links.reverse();
    links
}
