//! What becomes of a default when its type changes, or a part of its type.

use super::alter::Altering;
use crate::error::{Definition, Error, ErrorKind, Result};
use crate::evolution::adapter::carry_default;
use crate::schema::{Alteration, DataType, DefaultValue, Field, FieldPath};

impl Altering<'_> {
    /// The fields with defaults whose types an action changes by changing a
    /// part of them, as they are before it, with their ways.
    pub(super) fn defaults_above(&self, alteration: &Alteration) -> Vec<(FieldPath, Field)> {
        let mut above = container(alteration);
        let mut found = Vec::new();
        while let Some(path) = above {
            let field = self.altered.schema.field_at(&path);
            if let Some(field) = field.filter(|field| field.default.is_some()) {
                found.push((path.clone(), field.clone()));
            }
            above = path.parent();
        }
        found
    }

    /// Makes them values of the types their fields have now.
    ///
    /// # Errors
    /// Those of [`carried`].
    pub(super) fn carry_defaults(&mut self, before: Vec<(FieldPath, Field)>) -> Result<()> {
        for (path, before) in before {
            let field = self.field(&path)?;
            field.default = carried(&path, &before, &field.data_type)?;
        }
        Ok(())
    }
}

/// The field a part of which an action changes.
fn container(alteration: &Alteration) -> Option<FieldPath> {
    match alteration {
        Alteration::AddColumn { parent, .. } => parent.clone(),
        Alteration::DropColumn { column, .. }
        | Alteration::RenameColumn { column, .. }
        | Alteration::SetType { column, .. }
        | Alteration::SetNotNull { column }
        | Alteration::DropNotNull { column } => column.parent(),
        _ => None,
    }
}

/// The default of a field that gets another type.
///
/// # Errors
/// 42804 when it is no value of that type.
pub(super) fn carried(
    path: &FieldPath,
    field: &Field,
    to: &DataType,
) -> Result<Option<DefaultValue>> {
    let Some(default) = &field.default else {
        return Ok(None);
    };
    carry_default(default, &field.data_type, to).map_err(|cause| {
        let detail = cause.detail().map(|detail| format!(" {detail}"));
        Error::new(
            ErrorKind::InvalidDefinition(Definition::TypeMismatch),
            format!("default for column \"{path}\" cannot be cast automatically to type {to}"),
        )
        .with_detail(format!(
            "The default is {default}: {cause}.{}",
            detail.unwrap_or_default()
        ))
        .with_hint("Drop the default in the same ALTER before the type, and set one after it.")
    })
}
