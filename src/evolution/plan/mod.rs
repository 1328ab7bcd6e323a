//! What a change of schema takes, step by step.
//!
//! A [`Plan`] leads from the latest version to a new schema: [`Step`]s in an
//! order in which each can be done after the ones before, each with what it does
//! to readers ([`Safety`]) and why. The steps are actions too
//! ([`Plan::alterations`]): applied to the old schema they make the new one.
//!
//! # The order
//!
//! 1. Indexes, constraints and the primary key that go.
//! 2. Columns, then the members of their structs, level by level: what is
//!    dropped, what is renamed, what is added. So a name is free before it is
//!    used again. Where columns exchange their names one of them has another name
//!    in between; where none of them stays, one is added before the last is dropped.
//! 3. Types. A default that is no value of the new type goes before, and the new
//!    one comes after.
//! 4. Defaults, then nullability. Where parts of a type change and its default is
//!    another one after that, the old one goes before the first of them (2) and the
//!    new one comes last.
//! 5. The primary key, constraints and indexes that come.

mod older;
mod order;
mod plan;
mod safety;
mod step;

pub use plan::{Plan, plan};
pub use safety::Safety;
pub use step::Step;
