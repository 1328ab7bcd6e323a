//! The way to a field.

use std::fmt;

use super::{Name, quote_ident};

/// The way to a field from the top of its schema: a column, then members of
/// structs, [`ELEMENT`](super::ELEMENT) of an array, [`KEY`](super::KEY) or
/// [`VALUE`](super::VALUE) of a map: `address.zip`, `items.element.sku`.
///
/// Displays for a message that puts it in double quotes: the names as they are,
/// as PostgreSQL's messages have them, with dots between them. As SQL, it is
/// [`FieldPath::to_sql`]; on its own, [`FieldPath::label`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldPath {
    /// Never empty.
    names: Vec<Name>,
}

impl FieldPath {
    /// The way to what is called `name` in the field at the end of this way.
    pub fn child(&self, name: impl Into<Name>) -> Self {
        let mut names = self.names.clone();
        names.push(name.into());
        Self { names }
    }

    /// The way to what is called `name` in `parent`, or to a column.
    pub fn within(parent: Option<&Self>, name: &str) -> Self {
        match parent {
            Some(parent) => parent.child(name),
            None => name.into(),
        }
    }

    /// The way to the field that this one is a part of; nothing for a column.
    pub fn parent(&self) -> Option<Self> {
        let names = &self.names[..self.names.len() - 1];
        (!names.is_empty()).then(|| Self {
            names: names.to_vec(),
        })
    }

    /// The column.
    pub fn column(&self) -> &Name {
        &self.names[0]
    }

    /// The field's own name.
    pub fn leaf(&self) -> &Name {
        self.names.last().expect("a path is never empty")
    }

    /// Whether it ends at a column.
    pub fn is_column(&self) -> bool {
        self.names.len() == 1
    }

    /// All names, the column's first; at least one.
    pub fn names(&self) -> &[Name] {
        &self.names
    }

    /// As a statement spells it: `address."zip code"`.
    pub fn to_sql(&self) -> String {
        let names: Vec<String> = self.names.iter().map(|name| quote_ident(name)).collect();
        names.join(".")
    }

    /// As it stands on its own, in the cell of a result: a column by its bare name,
    /// a longer way with each part quoted where SQL needs it, so that `"a.b"` and
    /// `a.b` are told apart.
    pub fn label(&self) -> String {
        match self.names.as_slice() {
            [column] if !column.contains('.') => column.clone(),
            _ => self.to_sql(),
        }
    }
}

impl From<Name> for FieldPath {
    fn from(column: Name) -> Self {
        Self {
            names: vec![column],
        }
    }
}

impl From<&str> for FieldPath {
    /// The way to the column of this name, dots and all.
    fn from(column: &str) -> Self {
        Name::from(column).into()
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.names.join("."))
    }
}
