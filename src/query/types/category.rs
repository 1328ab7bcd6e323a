//! What sorts of types there are, and which belong to which.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::relation::{Kind, Type, is_reg};

/// Where the OIDs of PostgreSQL's own types end.
pub(super) const LAST_OID: u32 = 10_000;

/// The types that have one, by OID, and the arrays of them.
static ARRAYS: LazyLock<HashMap<u32, Type>> = LazyLock::new(|| {
    let types = (1..LAST_OID).filter_map(Type::from_oid);
    let arrays = types.filter_map(|of| match of.kind() {
        Kind::Array(element) if !is_vector(&of) => Some((element.oid(), of.clone())),
        _ => None,
    });
    arrays.collect()
});

/// The category of a type (`pg_type.typcategory`, PostgreSQL manual, 54.64):
/// `S` for texts, `N` for numbers, `A` for arrays.
pub(in crate::query) fn category(of: &Type) -> char {
    match of.kind() {
        Kind::Array(_) => return 'A',
        Kind::Composite(_) => return 'C',
        Kind::Enum(_) => return 'E',
        Kind::Range(_) | Kind::Multirange(_) => return 'R',
        Kind::Domain(base) => return category(base),
        _ => {}
    }
    match *of {
        Type::BOOL => 'B',
        Type::DATE | Type::TIME | Type::TIMETZ | Type::TIMESTAMP | Type::TIMESTAMPTZ => 'D',
        Type::POINT | Type::LSEG | Type::PATH | Type::BOX => 'G',
        Type::POLYGON | Type::LINE | Type::CIRCLE => 'G',
        Type::INET | Type::CIDR => 'I',
        Type::INT2 | Type::INT4 | Type::INT8 | Type::FLOAT4 | Type::FLOAT8 => 'N',
        Type::NUMERIC | Type::MONEY | Type::OID => 'N',
        Type::NAME | Type::TEXT | Type::VARCHAR | Type::BPCHAR => 'S',
        Type::INTERVAL => 'T',
        Type::BIT | Type::VARBIT => 'V',
        Type::UNKNOWN => 'X',
        Type::CHAR | Type::PG_NODE_TREE | Type::PG_NDISTINCT => 'Z',
        Type::PG_DEPENDENCIES | Type::PG_MCV_LIST => 'Z',
        Type::PG_BRIN_BLOOM_SUMMARY | Type::PG_BRIN_MINMAX_MULTI_SUMMARY => 'Z',
        _ if is_reg(of) => 'N',
        _ if *of.kind() == Kind::Pseudo => 'P',
        _ => 'U',
    }
}

/// Whether the type is the preferred one of its category (`typispreferred`).
pub(in crate::query) fn is_preferred(of: &Type) -> bool {
    matches!(
        *of,
        Type::BOOL
            | Type::TIMESTAMPTZ
            | Type::INET
            | Type::OID
            | Type::FLOAT8
            | Type::TEXT
            | Type::INTERVAL
            | Type::VARBIT
    )
}

/// The type of an array's elements; nothing for what is no array.
pub(in crate::query) fn element_of(of: &Type) -> Option<&Type> {
    match of.kind() {
        Kind::Array(element) => Some(element),
        _ => None,
    }
}

/// The type of arrays of a type; nothing for pseudo-types and arrays.
pub(in crate::query) fn array_of(of: &Type) -> Option<Type> {
    match of.kind() {
        // The name and OID of `record[]`, whose elements are known.
        Kind::Composite(_) => Some(Type::new(
            Type::RECORD_ARRAY.name().to_owned(),
            Type::RECORD_ARRAY.oid(),
            Kind::Array(of.clone()),
            of.schema().to_owned(),
        )),
        Kind::Domain(base) => array_of(base),
        _ => ARRAYS.get(&of.oid()).cloned(),
    }
}

/// A domain's own type; any other type itself.
pub(in crate::query) fn base(of: &Type) -> &Type {
    match of.kind() {
        Kind::Domain(of) => base(of),
        _ => of,
    }
}

/// Whether the type is `int2vector` or `oidvector`.
pub(super) fn is_vector(of: &Type) -> bool {
    matches!(*of, Type::INT2_VECTOR | Type::OID_VECTOR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn categories_are_postgresqls() {
        for (sort, names) in [
            ('A', "_text _int4 int2vector oidvector _regclass"),
            ('B', "bool"),
            ('D', "date time timestamp timetz timestamptz"),
            ('G', "point lseg path box polygon line circle"),
            ('I', "cidr inet"),
            (
                'N',
                "int2 int4 int8 float4 float8 numeric money oid regclass regproc regrole",
            ),
            (
                'P',
                "record cstring any anyarray void anyelement anycompatible",
            ),
            ('R', "int4range tstzmultirange"),
            ('S', "name text varchar bpchar"),
            ('T', "interval"),
            (
                'U',
                "bytea tid xid cid json jsonb uuid xid8 refcursor pg_lsn",
            ),
            ('V', "bit varbit"),
            ('X', "unknown"),
            ('Z', "char pg_node_tree"),
        ] {
            for name in names.split(' ') {
                let mut types = (1..LAST_OID).filter_map(Type::from_oid);
                let of = types.find(|of| of.name() == name).unwrap();
                assert_eq!(category(&of), sort, "{name}");
            }
        }
    }

    #[test]
    fn an_array_is_of_its_elements() {
        for of in [
            Type::INT4,
            Type::TEXT,
            Type::NAME,
            Type::REGCLASS,
            Type::CHAR,
        ] {
            let array = array_of(&of).unwrap();
            assert_eq!(array.name(), format!("_{}", of.name()));
            assert_eq!(element_of(&array), Some(&of));
        }
        assert_eq!(element_of(&Type::INT2_VECTOR), Some(&Type::INT2));
        assert_eq!(array_of(&Type::INT2), Some(Type::INT2_ARRAY));
        assert_eq!(array_of(&Type::INT2_ARRAY), None);
    }
}
