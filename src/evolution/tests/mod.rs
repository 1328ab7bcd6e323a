//! The brain's tables of cases and its laws.

mod alterations;
mod build;
mod changes;
mod report;
mod rules;
mod table;
