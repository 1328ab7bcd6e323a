//! The adapter of records.

use serde_json::Value as Json;

use super::json;
use super::resolution::Resolution;
use crate::schema::{RecordError, Schema};

/// Carries records of one schema over to another.
///
/// ```
/// use rekha::evolution::Adapter;
/// # use rekha::schema::{ColumnSpec, DataType, Literal, Schema};
/// # let column = |name: &str, data_type, default: Option<&str>| ColumnSpec {
/// #     name: name.to_owned(),
/// #     data_type,
/// #     not_null: default.is_some(),
/// #     default: default.map(|text| Literal::String(text.to_owned())),
/// #     comment: None,
/// # };
/// # let id = column("id", DataType::BigInt, None);
/// # let old = Schema::new(&[id.clone()], &[])?;
/// # let new = Schema::new(&[id, column("country", DataType::Char(2), Some("XX"))], &[])?;
/// // old: id bigint; new: id bigint, country char(2) not null default 'XX'
/// let record = Adapter::new(&old, &new).adapt(serde_json::json!({"id": 7}))?;
/// assert_eq!(record, serde_json::json!({"id": 7, "country": "XX"}));
/// let record = Adapter::new(&new, &old).adapt(record)?;
/// assert_eq!(record, serde_json::json!({"id": 7}));
/// # Ok::<(), rekha::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Adapter {
    from: Schema,
    resolution: Resolution,
}

impl Adapter {
    /// The adapter of records of `from` to records of `to`. There always is
    /// one; what cannot be carried over fails record by record.
    pub fn new(from: &Schema, to: &Schema) -> Self {
        Self {
            resolution: Resolution::new(&from.fields, &to.fields),
            from: from.clone(),
        }
    }

    /// Carries a record over: a JSON object with the columns of the one schema
    /// becomes one with the columns of the other, both as
    /// [`Schema::read_record`] has them.
    ///
    /// # Errors
    /// What [`Schema::read_record`] says of a record that is none of the
    /// schema it comes from, with the way to the value there. Else, with the
    /// way to the value in the schema it goes to: 22004 for a required field
    /// without a value and for NULL in one that is NOT NULL, 22003, 22008 and
    /// 22001 for a value that the type has no room for, 22P02 for one of a
    /// type that is no promotion of it, nor the reverse.
    pub fn adapt(&self, record: Json) -> Result<Json, RecordError> {
        let mut record = self.from.read_record(record)?;
        if let Json::Object(columns) = &mut record {
            json::carry_fields(&self.resolution, columns)?;
        }
        Ok(record)
    }
}
