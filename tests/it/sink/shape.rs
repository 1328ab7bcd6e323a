//! Schemas and plans from statements.

use std::sync::Arc;

use rekha::evolution::{Plan, alter, plan};
use rekha::schema::{Alteration, ColumnSpec, FieldId, Mode, ObjectId, Schema};
use rekha::sql::{AlterAction, CreateStream, Statement, parse};

/// The schema of a `CREATE STREAM`.
pub(crate) fn created(sql: &str) -> Schema {
    let statements = parse(sql).expect(sql);
    let [Statement::CreateStream(create)] = statements.as_slice() else {
        panic!("{sql}");
    };
    let CreateStream { name, elements, .. } = create.as_ref();
    let columns: Vec<ColumnSpec> = elements
        .columns
        .iter()
        .map(|(column, _)| column.clone())
        .collect();
    let schema = Schema::new(&columns, &elements.primary_key);
    let schema = schema.unwrap_or_else(|error| panic!("{sql}: {}", error.error));
    let unique = elements
        .unique
        .iter()
        .cloned()
        .map(|(name, columns)| Alteration::AddUnique { name, columns });
    after(&name.name, &schema, &unique.collect::<Vec<_>>()).expect(sql)
}

/// The schema after `ALTER STREAM` and `CREATE INDEX` statements.
pub(crate) fn altered(schema: &Schema, sql: &str) -> Schema {
    try_altered(schema, sql).unwrap_or_else(|| panic!("{sql}: cannot be done"))
}

/// … or nothing, when they cannot be done.
pub(crate) fn try_altered(schema: &Schema, sql: &str) -> Option<Schema> {
    let mut altered = schema.clone();
    for statement in parse(sql).ok()? {
        let (stream, alterations) = match statement {
            Statement::AlterStream(alter) => {
                let shapes = alter.actions.into_iter().map(|action| match action {
                    AlterAction::Shape(alteration, _) => alteration,
                    other => panic!("{other:?} is no change of shape"),
                });
                (alter.name.name, shapes.collect())
            }
            Statement::CreateIndex(index) => {
                let columns = index.columns.into_iter().map(|(name, _)| name).collect();
                let (name, unique) = (index.name, index.unique);
                let alteration = Alteration::AddIndex {
                    name,
                    columns,
                    unique,
                };
                (index.stream.name, vec![alteration])
            }
            other => panic!("{other:?} alters no stream"),
        };
        altered = after(&stream, &altered, &alterations)?;
    }
    Some(altered)
}

/// The schema of `stream` after these actions; nothing when they cannot be done.
fn after(stream: &str, schema: &Schema, alterations: &[Alteration]) -> Option<Schema> {
    // Past every identity that the schema has.
    let used = schema.indexes.iter().map(|index| index.id.0);
    let used = used.chain(schema.constraints.iter().map(|unique| unique.id.0));
    let mut ids = (used.max().unwrap_or_default() + 1..).map(ObjectId);
    let mut next = || ids.next().expect("endless");
    let altered = alter(stream, schema, FieldId(10_000), alterations, &mut next);
    altered.ok().map(|altered| altered.schema)
}

/// The plan from one schema to another.
pub(crate) fn plan_of(from: &Schema, to: &Schema) -> Plan {
    let history = [(1, Arc::new(from.clone()))];
    plan(Mode::None, &Arc::new(to.clone()), &history)
}
