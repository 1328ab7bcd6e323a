//! PostgreSQL's values.

use std::sync::Arc;

use uuid::Uuid;

use super::{Date, Geometry, Interval, Network, Numeric, Time, TimeTz, Timestamp, Type};

/// The most dimensions of an array.
pub(super) const MAX_DIMENSIONS: usize = 6;

/// A value of a result or of a parameter. Cheap to clone.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// NULL, of any type
    Null,
    /// A `bool`
    Bool(bool),
    /// A `"char"`: a byte, 0 for none
    Char(u8),
    /// An `int2`
    Int2(i16),
    /// An `int4`
    Int4(i32),
    /// An `int8`
    Int8(i64),
    /// A `float4`
    Float4(f32),
    /// A `float8`
    Float8(f64),
    /// A `numeric`
    Numeric(Arc<Numeric>),
    /// A `money`, in hundredths
    Money(i64),
    /// A value of a type whose values are texts: `text`, `varchar`, `bpchar`,
    /// `name`, `json`, `xml`, `unknown`, …
    Text(Arc<str>),
    /// A `bytea`
    Bytea(Arc<[u8]>),
    /// A `date`
    Date(Date),
    /// A `time`
    Time(Time),
    /// A `timetz`
    TimeTz(TimeTz),
    /// A `timestamp`: a local time
    Timestamp(Timestamp),
    /// A `timestamptz`: a moment
    TimestampTz(Timestamp),
    /// An `interval`
    Interval(Interval),
    /// A `uuid`
    Uuid(Uuid),
    /// A `jsonb`, in its one spelling
    Jsonb(Arc<str>),
    /// A `bit` or `bit varying`: `0` and `1`
    Bits(Arc<str>),
    /// An `inet` or `cidr`
    Network(Network),
    /// A `macaddr`
    Mac([u8; 6]),
    /// A `macaddr8`
    Mac8([u8; 8]),
    /// A `point`, `lseg`, `path`, `box`, `polygon`, `line` or `circle`
    Geometry(Arc<Geometry>),
    /// An `oid`, `xid` or `cid`
    Oid(u32),
    /// An `xid8`
    Xid8(u64),
    /// A `pg_lsn`: a position in the log (in bytes)
    Lsn(u64),
    /// A `tid`: where a row is
    Tid {
        /// The number of its page.
        block: u32,
        /// Its place there.
        place: u16,
    },
    /// A `regclass`, `regtype`, …: an object and what it is called
    Reg {
        /// The object's OID.
        oid: u32,
        /// Its name as PostgreSQL shows it; `-` for the OID 0.
        name: Arc<str>,
    },
    /// An array
    Array(Arc<Array>),
    /// An `int2vector` or `oidvector`: an array that is written with blanks only
    Vector(Arc<Array>),
    /// A row: `record` and composite types
    Record(Record),
    /// The `void` of a function that answers nothing
    Void,
}

/// An array: elements of one type in up to six dimensions, in row-major order.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    /// The type of the elements.
    pub element: Type,
    /// The dimensions, none for an array without elements.
    pub dimensions: Vec<Dimension>,
    /// The elements: as many as the lengths of the dimensions say.
    pub values: Vec<Value>,
}

/// A dimension of an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dimension {
    /// How many there are in it.
    pub length: i32,
    /// The index of the first, which is 1 unless somebody says otherwise.
    pub lower: i32,
}

/// The fields of a row, with their types.
pub type Record = Arc<[(Type, Value)]>;

impl Array {
    /// An array of one dimension.
    pub fn list(element: Type, values: Vec<Value>) -> Self {
        let length = count(&values);
        let dimension = Dimension { length, lower: 1 };
        Self {
            element,
            dimensions: (length > 0).then_some(dimension).into_iter().collect(),
            values,
        }
    }

    /// An `int2vector` or `oidvector`: its first index is 0, and without
    /// elements it has a dimension nevertheless.
    pub fn vector(element: Type, values: Vec<Value>) -> Self {
        let length = count(&values);
        Self {
            element,
            dimensions: vec![Dimension { length, lower: 0 }],
            values,
        }
    }
}

fn count(values: &[Value]) -> i32 {
    i32::try_from(values.len()).expect("an array has fewer elements than 2^31")
}

impl Value {
    /// A `text`.
    pub fn text(text: impl AsRef<str>) -> Self {
        Self::Text(text.as_ref().into())
    }

    /// A `text`, or NULL.
    pub fn optional_text(text: Option<impl AsRef<str>>) -> Self {
        text.map_or(Self::Null, Self::text)
    }

    /// An `int4` of a count; the largest there is for one beyond it.
    pub fn count(count: u32) -> Self {
        Self::Int4(i32::try_from(count).unwrap_or(i32::MAX))
    }

    /// About how much memory it takes (in bytes).
    pub fn bytes(&self) -> usize {
        let more = match self {
            Self::Text(text)
            | Self::Bits(text)
            | Self::Jsonb(text)
            | Self::Reg { name: text, .. } => text.len(),
            Self::Geometry(geometry) => geometry.bytes(),
            Self::Bytea(bytes) => bytes.len(),
            Self::Numeric(numeric) => numeric.bytes(),
            Self::Array(array) | Self::Vector(array) => array.values.iter().map(Self::bytes).sum(),
            Self::Record(fields) => fields.iter().map(|(_, value)| value.bytes()).sum(),
            _ => 0,
        };
        more + size_of::<Self>()
    }

    /// Whether its text depends on the session's settings.
    pub fn depends_on_style(&self) -> bool {
        match self {
            Self::Float4(_) | Self::Float8(_) | Self::Geometry(_) | Self::Bytea(_) => true,
            Self::TimestampTz(_) | Self::Interval(_) => true,
            Self::Array(array) => array.values.iter().any(Self::depends_on_style),
            Self::Record(fields) => fields.iter().any(|(_, value)| value.depends_on_style()),
            _ => false,
        }
    }
}
