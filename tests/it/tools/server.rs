//! A server with the tables, and what it answers.

use std::collections::HashMap;
use std::error::Error;

use bytes::BytesMut;
use futures::TryStreamExt;
use tokio_postgres::types::{Format, IsNull, ToSql, Type, to_sql_checked};

use super::differences;
use super::query::Query;
use crate::support::{Client, within};

/// A server, and the names of what it knows by an OID.
pub(super) struct Server {
    client: Client,
    names: HashMap<u32, String>,
    oids: HashMap<String, u32>,
}

/// The names and types of the columns, and the rows.
#[derive(Debug, PartialEq)]
pub(super) struct Answer {
    pub(super) columns: Vec<(String, Type)>,
    pub(super) rows: Vec<Vec<String>>,
}

/// What has an OID that differs from server to server: relations, types and
/// functions as `schema.name`, a constraint as its index, schemas.
const NAMES: &str = "
    SELECT c.oid, n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    UNION ALL
    SELECT c.oid, n.nspname || '.' || c.conname FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace
    UNION ALL
    SELECT t.oid, CASE WHEN greatest(t.typrelid, e.typrelid) >= 16384 THEN 'row type' ELSE n.nspname || '.' || t.typname END
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_type e ON e.oid = t.typelem
    UNION ALL
    SELECT p.oid, n.nspname || '.' || p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    UNION ALL
    SELECT d.oid, n.nspname || '.' || c.relname || '.' || d.adnum
    FROM pg_attrdef d JOIN pg_class c ON c.oid = d.adrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    UNION ALL
    SELECT oid, nspname FROM pg_namespace";

/// The first OID that differs: that of the schema `public`. All of `initdb`'s own do.
const FIRST_OTHER: u32 = 2_200;

impl Server {
    /// Asks for the names.
    pub(super) async fn new(client: Client) -> Self {
        let (mut names, mut oids) = (HashMap::new(), HashMap::new());
        for row in client.rows(NAMES).await {
            if let [Some(oid), Some(name)] = row.as_slice() {
                let oid = oid.parse().unwrap();
                names.insert(oid, name.clone());
                // A relation comes before a constraint of its name.
                oids.entry(name.clone()).or_insert(oid);
            }
        }
        Self {
            client,
            names,
            oids,
        }
    }

    /// Asks by both protocols, which must agree.
    ///
    /// # Errors
    /// What the server says against it.
    pub(super) async fn ask(&self, query: &Query) -> Result<Answer, String> {
        let text = self.with_oids(&query.text);
        let parameters = query.parameters.iter();
        let parameters: Vec<_> = parameters.map(|value| self.with_oids(value)).collect();
        let prepared = within(&text, self.client.prepare(&text)).await;
        let prepared = prepared.map_err(|error| said(&error))?;
        let columns = prepared.columns().iter();
        let columns: Vec<_> = columns
            .map(|column| (column.name().to_owned(), column.type_().clone()))
            .collect();
        let values = parameters.iter().map(|value| Text(value));
        let extended = async {
            let rows = self.client.query_raw(&prepared, values).await?;
            rows.try_collect::<Vec<_>>().await
        };
        let extended = match within(&text, extended).await {
            Ok(rows) => Some(rows.len()),
            // An aclitem is told as text only.
            Err(error) if said(&error).starts_with("no binary output function") => None,
            Err(error) => return Err(said(&error)),
        };
        // Backwards, for $1 begins $10.
        let mut literal = text.clone();
        for (place, value) in parameters.iter().enumerate().rev() {
            let value = format!("'{}'", value.replace('\'', "''"));
            literal = literal.replace(&format!("${}", place + 1), &value);
        }
        let table = within(&literal, self.client.try_table(&literal)).await;
        let table = table.map_err(|error| said(&error))?;
        let simple = table.rows.len();
        if let Some(extended) = extended.filter(|extended| *extended != simple) {
            return Err(format!("{simple} rows, but {extended} when prepared"));
        }
        let mut rows: Vec<Vec<String>> = table
            .rows
            .into_iter()
            .map(|row| {
                let cells = row.into_iter().zip(&columns);
                cells
                    .map(|(cell, column)| self.cell(cell, column))
                    .collect()
            })
            .filter(|row: &Vec<String>| !row.iter().any(|cell| differences::is_of_one(cell)))
            .collect();
        if query.any_order || !query.is_ordered() {
            rows.sort();
        }
        Ok(Answer { columns, rows })
    }

    /// A cell that can be compared with another server's.
    fn cell(&self, cell: Option<String>, (name, of): &(String, Type)) -> String {
        if differences::is_masked(name) {
            return "…".to_owned();
        }
        let Some(cell) = cell else {
            return "NULL".to_owned();
        };
        let is_oid = matches!(
            *of,
            Type::OID | Type::OID_VECTOR | Type::OID_ARRAY | Type::INT8
        );
        if !is_oid {
            return cell;
        }
        let is_digit = |letter: char| letter.is_ascii_digit();
        let parts = cell.split_inclusive(|letter| !is_digit(letter));
        let named = parts.map(|part| {
            let number = part.trim_end_matches(|letter| !is_digit(letter));
            let name = number.parse().ok().filter(|oid| *oid >= FIRST_OTHER);
            let name = name.and_then(|oid: u32| self.names.get(&oid));
            name.map_or(part.to_owned(), |name| part.replace(number, name))
        });
        named.collect()
    }

    /// `{sales.orders}` becomes the OID of what has this name.
    fn with_oids(&self, text: &str) -> String {
        let mut parts = text.split('{');
        let mut out = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let named = part
                .split_once('}')
                .and_then(|(name, rest)| Some(format!("{}{rest}", self.oids.get(name)?)));
            out.push_str(&named.unwrap_or_else(|| format!("{{{part}")));
        }
        out
    }
}

fn said(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(error) => format!("{} ({})", error.message(), error.code().code()),
        None => format!("{error:?}"),
    }
}

/// A parameter as text, whatever its type.
#[derive(Debug)]
struct Text<'a>(&'a str);

impl ToSql for Text<'_> {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        out.extend_from_slice(self.0.as_bytes());
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn encode_format(&self, _: &Type) -> Format {
        Format::Text
    }

    to_sql_checked!();
}
