//! The brain's tables of cases and its laws.

mod alterations;
mod build;
mod changes;
mod plan;
mod rules;
