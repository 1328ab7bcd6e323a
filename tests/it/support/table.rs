//! A result that prints.

use std::fmt;

use super::Row;

/// A result. Displays as psql's aligned output without its frame: the names of
/// the columns, then the rows, `NULL` spelled out.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Table {
    /// Names of the columns.
    pub(crate) columns: Vec<String>,
    /// The rows.
    pub(crate) rows: Vec<Row>,
}

/// Gives what differs from run to run a name that does not: the first hash that
/// is seen is `hash-1`, the same hash later is `hash-1` again; a time is `time`.
#[derive(Default)]
pub(crate) struct Masks {
    hashes: Vec<String>,
}

impl Masks {
    /// Replaces the values of `schema_hash`, `registered_at` and `updated_at`,
    /// provided they look like what they should be.
    pub(crate) fn apply(&mut self, table: &mut Table) {
        for (position, column) in table.columns.iter().enumerate() {
            for value in table
                .rows
                .iter_mut()
                .filter_map(|row| row[position].as_mut())
            {
                match column.as_str() {
                    "schema_hash" if is_hash(value) => *value = self.name(value),
                    "registered_at" | "updated_at" if is_time(value) => "time".clone_into(value),
                    _ => (),
                }
            }
        }
    }

    fn name(&mut self, hash: &str) -> String {
        let known = self.hashes.iter().position(|seen| seen == hash);
        let number = known.unwrap_or_else(|| {
            self.hashes.push(hash.to_owned());
            self.hashes.len() - 1
        });
        format!("hash-{}", number + 1)
    }
}

fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// `2024-05-06 07:08:09.123456+00`
fn is_time(text: &str) -> bool {
    chrono::DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f%#z").is_ok()
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let header = self.columns.iter().cloned().map(Some).collect();
        let lines: Vec<Vec<String>> = std::iter::once(&header)
            .chain(&self.rows)
            .map(|row: &Row| row.iter().map(spell).collect())
            .collect();
        let widths: Vec<usize> = (0..self.columns.len())
            .map(|column| lines.iter().map(|line| line[column].chars().count()).max())
            .map(Option::unwrap_or_default)
            .collect();
        for line in &lines {
            let cells: Vec<String> = line
                .iter()
                .zip(&widths)
                .map(|(cell, width)| format!("{cell:width$}"))
                .collect();
            writeln!(f, "{}", cells.join(" | ").trim_end())?;
        }
        Ok(())
    }
}

fn spell(value: &Option<String>) -> String {
    value.clone().unwrap_or_else(|| "NULL".to_owned())
}
