//! JSON of all rows (PostgreSQL manual, 9.21).

use crate::error::{Error, ErrorKind, Result, Value as Flaw};
use crate::query::function::json::{quoted, write_json};
use crate::query::function::{Aggregate, Call, Function};
use crate::relation::{Kind, Reading, Type, Value};

const JSON: Type = Type::JSON;
const JSONB: Type = Type::JSONB;
const PAIR: &[Type] = &[Type::ANY, Type::ANY];

pub(super) static JSON_AGGREGATES: &[Function] = &[
    Function::aggregate("json_agg", &[Type::ANYELEMENT], JSON, list).lenient(),
    Function::aggregate("jsonb_agg", &[Type::ANYELEMENT], JSONB, list).lenient(),
    Function::aggregate("json_object_agg", PAIR, JSON, object).lenient(),
    Function::aggregate("jsonb_object_agg", PAIR, JSONB, object).lenient(),
];

fn list(call: &Call<'_>) -> Box<dyn Aggregate> {
    // Rows and arrays have a line each.
    let has_lines = matches!(
        call.arguments[0].kind(),
        Kind::Array(_) | Kind::Composite(_)
    ) || call.arguments[0] == Type::RECORD;
    Box::new(Document {
        separator: if has_lines { ", \n " } else { ", " },
        ends: ("[", "]"),
        ..Document::new(call)
    })
}

fn object(call: &Call<'_>) -> Box<dyn Aggregate> {
    Box::new(Document {
        separator: ", ",
        ends: ("{ ", " }"),
        ..Document::new(call)
    })
}

/// The text as it grows, without what is before and behind it.
struct Document {
    separator: &'static str,
    ends: (&'static str, &'static str),
    arguments: Vec<Type>,
    reading: Reading,
    is_binary: bool,
    text: Option<String>,
}

impl Document {
    fn new(call: &Call<'_>) -> Self {
        Self {
            separator: "",
            ends: ("", ""),
            arguments: call.arguments.to_vec(),
            reading: call.reading(),
            is_binary: *call.returns == JSONB,
            text: None,
        }
    }

    /// The name of a member.
    fn name(&self, value: &Value, of: &Type) -> Result<String> {
        let refused = |message: &str| Error::new(ErrorKind::InvalidValue(Flaw::Parameter), message);
        match value {
            Value::Null => Err(refused("field name must not be null")),
            Value::Array(_) | Value::Vector(_) | Value::Record(_) | Value::Jsonb(_) => Err(
                refused("key value must be scalar, not array, composite, or json"),
            ),
            _ if *of == JSON => Err(refused(
                "key value must be scalar, not array, composite, or json",
            )),
            value => Ok(quoted(
                &value.to_text(&self.reading.style).unwrap_or_default(),
            )),
        }
    }
}

impl Aggregate for Document {
    fn add(&mut self, values: &[Value]) -> Result<()> {
        let name = match values {
            [name, _] => Some(self.name(name, &self.arguments[0])?),
            _ => None,
        };
        let text = self.text.get_or_insert_default();
        if !text.is_empty() {
            text.push_str(self.separator);
        }
        if let Some(name) = name {
            text.push_str(&name);
            text.push_str(" : ");
        }
        let last = values.iter().zip(&self.arguments).next_back();
        if let Some((value, of)) = last {
            write_json(value, of, &self.reading.style, ",", text);
        }
        Ok(())
    }

    fn value(&self) -> Result<Value> {
        let Some(text) = &self.text else {
            return Ok(Value::Null);
        };
        let (before, behind) = self.ends;
        let text = format!("{before}{text}{behind}");
        match self.is_binary {
            true => Value::from_text(&text, &JSONB, &self.reading),
            false => Ok(Value::text(text)),
        }
    }

    fn bytes(&self) -> usize {
        self.text.as_ref().map_or(0, String::capacity)
    }
}
