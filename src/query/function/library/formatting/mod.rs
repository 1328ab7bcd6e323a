//! `to_char`, `to_date`, `to_timestamp` and `to_number`: values by a template
//! (PostgreSQL manual, 9.8).

mod datetime;
mod fields;
mod number;
mod numeral;
mod parse;
mod template;
mod to_number;
mod zone;

pub(super) use datetime::DATETIMES;
pub(super) use number::NUMBERS;
pub(super) use parse::PARSE;
pub(super) use to_number::TO_NUMBER;
