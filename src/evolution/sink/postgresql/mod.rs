//! PostgreSQL 15: `CREATE TABLE`, `ALTER TABLE`, and `UPDATE` for what lies
//! within a `jsonb` column.
//!
//! Sources: PostgreSQL 15 manual, "ALTER TABLE", "CREATE CAST" and the catalog
//! `pg_cast`, "JSON Functions and Operators", appendix K "PostgreSQL Limits".

mod caution;
mod column_type;
mod conversion;
mod jsonb;
mod limit;
mod literal;
mod postgresql;
#[cfg(test)]
mod tests;

pub(super) use postgresql::PostgreSql;
