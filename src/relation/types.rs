//! Names and sizes of PostgreSQL's types.

use std::borrow::Cow;

use postgres_types::Kind;

use super::Type;

/// The type's name as PostgreSQL's `format_type` and its messages have it:
/// `integer`, `timestamp with time zone`, `text[]`.
pub fn type_name(of: &Type) -> Cow<'_, str> {
    let name = match *of {
        Type::BOOL => "boolean",
        Type::CHAR => "\"char\"",
        Type::INT2 => "smallint",
        Type::INT4 => "integer",
        Type::INT8 => "bigint",
        Type::FLOAT4 => "real",
        Type::FLOAT8 => "double precision",
        Type::BPCHAR => "character",
        Type::VARCHAR => "character varying",
        Type::VARBIT => "bit varying",
        Type::TIME => "time without time zone",
        Type::TIMETZ => "time with time zone",
        Type::TIMESTAMP => "timestamp without time zone",
        Type::TIMESTAMPTZ => "timestamp with time zone",
        Type::INT2_VECTOR | Type::OID_VECTOR => of.name(),
        _ => match of.kind() {
            Kind::Array(element) => return format!("{}[]", type_name(element)).into(),
            _ => of.name(),
        },
    };
    name.into()
}

/// How long a value of the type is in PostgreSQL's memory (`pg_type.typlen`, in
/// bytes): -1 when that depends on the value, -2 for a C string.
pub fn type_size(of: &Type) -> i16 {
    match *of {
        Type::BOOL | Type::CHAR => 1,
        Type::INT2 => 2,
        Type::INT4 | Type::FLOAT4 | Type::DATE | Type::VOID => 4,
        Type::OID | Type::XID | Type::CID => 4,
        Type::REGPROC | Type::REGPROCEDURE | Type::REGOPER | Type::REGOPERATOR => 4,
        Type::REGCLASS | Type::REGTYPE | Type::REGCONFIG | Type::REGDICTIONARY => 4,
        Type::REGNAMESPACE | Type::REGROLE | Type::REGCOLLATION => 4,
        Type::ANY | Type::ANYELEMENT | Type::ANYNONARRAY | Type::ANYENUM => 4,
        Type::TID | Type::MACADDR => 6,
        Type::INT8 | Type::FLOAT8 | Type::MONEY | Type::XID8 | Type::PG_LSN => 8,
        Type::TIME | Type::TIMESTAMP | Type::TIMESTAMPTZ | Type::MACADDR8 => 8,
        Type::INTERNAL => 8,
        Type::TIMETZ => 12,
        Type::INTERVAL | Type::UUID | Type::POINT => 16,
        Type::LINE | Type::CIRCLE => 24,
        Type::LSEG | Type::BOX => 32,
        Type::NAME => 64,
        Type::UNKNOWN | Type::CSTRING => -2,
        _ => -1,
    }
}

/// The type of rows with these members (`record`).
pub fn record_type(members: impl IntoIterator<Item = (String, Type)>) -> Type {
    let members = members
        .into_iter()
        .map(|(name, of)| postgres_types::Field::new(name, of));
    Type::new(
        Type::RECORD.name().to_owned(),
        Type::RECORD.oid(),
        Kind::Composite(members.collect()),
        Type::RECORD.schema().to_owned(),
    )
}

/// Whether the type is one of those whose values name objects by their OID:
/// `regclass`, `regtype`, … (PostgreSQL manual, 8.19).
pub fn is_reg(of: &Type) -> bool {
    matches!(
        *of,
        Type::REGPROC
            | Type::REGPROCEDURE
            | Type::REGOPER
            | Type::REGOPERATOR
            | Type::REGCLASS
            | Type::REGTYPE
            | Type::REGCONFIG
            | Type::REGDICTIONARY
            | Type::REGNAMESPACE
            | Type::REGROLE
            | Type::REGCOLLATION
    )
}
