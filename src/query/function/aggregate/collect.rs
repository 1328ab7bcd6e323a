//! All values in one.

use crate::error::{Error, ErrorKind, Result, Value as Flaw};
use crate::query::function::{Aggregate, Arguments, Call, Function};
use crate::relation::{Array, Dimension, Type, Value};

pub(super) static COLLECTIONS: &[Function] = &[
    Function::aggregate("array_agg", &[Type::ANYNONARRAY], Type::ANYARRAY, |call| {
        Box::new(Elements {
            element: call.arguments[0].clone(),
            values: Vec::new(),
            bytes: 0,
        })
    })
    .lenient(),
    Function::aggregate("array_agg", &[Type::ANYARRAY], Type::ANYARRAY, |_| {
        Box::new(Arrays(None))
    })
    .lenient(),
    Function::aggregate("string_agg", &[Type::TEXT, Type::TEXT], Type::TEXT, joined).lenient(),
    Function::aggregate(
        "string_agg",
        &[Type::BYTEA, Type::BYTEA],
        Type::BYTEA,
        joined,
    )
    .lenient(),
];

struct Elements {
    element: Type,
    values: Vec<Value>,
    bytes: usize,
}

impl Aggregate for Elements {
    fn add(&mut self, values: &[Value]) -> Result<()> {
        self.bytes += values[0].bytes();
        self.values.push(values[0].clone());
        Ok(())
    }

    fn value(&self) -> Result<Value> {
        if self.values.is_empty() {
            return Ok(Value::Null);
        }
        let array = Array::list(self.element.clone(), self.values.clone());
        Ok(Value::Array(array.into()))
    }

    fn bytes(&self) -> usize {
        self.bytes
    }
}

/// Arrays of one shape, as an array of one dimension more.
struct Arrays(Option<Array>);

impl Aggregate for Arrays {
    fn add(&mut self, values: &[Value]) -> Result<()> {
        let refused = |message: &str| Error::new(ErrorKind::InvalidValue(Flaw::Subscript), message);
        if values[0] == Value::Null {
            return Err(Error::new(
                ErrorKind::InvalidValue(Flaw::Null),
                "cannot accumulate null arrays",
            ));
        }
        let array = values.array(0);
        if array.values.is_empty() {
            return Err(refused("cannot accumulate empty arrays"));
        }
        match &mut self.0 {
            None => {
                let mut all = Array::clone(array);
                all.dimensions.insert(
                    0,
                    Dimension {
                        length: 1,
                        lower: 1,
                    },
                );
                self.0 = Some(all);
            }
            Some(all) => {
                if all.dimensions[1..] != array.dimensions[..] {
                    return Err(refused(
                        "cannot accumulate arrays of different dimensionality",
                    ));
                }
                all.dimensions[0].length += 1;
                all.values.extend_from_slice(&array.values);
            }
        }
        Ok(())
    }

    fn value(&self) -> Result<Value> {
        let all = self.0.clone();
        Ok(all.map_or(Value::Null, |all| Value::Array(all.into())))
    }

    fn bytes(&self) -> usize {
        let values = self.0.iter().flat_map(|all| &all.values);
        values.map(Value::bytes).sum()
    }
}

fn joined(call: &Call<'_>) -> Box<dyn Aggregate> {
    Box::new(Joined {
        is_text: *call.returns == Type::TEXT,
        bytes: None,
    })
}

/// Texts or bytes, each behind its delimiter but for the first.
struct Joined {
    is_text: bool,
    bytes: Option<Vec<u8>>,
}

impl Aggregate for Joined {
    fn add(&mut self, values: &[Value]) -> Result<()> {
        let part = |at: usize| match values.is_null(at) {
            true => &[],
            false if self.is_text => values.text(at).as_bytes(),
            false => values.bytes(at),
        };
        if values.is_null(0) {
            return Ok(());
        }
        match &mut self.bytes {
            None => self.bytes = Some(part(0).to_vec()),
            Some(bytes) => {
                bytes.extend_from_slice(part(1));
                bytes.extend_from_slice(part(0));
            }
        }
        Ok(())
    }

    fn value(&self) -> Result<Value> {
        Ok(match &self.bytes {
            None => Value::Null,
            Some(bytes) if self.is_text => Value::text(String::from_utf8_lossy(bytes)),
            Some(bytes) => Value::Bytea(bytes.as_slice().into()),
        })
    }

    fn bytes(&self) -> usize {
        self.bytes.as_ref().map_or(0, Vec::capacity)
    }
}
