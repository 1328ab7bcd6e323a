//! Rows of JSON objects (PostgreSQL manual, 9.16): of the columns that the query lists,
//! or of those of the row that is given.

use crate::error::{Error, ErrorKind, Result, Value as Fault};
use crate::query::function::json::{Document, Sort};
use crate::query::function::{Arguments, Call, Function};
use crate::relation::{Array, Kind, Type, Value};

pub(in crate::query::function::library) static POPULATE: &[Function] = &[
    Function::row(
        "json_to_record",
        &[Type::JSON],
        Type::RECORD,
        |call, values| record(call, "json_to_record", &Value::Null, values.text(0)),
    ),
    Function::row(
        "jsonb_to_record",
        &[Type::JSONB],
        Type::RECORD,
        |call, values| record(call, "jsonb_to_record", &Value::Null, values.text(0)),
    ),
    Function::set(
        "json_to_recordset",
        &[Type::JSON],
        Type::RECORD,
        |call, values| records(call, "json_to_recordset", &Value::Null, values.text(0)),
    ),
    Function::set(
        "jsonb_to_recordset",
        &[Type::JSONB],
        Type::RECORD,
        |call, values| records(call, "jsonb_to_recordset", &Value::Null, values.text(0)),
    ),
    Function::row(
        "json_populate_record",
        OF_JSON,
        Type::ANYELEMENT,
        |call, values| populated(call, "json_populate_record", values),
    )
    .lenient(),
    Function::row(
        "jsonb_populate_record",
        OF_JSONB,
        Type::ANYELEMENT,
        |call, values| populated(call, "jsonb_populate_record", values),
    )
    .lenient(),
    Function::set(
        "json_populate_recordset",
        OF_JSON,
        Type::ANYELEMENT,
        |call, values| all_populated(call, "json_populate_recordset", values),
    )
    .lenient(),
    Function::set(
        "jsonb_populate_recordset",
        OF_JSONB,
        Type::ANYELEMENT,
        |call, values| all_populated(call, "jsonb_populate_recordset", values),
    )
    .lenient(),
];

const OF_JSON: &[Type] = &[Type::ANYELEMENT, Type::JSON];
const OF_JSONB: &[Type] = &[Type::ANYELEMENT, Type::JSONB];

fn populated(call: &Call<'_>, name: &str, values: &[Value]) -> Result<Value> {
    match values.is_null(1) {
        true => Ok(values[0].clone()),
        false => record(call, name, &values[0], values.text(1)),
    }
}

fn all_populated(call: &Call<'_>, name: &str, values: &[Value]) -> Result<Vec<Value>> {
    match values.is_null(1) {
        true => Ok(Vec::new()),
        false => records(call, name, &values[0], values.text(1)),
    }
}

fn refused(message: String) -> Error {
    Error::new(ErrorKind::InvalidValue(Fault::Parameter), message)
}

fn record(call: &Call<'_>, name: &str, base: &Value, text: &str) -> Result<Value> {
    let document = Document::new(text);
    match document.sort() {
        Sort::Object => row(call, base, call.returns, document),
        Sort::Array => Err(refused(format!("cannot call {name} on an array"))),
        _ => Err(refused(format!("cannot call {name} on a scalar"))),
    }
}

fn records(call: &Call<'_>, name: &str, base: &Value, text: &str) -> Result<Vec<Value>> {
    let document = Document::new(text);
    match document.sort() {
        Sort::Array => {}
        Sort::Object => return Err(refused(format!("cannot call {name} on an object"))),
        _ => return Err(refused(format!("cannot call {name} on a scalar"))),
    }
    let elements = document.elements().into_iter();
    let rows = elements.map(|element| match element.sort() {
        Sort::Object => row(call, base, call.returns, element),
        _ => Err(refused(format!(
            "argument of {name} must be an array of objects"
        ))),
    });
    rows.collect()
}

/// A row of an object; a column that it says nothing of is as in `base`.
fn row(call: &Call<'_>, base: &Value, of: &Type, object: Document<'_>) -> Result<Value> {
    let Kind::Composite(fields) = of.kind() else {
        return Err(Error::new(
            ErrorKind::InvalidDefinition(crate::error::Definition::TypeMismatch),
            "first argument must be a row type",
        ));
    };
    let members = object.members()?;
    let values = fields.iter().enumerate().map(|(nth, field)| {
        let member = members.iter().rev().find(|(name, _)| name == field.name());
        let value = match (member, base) {
            (Some((_, document)), _) => value(call, field.type_(), *document)?,
            (None, Value::Record(base)) => base[nth].1.clone(),
            (None, _) => Value::Null,
        };
        Ok((field.type_().clone(), value))
    });
    Ok(Value::Record(values.collect::<Result<_>>()?))
}

/// A value of a type: of the text that is written, or part by part.
fn value(call: &Call<'_>, of: &Type, document: Document<'_>) -> Result<Value> {
    match (of.kind(), document.sort()) {
        (_, Sort::Null) => return Ok(Value::Null),
        (Kind::Composite(_), Sort::Object) => return row(call, &Value::Null, of, document),
        (Kind::Array(element), Sort::Array) => {
            let elements = document.elements().into_iter();
            let values = elements.map(|document| value(call, element, document));
            let values = values.collect::<Result<_>>()?;
            return Ok(Value::Array(Array::list(element.clone(), values).into()));
        }
        (Kind::Array(_), sort) if sort != Sort::String => {
            return Err(Error::new(
                ErrorKind::InvalidValue(Fault::Text),
                "expected JSON array",
            ));
        }
        _ => {}
    }
    if matches!(*of, Type::JSON | Type::JSONB) {
        return Value::from_text(document.spelled(), of, &call.reading());
    }
    match document.text()? {
        Some(text) => Value::from_text(&text, of, &call.reading()),
        None => Ok(Value::Null),
    }
}
