//! Queries without names.

use datafusion::common::JoinType;

pub(super) type Value = Option<i64>;
pub(super) type Row = Vec<Value>;

/// A query over tables of two columns. Every column is a number or NULL.
#[derive(Clone, Debug)]
pub(super) enum Query {
    Table(usize),
    Row(Vec<Scalar>),
    Values(Vec<Scalar>),
    Project(Box<Query>, Vec<Scalar>),
    Filter(Box<Query>, Condition),
    Join(JoinType, Box<Query>, Box<Query>, Condition),
    /// Groups, then the count, the sum and the greatest of a value in each.
    Aggregate(Box<Query>, Vec<Scalar>, Scalar),
    Distinct(Box<Query>),
    /// The first row, in the order of all columns, of each value.
    DistinctOn(Box<Query>, Scalar),
    /// UNION ALL of the columns that both have.
    Union(Box<Query>, Box<Query>),
    /// In the order of all columns.
    Limit(Box<Query>, Option<i64>, Option<i64>),
    /// The row's number, in the order of all columns, and the sum of a value, among
    /// those with the same other value.
    Window(Box<Query>, Scalar, Scalar),
    /// Each row with each of these values.
    Unnest(Box<Query>, Vec<Scalar>),
    /// WITH RECURSIVE w AS (the first column of a query UNION a value for each row of
    /// w and a table).
    #[expect(
        dead_code,
        reason = "the engine loses columns of joined recursions: not in the law"
    )]
    Recursive(Box<Query>, usize, Scalar, Condition),
    Apply(JoinType, Box<Query>, Box<Query>, Condition),
}

#[derive(Clone, Debug)]
pub(super) enum Scalar {
    Literal(Value),
    /// The column of this number (or of the remainder of it) of the query so many
    /// steps further out (or of the outermost).
    Column(usize, usize),
    Sum(Box<Scalar>, Box<Scalar>),
}

#[derive(Clone, Debug)]
pub(super) enum Condition {
    True,
    Equal(Scalar, Scalar),
    Less(Scalar, Scalar),
    IsNull(Scalar),
    And(Box<Condition>, Box<Condition>),
    Or(Box<Condition>, Box<Condition>),
}

/// Columns or values: of the rows at hand and of the ones further out.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a, T> {
    pub(super) here: &'a [T],
    pub(super) outer: &'a [Vec<T>],
}

impl<T> Scope<'_, T> {
    /// A column and whether it is one further out; none where there are none.
    pub(super) fn get(&self, out: usize, index: usize) -> Option<(&T, bool)> {
        let out = out.min(self.outer.len());
        let columns = match out {
            0 => self.here,
            out => &self.outer[self.outer.len() - out],
        };
        let index = index.checked_rem(columns.len())?;
        Some((&columns[index], out > 0))
    }
}
