//! What differs between two servers whoever makes them.

/// How columns are called whose values are the server's own, at their ends, and why.
const MASKED: &[(&str, &str)] = &[
    ("relpages", "nothing is stored"),
    ("reltuples", "nothing is stored"),
    ("relallvisible", "nothing is stored"),
    ("relfilenode", "there are no files"),
    ("reltoastrelid", "nothing is stored aside"),
    ("index_rel_size", "nothing is stored"),
    ("reltype", "a stream has no type of its rows"),
    ("relfrozenxid", "rows have no transactions"),
    ("relminmxid", "rows have no transactions"),
    ("datfrozenxid", "rows have no transactions"),
    ("datminmxid", "rows have no transactions"),
    ("datcollate", "it is a choice of who makes the database"),
    ("datctype", "it is a choice of who makes the database"),
    ("state_number", "rows have no transactions"),
    ("version", "it is another server"),
    ("adbin", "an expression stands in place of a tree"),
    ("typdefaultbin", "an expression stands in place of a tree"),
];

/// What only one of the servers has, and why: the schemas, databases and others
/// that rows are about.
const OF_ONE: &[(&str, &str)] = &[
    ("rekha", "a schema of ours"),
    ("registry", "a schema of ours"),
    ("cartridge_warp", "a schema of ours"),
    ("pg_toast", "nothing is stored aside"),
    (ROW_TYPE, "a stream has no type of its rows"),
    ("plpgsql", "there are no functions to be written"),
    ("template0", "there is one database"),
    ("template1", "there is one database"),
    ("pg_checkpoint", "there is one role"),
    ("pg_database_owner", "there is one role"),
    ("pg_execute_server_program", "there is one role"),
    ("pg_monitor", "there is one role"),
    ("pg_read_all_data", "there is one role"),
    ("pg_read_all_settings", "there is one role"),
    ("pg_read_all_stats", "there is one role"),
    ("pg_read_server_files", "there is one role"),
    ("pg_signal_backend", "there is one role"),
    ("pg_stat_scan_tables", "there is one role"),
    ("pg_write_all_data", "there is one role"),
    ("pg_write_server_files", "there is one role"),
];

/// What the type of the rows of a table of ours is called.
pub(super) const ROW_TYPE: &str = "row type";

/// What `initdb` does that nobody has asked for here, undone.
pub(super) const UNDONE: &str = "
    ALTER SCHEMA public OWNER TO tester;
    COMMENT ON SCHEMA public IS NULL;
    COMMENT ON DATABASE postgres IS NULL;";

/// Whether the values of a column are the server's own.
pub(super) fn is_masked(column: &str) -> bool {
    MASKED.iter().any(|(name, _)| column.ends_with(name))
}

/// Whether a row with this in it is told by one of the servers only.
pub(super) fn is_of_one(cell: &str) -> bool {
    OF_ONE.iter().any(|(name, _)| {
        let rest = cell.strip_prefix(name);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}
