//! What sub-queries are the value of.

use crate::error::{Error, ErrorKind, Result, Value as Flaw};
use crate::query::catalog::Catalog;
use crate::query::function::call::aggregate_of;
use crate::query::function::{Aggregate, Function};
use crate::query::typed::Typed;
use crate::relation::{Type, Value};

const ANY: &[Type] = &[Type::ANYELEMENT];

static SINGLE_VALUE: Function = Function::aggregate("single_value", ANY, Type::ANYELEMENT, |_| {
    Box::new(First {
        value: None,
        is_only: true,
    })
})
.lenient();

static FIRST: Function = Function::aggregate("first", ANY, Type::ANYELEMENT, |_| {
    Box::new(First {
        value: None,
        is_only: false,
    })
})
.lenient();

/// The aggregate that is the value of a sub-query of one row; NULL over none.
///
/// # Errors
/// When it runs over more than one row, 21000.
pub(in crate::query) fn single_value(of: Typed, catalog: &Catalog) -> Typed {
    aggregate_of(&SINGLE_VALUE, of, catalog)
}

/// The aggregate that is the value of the first row; NULL over none.
pub(in crate::query) fn first(of: Typed, catalog: &Catalog) -> Typed {
    aggregate_of(&FIRST, of, catalog)
}

struct First {
    value: Option<Value>,
    is_only: bool,
}

impl Aggregate for First {
    fn add(&mut self, values: &[Value]) -> Result<()> {
        if self.value.is_none() {
            self.value = Some(values[0].clone());
        } else if self.is_only {
            return Err(Error::new(
                ErrorKind::InvalidValue(Flaw::Cardinality),
                "more than one row returned by a subquery used as an expression",
            ));
        }
        Ok(())
    }

    fn value(&self) -> Result<Value> {
        Ok(self.value.clone().unwrap_or(Value::Null))
    }

    fn bytes(&self) -> usize {
        self.value.as_ref().map_or(0, Value::bytes)
    }
}
