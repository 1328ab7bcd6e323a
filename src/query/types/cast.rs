//! Expressions of one type as expressions of another.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::LazyLock;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::{DataFusionError, ScalarValue};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
    cast as arrow_cast,
};

use super::carrier::carrier;
use super::category::{base, element_of};
use super::coercion::{Coercion, can_cast};
use super::convert::Converter;
use super::modifier::{self, fit};
use super::value::{array, scalar, values};
use crate::error::{Definition, Error, ErrorKind, Result};
use crate::query::catalog::Catalog;
use crate::query::error::{carried, translated};
use crate::query::names;
use crate::query::typed::Typed;
use crate::relation::{Kind, Type, Value, type_name};

/// The expression as one of the type `to` with this modifier (-1 for none).
///
/// A literal becomes one of that type here and now, so that a relation can be asked
/// for it.
///
/// # Errors
/// 42846 for a cast that there is not, 42804 for one that nobody asked for. For a
/// literal that has no type, what its text cannot be: 22P02, 22003, 42P01 and the
/// like.
pub(in crate::query) fn cast(
    typed: Typed,
    to: &Type,
    modifier: i32,
    how: Coercion,
    catalog: &Catalog,
) -> Result<Typed> {
    // A parameter of which nothing is known is of the type of what it meets first.
    let settled = match typed.is_unknown() {
        true => catalog.parameters.settle(&typed.expr, to),
        false => None,
    };
    let typed = settled.unwrap_or(typed);
    let from = typed.data_type.clone();
    let fits = modifier < 0 || from == *to && modifier == typed.modifier;
    if from == *to && fits {
        let origin = typed.origin.filter(|_| modifier == typed.modifier);
        return Ok(Typed {
            modifier,
            origin,
            ..typed
        });
    }
    if !can_cast(&from, to, how) {
        return Err(refused(&from, to, how));
    }
    if *to == Type::RECORD && matches!(from.kind(), Kind::Composite(_)) {
        return Ok(typed);
    }
    let casting = Casting {
        name: format!("cast_as_{}_{modifier}", type_name(to)),
        from,
        to: to.clone(),
        modifier,
        how,
        catalog: catalog.clone(),
    };
    let expr = casting.applied(typed.expr, fits)?;
    Ok(Typed::new(expr, to.clone()).with_modifier(modifier))
}

fn refused(from: &Type, to: &Type, how: Coercion) -> Error {
    let (from, to) = (type_name(from), type_name(to));
    match how {
        Coercion::Explicit => Error::new(
            ErrorKind::InvalidDefinition(Definition::Cast),
            format!("cannot cast type {from} to {to}"),
        ),
        _ => Error::new(
            ErrorKind::InvalidDefinition(Definition::TypeMismatch),
            format!("expression is of type {from} but type {to} is needed"),
        )
        .with_hint("You will need to rewrite or cast the expression."),
    }
}

/// A cast of values, as a function of the engine.
struct Casting {
    /// Tells casts to different types apart.
    name: String,
    from: Type,
    to: Type,
    modifier: i32,
    how: Coercion,
    catalog: Catalog,
}

impl Casting {
    /// The expression that is cast; `fits` says that the modifier asks for nothing.
    fn applied(self, expr: Expr, fits: bool) -> Result<Expr> {
        if let Expr::Literal(literal, _) = &expr {
            match self.literal(literal) {
                Ok(literal) => return Ok(Expr::Literal(literal, None)),
                Err(error) if self.from == Type::UNKNOWN => return Err(error),
                // The row that it is for may never come.
                Err(_) => {}
            }
        }
        if fits && is_same_carried(&self.from, &self.to) {
            return Ok(expr);
        }
        if fits && is_widening(&self.from, &self.to) {
            return Ok(arrow_cast(expr, carrier(&self.to)));
        }
        Ok(ScalarUDF::new_from_impl(self).call(vec![expr]))
    }

    fn literal(&self, literal: &ScalarValue) -> Result<ScalarValue> {
        let carried = literal.to_array().map_err(translated)?;
        let values = self.values(values(&carried, &self.from)?)?;
        scalar(values.first().unwrap_or(&Value::Null), &self.to)
    }

    fn values(&self, values: Vec<Value>) -> Result<Vec<Value>> {
        let mut converter = Converter::new(&self.catalog);
        let values = values.into_iter().map(|value| {
            let converted = match (&value, base(&self.to)) {
                (Value::Int4(number), &Type::BIT) => {
                    return Ok(modifier::bits(i64::from(*number), self.modifier));
                }
                (Value::Int8(number), &Type::BIT) => {
                    return Ok(modifier::bits(*number, self.modifier));
                }
                (Value::Text(text), &Type::INTERVAL) if self.from == Type::UNKNOWN => {
                    let text = Value::Text(modifier::with_unit(text, self.modifier));
                    converter.convert(text, &self.from, &self.to)?
                }
                _ => converter.convert(value, &self.from, &self.to)?,
            };
            fit(converted, &self.to, self.modifier, self.how)
        });
        values.collect()
    }
}

/// Whether every value is carried as it was.
fn is_same_carried(from: &Type, to: &Type) -> bool {
    let (from, to) = (base(from), base(to));
    if from == to {
        return true;
    }
    if let (Some(from), Some(to)) = (element_of(from), element_of(to)) {
        return is_same_carried(from, to);
    }
    match carrier(from) {
        DataType::UInt32 => carrier(to) == DataType::UInt32,
        DataType::Utf8 => {
            // These are not their texts.
            let is_other = matches!(*from, Type::BPCHAR | Type::CHAR | Type::RECORD);
            !is_other && matches!(*to, Type::TEXT | Type::VARCHAR | Type::BPCHAR)
        }
        _ => false,
    }
}

/// Whether the engine's own cast says the same and cannot fail.
fn is_widening(from: &Type, to: &Type) -> bool {
    match *from {
        Type::INT2 => matches!(*to, Type::INT4 | Type::INT8 | Type::FLOAT4 | Type::FLOAT8),
        Type::INT4 => matches!(*to, Type::INT8 | Type::FLOAT8),
        Type::FLOAT4 => *to == Type::FLOAT8,
        Type::OID => *to == Type::INT8,
        _ => false,
    }
}

impl fmt::Debug for Casting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// Within a plan there is one catalog.
impl PartialEq for Casting {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
            && self.from == other.from
            && self.to == other.to
            && self.how == other.how
    }
}

impl Eq for Casting {}

impl Hash for Casting {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

static SIGNATURE: LazyLock<Signature> = LazyLock::new(|| Signature::any(1, Volatility::Immutable));

impl ScalarUDFImpl for Casting {
    fn name(&self) -> &str {
        &self.name
    }

    fn schema_name(&self, arguments: &[Expr]) -> Result<String, DataFusionError> {
        Ok(names::of_call(self, arguments))
    }

    fn signature(&self) -> &Signature {
        &SIGNATURE
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType, DataFusionError> {
        Ok(carrier(&self.to))
    }

    fn invoke_with_args(
        &self,
        arguments: ScalarFunctionArgs,
    ) -> Result<ColumnarValue, DataFusionError> {
        match &arguments.args[0] {
            ColumnarValue::Array(carried_by) => {
                let values = values(carried_by, &self.from).and_then(|values| self.values(values));
                let array = values.and_then(|values| array(&values, &self.to));
                array.map(ColumnarValue::Array).map_err(carried)
            }
            ColumnarValue::Scalar(literal) => {
                let literal = self.literal(literal);
                literal.map(ColumnarValue::Scalar).map_err(carried)
            }
        }
    }
}
