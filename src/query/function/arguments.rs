//! The values a function is called with.

use std::sync::Arc;

use crate::relation::{
    Array, Date, Interval, Network, Numeric, Time, TimeTz, Timestamp, Type, Value, type_name,
};

/// Arguments by place. They have the types of the parameters: whoever calls has
/// coerced them. A function that takes NULLs asks [`Arguments::is_null`] first.
pub(in crate::query) trait Arguments {
    /// Whether there is no value.
    fn is_null(&self, at: usize) -> bool;
    /// A `bool`
    fn bool(&self, at: usize) -> bool;
    /// An `int2`, `int4` or `int8`
    fn int(&self, at: usize) -> i64;
    /// An `int4`
    fn int4(&self, at: usize) -> i32;
    /// A `float4` or `float8`
    fn float(&self, at: usize) -> f64;
    /// A `numeric`
    fn numeric(&self, at: usize) -> &Numeric;
    /// A text of any type whose values are texts, `jsonb` among them
    fn text(&self, at: usize) -> &str;
    /// A `bytea`
    fn bytes(&self, at: usize) -> &[u8];
    /// A `date`
    fn date(&self, at: usize) -> Date;
    /// A `time`
    fn time(&self, at: usize) -> Time;
    /// A `timetz`
    fn timetz(&self, at: usize) -> TimeTz;
    /// A `timestamp` or `timestamptz`
    fn timestamp(&self, at: usize) -> Timestamp;
    /// An `interval`
    fn interval(&self, at: usize) -> Interval;
    /// An `oid` and its like, `regclass` and its like
    fn oid(&self, at: usize) -> u32;
    /// A `money` (in hundredths)
    fn money(&self, at: usize) -> i64;
    /// A `pg_lsn`
    fn lsn(&self, at: usize) -> u64;
    /// An `inet` or `cidr`
    fn network(&self, at: usize) -> Network;
    /// A `macaddr`
    fn mac(&self, at: usize) -> [u8; 6];
    /// A `macaddr8`
    fn mac8(&self, at: usize) -> [u8; 8];
    /// An array or a vector
    fn array(&self, at: usize) -> &Arc<Array>;
}

impl Arguments for [Value] {
    fn is_null(&self, at: usize) -> bool {
        self[at] == Value::Null
    }

    fn bool(&self, at: usize) -> bool {
        match &self[at] {
            Value::Bool(value) => *value,
            other => not_coerced(other, &Type::BOOL),
        }
    }

    fn int(&self, at: usize) -> i64 {
        match &self[at] {
            Value::Int2(value) => i64::from(*value),
            Value::Int4(value) => i64::from(*value),
            Value::Int8(value) => *value,
            other => not_coerced(other, &Type::INT8),
        }
    }

    fn int4(&self, at: usize) -> i32 {
        match &self[at] {
            Value::Int4(value) => *value,
            other => not_coerced(other, &Type::INT4),
        }
    }

    fn float(&self, at: usize) -> f64 {
        match &self[at] {
            Value::Float4(value) => f64::from(*value),
            Value::Float8(value) => *value,
            other => not_coerced(other, &Type::FLOAT8),
        }
    }

    fn numeric(&self, at: usize) -> &Numeric {
        match &self[at] {
            Value::Numeric(value) => value,
            other => not_coerced(other, &Type::NUMERIC),
        }
    }

    fn text(&self, at: usize) -> &str {
        match &self[at] {
            Value::Text(text) | Value::Jsonb(text) => text,
            other => not_coerced(other, &Type::TEXT),
        }
    }

    fn bytes(&self, at: usize) -> &[u8] {
        match &self[at] {
            Value::Bytea(bytes) => bytes,
            other => not_coerced(other, &Type::BYTEA),
        }
    }

    fn date(&self, at: usize) -> Date {
        match &self[at] {
            Value::Date(value) => *value,
            other => not_coerced(other, &Type::DATE),
        }
    }

    fn time(&self, at: usize) -> Time {
        match &self[at] {
            Value::Time(value) => *value,
            other => not_coerced(other, &Type::TIME),
        }
    }

    fn timetz(&self, at: usize) -> TimeTz {
        match &self[at] {
            Value::TimeTz(value) => *value,
            other => not_coerced(other, &Type::TIMETZ),
        }
    }

    fn timestamp(&self, at: usize) -> Timestamp {
        match &self[at] {
            Value::Timestamp(value) | Value::TimestampTz(value) => *value,
            other => not_coerced(other, &Type::TIMESTAMPTZ),
        }
    }

    fn interval(&self, at: usize) -> Interval {
        match &self[at] {
            Value::Interval(value) => *value,
            other => not_coerced(other, &Type::INTERVAL),
        }
    }

    fn oid(&self, at: usize) -> u32 {
        match &self[at] {
            Value::Oid(oid) | Value::Reg { oid, .. } => *oid,
            other => not_coerced(other, &Type::OID),
        }
    }

    fn money(&self, at: usize) -> i64 {
        match &self[at] {
            Value::Money(hundredths) => *hundredths,
            other => not_coerced(other, &Type::MONEY),
        }
    }

    fn lsn(&self, at: usize) -> u64 {
        match &self[at] {
            Value::Lsn(position) => *position,
            other => not_coerced(other, &Type::PG_LSN),
        }
    }

    fn network(&self, at: usize) -> Network {
        match &self[at] {
            Value::Network(network) => *network,
            other => not_coerced(other, &Type::INET),
        }
    }

    fn mac(&self, at: usize) -> [u8; 6] {
        match &self[at] {
            Value::Mac(octets) => *octets,
            other => not_coerced(other, &Type::MACADDR),
        }
    }

    fn mac8(&self, at: usize) -> [u8; 8] {
        match &self[at] {
            Value::Mac8(octets) => *octets,
            other => not_coerced(other, &Type::MACADDR8),
        }
    }

    fn array(&self, at: usize) -> &Arc<Array> {
        match &self[at] {
            Value::Array(array) | Value::Vector(array) => array,
            other => not_coerced(other, &Type::ANYARRAY),
        }
    }
}

/// A defect of the binder: it ends the query's thread and nothing else.
fn not_coerced(value: &Value, wanted: &Type) -> ! {
    unreachable!("an argument is {}, not {value:?}", type_name(wanted))
}
