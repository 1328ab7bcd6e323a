//! The one type that several expressions agree on.

use super::category::{base, category, is_preferred};
use super::coercion::{Coercion, can_cast};
use crate::error::{Definition, Error, ErrorKind, Result};
use crate::relation::{Type, type_name};

/// The type that all of these become in a UNION, CASE, ARRAY, VALUES, GREATEST or
/// the like, as `construct` says (PostgreSQL manual, 10.5). It is `text` for those
/// that have none yet.
///
/// # Errors
/// 42804 for types of different categories, 42846 where one of them does not
/// become the one that was found.
pub(in crate::query) fn common_type(construct: &str, inputs: &[Type]) -> Result<Type> {
    let mut known = inputs.iter().filter(|of| **of != Type::UNKNOWN);
    let Some(first) = known.next() else {
        return Ok(Type::TEXT);
    };
    if known.clone().all(|of| of == first) {
        return Ok(first.clone());
    }
    let mut found = base(first);
    for of in known.map(base).filter(|of| **of != *first) {
        if category(of) != category(found) {
            return Err(Error::new(
                ErrorKind::InvalidDefinition(Definition::TypeMismatch),
                format!(
                    "{construct} types {} and {} cannot be matched",
                    type_name(found),
                    type_name(of)
                ),
            ));
        }
        let becomes = |from, to| can_cast(from, to, Coercion::Implicit);
        if !is_preferred(found) && becomes(found, of) && !becomes(of, found) {
            found = of;
        }
    }
    match inputs
        .iter()
        .find(|of| !can_cast(of, found, Coercion::Implicit))
    {
        None => Ok(found.clone()),
        Some(of) => Err(Error::new(
            ErrorKind::InvalidDefinition(Definition::Cast),
            format!(
                "{construct} could not convert type {} to {}",
                type_name(of),
                type_name(found)
            ),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_agree_as_in_postgresql() {
        let unknown = Type::UNKNOWN;
        for (inputs, common) in [
            (vec![unknown.clone(), unknown.clone()], Type::TEXT),
            (vec![unknown.clone(), Type::INT4], Type::INT4),
            (vec![Type::INT4, Type::INT8], Type::INT8),
            (vec![Type::INT8, Type::INT4, unknown], Type::INT8),
            (vec![Type::INT4, Type::NUMERIC, Type::FLOAT8], Type::FLOAT8),
            (vec![Type::NAME, Type::TEXT], Type::NAME),
            (vec![Type::TEXT, Type::NAME], Type::TEXT),
            (vec![Type::VARCHAR, Type::NAME], Type::NAME),
            (vec![Type::VARCHAR, Type::TEXT], Type::VARCHAR),
            (vec![Type::BPCHAR, Type::VARCHAR], Type::BPCHAR),
            (vec![Type::DATE, Type::TIMESTAMPTZ], Type::TIMESTAMPTZ),
            (vec![Type::OID, Type::REGCLASS], Type::OID),
            (vec![Type::REGCLASS, Type::OID], Type::REGCLASS),
            (vec![Type::NAME_ARRAY, Type::TEXT_ARRAY], Type::NAME_ARRAY),
        ] {
            assert_eq!(common_type("UNION", &inputs).unwrap(), common, "{inputs:?}");
        }
    }

    #[test]
    fn inputs_that_do_not_agree_are_refused() {
        let refused = |construct, inputs: &[Type]| {
            let error = common_type(construct, inputs).unwrap_err();
            format!("{} {}", error.sqlstate(), error.message())
        };
        assert_eq!(
            refused("UNION", &[Type::INT4, Type::TEXT]),
            "42804 UNION types integer and text cannot be matched"
        );
        assert_eq!(
            refused("CASE", &[Type::JSON, Type::JSONB]),
            "42846 CASE could not convert type jsonb to json"
        );
    }
}
