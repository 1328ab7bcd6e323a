//! What differs between two servers whoever makes them.

/// Columns whose values are the server's own, and why.
const MASKED: &[(&str, &str)] = &[
    ("relpages", "nothing is stored"),
    ("reltuples", "nothing is stored"),
    ("relallvisible", "nothing is stored"),
    ("relfilenode", "there are no files"),
    ("reltoastrelid", "nothing is stored aside"),
    ("relfrozenxid", "transactions have no numbers in rows"),
    ("relminmxid", "transactions have no numbers in rows"),
    ("datfrozenxid", "transactions have no numbers in rows"),
    ("datminmxid", "transactions have no numbers in rows"),
    ("xmin", "transactions have no numbers in rows"),
    ("datcollate", "it is a choice of who makes the database"),
    ("datctype", "it is a choice of who makes the database"),
    ("index_rel_size", "nothing is stored"),
    ("version", "it is another server"),
    ("server_version", "it is another server"),
    ("adbin", "an expression stands in place of PostgreSQL's tree"),
    ("typdefaultbin", "an expression stands in place of PostgreSQL's tree"),
];

/// What only one of the servers has, and why: the schemas and databases.
const OF_ONE: &[(&str, &str)] = &[
    ("rekha", "ours"),
    ("registry", "ours"),
    ("cartridge_warp", "ours"),
    ("pg_toast", "nothing is stored aside"),
    ("plpgsql", "there are no functions to be written"),
    ("template0", "there is one database"),
    ("template1", "there is one database"),
];

/// Whether the values of a column are the server's own.
pub(super) fn is_masked(column: &str) -> bool {
    MASKED.iter().any(|(name, _)| *name == column)
}

/// Whether a row with this in it is told by one of the servers only.
pub(super) fn is_of_one(cell: &str) -> bool {
    OF_ONE.iter().any(|(name, _)| {
        let rest = cell.strip_prefix(name);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}
