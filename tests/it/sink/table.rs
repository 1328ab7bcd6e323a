//! A table in PostgreSQL that follows a plan.

use rekha::evolution::{Comments, Plan, SchemaChange, Sink};
use rekha::schema::{DataType, Field, Name, Schema, StreamName, quote_ident, quote_literal};
use rekha::{Error, Result};
use serde_json::{Value, json};

use crate::support::{Client, Row};

/// A table, and who talks to it.
pub(crate) struct Table<'a> {
    client: &'a Client,
    name: &'a StreamName,
}

/// How many rows are put into a table.
const ROWS: usize = 2;

impl<'a> Table<'a> {
    /// The table of a schema, empty.
    pub(crate) async fn create(client: &'a Client, name: &'a StreamName, schema: &Schema) -> Self {
        let created = Sink::PostgreSql.create_table(name, schema, &Comments::default());
        let created = created.unwrap_or_else(|error| panic!("{error}: {:?}", error.detail()));
        client.rows(&created.statements.join(";")).await;
        Self { client, name }
    }

    /// The table after it got another name.
    pub(crate) fn called(self, name: &'a StreamName) -> Self {
        Self { name, ..self }
    }

    /// Puts rows into it that differ in every column; the last has NULL wherever
    /// there may be one.
    pub(crate) async fn insert(&self, schema: &Schema) {
        for row in 0..ROWS {
            let value = |field: &Field| match field.nullable && row + 1 == ROWS {
                true => "NULL".to_owned(),
                false => fill(&field.data_type, row),
            };
            let values: Vec<String> = schema.fields.iter().map(value).collect();
            let insert = format!("INSERT INTO {} VALUES ({})", self.name, values.join(", "));
            self.client.rows(&insert).await;
        }
    }

    /// Does what a person does who is given the statements of a plan: runs them
    /// in order, and fills columns where the caution asks for it. The first step
    /// that the sink cannot do ends it, before anything is done.
    pub(crate) async fn follow(&mut self, plan: &Plan) -> Result<(), Error> {
        let rendered = plan.render(Sink::PostgreSql, self.name);
        let rendered = rendered.into_iter().collect::<Result<Vec<_>>>()?;
        for (step, told) in plan.steps.iter().zip(rendered) {
            let cautious = told.caution.is_some();
            match &step.change {
                SchemaChange::ChangePrimaryKey { to: columns, .. } if !columns.is_empty() => {
                    assert!(cautious, "{told:?}");
                    self.fill(&plan.to, columns).await;
                }
                SchemaChange::AddUnique(unique) => {
                    assert!(cautious, "{told:?}");
                    self.fill(&plan.to, &unique.columns).await;
                }
                SchemaChange::AddIndex(index) if index.unique => {
                    assert!(cautious, "{told:?}");
                    self.fill(&plan.to, &index.columns).await;
                }
                _ => (),
            }
            for statement in &told.statements {
                self.client.rows(statement).await;
            }
            if let Some(column) = step.change.column().filter(|_| !told.then.is_empty()) {
                assert!(cautious, "{told:?}");
                self.fill(&plan.to, std::slice::from_ref(column.leaf()))
                    .await;
            }
            for statement in &told.then {
                self.client.rows(statement).await;
            }
        }
        Ok(())
    }

    /// Another value in every row for each of these columns.
    async fn fill(&self, schema: &Schema, columns: &[Name]) {
        for column in columns {
            let data_type = &schema.field(column).expect("a column").data_type;
            let values: Vec<String> = (0..ROWS).map(|row| fill(data_type, row)).collect();
            let column = quote_ident(column);
            self.client
                .rows(&format!(
                    "UPDATE {0} SET {column} = CASE r.place WHEN 1 THEN {1} ELSE {2} END
                     FROM (SELECT ctid AS row, row_number() OVER () AS place FROM {0}) r
                     WHERE r.row = {0}.ctid",
                    self.name, values[0], values[1]
                ))
                .await;
        }
    }

    /// Checks that the catalog says of it what it says of a new table of the
    /// schema: columns but for their order, keys, constraints, indexes.
    pub(crate) async fn must_be_as_new(&self, schema: &Schema) {
        let moved = self.catalog().await;
        self.client.rows(&format!("DROP TABLE {}", self.name)).await;
        let new = Self::create(self.client, self.name, schema).await;
        assert_eq!(moved, new.catalog().await, "{schema:?}");
    }

    async fn catalog(&self) -> Vec<Row> {
        let table = quote_literal(&self.name.to_string());
        self.client
            .rows(&format!(
                "SELECT attname, format_type(atttypid, atttypmod), attnotnull, pg_get_expr(adbin, adrelid)
                 FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
                 WHERE attrelid = {table}::regclass AND attnum > 0 AND NOT attisdropped ORDER BY 1;
                 SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
                 WHERE conrelid = {table}::regclass ORDER BY 1;
                 SELECT pg_get_indexdef(indexrelid) FROM pg_index
                 WHERE indrelid = {table}::regclass ORDER BY 1"
            ))
            .await
    }
}

/// A value of the type for a row, as an expression.
pub(crate) fn fill(data_type: &DataType, row: usize) -> String {
    match data_type {
        DataType::Array(element) if !element.data_type.is_nested() => format!(
            "ARRAY[{}]::{}[]",
            fill(&element.data_type, row),
            element.data_type
        ),
        nested if nested.is_nested() => {
            quote_literal(&json_of(nested, row).to_string()) + "::jsonb"
        }
        scalar => format!("{}::{scalar}", quote_literal(&text_of(scalar, row))),
    }
}

fn json_of(data_type: &DataType, row: usize) -> Value {
    match data_type {
        DataType::Struct(members) => members
            .iter()
            .map(|member| (member.name.clone(), json_of(&member.data_type, row)))
            .collect(),
        DataType::Array(element) => json!([json_of(&element.data_type, row)]),
        DataType::Map(entry) => {
            json!({text_of(&entry[0].data_type, row): json_of(&entry[1].data_type, row)})
        }
        DataType::Boolean => json!(row == 0),
        DataType::Json | DataType::Jsonb => json!({ "row": row }),
        DataType::SmallInt | DataType::Integer | DataType::BigInt => json!(row),
        scalar => json!(text_of(scalar, row)),
    }
}

/// Texts that many types can read, so that values survive most conversions.
fn text_of(scalar: &DataType, row: usize) -> String {
    match scalar {
        DataType::Boolean => (row == 0).to_string(),
        DataType::Numeric(Some((_, scale))) => match scale {
            // Digits after the zeros that must be there, and whole hundreds.
            4.. => format!(
                "0.{}{row}1",
                "0".repeat(usize::from(scale.unsigned_abs()) - 2)
            ),
            ..0 => format!("{row}00"),
            _ => row.to_string(),
        },
        DataType::Bytea => format!("\\x0{row}"),
        DataType::Date => format!("2024-02-0{}", row + 1),
        DataType::Time(_) => format!("12:00:0{row}"),
        DataType::Timestamp(_) => format!("2024-02-0{} 12:00:00", row + 1),
        DataType::TimestampTz(_) => format!("2024-02-0{} 12:00:00+00", row + 1),
        DataType::Interval => format!("0{row}:00:00"),
        DataType::Uuid => format!("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1{row}"),
        _ => row.to_string(),
    }
}
