//! Whole schemas.

use std::collections::HashMap;

use arrow_schema::Schema as ArrowSchema;

use super::field::field_from_arrow;
use crate::error::{Error, ErrorKind, Result, Value};
use crate::schema::{Field, Schema};

/// The metadata key of a schema's primary key, indexes and constraints, as in
/// [`Schema::to_json`] without the columns.
pub const ARROW_KEYS_KEY: &str = "rekha.keys";

impl Schema {
    /// The Arrow schema, from which [`Schema::from_arrow`] makes the same one.
    pub fn to_arrow(&self) -> ArrowSchema {
        let fields: Vec<_> = self.fields.iter().map(Field::to_arrow).collect();
        let mut metadata = HashMap::new();
        let keys = self.primary_key.len() + self.indexes.len() + self.constraints.len();
        if keys > 0 {
            metadata.insert(ARROW_KEYS_KEY.to_owned(), self.keys_to_json().to_string());
        }
        ArrowSchema::new_with_metadata(fields, metadata)
    }

    /// The schema of an Arrow schema, of this crate or anyone else: Arrow types
    /// are read as the smallest type that has all of their values. Fields
    /// without an identity get one after those that have.
    ///
    /// # Errors
    /// 0A000 for Arrow types that have no like, naming the column; 22023 for
    /// keys in the metadata that are no JSON; what the readers of types and
    /// defaults say of those in the metadata; and whatever
    /// [`Schema::validate`] says.
    pub fn from_arrow(arrow: &ArrowSchema) -> Result<Self> {
        let fields = arrow.fields().iter().map(|field| {
            let path = field.name().as_str().into();
            field_from_arrow(&path, field, 0)
        });
        let fields = fields.collect::<Result<Vec<_>>>()?;
        let mut schema = Self {
            fields,
            ..Self::default()
        };
        if let Some(text) = arrow.metadata().get(ARROW_KEYS_KEY) {
            let keys = serde_json::from_str(text).map_err(|error| damaged(&error))?;
            schema
                .set_keys_from_json(&keys)
                .map_err(|error| damaged(&error))?;
        }
        schema.assign_identities(schema.last_field_id())?;
        schema.validate()?;
        Ok(schema)
    }
}

fn damaged(error: &serde_json::Error) -> Error {
    Error::new(
        ErrorKind::InvalidValue(Value::Parameter),
        format!("metadata \"{ARROW_KEYS_KEY}\" of the Arrow schema cannot be read"),
    )
    .with_detail(format!("The JSON reader says: {error}."))
}
