//! Functions of ours as the engine calls them: with arrays of carriers, a batch at
//! a time.

mod accumulator;
mod aggregate;
mod bound;
mod framed;
mod scalar;

pub(super) use aggregate::{Arrangement, aggregate};
pub(super) use bound::Bound;
pub(in crate::query) use framed::{Edge, Exclusion, Units};
pub(super) use framed::{Over, Shape, framed};
pub(super) use scalar::scalar;
