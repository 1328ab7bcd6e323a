//! Stored rows as they are.

/// A stored value.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// NULL
    Null,
    /// A number without a fraction.
    Integer(i64),
    /// A number with one.
    Real(f64),
    /// A text.
    Text(String),
}

/// A condition on stored rows: the column has one of these values.
#[derive(Clone, Debug, PartialEq)]
pub struct RowTest {
    /// The column.
    pub column: String,
    /// The values.
    pub values: Vec<Cell>,
}

/// Which rows of one of the store's tables are asked for: a page of them.
#[derive(Clone, Debug, PartialEq)]
pub struct RowRequest {
    /// The table.
    pub table: String,
    /// The columns whose values are answered, in this order.
    pub columns: Vec<String>,
    /// What holds for every row.
    pub tests: Vec<RowTest>,
    /// Where the page begins: behind the row that ended the last one.
    pub after: i64,
    /// The most rows of a page.
    pub limit: u32,
}

/// A page of rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RowPage {
    /// The rows.
    pub rows: Vec<Vec<Cell>>,
    /// Where the next page begins; nothing when there is none.
    pub next: Option<i64>,
}
