//! Schemas and actions in short.

use crate::evolution::alter;
use crate::schema::{Alteration, ColumnSpec, FieldId, FieldPath, Literal, Name, ObjectId, Schema};

/// A column in short: `amount: numeric(10,2) ! = 0` is NOT NULL DEFAULT 0.
pub(in crate::evolution) fn column(text: &str) -> ColumnSpec {
    let (name, rest) = text.split_once(": ").expect(text);
    let (rest, default) = match rest.split_once(" = ") {
        Some((rest, default)) => (rest, Some(default.parse::<Literal>().expect(text))),
        None => (rest, None),
    };
    let data_type = rest.trim_end_matches(" !");
    ColumnSpec {
        name: name.to_owned(),
        data_type: data_type.parse().expect(text),
        not_null: data_type != rest,
        default,
        comment: None,
    }
}

pub(in crate::evolution) fn names(names: &[&str]) -> Vec<Name> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

pub(in crate::evolution) fn schema(columns: &[&str], key: &[&str]) -> Schema {
    let columns: Vec<ColumnSpec> = columns.iter().map(|text| column(text)).collect();
    Schema::new(&columns, &names(key)).expect("a schema")
}

/// A way in short: `address.zip`.
pub(in crate::evolution) fn path(text: &str) -> FieldPath {
    let mut names = text.split('.');
    let column = FieldPath::from(names.next().unwrap_or_default());
    names.fold(column, |path, name| path.child(name))
}

/// Adds a column, or a member of a struct: `address.zip: text`.
pub(in crate::evolution) fn add(text: &str) -> Alteration {
    let mut column = column(text);
    let path = path(&column.name);
    column.name.clone_from(path.leaf());
    Alteration::AddColumn {
        parent: path.parent(),
        column,
        if_not_exists: false,
    }
}

pub(in crate::evolution) fn drop(column: &str) -> Alteration {
    Alteration::DropColumn {
        column: path(column),
        if_exists: false,
        cascade: false,
    }
}

pub(in crate::evolution) fn drop_cascade(column: &str) -> Alteration {
    Alteration::DropColumn {
        column: path(column),
        if_exists: false,
        cascade: true,
    }
}

pub(in crate::evolution) fn rename(column: &str, to: &str) -> Alteration {
    Alteration::RenameColumn {
        column: path(column),
        to: to.to_owned(),
    }
}

pub(in crate::evolution) fn set_type(column: &str, data_type: &str) -> Alteration {
    Alteration::SetType {
        column: path(column),
        data_type: data_type.parse().expect(data_type),
    }
}

pub(in crate::evolution) fn set_default(column: &str, default: &str) -> Alteration {
    Alteration::SetDefault {
        column: path(column),
        default: default.parse().expect(default),
    }
}

pub(in crate::evolution) fn drop_default(column: &str) -> Alteration {
    Alteration::DropDefault {
        column: path(column),
    }
}

pub(in crate::evolution) fn set_not_null(column: &str) -> Alteration {
    Alteration::SetNotNull {
        column: path(column),
    }
}

pub(in crate::evolution) fn drop_not_null(column: &str) -> Alteration {
    Alteration::DropNotNull {
        column: path(column),
    }
}

pub(in crate::evolution) fn add_key(columns: &[&str]) -> Alteration {
    Alteration::AddPrimaryKey {
        columns: names(columns),
    }
}

pub(in crate::evolution) fn add_unique(name: Option<&str>, columns: &[&str]) -> Alteration {
    Alteration::AddUnique {
        name: name.map(str::to_owned),
        columns: names(columns),
    }
}

pub(in crate::evolution) fn add_index(name: Option<&str>, columns: &[&str]) -> Alteration {
    Alteration::AddIndex {
        name: name.map(str::to_owned),
        columns: names(columns),
        unique: false,
    }
}

pub(in crate::evolution) fn drop_constraint(name: &str) -> Alteration {
    Alteration::DropConstraint {
        name: name.to_owned(),
    }
}

pub(in crate::evolution) fn drop_index(name: &str) -> Alteration {
    Alteration::DropIndex {
        name: name.to_owned(),
    }
}

/// The schema of stream `orders` after these actions.
pub(in crate::evolution) fn altered(schema: &Schema, alterations: &[Alteration]) -> Schema {
    let mut ids = (100..).map(ObjectId);
    alter("orders", schema, FieldId(0), alterations, &mut || {
        ids.next().expect("endless")
    })
    .expect("the actions can be done")
    .schema
}
