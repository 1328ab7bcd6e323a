//! Iceberg, in Spark SQL with Iceberg's extensions, for tables of format
//! version 2. Nothing of it is run against an engine here: its tests are the
//! documents' own examples and rules.
//!
//! Sources: Iceberg's documentation, "Spark DDL" and "Spark Writes"; Iceberg's
//! specification, "Schema Evolution" and "Identifier Field IDs"; Spark SQL
//! reference, "Data Types".

mod column_type;
mod iceberg;
mod literal;
#[cfg(test)]
mod tests;

pub(super) use iceberg::Iceberg;
