//! The forms a schema has in other systems: Apache Arrow's, in `arrow`.

mod arrow;

pub(super) use arrow::arrow_entries;
pub use arrow::{ARROW_DEFAULT_KEY, ARROW_FIELD_ID_KEY, ARROW_KEYS_KEY, ARROW_TYPE_KEY};
