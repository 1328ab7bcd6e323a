//! The brain's tables of cases and its laws.

mod alterations;
pub(in crate::evolution) mod build;
mod changes;
mod plan;
mod rules;
