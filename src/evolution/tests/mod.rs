//! The brain's tables of cases and its laws.

mod adapter;
mod alterations;
pub(in crate::evolution) mod build;
mod changes;
mod defaults;
mod plan;
mod report;
mod rules;
mod table;
