//! The brain's tables of cases and its laws.

mod adapter;
mod alterations;
mod build;
mod changes;
mod defaults;
mod plan;
mod rules;
