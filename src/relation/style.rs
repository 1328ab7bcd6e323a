//! What the session's settings make of a text.

use super::{Timestamp, Zone};

/// How values are written as text, and what texts mean (PostgreSQL manual,
/// 20.11.2). The default is that of PostgreSQL, in UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// `TimeZone`
    pub zone: Zone,
    /// The order that `DateStyle` gives.
    pub date_order: DateOrder,
    /// `IntervalStyle`
    pub interval: IntervalStyle,
    /// `bytea_output`
    pub bytea: ByteaOutput,
    /// `extra_float_digits`
    pub float_digits: FloatDigits,
}

/// The order of the numbers in a date such as `01/02/03`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DateOrder {
    /// The month first.
    #[default]
    Mdy,
    /// The day first.
    Dmy,
    /// The year first.
    Ymd,
}

/// How an interval is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IntervalStyle {
    /// `1 year 2 mons 3 days 04:05:06`
    #[default]
    Postgres,
    /// `@ 1 year 2 mons 3 days 4 hours 5 mins 6 secs`
    PostgresVerbose,
    /// `+1-2 +3 +4:05:06`
    SqlStandard,
    /// `P1Y2M3DT4H5M6S`
    Iso8601,
}

/// How bytes are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ByteaOutput {
    /// `\x00ff`
    #[default]
    Hex,
    /// `\000\377`
    Escape,
}

/// How many digits a float is written with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FloatDigits {
    /// As few as read back as the same value: `extra_float_digits` is positive.
    #[default]
    Shortest,
    /// So many fewer (0 to 15) than are always exact: 15 of a `float8`, 6 of a
    /// `float4`.
    Fewer(u8),
}

/// What a text is read in the light of.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    /// The session's settings.
    pub style: Style,
    /// What `now` means: the beginning of the transaction.
    pub now: Timestamp,
}
