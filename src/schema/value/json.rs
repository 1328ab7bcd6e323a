//! Values as JSON: those of a record, and defaults with parts.

use std::mem;

use serde_json::{Map, Number, Value as Json};

use super::literal::from_string;
use super::{DefaultValue, array, number, refusal, text};
use crate::error::{Error, ErrorKind, Result, Value};
use crate::schema::{
    DataType, Field, RecordError, RecordStep, Schema, missing, nearest, null_not_allowed,
};

impl Schema {
    /// Checks a record of these columns and brings it into its canonical form,
    /// in which a column that is absent has its default or NULL.
    ///
    /// # Errors
    /// Those of class 22, with the way to the value: 22P02 for a value that is
    /// none of its type and for a name that is no column, 22004 for NULL, or
    /// nothing, where there must be a value, 22003, 22007, 22008 and 22001 as
    /// [`Literal::coerce`](crate::schema::Literal::coerce) has them.
    pub fn read_record(&self, mut record: Json) -> Result<Json, RecordError> {
        match &mut record {
            Json::Object(members) => read_members(&self.fields, members)?,
            other => return Err(not_an_object(other).into()),
        }
        Ok(record)
    }
}

impl DataType {
    /// Checks a value of the type, not NULL, and brings it into its canonical
    /// form.
    ///
    /// # Errors
    /// As [`Schema::read_record`].
    pub(crate) fn read_json(&self, value: &mut Json) -> Result<(), RecordError> {
        match (self, value) {
            (Self::Struct(members), Json::Object(object)) => read_members(members, object),
            (Self::Array(element), Json::Array(list)) => {
                for (index, value) in list.iter_mut().enumerate() {
                    read_field(element, value)
                        .map_err(|error| error.within(RecordStep::Element(index)))?;
                }
                Ok(())
            }
            (Self::Map(entry), Json::Object(object)) => {
                let [key, value] = entry.as_ref();
                read_entries(key, value, object)
            }
            (_, value) => {
                *value = read_scalar(self, value.take())?;
                Ok(())
            }
        }
    }

    /// The value that a canonical text of the type spells.
    ///
    /// # Errors
    /// 22003 for a `json` that holds a number JSON values have no room for.
    pub(crate) fn json_of_text(&self, canonical: &str) -> Result<Json> {
        match self {
            Self::Boolean => Ok((canonical == "true").into()),
            Self::SmallInt | Self::Integer | Self::BigInt => {
                let value: i64 = canonical
                    .parse()
                    .map_err(|_| refusal::number_range(self, canonical))?;
                Ok(value.into())
            }
            Self::Real | Self::Double => {
                let value = canonical.parse().ok().and_then(Number::from_f64);
                Ok(value.map_or_else(|| canonical.into(), Json::Number))
            }
            Self::Json | Self::Jsonb | Self::Array(_) | Self::Map(_) | Self::Struct(_) => {
                serde_json::from_str(canonical)
                    .map_err(|error| refusal::number_range(self, canonical).with_source(error))
            }
            _ => Ok(canonical.into()),
        }
    }

    /// The canonical text that spells a canonical value.
    pub(crate) fn text_of_json(&self, value: &Json) -> String {
        match (self, value) {
            (_, Json::String(text)) => text.clone(),
            (Self::Real | Self::Double, Json::Number(number)) => {
                number::float_from_number(&number.to_string(), self)
                    .unwrap_or_else(|_| number.to_string())
            }
            (_, value) => value.to_string(),
        }
    }
}

impl Field {
    /// What a reader takes when a record has no such field.
    ///
    /// # Errors
    /// 22004 when the field is required, and for a default that records
    /// cannot tell from NULL: JSON's `null`; those of
    /// [`DataType::json_of_text`].
    pub(crate) fn absent_json(&self) -> Result<Json> {
        match &self.default {
            Some(default) => match self.data_type.json_of_text(default.text())? {
                Json::Null if !self.nullable => Err(null_not_allowed()),
                value => Ok(value),
            },
            None if self.nullable => Ok(Json::Null),
            None => Err(missing()),
        }
    }
}

impl DefaultValue {
    /// The default that a canonical value of a type with parts is.
    pub(crate) fn of_json(value: &Json) -> Self {
        Self::quoted(value.to_string())
    }
}

/// A text that is the JSON form of a value with parts, or an array in braces, in
/// its canonical form.
pub(super) fn nested(text: &str, data_type: &DataType) -> Result<String> {
    let mut value = match data_type {
        DataType::Array(element) if array::is_in_braces(text) => {
            in_braces(text, data_type, element)?
        }
        _ => text::exact_json(text, data_type)?,
    };
    data_type.read_json(&mut value)?;
    Ok(value.to_string())
}

/// The value of an array in braces.
fn in_braces(text: &str, data_type: &DataType, element: &Field) -> Result<Json> {
    let element = &element.data_type;
    let value = |text: Option<String>| match text {
        Some(text) => element.json_of_text(from_string(&text, element)?.text()),
        None => Ok(Json::Null),
    };
    let elements = array::elements(text, data_type)?.into_iter().map(value);
    elements.collect()
}

fn read_field(field: &Field, value: &mut Json) -> Result<(), RecordError> {
    match value {
        Json::Null if field.nullable => Ok(()),
        Json::Null => Err(null_not_allowed().into()),
        value => field.data_type.read_json(value),
    }
}

fn read_members(fields: &[Field], object: &mut Map<String, Json>) -> Result<(), RecordError> {
    for field in fields {
        let read = match object.get_mut(&field.name) {
            Some(value) => read_field(field, value),
            None => field.absent_json().map_err(RecordError::from).map(|value| {
                object.insert(field.name.clone(), value);
            }),
        };
        read.map_err(|error| error.within_field(&field.name))?;
    }
    if object.len() == fields.len() {
        return Ok(());
    }
    let is_unknown = |name: &&String| !fields.iter().any(|field| field.name == **name);
    let unknown = object
        .keys()
        .find(is_unknown)
        .expect("all fields are there, and something else");
    Err(RecordError::from(no_such_field(fields, unknown)).within_field(unknown))
}

fn read_entries(
    key: &Field,
    value: &Field,
    object: &mut Map<String, Json>,
) -> Result<(), RecordError> {
    let mut read = Map::new();
    for (text, mut entry) in mem::take(object) {
        let within = |error: RecordError| error.within(RecordStep::Key(text.clone()));
        read_field(value, &mut entry).map_err(within)?;
        let key = from_string(&text, &key.data_type).map_err(|error| within(error.into()))?;
        if read.insert(key.text().to_owned(), entry).is_some() {
            return Err(within(duplicate_key(key.text()).into()));
        }
    }
    *object = read;
    Ok(())
}

fn read_scalar(data_type: &DataType, value: Json) -> Result<Json> {
    use DataType as Type;
    match (data_type, value) {
        (Type::Json | Type::Jsonb, value) | (Type::Boolean, value @ Json::Bool(_)) => Ok(value),
        (Type::SmallInt | Type::Integer | Type::BigInt, Json::Number(number)) => {
            integer(&number, data_type)
        }
        (Type::Real | Type::Double, Json::Number(number)) => float(&number, data_type),
        (Type::Real | Type::Double, Json::String(text)) if number::special(&text).is_some() => {
            Ok(from_string(&text, data_type)?.text().into())
        }
        (Type::Numeric(_), Json::Number(number)) => numeric(&number, data_type),
        (
            Type::Boolean
            | Type::SmallInt
            | Type::Integer
            | Type::BigInt
            | Type::Real
            | Type::Double
            | Type::Array(_)
            | Type::Map(_)
            | Type::Struct(_),
            value,
        ) => Err(mismatch(&value, data_type)),
        (_, Json::String(text)) => Ok(from_string(&text, data_type)?.text().into()),
        (_, value) => Err(mismatch(&value, data_type)),
    }
}

/// `5.0` is 5, `5.5` is none.
fn integer(number: &Number, data_type: &DataType) -> Result<Json> {
    let fraction = number.as_f64().filter(|_| number.is_f64()).map(f64::fract);
    if fraction.is_some_and(|fraction| fraction != 0.0) {
        return Err(mismatch(&Json::Number(number.clone()), data_type));
    }
    let text = exact(number, data_type)?;
    let digits = number::integer_from_number(&text, data_type)?;
    data_type.json_of_text(&digits)
}

/// Always a floating-point number, so that 1 and 1.0 are one value.
fn float(number: &Number, data_type: &DataType) -> Result<Json> {
    let text = number.to_string();
    let shortest = number::float_from_number(&text, data_type)?;
    data_type.json_of_text(&shortest)
}

fn numeric(number: &Number, data_type: &DataType) -> Result<Json> {
    let text = exact(number, data_type)?;
    Ok(from_string(&text, data_type)?.text().into())
}

/// The number's text. With a fraction or an exponent JSON's numbers hold 15
/// digits; of more than these it is not known which were written.
fn exact(number: &Number, data_type: &DataType) -> Result<String> {
    const DIGITS: usize = f64::DIGITS as usize;
    let text = number.to_string();
    if number.is_f64() {
        let mantissa = text.split('e').next().unwrap_or_default();
        let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
        let significant = digits.trim_start_matches('0').trim_end_matches('0').len();
        if significant > DIGITS {
            return Err(refusal::number_range(data_type, &text).with_detail(format!(
                "JSON numbers with a point or an exponent keep {DIGITS} digits."
            )));
        }
    }
    Ok(text)
}

fn mismatch(value: &Json, data_type: &DataType) -> Error {
    let message = format!("{} is not a value of type {data_type}", described(value));
    Error::new(ErrorKind::InvalidValue(Value::Text), message)
}

fn not_an_object(record: &Json) -> Error {
    let message = format!("{} is not a record", described(record));
    Error::new(ErrorKind::InvalidValue(Value::Text), message)
        .with_detail("A record is a JSON object with a member for each column.")
}

fn described(value: &Json) -> String {
    match value {
        Json::Null => "null".to_owned(),
        Json::Bool(value) => format!("boolean {value}"),
        Json::Number(number) => format!("number {number}"),
        Json::String(text) => format!("string \"{}\"", refusal::shown(text)),
        Json::Array(_) => "a list".to_owned(),
        Json::Object(_) => "an object".to_owned(),
    }
}

/// The problem of a name that is no field's (22P02).
pub(crate) fn no_such_field(fields: &[Field], name: &str) -> Error {
    let error = Error::new(
        ErrorKind::InvalidValue(Value::Text),
        "there is no such field",
    );
    let names = fields.iter().map(|field| field.name.as_str());
    match nearest(name, names) {
        Some(name) => error.with_hint(format!("Perhaps you meant \"{name}\".")),
        None => error,
    }
}

fn duplicate_key(key: &str) -> Error {
    Error::new(
        ErrorKind::InvalidValue(Value::Text),
        format!("key \"{}\" appears twice in a map", refusal::shown(key)),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// What a value of a column `v` becomes, or the SQLSTATE and the place.
    fn read(column: &str, value: Json) -> String {
        let (data_type, default) = match column.split_once(" = ") {
            Some((data_type, default)) => (data_type, Some(default.parse().expect(default))),
            None => (column, None),
        };
        let column = crate::schema::ColumnSpec {
            name: "v".to_owned(),
            data_type: data_type.trim_end_matches(" !").parse().expect(column),
            not_null: data_type.ends_with(" !"),
            default,
            comment: None,
        };
        let schema = Schema::new(&[column], &[]).expect("a schema");
        match schema.read_record(value) {
            Ok(record) => {
                let again = schema.read_record(record.clone()).expect("a record");
                assert_eq!(again, record, "canonical means unchanged");
                record["v"].to_string()
            }
            Err(error) => format!("{} {}", error.problem.sqlstate(), error.path),
        }
    }

    #[test]
    fn values_have_one_form() {
        for (column, value, expected) in [
            ("boolean", json!(true), "true"),
            ("boolean", json!("true"), "22P02 v"),
            ("integer", json!(5.0), "5"),
            ("integer", json!(5.5), "22P02 v"),
            ("integer", json!("5"), "22P02 v"),
            ("integer", json!(2_147_483_648_i64), "22003 v"),
            ("smallint", json!(-32_768), "-32768"),
            ("bigint", json!(u64::MAX), "22003 v"),
            (
                "bigint",
                json!(9_007_199_254_740_993_i64),
                "9007199254740993",
            ),
            ("bigint", json!(1e300), "22003 v"),
            ("double precision", json!(1), "1.0"),
            ("double precision", json!(-0.0), "0.0"),
            ("double precision", json!("nan"), "\"NaN\""),
            ("double precision", json!("1.5"), "22P02 v"),
            ("real", json!(0.1), "0.1"),
            ("real", json!(16_777_217), "16777216.0"),
            ("real", json!(1e39), "22003 v"),
            ("numeric(5,2)", json!(1.5), "\"1.50\""),
            ("numeric(5,2)", json!("1.5"), "\"1.50\""),
            ("numeric(5,2)", json!(1.255), "22003 v"),
            (
                "numeric",
                json!("12345678901234567890.5"),
                "\"12345678901234567890.5\"",
            ),
            (
                "numeric",
                json!(12_345_678_901_234_567_890_u64),
                "\"12345678901234567890\"",
            ),
            ("numeric", json!(1_234_567_890.123_456_7), "22003 v"),
            ("text", json!("x"), "\"x\""),
            ("text", json!(5), "22P02 v"),
            ("varchar(3)", json!("abcd"), "22001 v"),
            ("char(3)", json!("a  "), "\"a\""),
            ("bytea", json!("\\xDE"), "\"\\\\xde\""),
            ("date", json!("2024-2-9"), "\"2024-02-09\""),
            ("date", json!("tomorrow"), "22007 v"),
            ("timestamp(3)", json!("2024-02-29T12:34:56.1234"), "22008 v"),
            (
                "timestamptz",
                json!("2024-02-29T12:34:56+02:00"),
                "\"2024-02-29 10:34:56+00\"",
            ),
            ("interval", json!("P1D"), "\"1 day\""),
            (
                "uuid",
                json!("A0EEBC999C0B4EF8BB6D6BB9BD380A11"),
                "\"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11\"",
            ),
            ("json", json!({"b": [1, null]}), "{\"b\":[1,null]}"),
            ("jsonb", json!("x"), "\"x\""),
        ] {
            let shown = format!("{value} as {column}");
            assert_eq!(read(column, json!({"v": value})), expected, "{shown}");
        }
    }

    #[test]
    fn what_is_absent_has_its_default_or_null() {
        for (column, expected) in [
            ("integer", "null"),
            ("integer = 5", "5"),
            ("integer ! = 5", "5"),
            ("integer !", "22004 v"),
            ("numeric(5,2) = 1", "\"1.00\""),
            ("double precision = 'NaN'", "\"NaN\""),
            ("double precision = 1", "1.0"),
            ("jsonb = '[1]'", "[1]"),
            (
                "struct<a int default 1, b text> = '{}'",
                "{\"a\":1,\"b\":null}",
            ),
            ("json ! = 'null'", "22004 v"),
            ("json = '1e999'", "22003 v"),
        ] {
            assert_eq!(read(column, json!({})), expected, "{column}");
        }
    }

    #[test]
    fn parts_are_read_with_the_way_to_them() {
        let items = "array<struct<sku text not null, \"unit price\" int, amount int default 1>>";
        for (column, value, expected) in [
            ("int[]", json!([1, null]), "[1,null]"),
            ("int[]", json!({}), "22P02 v"),
            ("int[] !", json!(null), "22004 v"),
            ("array<int not null>", json!([1, null]), "22004 v[1]"),
            (items, json!([]), "[]"),
            (
                items,
                json!([null, {"sku": "x"}]),
                "[null,{\"amount\":1,\"sku\":\"x\",\"unit price\":null}]",
            ),
            (items, json!([{"sku": "x"}, {}]), "22004 v[1].sku"),
            (
                items,
                json!([{"sku": "x", "amount": "y"}]),
                "22P02 v[0].amount",
            ),
            (
                items,
                json!([{"sku": "x", "unit price": "y"}]),
                "22P02 v[0].\"unit price\"",
            ),
            (items, json!([{"sku": "x", "count": 1}]), "22P02 v[0].count"),
            (
                "map<int, text not null>",
                json!({"007": "x"}),
                "{\"7\":\"x\"}",
            ),
            (
                "map<int, text not null>",
                json!({"7": "x", "07": "y"}),
                "22P02 v[\"7\"]",
            ),
            (
                "map<int, text not null>",
                json!({"x": "y"}),
                "22P02 v[\"x\"]",
            ),
            (
                "map<int, text not null>",
                json!({"7": null}),
                "22004 v[\"7\"]",
            ),
            (
                "map<double precision, int>",
                json!({"1.0": 1, "nan": 2}),
                "{\"1\":1,\"NaN\":2}",
            ),
        ] {
            let shown = format!("{value} as {column}");
            assert_eq!(read(column, json!({"v": value})), expected, "{shown}");
        }
        assert_eq!(read("int", json!({"v": 1, "w": 2})), "22P02 w");
        assert_eq!(read("int", json!([1])), "22P02 ");
    }

    #[test]
    fn a_refusal_says_what_where_and_what_was_meant() {
        let column = crate::schema::ColumnSpec {
            name: "address".to_owned(),
            data_type: "struct<street text, zip text>[]".parse().expect("a type"),
            not_null: false,
            default: None,
            comment: None,
        };
        let schema = Schema::new(&[column], &[]).expect("a schema");
        let error = schema
            .read_record(json!({"address": [{"streat": "x"}]}))
            .expect_err("no such field");
        assert_eq!(
            error.to_string(),
            "address[0].streat: there is no such field"
        );
        let error = Error::from(error);
        assert_eq!(error.message(), "there is no such field");
        assert_eq!(
            error.detail(),
            Some("The value is at \"address[0].streat\".")
        );
        assert_eq!(error.hint(), Some("Perhaps you meant \"street\"."));
    }
}
