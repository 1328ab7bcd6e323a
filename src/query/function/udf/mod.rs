//! Functions of ours as the engine calls them: with arrays of carriers, a batch at
//! a time.

mod accumulator;
mod aggregate;
mod bound;
mod scalar;

pub(super) use aggregate::{Arrangement, aggregate};
pub(super) use bound::Bound;
pub(super) use scalar::scalar;
