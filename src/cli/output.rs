//! Results, as tables, CSV or JSON.

use std::io::{self, Write};

use comfy_table::{CellAlignment, Table, presets};
use serde::{Serialize, Serializer};

/// How results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people
    Table,
    /// With a header; NULL is empty
    Csv,
    /// One line a result: an array of objects; every value is a text or null
    Json,
}

/// The rows of one statement, as the server wrote them.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) columns: Vec<String>,
    pub(super) rows: Vec<Vec<Option<String>>>,
}

impl Rows {
    /// Writes the rows and nothing else.
    pub(super) fn write(&self, format: Format, to: &mut impl Write) -> io::Result<()> {
        match format {
            Format::Table => self.write_table(to),
            Format::Csv => self.write_csv(to),
            Format::Json => {
                serde_json::to_writer(&mut *to, self)?;
                writeln!(to)
            }
        }
    }

    fn write_table(&self, to: &mut impl Write) -> io::Result<()> {
        let mut table = Table::new();
        table.load_preset(presets::ASCII_MARKDOWN);
        table.set_header(&self.columns);
        table.add_rows(self.rows.iter().map(|row| row.iter().map(text)));
        for (place, column) in table.column_iter_mut().enumerate() {
            let mut values = self
                .rows
                .iter()
                .filter_map(|row| row[place].as_deref())
                .peekable();
            if values.peek().is_some() && values.all(|value| value.parse::<f64>().is_ok()) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        let rows = if self.rows.len() == 1 { "row" } else { "rows" };
        writeln!(to, "{table}\n({} {rows})\n", self.rows.len())
    }

    fn write_csv(&self, to: &mut impl Write) -> io::Result<()> {
        let mut csv = csv::Writer::from_writer(to);
        csv.write_record(&self.columns).map_err(plain)?;
        for row in &self.rows {
            csv.write_record(row.iter().map(text)).map_err(plain)?;
        }
        csv.flush()
    }
}

/// An array of objects, their keys in the order of the columns.
impl Serialize for Rows {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Object<'a>(&'a [String], &'a [Option<String>]);
        impl Serialize for Object<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_map(self.0.iter().zip(self.1))
            }
        }
        serializer.collect_seq(self.rows.iter().map(|row| Object(&self.columns, row)))
    }
}

/// The error of the file or pipe, so that its kind can be seen.
fn plain(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

fn text(value: &Option<String>) -> &str {
    value.as_deref().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(format: Format) -> String {
        let row = |id: &str, note: Option<&str>| vec![Some(id.into()), note.map(str::to_owned)];
        let rows = Rows {
            columns: vec!["id".into(), "a note".into()],
            rows: vec![row("7", Some("x, \"y\"")), row("12", None)],
        };
        let mut bytes = Vec::new();
        rows.write(format, &mut bytes).expect("memory");
        String::from_utf8(bytes).expect("text")
    }

    #[test]
    fn each_format_writes_every_value() {
        assert_eq!(written(Format::Csv), "id,a note\n7,\"x, \"\"y\"\"\"\n12,\n");
        assert_eq!(
            written(Format::Json),
            "[{\"id\":\"7\",\"a note\":\"x, \\\"y\\\"\"},{\"id\":\"12\",\"a note\":null}]\n"
        );
        assert_eq!(
            written(Format::Table),
            "| id | a note |\n|----|--------|\n|  7 | x, \"y\" |\n| 12 |        |\n(2 rows)\n\n"
        );
    }
}
