//! One action of an `ALTER STREAM`, as data, and its SQL.

use std::fmt;

use super::{DataType, DefaultValue, Field, FieldPath, Literal, Name, quote_ident, quote_literal};

/// A column as a user declares it, in `CREATE STREAM` or `ADD COLUMN`. Displays
/// as it is declared.
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

/// One action of an `ALTER STREAM` that changes the shape of its data. Displays
/// as the action, or as the statement it comes from when it is none of `ALTER
/// STREAM`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Alteration {
    /// `ADD [COLUMN] [IF NOT EXISTS] column`.
    AddColumn {
        /// Where the column goes: into this struct, or beside the other columns.
        parent: Option<FieldPath>,
        /// The column.
        column: ColumnSpec,
        /// Nothing happens when there is such a column.
        if_not_exists: bool,
    },
    /// `DROP [COLUMN] [IF EXISTS] column [CASCADE | RESTRICT]`.
    DropColumn {
        /// The column, or a part of one.
        column: FieldPath,
        /// Nothing happens when there is no such column.
        if_exists: bool,
        /// The keys, indexes and constraints that use it go too.
        cascade: bool,
    },
    /// `RENAME [COLUMN] column TO to`.
    RenameColumn {
        /// The column, or a part of one.
        column: FieldPath,
        /// The new name, in the same place.
        to: Name,
    },
    /// `ALTER [COLUMN] column [SET DATA] TYPE data_type`.
    SetType {
        /// The column, or a part of one.
        column: FieldPath,
        /// Its new type.
        data_type: DataType,
    },
    /// `ALTER [COLUMN] column SET DEFAULT value`.
    SetDefault {
        /// The column, or a part of one.
        column: FieldPath,
        /// Its new default.
        default: Literal,
    },
    /// `ALTER [COLUMN] column DROP DEFAULT`.
    DropDefault {
        /// The column, or a part of one.
        column: FieldPath,
    },
    /// `ALTER [COLUMN] column SET NOT NULL`.
    SetNotNull {
        /// The column, or a part of one.
        column: FieldPath,
    },
    /// `ALTER [COLUMN] column DROP NOT NULL`.
    DropNotNull {
        /// The column, or a part of one.
        column: FieldPath,
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

impl ColumnSpec {
    /// The declaration, with `name` as it is spelt in place of the column's own.
    fn declare(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{name} {}", self.data_type)?;
        if self.not_null {
            f.write_str(" NOT NULL")?;
        }
        if let Some(default) = &self.default {
            write!(f, " DEFAULT {default}")?;
        }
        match &self.comment {
            Some(comment) => write!(f, " COMMENT {}", quote_literal(comment)),
            None => Ok(()),
        }
    }
}

/// The declaration of a field, without a comment.
impl From<&Field> for ColumnSpec {
    fn from(field: &Field) -> Self {
        Self {
            name: field.name.clone(),
            data_type: field.data_type.clone(),
            not_null: !field.nullable,
            default: field.default.as_ref().map(DefaultValue::literal),
            comment: None,
        }
    }
}

impl fmt::Display for ColumnSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.declare(&quote_ident(&self.name), f)
    }
}

impl fmt::Display for Alteration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AddColumn {
                parent,
                column,
                if_not_exists,
            } => {
                f.write_str("ADD COLUMN ")?;
                if *if_not_exists {
                    f.write_str("IF NOT EXISTS ")?;
                }
                match parent {
                    Some(parent) => column.declare(&parent.child(&*column.name).to_sql(), f),
                    None => column.fmt(f),
                }
            }
            Self::DropColumn {
                column,
                if_exists,
                cascade,
            } => {
                f.write_str("DROP COLUMN ")?;
                if *if_exists {
                    f.write_str("IF EXISTS ")?;
                }
                f.write_str(&column.to_sql())?;
                f.write_str(if *cascade { " CASCADE" } else { "" })
            }
            Self::RenameColumn { column, to } => {
                let (column, to) = (column.to_sql(), quote_ident(to));
                write!(f, "RENAME COLUMN {column} TO {to}")
            }
            Self::SetType { column, data_type } => {
                write!(f, "ALTER COLUMN {} TYPE {data_type}", column.to_sql())
            }
            Self::SetDefault { column, default } => {
                write!(f, "ALTER COLUMN {} SET DEFAULT {default}", column.to_sql())
            }
            Self::DropDefault { column } => {
                write!(f, "ALTER COLUMN {} DROP DEFAULT", column.to_sql())
            }
            Self::SetNotNull { column } => {
                write!(f, "ALTER COLUMN {} SET NOT NULL", column.to_sql())
            }
            Self::DropNotNull { column } => {
                write!(f, "ALTER COLUMN {} DROP NOT NULL", column.to_sql())
            }
            Self::AddPrimaryKey { columns } => write!(f, "ADD PRIMARY KEY ({})", list(columns)),
            Self::DropPrimaryKey => f.write_str("DROP PRIMARY KEY"),
            Self::AddUnique { name, columns } => {
                f.write_str("ADD ")?;
                if let Some(name) = name {
                    write!(f, "CONSTRAINT {} ", quote_ident(name))?;
                }
                write!(f, "UNIQUE ({})", list(columns))
            }
            Self::DropConstraint { name } => write!(f, "DROP CONSTRAINT {}", quote_ident(name)),
            Self::AddIndex {
                name,
                columns,
                unique,
            } => {
                let unique = if *unique { "UNIQUE " } else { "" };
                write!(f, "CREATE {unique}INDEX ")?;
                if let Some(name) = name {
                    write!(f, "{} ", quote_ident(name))?;
                }
                write!(f, "({})", list(columns))
            }
            Self::DropIndex { name } => write!(f, "DROP INDEX {}", quote_ident(name)),
        }
    }
}

fn list(columns: &[Name]) -> String {
    let names: Vec<String> = columns.iter().map(|name| quote_ident(name)).collect();
    names.join(", ")
}
