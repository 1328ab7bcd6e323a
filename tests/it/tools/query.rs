//! The files of queries.
//!
//! A file begins with whose queries they are and where they are known from. Behind
//! that, every paragraph is a query:
//!
//! ```sql
//! -- what it asks for
//! -- $1 = sales          the value of a parameter
//! -- any order: why      the order does not say how all rows follow one another
//! -- rows differ: why    only names and types are compared
//! SELECT … WHERE attrelid = {sales.orders} AND nspname = $1
//! ```
//!
//! `{sales.orders}` stands for the OID of a relation, `{sales}` for that of a schema.

/// A query of a tool.
#[derive(Debug, Default)]
pub(super) struct Query {
    /// What it asks for.
    pub(super) title: String,
    pub(super) text: String,
    /// The values of its parameters.
    pub(super) parameters: Vec<String>,
    /// Whether its rows can come in several orders.
    pub(super) any_order: bool,
    /// Whether the rows are those of the server alone.
    pub(super) rows_differ: bool,
}

impl Query {
    /// Whether it says in which order its rows come, all of them.
    pub(super) fn is_ordered(&self) -> bool {
        let end = self.text.rsplit("\nORDER BY").next();
        end.is_some_and(|end| end.len() < self.text.len() && !end.contains("\nFROM"))
            || self
                .text
                .lines()
                .last()
                .is_some_and(|line| line.contains(" ORDER BY "))
    }
}

/// The queries of a file.
pub(super) fn parse(text: &str) -> Vec<Query> {
    let paragraphs = text.split("\n\n").map(parse_one);
    paragraphs.filter(|query| !query.text.is_empty()).collect()
}

fn parse_one(paragraph: &str) -> Query {
    let mut query = Query::default();
    for line in paragraph.lines() {
        match line.strip_prefix("-- ") {
            Some(said) if query.text.is_empty() => match said.split_once(" = ") {
                Some((name, value)) if name.starts_with('$') => {
                    query.parameters.push(value.to_owned());
                }
                _ if said.starts_with("any order: ") => query.any_order = true,
                _ if said.starts_with("rows differ: ") => query.rows_differ = true,
                _ if query.title.is_empty() => said.clone_into(&mut query.title),
                _ => {}
            },
            _ => {
                query.text.push_str(line);
                query.text.push('\n');
            }
        }
    }
    query
}
