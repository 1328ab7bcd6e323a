//! Functions on dates, times and intervals (PostgreSQL manual, 9.8 and 9.9).

mod age;
mod extract;
mod make;
mod now;
mod overlaps;
mod truncate;
mod unit;
mod zone;

pub(super) use age::AGE;
pub(super) use extract::EXTRACT;
pub(super) use make::MAKE;
pub(super) use now::NOW;
pub(super) use overlaps::OVERLAPS;
pub(super) use truncate::TRUNCATE;
pub(super) use zone::ZONE;
