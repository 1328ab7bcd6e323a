//! One action of an `ALTER STREAM`, as data.

use super::{DataType, Literal, Name};

/// A column as a user declares it, in `CREATE STREAM` or `ADD COLUMN`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnSpec {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub data_type: DataType,
    /// `NOT NULL` was said (a primary key says it too).
    pub not_null: bool,
    /// `DEFAULT value`; `DEFAULT NULL` is no default.
    pub default: Option<Literal>,
    /// `COMMENT 'text'`.
    pub comment: Option<String>,
}

/// One action of an `ALTER STREAM` that changes the shape of its data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Alteration {
    /// `ADD [COLUMN] [IF NOT EXISTS] column`.
    AddColumn {
        /// The column.
        column: ColumnSpec,
        /// Nothing happens when there is such a column.
        if_not_exists: bool,
    },
    /// `DROP [COLUMN] [IF EXISTS] column [CASCADE | RESTRICT]`.
    DropColumn {
        /// The column's name.
        column: Name,
        /// Nothing happens when there is no such column.
        if_exists: bool,
        /// The keys, indexes and constraints that use it go too.
        cascade: bool,
    },
    /// `RENAME [COLUMN] column TO to`.
    RenameColumn {
        /// The old name.
        column: Name,
        /// The new name.
        to: Name,
    },
    /// `ALTER [COLUMN] column [SET DATA] TYPE data_type`.
    SetType {
        /// The column's name.
        column: Name,
        /// Its new type.
        data_type: DataType,
    },
    /// `ALTER [COLUMN] column SET DEFAULT value`.
    SetDefault {
        /// The column's name.
        column: Name,
        /// Its new default.
        default: Literal,
    },
    /// `ALTER [COLUMN] column DROP DEFAULT`.
    DropDefault {
        /// The column's name.
        column: Name,
    },
    /// `ALTER [COLUMN] column SET NOT NULL`.
    SetNotNull {
        /// The column's name.
        column: Name,
    },
    /// `ALTER [COLUMN] column DROP NOT NULL`.
    DropNotNull {
        /// The column's name.
        column: Name,
    },
    /// `ADD PRIMARY KEY (columns)`.
    AddPrimaryKey {
        /// Names of the columns, in order.
        columns: Vec<Name>,
    },
    /// `DROP PRIMARY KEY`.
    DropPrimaryKey,
    /// `ADD [CONSTRAINT name] UNIQUE (columns)`.
    AddUnique {
        /// The name; made from the columns' when absent.
        name: Option<Name>,
        /// Names of the columns, in order.
        columns: Vec<Name>,
    },
    /// `DROP CONSTRAINT name`.
    DropConstraint {
        /// The name.
        name: Name,
    },
    /// `CREATE [UNIQUE] INDEX name ON stream (columns)`.
    AddIndex {
        /// The name; made from the columns' when absent.
        name: Option<Name>,
        /// Names of the columns, in order.
        columns: Vec<Name>,
        /// Whether it is unique.
        unique: bool,
    },
    /// `DROP INDEX name`.
    DropIndex {
        /// The name.
        name: Name,
    },
}
