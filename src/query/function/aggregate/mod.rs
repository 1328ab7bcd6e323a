//! Aggregates and window functions (PostgreSQL manual, 9.21 and 9.22).

mod bits;
mod collect;
mod count;
mod extreme;
mod hypothetical;
mod json;
mod ordered;
mod row;
mod statistics;
mod sum;
mod truth;
mod window;

use super::Function;

pub(in crate::query) use row::{first, single_value};
pub(in crate::query) use truth::{all_true, any_true};

/// Aggregates and window functions.
pub(super) static FUNCTIONS: &[&[Function]] = &[
    bits::BITS,
    collect::COLLECTIONS,
    count::COUNTS,
    extreme::EXTREMES,
    json::JSON_AGGREGATES,
    statistics::OF_PAIRS,
    statistics::OF_FLOATS,
    statistics::OF_NUMERICS,
    sum::SUMS,
    sum::AVERAGES,
    truth::TRUTHS,
    window::WINDOWS,
];

/// Ordered-set aggregates.
pub(super) static ORDERED_SETS: &[&[Function]] = &[ordered::ORDERED_SETS];

/// Hypothetical-set aggregates. Their arguments are what the binder makes of the
/// rows: whether one comes before the hypothetical row, and whether it is its peer.
pub(super) static HYPOTHETICAL_SETS: &[&[Function]] = &[hypothetical::HYPOTHETICAL_SETS];
