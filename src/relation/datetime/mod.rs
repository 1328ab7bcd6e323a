//! Dates and times as PostgreSQL keeps, writes and reads them (PostgreSQL
//! manual, 8.5 and appendix B).
//!
//! Moments are microseconds and dates are days since 2000-01-01 in the Gregorian
//! calendar, which goes back before it was made. That is what the binary format
//! has, and the range is PostgreSQL's, wider than that of `chrono`: `chrono`
//! serves for the rules of the zones only.

mod arithmetic;
mod calendar;
mod datetime;
mod fields;
mod read;
mod token;
mod write;
mod zone;

pub(crate) use calendar::{Day, MICROS_PER_DAY, MICROS_PER_SECOND, days_in_month};
pub use datetime::{Date, Time, TimeTz, Timestamp};
pub(super) use write::write_fraction;
pub use zone::Zone;
