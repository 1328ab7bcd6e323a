//! Aggregates and window functions (PostgreSQL manual, 9.21 and 9.22).

mod count;
mod window;

pub(super) use count::COUNTS;
pub(super) use window::WINDOWS;
