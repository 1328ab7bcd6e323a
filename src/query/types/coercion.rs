//! Which type can become which.

use super::category::{base, category, element_of, is_vector};
use crate::relation::{Kind, Type, is_reg};

/// How willingly a value of one type becomes one of another (`pg_cast.castcontext`,
/// PostgreSQL manual, 54.10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::query) enum Coercion {
    /// Anywhere, without being asked.
    Implicit,
    /// When it is stored.
    Assignment,
    /// With CAST or `::`.
    Explicit,
}

/// The casts between types, from `pg_cast`: a type and those that it becomes
/// implicitly, by assignment and explicitly. The types that name objects by their
/// OID have rules of their own.
const CASTS: &[(Type, [&[Type]; 3])] = &[
    (
        Type::BOOL,
        [
            &[],
            &[Type::TEXT, Type::BPCHAR, Type::VARCHAR],
            &[Type::INT4],
        ],
    ),
    (
        Type::CHAR,
        [&[Type::TEXT], &[Type::BPCHAR, Type::VARCHAR], &[Type::INT4]],
    ),
    (
        Type::NAME,
        [&[Type::TEXT], &[Type::BPCHAR, Type::VARCHAR], &[]],
    ),
    (
        Type::INT2,
        [
            &[
                Type::INT4,
                Type::INT8,
                Type::FLOAT4,
                Type::FLOAT8,
                Type::NUMERIC,
            ],
            &[],
            &[],
        ],
    ),
    (
        Type::INT4,
        [
            &[Type::INT8, Type::FLOAT4, Type::FLOAT8, Type::NUMERIC],
            &[Type::INT2, Type::MONEY],
            &[Type::BOOL, Type::CHAR, Type::BIT],
        ],
    ),
    (
        Type::INT8,
        [
            &[Type::FLOAT4, Type::FLOAT8, Type::NUMERIC],
            &[Type::INT2, Type::INT4, Type::MONEY],
            &[Type::BIT],
        ],
    ),
    (
        Type::FLOAT4,
        [
            &[Type::FLOAT8],
            &[Type::INT2, Type::INT4, Type::INT8, Type::NUMERIC],
            &[],
        ],
    ),
    (
        Type::FLOAT8,
        [
            &[],
            &[
                Type::INT2,
                Type::INT4,
                Type::INT8,
                Type::FLOAT4,
                Type::NUMERIC,
            ],
            &[],
        ],
    ),
    (
        Type::NUMERIC,
        [
            &[Type::FLOAT4, Type::FLOAT8],
            &[Type::INT2, Type::INT4, Type::INT8, Type::MONEY],
            &[],
        ],
    ),
    (Type::MONEY, [&[], &[Type::NUMERIC], &[]]),
    (
        Type::TEXT,
        [
            &[Type::BPCHAR, Type::VARCHAR, Type::NAME, Type::REGCLASS],
            &[Type::CHAR],
            &[Type::XML],
        ],
    ),
    (
        Type::BPCHAR,
        [
            &[Type::TEXT, Type::VARCHAR, Type::NAME],
            &[Type::CHAR],
            &[Type::XML],
        ],
    ),
    (
        Type::VARCHAR,
        [
            &[Type::TEXT, Type::BPCHAR, Type::NAME, Type::REGCLASS],
            &[Type::CHAR],
            &[Type::XML],
        ],
    ),
    (Type::JSON, [&[], &[Type::JSONB], &[]]),
    (
        Type::JSONB,
        [
            &[],
            &[Type::JSON],
            &[
                Type::BOOL,
                Type::INT2,
                Type::INT4,
                Type::INT8,
                Type::FLOAT4,
                Type::FLOAT8,
                Type::NUMERIC,
            ],
        ],
    ),
    (
        Type::XML,
        [&[], &[Type::TEXT, Type::BPCHAR, Type::VARCHAR], &[]],
    ),
    (Type::PG_NODE_TREE, [&[Type::TEXT], &[], &[]]),
    (Type::PG_NDISTINCT, [&[Type::BYTEA, Type::TEXT], &[], &[]]),
    (
        Type::PG_DEPENDENCIES,
        [&[Type::BYTEA, Type::TEXT], &[], &[]],
    ),
    (Type::PG_MCV_LIST, [&[Type::BYTEA, Type::TEXT], &[], &[]]),
    (
        Type::CIDR,
        [
            &[Type::INET],
            &[Type::TEXT, Type::BPCHAR, Type::VARCHAR],
            &[],
        ],
    ),
    (
        Type::INET,
        [
            &[],
            &[Type::TEXT, Type::BPCHAR, Type::VARCHAR, Type::CIDR],
            &[],
        ],
    ),
    (Type::MACADDR, [&[Type::MACADDR8], &[], &[]]),
    (Type::MACADDR8, [&[Type::MACADDR], &[], &[]]),
    (
        Type::DATE,
        [&[Type::TIMESTAMP, Type::TIMESTAMPTZ], &[], &[]],
    ),
    (Type::TIME, [&[Type::INTERVAL, Type::TIMETZ], &[], &[]]),
    (Type::TIMETZ, [&[], &[Type::TIME], &[]]),
    (
        Type::TIMESTAMP,
        [&[Type::TIMESTAMPTZ], &[Type::DATE, Type::TIME], &[]],
    ),
    (
        Type::TIMESTAMPTZ,
        [
            &[],
            &[Type::DATE, Type::TIME, Type::TIMESTAMP, Type::TIMETZ],
            &[],
        ],
    ),
    (Type::INTERVAL, [&[], &[Type::TIME], &[]]),
    (Type::BIT, [&[Type::VARBIT], &[], &[Type::INT4, Type::INT8]]),
    (Type::VARBIT, [&[Type::BIT], &[], &[]]),
    (Type::XID8, [&[], &[], &[Type::XID]]),
];

/// Whether a value of one type can become one of another in this way. What has no
/// type yet becomes anything. Polymorphic types are no targets.
pub(in crate::query) fn can_cast(from: &Type, to: &Type, how: Coercion) -> bool {
    let (from, to) = (base(from), base(to));
    if from == to || matches!(*from, Type::UNKNOWN) || *to == Type::ANY {
        return true;
    }
    if let (Kind::Composite(from), Kind::Composite(to)) = (from.kind(), to.kind()) {
        let mut fields = from.iter().zip(to);
        return from.len() == to.len()
            && fields.all(|(from, to)| can_cast(from.type_(), to.type_(), how));
    }
    if matches!(from.kind(), Kind::Composite(_)) && *to == Type::RECORD {
        return true;
    }
    if let Some(needed) = direct(from, to) {
        return needed <= how;
    }
    if let (Some(from), Some(to_element)) = (element_of(from), element_of(to)) {
        return !is_vector(to) && can_cast(from, to_element, how);
    }
    // Through text.
    category(to) == 'S' && how >= Coercion::Assignment
        || category(from) == 'S' && how == Coercion::Explicit
}

/// How willingly one type becomes the other by a cast of its own.
fn direct(from: &Type, to: &Type) -> Option<Coercion> {
    if let Some(found) = between_objects(from, to) {
        return Some(found);
    }
    let (_, targets) = CASTS.iter().find(|(source, _)| source == from)?;
    let ways = [Coercion::Implicit, Coercion::Assignment, Coercion::Explicit];
    let mut ways = targets.iter().zip(ways);
    ways.find_map(|(targets, how)| targets.contains(to).then_some(how))
}

/// Among OIDs, the types that name objects by theirs, and integers.
fn between_objects(from: &Type, to: &Type) -> Option<Coercion> {
    let is_object = |of: &Type| is_reg(of) || *of == Type::OID;
    let is_twin = |one: &Type, other: &Type| {
        matches!(*one, Type::REGPROC | Type::REGPROCEDURE)
            && matches!(*other, Type::REGPROC | Type::REGPROCEDURE)
            || matches!(*one, Type::REGOPER | Type::REGOPERATOR)
                && matches!(*other, Type::REGOPER | Type::REGOPERATOR)
    };
    match *from {
        Type::INT2 | Type::INT4 | Type::INT8 if is_object(to) => Some(Coercion::Implicit),
        Type::OID if is_reg(to) => Some(Coercion::Implicit),
        _ if !is_object(from) => None,
        _ if *to == Type::OID || is_twin(from, to) => Some(Coercion::Implicit),
        _ if matches!(*to, Type::INT4 | Type::INT8) => Some(Coercion::Assignment),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What PostgreSQL 15 allows, the most willing way of each.
    #[test]
    fn casts_are_postgresqls() {
        use Coercion::{Assignment, Explicit, Implicit};
        for (from, to, how) in [
            (Type::INT4, Type::INT8, Some(Implicit)),
            (Type::INT8, Type::INT4, Some(Assignment)),
            (Type::INT4, Type::BOOL, Some(Explicit)),
            (Type::INT8, Type::BOOL, None),
            (Type::BOOL, Type::INT4, Some(Explicit)),
            (Type::INT4, Type::TEXT, Some(Assignment)),
            (Type::TEXT, Type::INT4, Some(Explicit)),
            (Type::NUMERIC, Type::FLOAT8, Some(Implicit)),
            (Type::FLOAT8, Type::NUMERIC, Some(Assignment)),
            (Type::NAME, Type::TEXT, Some(Implicit)),
            (Type::TEXT, Type::NAME, Some(Implicit)),
            (Type::CHAR, Type::TEXT, Some(Implicit)),
            (Type::TEXT, Type::CHAR, Some(Assignment)),
            (Type::INT4, Type::OID, Some(Implicit)),
            (Type::INT8, Type::REGCLASS, Some(Implicit)),
            (Type::REGCLASS, Type::OID, Some(Implicit)),
            (Type::OID, Type::REGCLASS, Some(Implicit)),
            (Type::OID, Type::INT8, Some(Assignment)),
            (Type::OID, Type::INT2, None),
            (Type::REGCLASS, Type::REGTYPE, None),
            (Type::REGPROC, Type::REGPROCEDURE, Some(Implicit)),
            (Type::TEXT, Type::REGCLASS, Some(Implicit)),
            (Type::TEXT, Type::REGTYPE, Some(Explicit)),
            (Type::REGTYPE, Type::TEXT, Some(Assignment)),
            (Type::DATE, Type::TIMESTAMPTZ, Some(Implicit)),
            (Type::TIMESTAMPTZ, Type::DATE, Some(Assignment)),
            (Type::DATE, Type::INT4, None),
            (Type::JSON, Type::JSONB, Some(Assignment)),
            (Type::JSON, Type::TEXT, Some(Assignment)),
            (Type::TEXT, Type::JSONB, Some(Explicit)),
            (Type::INT2_VECTOR, Type::INT2_ARRAY, Some(Implicit)),
            (Type::INT2_VECTOR, Type::INT4_ARRAY, Some(Implicit)),
            (Type::INT2_VECTOR, Type::TEXT_ARRAY, Some(Assignment)),
            (Type::INT2_ARRAY, Type::INT2_VECTOR, None),
            (Type::TEXT_ARRAY, Type::INT4_ARRAY, Some(Explicit)),
            (Type::NAME_ARRAY, Type::TEXT_ARRAY, Some(Implicit)),
            (Type::TEXT_ARRAY, Type::TEXT, Some(Assignment)),
            (Type::TEXT, Type::TEXT_ARRAY, Some(Explicit)),
            (Type::UNKNOWN, Type::INTERVAL, Some(Implicit)),
            (Type::UUID, Type::TEXT, Some(Assignment)),
            (Type::XID, Type::INT4, None),
            (Type::XID, Type::TEXT, Some(Assignment)),
            (Type::PG_NODE_TREE, Type::TEXT, Some(Implicit)),
            (Type::RECORD, Type::TEXT, Some(Assignment)),
        ] {
            let ways = [Implicit, Assignment, Explicit];
            let found = ways.into_iter().find(|how| can_cast(&from, &to, *how));
            assert_eq!(found, how, "{from} to {to}");
        }
    }
}
