//! The rules: which type reads which, and which change breaks whom.

use std::fmt;

use crate::schema::{DataType, Direction, Mode};

/// A change that not everybody can read across. Displays as a word that does
/// not change: `added_required`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// A column was added that is neither nullable nor has a default: old
    /// data has nothing for it.
    AddedRequired,
    /// A column was dropped that was neither nullable nor had a default: old
    /// readers find nothing for it.
    DroppedRequired,
    /// A column was renamed that was neither nullable nor had a default: old
    /// readers look for the old name.
    Renamed,
    /// A column was renamed, and another column has the new name in the old
    /// schema or the old name in the new one: readers find the wrong data.
    NameReused,
    /// A type was widened: old readers have no room for the new values.
    Widened,
    /// A type was narrowed: new readers have no room for the old values.
    Narrowed,
    /// A type became one that is no promotion of it, nor the reverse.
    Retyped,
    /// A nullable column became NOT NULL: old data may have NULLs.
    SetNotNull,
    /// A NOT NULL column became nullable: new data may have NULLs.
    DroppedNotNull,
    /// The primary key changed: old and new rows have different identities.
    PrimaryKey,
}

impl Rule {
    /// All rules.
    pub const ALL: [Self; 10] = [
        Self::AddedRequired,
        Self::DroppedRequired,
        Self::Renamed,
        Self::NameReused,
        Self::Widened,
        Self::Narrowed,
        Self::Retyped,
        Self::SetNotNull,
        Self::DroppedNotNull,
        Self::PrimaryKey,
    ];

    /// The rule's name, for programs that read reports: `added_required`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AddedRequired => "added_required",
            Self::DroppedRequired => "dropped_required",
            Self::Renamed => "renamed",
            Self::NameReused => "name_reused",
            Self::Widened => "widened",
            Self::Narrowed => "narrowed",
            Self::Retyped => "retyped",
            Self::SetNotNull => "set_not_null",
            Self::DroppedNotNull => "dropped_not_null",
            Self::PrimaryKey => "primary_key",
        }
    }

    /// Which directions still work after the change: whether new readers read
    /// old data, whether old readers read new data.
    pub const fn directions(self) -> (bool, bool) {
        match self {
            Self::AddedRequired => (false, true),
            Self::DroppedRequired => (true, false),
            Self::Renamed => (true, false),
            Self::NameReused => (false, false),
            Self::Widened => (true, false),
            Self::Narrowed => (false, true),
            Self::Retyped => (false, false),
            Self::SetNotNull => (false, true),
            Self::DroppedNotNull => (true, false),
            Self::PrimaryKey => (false, false),
        }
    }

    /// What changing one type into another is; nothing when both read both.
    pub fn of_types(old: &DataType, new: &DataType) -> Option<Self> {
        match (promotes(old, new), promotes(new, old)) {
            (true, true) => None,
            (true, false) => Some(Self::Widened),
            (false, true) => Some(Self::Narrowed),
            (false, false) => Some(Self::Retyped),
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether a reader that expects `wide` can read data of type `narrow`.
///
/// What Avro ("Schema Resolution") and Iceberg ("Schema Evolution") both
/// promise, carried over to SQL's lengths and precisions; never SQL's casts: a
/// number is not readable as text. Integers do not become floats, since
/// Iceberg does not do it and large ones lose digits. A `numeric` without
/// bounds is nobody's promotion, since neither has such a type.
pub(super) fn promotes(narrow: &DataType, wide: &DataType) -> bool {
    use DataType::*;
    match (narrow, wide) {
        (SmallInt, Integer | BigInt) | (Integer, BigInt) => true,
        (Real, Double) => true,
        (Numeric(Some((p, s))), Numeric(Some((q, t)))) => s == t && p <= q,
        // Text of a fixed length is text of at most that length. Not the
        // other way round: it would lose the blanks at its end.
        (Char(n), Char(m)) => n <= m,
        (_, Char(_)) => false,
        (Text | Varchar(_) | Char(_), Text | Varchar(_)) => length(narrow) <= length(wide),
        (Time(p), Time(q)) | (Timestamp(p), Timestamp(q)) | (TimestampTz(p), TimestampTz(q)) => {
            digits(p) <= digits(q)
        }
        (same, other) => same == other,
    }
}

/// The types beside `old` that the mode allows for a column that was to become
/// `wanted` and is not readable so: of the same kind, by size.
pub(super) fn alternatives(old: &DataType, wanted: &DataType, mode: Mode) -> Vec<DataType> {
    use DataType::*;
    let candidates = match (old, wanted) {
        (SmallInt | Integer | BigInt, _) => vec![SmallInt, Integer, BigInt],
        (Real | Double, _) => vec![Real, Double],
        (Numeric(Some((_, scale))), Numeric(Some((precision, _)))) => {
            vec![Numeric(Some((*precision, *scale)))]
        }
        (Char(_) | Varchar(_) | Text, Char(length) | Varchar(Some(length))) => {
            vec![Varchar(Some(*length)), Text]
        }
        (Char(_) | Varchar(_), _) => vec![Text],
        _ => vec![],
    };
    let is_allowed = |new: &DataType| {
        let requires = |direction| mode.requires(direction);
        new != old
            && (!requires(Direction::Backward) || promotes(old, new))
            && (!requires(Direction::Forward) || promotes(new, old))
    };
    candidates.into_iter().filter(is_allowed).collect()
}

/// The most characters of a text type.
fn length(data_type: &DataType) -> u32 {
    match data_type {
        DataType::Varchar(Some(length)) | DataType::Char(length) => *length,
        _ => u32::MAX,
    }
}

/// Digits of a second; without a precision, microseconds.
fn digits(precision: &Option<u8>) -> u8 {
    precision.unwrap_or(6)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::schema::sample;

    proptest! {
        /// Widening twice is widening: what a chain of versions allows step by
        /// step, its ends allow. (Of whole schemas this is no law: a column that
        /// is dropped and added again may be another one.)
        #[test]
        fn promotion_is_an_order(
            a in sample::data_type(),
            b in sample::data_type(),
            c in sample::data_type(),
        ) {
            prop_assert!(promotes(&a, &a));
            prop_assert!(!(promotes(&a, &b) && promotes(&b, &c)) || promotes(&a, &c));
        }
    }
}
