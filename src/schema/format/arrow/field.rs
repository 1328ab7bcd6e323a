//! Columns and their parts, with what Arrow keeps in metadata.

use std::collections::HashMap;

use arrow_schema::Field as ArrowField;
use arrow_schema::extension::{EXTENSION_TYPE_METADATA_KEY, EXTENSION_TYPE_NAME_KEY};

use super::data_type::mapped_type;
use crate::error::{Error, Result};
use crate::schema::{DataType, DefaultValue, Field, FieldId, FieldPath, Literal, Name};

/// The metadata key of a field's identity, a number. Arrow's Parquet readers
/// and writers use it for the `field_id` of a Parquet column, which Iceberg
/// finds columns by.
pub const ARROW_FIELD_ID_KEY: &str = "PARQUET:field_id";

/// The metadata key of a type, as [`DataType`] displays it, for a field whose
/// Arrow type would be read as another one: `character varying(20)`.
pub const ARROW_TYPE_KEY: &str = "rekha.type";

/// The metadata key of a default, as the SQL literal.
pub const ARROW_DEFAULT_KEY: &str = "rekha.default";

impl Field {
    /// The Arrow field of a column, with what Arrow has no word for in its
    /// metadata.
    pub fn to_arrow(&self) -> ArrowField {
        let mut metadata = HashMap::new();
        if self.id != FieldId::UNASSIGNED {
            metadata.insert(ARROW_FIELD_ID_KEY.to_owned(), self.id.0.to_string());
        }
        if let Some(default) = &self.default {
            metadata.insert(ARROW_DEFAULT_KEY.to_owned(), default.to_string());
        }
        if let Some(extension) = self.data_type.arrow_extension() {
            metadata.insert(EXTENSION_TYPE_NAME_KEY.to_owned(), extension.to_owned());
            metadata.insert(EXTENSION_TYPE_METADATA_KEY.to_owned(), String::new());
        }
        let arrow = ArrowField::new(&self.name, self.data_type.to_arrow(), self.nullable)
            .with_metadata(metadata);
        let is_told = self.data_type.is_nested()
            || mapped_type(&self.name.as_str().into(), &arrow, 0)
                .is_ok_and(|mapped| mapped == self.data_type);
        match is_told {
            true => arrow,
            false => {
                let mut metadata = arrow.metadata().clone();
                metadata.insert(ARROW_TYPE_KEY.to_owned(), self.data_type.to_string());
                arrow.with_metadata(metadata)
            }
        }
    }
}

/// The field that an Arrow field is, as a column or within so many types.
///
/// # Errors
/// Those of [`Schema::from_arrow`](crate::schema::Schema::from_arrow).
pub(super) fn field_from_arrow(
    path: &FieldPath,
    arrow: &ArrowField,
    level: usize,
) -> Result<Field> {
    let data_type = data_type(path, arrow, level)?;
    let default = default(path, arrow, &data_type)?;
    Ok(Field {
        id: identity(arrow),
        name: path.leaf().clone(),
        data_type,
        nullable: arrow.is_nullable(),
        default,
    })
}

/// As [`field_from_arrow`], for what is called `name` in the type of `parent`,
/// whatever Arrow calls it.
pub(super) fn part_from_arrow(
    parent: &FieldPath,
    name: &str,
    arrow: &ArrowField,
    level: usize,
) -> Result<Field> {
    field_from_arrow(&parent.child(Name::from(name)), arrow, level)
}

/// The type that the metadata names, if the Arrow type is still that of it:
/// whoever casts a column seldom thinks of its metadata.
fn data_type(path: &FieldPath, arrow: &ArrowField, level: usize) -> Result<DataType> {
    let mapped = mapped_type(path, arrow, level)?;
    let Some(text) = arrow.metadata().get(ARROW_TYPE_KEY) else {
        return Ok(mapped);
    };
    let named: DataType = text
        .parse()
        .map_err(|error| in_metadata(error, ARROW_TYPE_KEY, path))?;
    match !mapped.is_nested() && named.to_arrow() == mapped.to_arrow() {
        true => Ok(named),
        false => Ok(mapped),
    }
}

fn default(
    path: &FieldPath,
    arrow: &ArrowField,
    data_type: &DataType,
) -> Result<Option<DefaultValue>> {
    let Some(text) = arrow.metadata().get(ARROW_DEFAULT_KEY) else {
        return Ok(None);
    };
    text.parse::<Literal>()
        .and_then(|literal| literal.coerce(data_type))
        .map_err(|error| in_metadata(error, ARROW_DEFAULT_KEY, path))
}

/// The identity in the metadata. Some writers of Parquet say `-1` for none.
fn identity(arrow: &ArrowField) -> FieldId {
    let id = arrow.metadata().get(ARROW_FIELD_ID_KEY);
    id.and_then(|id| id.parse().ok())
        .map_or(FieldId::UNASSIGNED, FieldId)
}

fn in_metadata(error: Error, key: &str, path: &FieldPath) -> Error {
    error.with_detail(format!("It is the {key} of Arrow column \"{path}\"."))
}
