//! The vocabulary everybody shares: what a schema is.
//!
//! Pure: no I/O, no clock, no randomness. A [`Schema`] is what the readers and
//! writers of data meet: [`Field`]s (name, [`DataType`], nullability, default),
//! a primary key, indexes and constraints. Column order, comments and options
//! are not part of it; they belong to the stream.
//!
//! * Types nest: the parts of a struct, an array and a map are fields too, and
//!   a [`FieldPath`] leads to them: `address.zip`, `items.element.sku`.
//! * A field has a [`FieldId`] that stays the same through renames, so a rename
//!   is known as a rename and not as a drop and an add.
//! * A default is a value of its column's type in one canonical spelling
//!   ([`DefaultValue`]), so `0.0` and `0.00` of a `numeric(5,2)` are the same.
//! * A record is a JSON object of values by the names of their fields;
//!   [`Schema::read_record`] checks it and brings it into its canonical form.
//! * [`Schema::fingerprint`] is SHA-256 over a canonical form: the same schema
//!   has the same hash whatever the spelling and the order.
//! * With the feature `arrow`, [`Schema::to_arrow`] and [`Schema::from_arrow`] are
//!   the way to Apache Arrow and back; the table of types is in `format/arrow`.
//! * [`Alteration`] is one action of an `ALTER STREAM`, as data.

mod alteration;
mod compatibility;
mod data_type;
mod definition;
mod field;
mod fingerprint;
#[cfg(feature = "arrow")]
mod format;
mod identity;
mod name;
mod nearest;
mod path;
mod record;
#[cfg(test)]
pub(crate) mod sample;
mod schema;
mod shape;
mod type_name;
mod value;

pub use alteration::{Alteration, ColumnSpec};
pub use compatibility::{Direction, Mode, ModeSource};
pub use data_type::{DataType, ELEMENT, KEY, VALUE};
pub use field::{Constraint, Field, FieldId, Index, ObjectId};
pub use fingerprint::Fingerprint;
#[cfg(feature = "arrow")]
pub use format::{ARROW_DEFAULT_KEY, ARROW_FIELD_ID_KEY, ARROW_KEYS_KEY, ARROW_TYPE_KEY};
pub use name::{MAX_NAME_BYTES, Name, StreamName, quote_ident, quote_literal};
pub(crate) use name::{check_name, free_name, is_reserved, next_name};
pub(crate) use nearest::nearest;
pub use path::FieldPath;
pub use record::{RecordError, RecordPath};
pub(crate) use record::{RecordStep, missing, null_not_allowed};
pub use schema::{ColumnError, MAX_COLUMNS, Schema};
pub(crate) use schema::{check_column_count, nested_key};
pub(crate) use shape::too_deep;
pub use shape::{MAX_DEPTH, MAX_FIELDS};
pub(crate) use shape::{check_field, check_key, check_size, no_default, nullable_key, walk};
pub use value::{DefaultValue, Interval, Literal};
pub(crate) use value::{IntervalFlaw, is_number, read_boolean, read_bytes};
#[cfg(feature = "arrow")]
pub(crate) use value::{RowError, no_such_field};
