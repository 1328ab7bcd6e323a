//! ANY and ALL of an array (PostgreSQL manual, 9.24.3).

use std::sync::Arc;

use arrow_ord::ord::make_comparator;
use datafusion::arrow::array::{Array, ArrayRef, BooleanArray};
use datafusion::arrow::compute::SortOptions;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result as EngineResult, ScalarValue};
use datafusion::logical_expr::simplify::{ExprSimplifyResult, SimplifyContext};
use datafusion::logical_expr::{
    ColumnarValue, Expr, Operator, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, lit,
};

use super::comparison::meeting;
use crate::error::{Definition, Error, ErrorKind, Result};
use crate::query::catalog::Catalog;
use crate::query::error::carried;
use crate::query::function::Body;
use crate::query::function::call::bound;
use crate::query::function::table::operators;
use crate::query::function::udf::Bound;
use crate::query::typed::Typed;
use crate::query::types::{self, Coercion, array_of, cast, element_of, key, resolve_operator};
use crate::relation::{Type, Value};

/// `left symbol ANY (array)`, or ALL.
///
/// # Errors
/// 42883 when there is no such operator, 42809 for what is no array.
pub(in crate::query) fn any_all(
    left: Typed,
    symbol: &str,
    array: Typed,
    all: bool,
    catalog: &Catalog,
) -> Result<Typed> {
    let wrong = |message: &str| {
        Error::new(
            ErrorKind::InvalidDefinition(Definition::ObjectType),
            message,
        )
    };
    let symbol = if symbol == "!=" { "<>" } else { symbol };
    let element = match element_of(&array.data_type) {
        Some(element) => element.clone(),
        None if array.is_unknown() => Type::UNKNOWN,
        None => return Err(wrong("op ANY/ALL (array) requires array on right side")),
    };
    let candidates = operators(symbol);
    let resolved = resolve_operator(symbol, candidates, Some(&left.data_type), Some(&element))?;
    if resolved.returns != Type::BOOL {
        return Err(wrong(
            "op ANY/ALL (array) requires operator to yield boolean",
        ));
    }
    let [one, other] = &resolved.parameters[..] else {
        unreachable!("an operator between two has two parameters");
    };
    let list = |of: &Type| {
        array_of(of).ok_or_else(|| {
            Error::unsupported(
                format_args!("ANY or ALL of an array of type {}", of.name()),
                "Use unnest and a sub-query.",
            )
        })
    };
    let implicit = |typed, to: &Type| cast(typed, to, -1, Coercion::Implicit, catalog);
    let expr = match comparison(symbol) {
        Some(operator) => {
            let to = meeting(one, other);
            let left = implicit(implicit(left, one)?, &to)?;
            let array = implicit(implicit(array, &list(other)?)?, &list(&to)?)?;
            let keys = vec![key(left.expr, &to), key(array.expr, &array.data_type)];
            let quantified = Compared {
                operator,
                all,
                signature: signature(),
            };
            ScalarUDF::new_from_impl(quantified).call(keys)
        }
        None => {
            let operands = vec![
                implicit(left, one)?.expr,
                implicit(array, &list(other)?)?.expr,
            ];
            let quantified = Applied {
                bound: bound(resolved, catalog),
                all,
                signature: signature(),
            };
            ScalarUDF::new_from_impl(quantified).call(operands)
        }
    };
    Ok(Typed::new(expr, Type::BOOL))
}

fn signature() -> Signature {
    Signature::user_defined(datafusion::logical_expr::Volatility::Stable)
}

fn comparison(symbol: &str) -> Option<Operator> {
    Some(match symbol {
        "=" => Operator::Eq,
        "<>" => Operator::NotEq,
        "<" => Operator::Lt,
        "<=" => Operator::LtEq,
        ">" => Operator::Gt,
        ">=" => Operator::GtEq,
        _ => return None,
    })
}

/// An operand over the rows of a batch; of a constant there is one.
struct Operand {
    array: ArrayRef,
    is_constant: bool,
}

impl Operand {
    fn of(value: &ColumnarValue) -> EngineResult<Self> {
        Ok(match value {
            ColumnarValue::Array(array) => Self {
                array: Arc::clone(array),
                is_constant: false,
            },
            ColumnarValue::Scalar(scalar) => Self {
                array: scalar.to_array()?,
                is_constant: true,
            },
        })
    }

    fn at(&self, row: usize) -> usize {
        if self.is_constant { 0 } else { row }
    }
}

/// What holds for ANY or ALL of some elements: what decides it does, else NULL if
/// that is among them.
fn quantified(
    mut each: impl Iterator<Item = Result<Option<bool>>>,
    all: bool,
) -> Result<Option<bool>> {
    let mut answer = Some(all);
    for holds in &mut each {
        match holds? {
            Some(holds) if holds != all => return Ok(Some(holds)),
            Some(_) => {}
            None => answer = None,
        }
    }
    Ok(answer)
}

/// Answers for each row, from its own value and the places of its elements.
fn each_row(
    call: &ScalarFunctionArgs,
    all: bool,
    left: &Operand,
    list: &Operand,
    is_strict: bool,
    holds: impl Fn(usize, usize) -> Result<Option<bool>>,
) -> EngineResult<ColumnarValue> {
    if list.array.data_type().is_null() {
        return Ok(ColumnarValue::Scalar(ScalarValue::Boolean(None)));
    }
    let lists = types::elements(&list.array).map_err(carried)?;
    let offsets = lists.value_offsets();
    let answer = |row: usize| -> Result<Option<bool>> {
        let (value, at) = (left.at(row), list.at(row));
        if lists.is_null(at) {
            return Ok(None);
        }
        let elements = offsets[at] as usize..offsets[at + 1] as usize;
        if is_strict && left.array.is_null(value) {
            return Ok((elements.is_empty()).then_some(all));
        }
        quantified(elements.map(|element| holds(value, element)), all)
    };
    let is_constant = left.is_constant && list.is_constant;
    let rows = if is_constant { 1 } else { call.number_rows };
    let answers = (0..rows).map(answer).collect::<Result<BooleanArray>>();
    let answers: ArrayRef = Arc::new(answers.map_err(carried)?);
    match is_constant {
        true => ScalarValue::try_from_array(&answers, 0).map(ColumnarValue::Scalar),
        false => Ok(ColumnarValue::Array(answers)),
    }
}

/// A comparison with ANY or ALL keys.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Compared {
    operator: Operator,
    all: bool,
    signature: Signature,
}

impl ScalarUDFImpl for Compared {
    fn name(&self) -> &str {
        match self.all {
            true => "all",
            false => "any",
        }
    }

    fn schema_name(&self, arguments: &[Expr]) -> EngineResult<String> {
        let name = self.name();
        let [left, list] = arguments else {
            return Ok(name.to_owned());
        };
        let (left, list) = (left.schema_name(), list.schema_name());
        Ok(format!("{left} {} {name}({list})", self.operator))
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, arguments: &[DataType]) -> EngineResult<Vec<DataType>> {
        Ok(arguments.to_vec())
    }

    fn return_type(&self, _arguments: &[DataType]) -> EngineResult<DataType> {
        Ok(DataType::Boolean)
    }

    /// To be equal to one of some literals is to be in a list, which relations can
    /// look up.
    fn simplify(
        &self,
        arguments: Vec<Expr>,
        _context: &SimplifyContext,
    ) -> EngineResult<ExprSimplifyResult> {
        let is_list = matches!(
            (self.operator, self.all),
            (Operator::Eq, false) | (Operator::NotEq, true)
        );
        let elements = match &arguments[..] {
            [_, Expr::Literal(array, _)] if is_list && !array.is_null() => {
                types::elements(&array.to_array()?)
                    .map_err(carried)?
                    .value(0)
            }
            _ => return Ok(ExprSimplifyResult::Original(arguments)),
        };
        if elements.is_empty() {
            return Ok(ExprSimplifyResult::Simplified(lit(self.all)));
        }
        let list = (0..elements.len())
            .map(|at| Ok(lit(ScalarValue::try_from_array(&elements, at)?)))
            .collect::<EngineResult<Vec<_>>>()?;
        let left = arguments.into_iter().next();
        let left = left.expect("the operand was there a moment ago");
        Ok(ExprSimplifyResult::Simplified(left.in_list(list, self.all)))
    }

    fn invoke_with_args(&self, call: ScalarFunctionArgs) -> EngineResult<ColumnarValue> {
        let (left, list) = (Operand::of(&call.args[0])?, Operand::of(&call.args[1])?);
        if list.array.data_type().is_null() {
            return Ok(ColumnarValue::Scalar(ScalarValue::Boolean(None)));
        }
        let lists = types::elements(&list.array).map_err(carried)?;
        let elements = lists.values();
        let order = make_comparator(&left.array, elements, SortOptions::default())?;
        each_row(&call, self.all, &left, &list, true, |value, element| {
            if elements.is_null(element) {
                return Ok(None);
            }
            let order = order(value, element);
            Ok(Some(match self.operator {
                Operator::Eq => order.is_eq(),
                Operator::NotEq => order.is_ne(),
                Operator::Lt => order.is_lt(),
                Operator::LtEq => order.is_le(),
                Operator::Gt => order.is_gt(),
                _ => order.is_ge(),
            }))
        })
    }
}

/// Another operator with ANY or ALL values.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Applied {
    bound: Bound,
    all: bool,
    signature: Signature,
}

impl ScalarUDFImpl for Applied {
    fn name(&self) -> &str {
        match self.all {
            true => "all",
            false => "any",
        }
    }

    fn schema_name(&self, arguments: &[Expr]) -> EngineResult<String> {
        let name = self.name();
        let [left, list] = arguments else {
            return Ok(name.to_owned());
        };
        let (left, list) = (left.schema_name(), list.schema_name());
        Ok(format!(
            "{left} {} {name}({list})",
            self.bound.function.name
        ))
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, arguments: &[DataType]) -> EngineResult<Vec<DataType>> {
        Ok(arguments.to_vec())
    }

    fn return_type(&self, _arguments: &[DataType]) -> EngineResult<DataType> {
        Ok(DataType::Boolean)
    }

    fn invoke_with_args(&self, call: ScalarFunctionArgs) -> EngineResult<ColumnarValue> {
        let Body::Row(body) = self.bound.function.body else {
            return Err(carried(Error::internal("the operator is no function")));
        };
        let (left, list) = (Operand::of(&call.args[0])?, Operand::of(&call.args[1])?);
        if list.array.data_type().is_null() {
            return Ok(ColumnarValue::Scalar(ScalarValue::Boolean(None)));
        }
        let [one, other] = &*self.bound.arguments else {
            return Err(carried(Error::internal("the operator is not between two")));
        };
        let values = types::values(&left.array, one).map_err(carried)?;
        let lists = types::elements(&list.array).map_err(carried)?;
        let elements = types::values(lists.values(), other).map_err(carried)?;
        let is_strict = self.bound.function.is_strict;
        let of = self.bound.call();
        each_row(
            &call,
            self.all,
            &left,
            &list,
            is_strict,
            |value, element| {
                let operands = [values[value].clone(), elements[element].clone()];
                if is_strict && operands.contains(&Value::Null) {
                    return Ok(None);
                }
                Ok(match body(&of, &operands)? {
                    Value::Bool(holds) => Some(holds),
                    _ => None,
                })
            },
        )
    }
}
