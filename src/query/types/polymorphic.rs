//! What polymorphic types are in a call (PostgreSQL manual, 38.2.5).

use super::category::{array_of, element_of, is_vector};
use super::common::common_type;
use crate::error::{Definition, Error, ErrorKind, Object, Result};
use crate::relation::{Kind, Type, type_name};

/// What the polymorphic types of one call are. There are two families: types that
/// are the same (`anyelement`), and types that become the same (`anycompatible`).
/// Ranges are in neither.
#[derive(Debug, Default)]
pub(super) struct Bindings {
    element: Option<Type>,
    /// The type of the argument for `anyarray`: `int2vector` stays one.
    array: Option<Type>,
    compatible: Option<Type>,
}

/// Whether the type stands for whatever it is called with.
pub(super) fn is_polymorphic(of: &Type) -> bool {
    is_same(of) || is_compatible(of)
}

fn is_same(of: &Type) -> bool {
    matches!(
        *of,
        Type::ANYELEMENT
            | Type::ANYARRAY
            | Type::ANYNONARRAY
            | Type::ANYENUM
            | Type::ANY_RANGE
            | Type::ANYMULTI_RANGE
    )
}

fn is_compatible(of: &Type) -> bool {
    matches!(
        *of,
        Type::ANYCOMPATIBLE
            | Type::ANYCOMPATIBLEARRAY
            | Type::ANYCOMPATIBLENONARRAY
            | Type::ANYCOMPATIBLE_RANGE
            | Type::ANYCOMPATIBLEMULTI_RANGE
    )
}

impl Bindings {
    /// What the arguments make of the declared types; nothing when they contradict
    /// each other. An argument without a type contradicts nothing.
    pub(super) fn find(declared: &[Type], arguments: &[Type]) -> Option<Self> {
        let mut found = Self::default();
        let mut compatible = Vec::new();
        let known = declared.iter().zip(arguments);
        for (declared, argument) in known.filter(|(_, argument)| **argument != Type::UNKNOWN) {
            let element = element_of(argument);
            match *declared {
                Type::ANYELEMENT => agree(&mut found.element, argument)?,
                Type::ANYNONARRAY if element.is_none() => agree(&mut found.element, argument)?,
                Type::ANYENUM if matches!(argument.kind(), Kind::Enum(_)) => {
                    agree(&mut found.element, argument)?;
                }
                Type::ANYARRAY if element.is_some() => agree(&mut found.array, argument)?,
                Type::ANYCOMPATIBLE => compatible.push(argument.clone()),
                Type::ANYCOMPATIBLENONARRAY if element.is_none() => {
                    compatible.push(argument.clone());
                }
                Type::ANYCOMPATIBLEARRAY => compatible.push(element?.clone()),
                _ if is_polymorphic(declared) => return None,
                _ => {}
            }
        }
        if let Some(element) = found.array.as_ref().and_then(element_of) {
            agree(&mut found.element, element)?;
        }
        if declared.iter().any(is_compatible) {
            found.compatible = Some(common_type("arguments", &compatible).ok()?);
        }
        Some(found)
    }

    /// What an argument is to be cast to. What has no type is a text for `"any"`; a
    /// row keeps the types of its fields.
    pub(super) fn parameter(&self, declared: &Type, argument: &Type) -> Result<Type> {
        let is_row = |of: &Type| matches!(of.kind(), Kind::Composite(_));
        match *declared {
            Type::ANY if *argument == Type::UNKNOWN => Ok(Type::TEXT),
            Type::ANY => Ok(argument.clone()),
            Type::RECORD if is_row(argument) => Ok(argument.clone()),
            Type::RECORD_ARRAY if element_of(argument).is_some_and(is_row) => Ok(argument.clone()),
            // An `int2vector` keeps its indices, which begin at 0.
            Type::ANYCOMPATIBLEARRAY
                if is_vector(argument) && element_of(argument) == self.compatible.as_ref() =>
            {
                Ok(argument.clone())
            }
            _ => self.concrete(declared),
        }
    }

    /// The type itself, or what it stands for.
    pub(super) fn concrete(&self, of: &Type) -> Result<Type> {
        match *of {
            Type::ANYELEMENT | Type::ANYNONARRAY | Type::ANYENUM => {
                self.element.clone().ok_or_else(undetermined)
            }
            Type::ANYARRAY => match &self.array {
                Some(array) => Ok(array.clone()),
                None => array_type(self.element.as_ref()),
            },
            Type::ANYCOMPATIBLE | Type::ANYCOMPATIBLENONARRAY => {
                self.compatible.clone().ok_or_else(undetermined)
            }
            Type::ANYCOMPATIBLEARRAY => array_type(self.compatible.as_ref()),
            _ => Ok(of.clone()),
        }
    }
}

/// The type of arrays of this one.
fn array_type(element: Option<&Type>) -> Result<Type> {
    let element = element.ok_or_else(undetermined)?;
    array_of(element).ok_or_else(|| {
        Error::new(
            ErrorKind::NotFound(Object::Type),
            format!(
                "could not find array type for data type {}",
                type_name(element)
            ),
        )
    })
}

fn undetermined() -> Error {
    Error::new(
        ErrorKind::InvalidDefinition(Definition::TypeMismatch),
        "could not determine polymorphic type because input has type unknown",
    )
}

/// Takes a type for one that is found, unless it is another one already.
fn agree(found: &mut Option<Type>, of: &Type) -> Option<()> {
    let found = found.get_or_insert_with(|| of.clone());
    (found == of).then_some(())
}
