//! Whether all are true, or any.

use datafusion::logical_expr::Expr;

use crate::error::Result;
use crate::query::catalog::Catalog;
use crate::query::function::call::aggregate_of;
use crate::query::function::{Aggregate, Arguments, Function};
use crate::query::typed::Typed;
use crate::relation::{Type, Value};

const BOOL: &[Type] = &[Type::BOOL];

pub(super) static TRUTHS: &[Function] = &[
    Function::aggregate("bool_and", BOOL, Type::BOOL, |_| {
        Box::new(Decided::by(false))
    }),
    Function::aggregate("every", BOOL, Type::BOOL, |_| Box::new(Decided::by(false))),
    Function::aggregate("bool_or", BOOL, Type::BOOL, |_| Box::new(Decided::by(true))),
];

/// What `= ANY (sub-query)` is over the rows of the sub-query.
static ANY_TRUE: Function = Function::aggregate("any_true", BOOL, Type::BOOL, |_| {
    Box::new(Quantified {
        decides: true,
        answer: Some(false),
    })
})
.lenient();

/// What `= ALL (sub-query)` is over the rows of the sub-query.
static ALL_TRUE: Function = Function::aggregate("all_true", BOOL, Type::BOOL, |_| {
    Box::new(Quantified {
        decides: false,
        answer: Some(true),
    })
})
.lenient();

/// The aggregate that is true if one is true, else NULL if one is NULL, else false.
pub(in crate::query) fn any_true(of: Expr, catalog: &Catalog) -> Expr {
    aggregate_of(&ANY_TRUE, Typed::new(of, Type::BOOL), catalog).expr
}

/// The aggregate that is false if one is false, else NULL if one is NULL, else true.
pub(in crate::query) fn all_true(of: Expr, catalog: &Catalog) -> Expr {
    aggregate_of(&ALL_TRUE, Typed::new(of, Type::BOOL), catalog).expr
}

/// One value decides; over no rows it is NULL.
struct Decided {
    by: bool,
    answer: Option<bool>,
}

impl Decided {
    fn by(by: bool) -> Self {
        Self { by, answer: None }
    }
}

impl Aggregate for Decided {
    fn add(&mut self, values: &[Value]) -> Result<()> {
        if self.answer != Some(self.by) {
            self.answer = Some(values.bool(0));
        }
        Ok(())
    }

    fn value(&self) -> Result<Value> {
        Ok(self.answer.map_or(Value::Null, Value::Bool))
    }
}

/// One value decides; NULL leaves it open, no rows do not.
struct Quantified {
    decides: bool,
    answer: Option<bool>,
}

impl Aggregate for Quantified {
    fn add(&mut self, values: &[Value]) -> Result<()> {
        match &values[0] {
            Value::Bool(value) if *value == self.decides => self.answer = Some(self.decides),
            Value::Null if self.answer != Some(self.decides) => self.answer = None,
            _ => {}
        }
        Ok(())
    }

    fn value(&self) -> Result<Value> {
        Ok(self.answer.map_or(Value::Null, Value::Bool))
    }
}
