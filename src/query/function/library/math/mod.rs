//! Mathematical functions (PostgreSQL manual, 9.3).

mod float;
mod integer;
mod rounding;
mod transcendental;

pub(super) use float::FLOAT;
pub(in crate::query::function) use float::power as float_power;
pub(super) use integer::INTEGER;
pub(super) use rounding::ROUNDING;
pub(super) use transcendental::TRANSCENDENTAL;
pub(in crate::query::function) use transcendental::power;
