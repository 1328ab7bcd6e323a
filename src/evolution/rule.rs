//! The rules: which type reads which, and which change breaks whom.

use crate::schema::DataType;

/// A change that not everybody can read across.
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

    #[test]
    fn types_widen_narrow_or_have_nothing_to_do_with_each_other() {
        use Rule::*;
        for (old, new, rule) in [
            ("smallint", "integer", Some(Widened)),
            ("smallint", "bigint", Some(Widened)),
            ("bigint", "integer", Some(Narrowed)),
            ("integer", "real", Some(Retyped)),
            ("integer", "double precision", Some(Retyped)),
            ("integer", "numeric(10,0)", Some(Retyped)),
            ("integer", "text", Some(Retyped)),
            ("boolean", "integer", Some(Retyped)),
            ("real", "double precision", Some(Widened)),
            ("numeric(10,2)", "numeric(12,2)", Some(Widened)),
            ("numeric(12,2)", "numeric(10,2)", Some(Narrowed)),
            ("numeric(10,2)", "numeric(12,3)", Some(Retyped)),
            ("numeric(10,2)", "numeric", Some(Retyped)),
            ("varchar(5)", "varchar(9)", Some(Widened)),
            ("varchar(5)", "text", Some(Widened)),
            ("text", "varchar(5)", Some(Narrowed)),
            ("varchar", "text", None),
            ("text", "varchar", None),
            ("char(5)", "char(9)", Some(Widened)),
            ("char(5)", "varchar(5)", Some(Widened)),
            ("char(5)", "text", Some(Widened)),
            ("char(5)", "varchar(4)", Some(Retyped)),
            ("varchar(5)", "char(5)", Some(Narrowed)),
            ("varchar(5)", "char(9)", Some(Retyped)),
            ("timestamp(3)", "timestamp(6)", Some(Widened)),
            ("timestamp", "timestamp(6)", None),
            ("timestamp", "timestamp(3)", Some(Narrowed)),
            ("timestamp", "timestamptz", Some(Retyped)),
            ("date", "timestamp", Some(Retyped)),
            ("time(0)", "time", Some(Widened)),
            ("json", "jsonb", Some(Retyped)),
            ("json", "text", Some(Retyped)),
            ("uuid", "text", Some(Retyped)),
            ("bytea", "text", Some(Retyped)),
        ] {
            let parse = |text: &str| text.parse::<DataType>().expect(text);
            assert_eq!(
                Rule::of_types(&parse(old), &parse(new)),
                rule,
                "{old} to {new}"
            );
        }
    }

    proptest! {
        #[test]
        fn promotion_is_an_order(a in sample::data_type(), b in sample::data_type(), c in sample::data_type()) {
            prop_assert!(promotes(&a, &a));
            prop_assert!(!(promotes(&a, &b) && promotes(&b, &c)) || promotes(&a, &c));
        }
    }
}
