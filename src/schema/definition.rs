//! The JSON form of a schema.
