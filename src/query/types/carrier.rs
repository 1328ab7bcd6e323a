//! The Arrow types that hold PostgreSQL's values.

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, Fields, TimeUnit};

use crate::relation::{Kind, Type};

/// The Arrow type that holds the values of a type.
///
/// | type | carrier |
/// | --- | --- |
/// | `bool`, `int2`, `int4`, `int8`, `float4`, `float8` | their counterparts |
/// | `date` | days since **2000**-01-01, as PostgreSQL counts them; infinite ones are the ends of the range |
/// | `timestamp`, `timestamptz` | microseconds since then, without and with the zone UTC; infinite ones are the ends of the range |
/// | `time` | microseconds |
/// | `money` | `Int64`: hundredths |
/// | `oid` and its like, `regclass` and its like | `UInt32` |
/// | `xid8`, `pg_lsn`, `tid` | `UInt64` |
/// | `numeric`, `interval`, `timetz`, `inet`, `cidr` | `Binary`: a key that is in order as bytes, and behind it what else there is to the value |
/// | `bytea`, `uuid`, `macaddr`, `macaddr8` | `Binary` |
/// | `point` and its like | `Binary`: their binary format |
/// | `text` and everything that is written as text, `"char"` and `void` among it | `Utf8` |
/// | arrays, `int2vector`, `oidvector` | `Struct` of `elements`, a `List` in row-major order, and `shape`, `Binary`: nothing for one dimension that begins where it always does, else a key of the dimensions |
/// | `record` and composite types | `Struct` of `f1`, `f2`, … |
///
/// PostgreSQL's moments reach beyond what counts from 1970 in 64 bits, so no
/// function of Arrow's calendar may be asked about them.
pub(in crate::query) fn carrier(of: &Type) -> DataType {
    match of.kind() {
        Kind::Array(element) => return DataType::Struct(array_fields(element)),
        Kind::Composite(fields) => {
            let fields = fields
                .iter()
                .zip(1..)
                .map(|(field, nth)| Field::new(format!("f{nth}"), carrier(field.type_()), true));
            return DataType::Struct(fields.collect());
        }
        Kind::Domain(base) => return carrier(base),
        _ => {}
    }
    match *of {
        Type::BOOL => DataType::Boolean,
        Type::INT2 => DataType::Int16,
        Type::INT4 => DataType::Int32,
        Type::INT8 => DataType::Int64,
        Type::FLOAT4 => DataType::Float32,
        Type::FLOAT8 => DataType::Float64,
        Type::DATE => DataType::Date32,
        Type::TIME => DataType::Time64(TimeUnit::Microsecond),
        Type::TIMESTAMP => DataType::Timestamp(TimeUnit::Microsecond, None),
        Type::TIMESTAMPTZ => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        Type::NUMERIC | Type::INTERVAL | Type::TIMETZ | Type::BYTEA | Type::UUID => {
            DataType::Binary
        }
        Type::INET | Type::CIDR | Type::MACADDR | Type::MACADDR8 => DataType::Binary,
        Type::POINT | Type::LSEG | Type::PATH | Type::BOX => DataType::Binary,
        Type::POLYGON | Type::LINE | Type::CIRCLE => DataType::Binary,
        Type::MONEY => DataType::Int64,
        Type::XID8 | Type::PG_LSN | Type::TID => DataType::UInt64,
        Type::OID | Type::XID | Type::CID => DataType::UInt32,
        Type::REGPROC | Type::REGPROCEDURE | Type::REGOPER | Type::REGOPERATOR => DataType::UInt32,
        Type::REGCLASS | Type::REGTYPE | Type::REGCONFIG | Type::REGDICTIONARY => DataType::UInt32,
        Type::REGNAMESPACE | Type::REGROLE | Type::REGCOLLATION => DataType::UInt32,
        _ => DataType::Utf8,
    }
}

/// The fields of what carries an array.
pub(super) fn array_fields(element: &Type) -> Fields {
    let list = Field::new_list_field(carrier(element), true);
    let elements = Field::new("elements", DataType::List(Arc::new(list)), true);
    Fields::from(vec![elements, Field::new("shape", DataType::Binary, true)])
}
