//! What a change of schema takes, step by step.
//!
//! A [`Plan`] leads from the latest version to a new schema: [`Step`]s in an
//! order in which each can be done after the ones before, each with what it does
//! to readers ([`Safety`]) and why. The steps are actions too
//! ([`Plan::alterations`]): applied to the old schema they make the new one. The
//! plan as a whole is DDL for a sink too ([`Plan::render`]), and a function over
//! records, there and back ([`Plan::adapter`], [`Plan::reverse_adapter`]).
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
//!
//! # The route
//!
//! When the mode does not allow the change, the plan has a [`Route`]: statements
//! that it does allow, one after another, and that lead to what was wanted as far
//! as it can be.

mod detour;
mod initial;
mod leave;
mod older;
mod order;
mod plan;
mod route;
mod safety;
mod step;
mod trial;
mod wanted;

pub use plan::{Plan, plan, plan_commented};
pub use route::{Route, RouteAction, RouteStep};
pub use safety::Safety;
pub use step::Step;
