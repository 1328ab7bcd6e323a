//! The settings there are.

use super::value::{Kind, Unit, Value};

/// A row of the table.
pub(super) struct Setting {
    /// As PostgreSQL spells it, and as `SHOW` heads its column.
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) default: Value,
    pub(super) lifetime: Lifetime,
    /// Whether the protocol tells clients of changes (`ParameterStatus`).
    pub(super) reported: bool,
    pub(super) description: &'static str,
}

/// Who changes a setting, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lifetime {
    /// Nobody: it says what the server is.
    Internal,
    /// The client, for the session or a transaction.
    Session,
    /// The client, for one transaction. Each begins with the value of the
    /// setting named here.
    Transaction { default: &'static str },
}

impl Setting {
    const fn reported(mut self) -> Self {
        self.reported = true;
        self
    }

    const fn of_transaction(mut self, default: &'static str) -> Self {
        self.lifetime = Lifetime::Transaction { default };
        self
    }
}

/// The setting of that name, in any case.
pub(super) fn find(name: &str) -> Option<&'static Setting> {
    SETTINGS
        .binary_search_by(|setting| by_name(setting.name, name))
        .ok()
        .map(|position| &SETTINGS[position])
}

fn by_name(a: &str, b: &str) -> std::cmp::Ordering {
    let folded = |byte: u8| byte.to_ascii_lowercase();
    a.bytes().map(folded).cmp(b.bytes().map(folded))
}

const fn setting(
    name: &'static str,
    kind: Kind,
    default: Value,
    description: &'static str,
) -> Setting {
    Setting {
        name,
        kind,
        default,
        lifetime: Lifetime::Session,
        reported: false,
        description,
    }
}

const fn internal(name: &'static str, value: &'static str, description: &'static str) -> Setting {
    let mut row = setting(name, Kind::Text, Value::text(value), description);
    row.lifetime = Lifetime::Internal;
    row
}

const fn count(name: &'static str, default: i32, description: &'static str) -> Setting {
    let mut row = integer(name, 0, i32::MAX, default, description);
    row.lifetime = Lifetime::Internal;
    row
}

const fn boolean(name: &'static str, default: bool, description: &'static str) -> Setting {
    setting(name, Kind::Bool, Value::Bool(default), description)
}

const fn text(
    name: &'static str,
    kind: Kind,
    default: &'static str,
    description: &'static str,
) -> Setting {
    setting(name, kind, Value::text(default), description)
}

const fn word(
    name: &'static str,
    words: &'static [&'static str],
    default: &'static str,
    description: &'static str,
) -> Setting {
    let kind = Kind::Enum {
        words,
        aliases: &[],
    };
    setting(name, kind, Value::text(default), description)
}

const fn integer(
    name: &'static str,
    min: i32,
    max: i32,
    default: i32,
    description: &'static str,
) -> Setting {
    quantity(name, Unit::None, min, max, default, description)
}

const fn quantity(
    name: &'static str,
    unit: Unit,
    min: i32,
    max: i32,
    default: i32,
    description: &'static str,
) -> Setting {
    let kind = Kind::Integer { unit, min, max };
    setting(name, kind, Value::Integer(default), description)
}

const fn real(
    name: &'static str,
    min: f64,
    max: f64,
    default: &'static str,
    description: &'static str,
) -> Setting {
    setting(
        name,
        Kind::Real { min, max },
        Value::text(default),
        description,
    )
}

const fn duration(name: &'static str, description: &'static str) -> Setting {
    quantity(name, Unit::Milliseconds, 0, i32::MAX, 0, description)
}

const ISOLATION: &[&str] = &[
    "serializable",
    "repeatable read",
    "read committed",
    "read uncommitted",
];

/// Of the settings about the server's log, least severe first.
const LOG_LEVELS: &[&str] = &[
    "debug5", "debug4", "debug3", "debug2", "debug1", "info", "notice", "warning", "error", "log",
    "fatal", "panic",
];

const NO_EFFECT: &str = "Accepted from clients that set it; has no effect.";

/// In the order of their names, whatever the case.
#[rustfmt::skip]
pub(super) const SETTINGS: &[Setting] = &[
    boolean("allow_in_place_tablespaces", false, NO_EFFECT),
    internal("allow_system_table_mods", "off", "Allows modifications of the structure of system tables."),
    text("application_name", Kind::Label, "", "Sets the application name to be reported in statistics and logs.").reported(),
    internal("archive_command", "(disabled)", "Shows the command that archives a WAL file: none is archived."),
    internal("archive_library", "", "Shows the library that archives WAL files: none is archived."),
    internal("archive_mode", "off", "Shows whether WAL files are archived."),
    boolean("array_nulls", true, NO_EFFECT),
    internal("autovacuum", "off", "Shows whether the autovacuum subprocess is started: there is nothing to vacuum."),
    quantity("backend_flush_after", Unit::Pages, 0, 256, 0, NO_EFFECT),
    word("backslash_quote", &["safe_encoding", "on", "off"], "safe_encoding", NO_EFFECT),
    text("backtrace_functions", Kind::Text, "", NO_EFFECT),
    internal("block_size", "8192", "Shows the size of a disk block."),
    internal("bonjour", "off", "Shows whether the server is advertised via Bonjour."),
    word("bytea_output", &["escape", "hex"], "hex", "Sets the output format for bytea."),
    boolean("check_function_bodies", true, NO_EFFECT),
    quantity("client_connection_check_interval", Unit::Milliseconds, 0, i32::MAX, 0, NO_EFFECT),
    text("client_encoding", Kind::Encoding, "UTF8", "Sets the client's character set encoding.").reported(),
    setting(
        "client_min_messages",
        Kind::Enum {
            words: &["debug5", "debug4", "debug3", "debug2", "debug1", "log", "notice", "warning", "error"],
            aliases: &[("debug", "debug2"), ("info", "info")],
        },
        Value::text("notice"),
        "Sets the message levels that are sent to the client.",
    ),
    internal("cluster_name", "", "Shows the name of the cluster: it has none."),
    integer("commit_delay", 0, 100_000, 0, NO_EFFECT),
    integer("commit_siblings", 0, 1000, 5, NO_EFFECT),
    word("compute_query_id", &["auto", "regress", "on", "off"], "auto", NO_EFFECT),
    internal("config_file", "", "Shows the main configuration file of PostgreSQL: there is none."),
    word("constraint_exclusion", &["partition", "on", "off"], "partition", NO_EFFECT),
    real("cpu_index_tuple_cost", 0.0, f64::MAX, "0.005", NO_EFFECT),
    real("cpu_operator_cost", 0.0, f64::MAX, "0.0025", NO_EFFECT),
    real("cpu_tuple_cost", 0.0, f64::MAX, "0.01", NO_EFFECT),
    real("cursor_tuple_fraction", 0.0, 1.0, "0.1", NO_EFFECT),
    internal("data_checksums", "off", "Shows whether data checksums are turned on for this cluster."),
    internal("data_directory", "", "Shows the data directory of PostgreSQL: there is none."),
    internal("data_directory_mode", "0700", "Shows the mode of the data directory."),
    text("DateStyle", Kind::DateStyle, "ISO, MDY", "Sets the display format for date and time values.").reported(),
    internal("db_user_namespace", "off", "Shows whether user names belong to a database."),
    quantity("deadlock_timeout", Unit::Milliseconds, 1, i32::MAX, 1000, NO_EFFECT),
    internal("debug_assertions", "off", "Shows whether the running server has assertion checks enabled."),
    boolean("debug_pretty_print", true, NO_EFFECT),
    boolean("debug_print_parse", false, NO_EFFECT),
    boolean("debug_print_plan", false, NO_EFFECT),
    boolean("debug_print_rewritten", false, NO_EFFECT),
    integer("default_statistics_target", 1, 10_000, 100, NO_EFFECT),
    text("default_table_access_method", Kind::Text, "heap", NO_EFFECT),
    text("default_tablespace", Kind::Text, "", NO_EFFECT),
    text("default_text_search_config", Kind::Text, "pg_catalog.english", NO_EFFECT),
    word("default_toast_compression", &["pglz", "lz4"], "pglz", NO_EFFECT),
    boolean("default_transaction_deferrable", false, "Sets the default deferrable status of new transactions."),
    word("default_transaction_isolation", ISOLATION, "read committed", "Sets the transaction isolation level of each new transaction."),
    boolean("default_transaction_read_only", false, "Sets the default read-only status of new transactions.").reported(),
    text("dynamic_library_path", Kind::Text, "$libdir", NO_EFFECT),
    quantity("effective_cache_size", Unit::Pages, 1, i32::MAX, 524_288, NO_EFFECT),
    integer("effective_io_concurrency", 0, 1000, 1, NO_EFFECT),
    boolean("enable_async_append", true, NO_EFFECT),
    boolean("enable_bitmapscan", true, NO_EFFECT),
    boolean("enable_gathermerge", true, NO_EFFECT),
    boolean("enable_hashagg", true, NO_EFFECT),
    boolean("enable_hashjoin", true, NO_EFFECT),
    boolean("enable_incremental_sort", true, NO_EFFECT),
    boolean("enable_indexonlyscan", true, NO_EFFECT),
    boolean("enable_indexscan", true, NO_EFFECT),
    boolean("enable_material", true, NO_EFFECT),
    boolean("enable_memoize", true, NO_EFFECT),
    boolean("enable_mergejoin", true, NO_EFFECT),
    boolean("enable_nestloop", true, NO_EFFECT),
    boolean("enable_parallel_append", true, NO_EFFECT),
    boolean("enable_parallel_hash", true, NO_EFFECT),
    boolean("enable_partition_pruning", true, NO_EFFECT),
    boolean("enable_partitionwise_aggregate", false, NO_EFFECT),
    boolean("enable_partitionwise_join", false, NO_EFFECT),
    boolean("enable_seqscan", true, NO_EFFECT),
    boolean("enable_sort", true, NO_EFFECT),
    boolean("enable_tidscan", true, NO_EFFECT),
    boolean("escape_string_warning", true, NO_EFFECT),
    boolean("exit_on_error", false, NO_EFFECT),
    internal("external_pid_file", "", "Shows the file that the process id is written to: there is none."),
    integer("extra_float_digits", -15, 3, 1, "Sets the number of digits displayed for floating-point values."),
    word("force_parallel_mode", &["off", "on", "regress"], "off", NO_EFFECT),
    integer("from_collapse_limit", 1, i32::MAX, 8, NO_EFFECT),
    internal("fsync", "on", "Shows whether a commit waits until it is durable."),
    boolean("geqo", true, NO_EFFECT),
    integer("geqo_effort", 1, 10, 5, NO_EFFECT),
    integer("geqo_generations", 0, i32::MAX, 0, NO_EFFECT),
    integer("geqo_pool_size", 0, i32::MAX, 0, NO_EFFECT),
    real("geqo_seed", 0.0, 1.0, "0", NO_EFFECT),
    real("geqo_selection_bias", 1.5, 2.0, "2", NO_EFFECT),
    integer("geqo_threshold", 2, i32::MAX, 12, NO_EFFECT),
    integer("gin_fuzzy_search_limit", 0, i32::MAX, 0, NO_EFFECT),
    quantity("gin_pending_list_limit", Unit::Kilobytes, 64, i32::MAX, 4096, NO_EFFECT),
    real("hash_mem_multiplier", 1.0, 1000.0, "2", NO_EFFECT),
    internal("hba_file", "", "Shows the hba configuration file of PostgreSQL: there is none."),
    internal("hot_standby_feedback", "off", "Shows whether a standby tells its primary of its queries."),
    internal("ident_file", "", "Shows the ident configuration file of PostgreSQL: there is none."),
    duration("idle_in_transaction_session_timeout", "Sets the maximum allowed idle time between queries, when in a transaction."),
    duration("idle_session_timeout", "Sets the maximum allowed idle time between queries, when not in a transaction."),
    boolean("ignore_checksum_failure", false, NO_EFFECT),
    internal("ignore_system_indexes", "off", "Shows whether system indexes are left aside."),
    internal("in_hot_standby", "off", "Shows whether hot standby is currently active.").reported(),
    internal("integer_datetimes", "on", "Shows whether datetimes are integer based.").reported(),
    word("IntervalStyle", &["postgres", "postgres_verbose", "sql_standard", "iso_8601"], "postgres", "Sets the display format for interval values.").reported(),
    internal("is_superuser", "on", "Shows whether the current user is a superuser.").reported(),
    boolean("jit", true, NO_EFFECT),
    real("jit_above_cost", -1.0, f64::MAX, "100000", NO_EFFECT),
    internal("jit_debugging_support", "off", "Shows whether compiled functions are registered with a debugger."),
    boolean("jit_dump_bitcode", false, NO_EFFECT),
    boolean("jit_expressions", true, NO_EFFECT),
    real("jit_inline_above_cost", -1.0, f64::MAX, "500000", NO_EFFECT),
    real("jit_optimize_above_cost", -1.0, f64::MAX, "500000", NO_EFFECT),
    internal("jit_profiling_support", "off", "Shows whether compiled functions are registered with a profiler."),
    boolean("jit_tuple_deforming", true, NO_EFFECT),
    integer("join_collapse_limit", 1, i32::MAX, 8, NO_EFFECT),
    internal("lc_collate", "C", "Shows the collation order locale."),
    internal("lc_ctype", "C", "Shows the character classification and case conversion locale."),
    text("lc_messages", Kind::Text, "C", NO_EFFECT),
    text("lc_monetary", Kind::Text, "C", NO_EFFECT),
    text("lc_numeric", Kind::Text, "C", NO_EFFECT),
    text("lc_time", Kind::Text, "C", NO_EFFECT),
    boolean("lo_compat_privileges", false, NO_EFFECT),
    text("local_preload_libraries", Kind::Text, "", NO_EFFECT),
    duration("lock_timeout", "Sets the maximum allowed duration of any wait for a lock."),
    boolean("log_duration", false, NO_EFFECT),
    word("log_error_verbosity", &["terse", "default", "verbose"], "default", NO_EFFECT),
    boolean("log_executor_stats", false, NO_EFFECT),
    boolean("log_lock_waits", false, NO_EFFECT),
    quantity("log_min_duration_sample", Unit::Milliseconds, -1, i32::MAX, -1, NO_EFFECT),
    quantity("log_min_duration_statement", Unit::Milliseconds, -1, i32::MAX, -1, NO_EFFECT),
    word("log_min_error_statement", LOG_LEVELS, "error", NO_EFFECT),
    word("log_min_messages", LOG_LEVELS, "warning", NO_EFFECT),
    boolean("log_parser_stats", false, NO_EFFECT),
    boolean("log_planner_stats", false, NO_EFFECT),
    boolean("log_replication_commands", false, NO_EFFECT),
    word("log_statement", &["none", "ddl", "mod", "all"], "none", NO_EFFECT),
    real("log_statement_sample_rate", 0.0, 1.0, "1", NO_EFFECT),
    boolean("log_statement_stats", false, NO_EFFECT),
    quantity("log_temp_files", Unit::Kilobytes, -1, i32::MAX, -1, NO_EFFECT),
    internal("log_timezone", "UTC", "Shows the time zone of the log."),
    real("log_transaction_sample_rate", 0.0, 1.0, "0", NO_EFFECT),
    internal("logging_collector", "off", "Shows whether the log is collected in files."),
    quantity("logical_decoding_work_mem", Unit::Kilobytes, 64, i32::MAX, 65_536, NO_EFFECT),
    integer("maintenance_io_concurrency", 0, 1000, 10, NO_EFFECT),
    quantity("maintenance_work_mem", Unit::Kilobytes, 1024, i32::MAX, 65_536, NO_EFFECT),
    count("max_connections", 100, "Shows the maximum number of concurrent connections."),
    internal("max_function_args", "100", "Shows the maximum number of function arguments."),
    internal("max_identifier_length", "255", "Shows the maximum identifier length."),
    internal("max_index_keys", "32", "Shows the maximum number of index keys."),
    internal("max_logical_replication_workers", "0", "Shows the maximum number of logical replication workers."),
    integer("max_parallel_maintenance_workers", 0, 1024, 2, NO_EFFECT),
    integer("max_parallel_workers", 0, 1024, 8, NO_EFFECT),
    integer("max_parallel_workers_per_gather", 0, 1024, 2, NO_EFFECT),
    internal("max_prepared_transactions", "0", "Sets the maximum number of simultaneously prepared transactions: two-phase commit is not offered."),
    internal("max_replication_slots", "0", "Sets the maximum number of simultaneously defined replication slots."),
    quantity("max_stack_depth", Unit::Kilobytes, 100, i32::MAX, 2048, NO_EFFECT),
    internal("max_sync_workers_per_subscription", "0", "Shows the maximum number of table synchronization workers of a subscription."),
    internal("max_wal_senders", "0", "Sets the maximum number of simultaneously running WAL sender processes."),
    word("metadata_updates", &["async", "sync"], "sync", "Sets whether a change is answered after the cache of this node has followed it (sync) or as soon as it is durable (async)."),
    quantity("min_parallel_index_scan_size", Unit::Pages, 0, 715_827_882, 64, NO_EFFECT),
    quantity("min_parallel_table_scan_size", Unit::Pages, 0, 715_827_882, 1024, NO_EFFECT),
    boolean("parallel_leader_participation", true, NO_EFFECT),
    real("parallel_setup_cost", 0.0, f64::MAX, "1000", NO_EFFECT),
    real("parallel_tuple_cost", 0.0, f64::MAX, "0.1", NO_EFFECT),
    word("password_encryption", &["md5", "scram-sha-256"], "scram-sha-256", NO_EFFECT),
    word("plan_cache_mode", &["auto", "force_generic_plan", "force_custom_plan"], "auto", NO_EFFECT),
    count("port", 0, "Shows the TCP port at which the server was reached: 0 for none."),
    internal("primary_conninfo", "", "Shows how a standby connects to its primary: this is none."),
    internal("primary_slot_name", "", "Shows the replication slot of a standby: this is none."),
    boolean("quote_all_identifiers", false, NO_EFFECT),
    real("random_page_cost", 0.0, f64::MAX, "4", NO_EFFECT),
    word("read_consistency", &["local", "strict"], "local", "Sets whether reads trust this node's cache (local) or first ask the store whether it has moved (strict)."),
    real("recursive_worktable_factor", 0.001, 1_000_000.0, "10", NO_EFFECT),
    text("restrict_nonsystem_relation_kind", Kind::Text, "", NO_EFFECT),
    text("role", Kind::Role, "none", "Sets the current role: there is the session's own user."),
    boolean("row_security", true, NO_EFFECT),
    text("search_path", Kind::SearchPath, "\"$user\", public", "Sets the schema search order for names that are not schema-qualified."),
    internal("segment_size", "1GB", "Shows the number of pages per disk file."),
    real("seq_page_cost", 0.0, f64::MAX, "1", NO_EFFECT),
    internal("server_encoding", "UTF8", "Shows the server (database) character set encoding.").reported(),
    internal("server_version", concat!("15.0 (Rekha ", env!("CARGO_PKG_VERSION"), ")"), "Shows the server version.").reported(),
    internal("server_version_num", "150000", "Shows the server version as an integer."),
    text("session_authorization", Kind::User, "", "Sets the session user name.").reported(),
    text("session_preload_libraries", Kind::Text, "", NO_EFFECT),
    word("session_replication_role", &["origin", "replica", "local"], "origin", NO_EFFECT),
    internal("shared_preload_libraries", "", "Lists shared libraries to preload into the server: none."),
    internal("ssl", "off", "Enables SSL connections."),
    internal("ssl_ca_file", "", "Shows the file of the SSL certificate authority: there is none."),
    internal("ssl_cert_file", "", "Shows the file of the SSL certificate: there is none."),
    internal("ssl_crl_dir", "", "Shows the directory of the SSL revocation lists: there is none."),
    internal("ssl_crl_file", "", "Shows the file of the SSL revocation list: there is none."),
    internal("ssl_key_file", "", "Shows the file of the SSL private key: there is none."),
    internal("ssl_library", "", "Shows the SSL library: there is none."),
    setting("standard_conforming_strings", Kind::AlwaysOn, Value::Bool(true), "Causes '...' strings to treat backslashes literally.").reported(),
    duration("statement_timeout", "Sets the maximum allowed duration of any statement."),
    word("stats_fetch_consistency", &["none", "cache", "snapshot"], "cache", NO_EFFECT),
    internal("superuser_reserved_connections", "0", "Shows the number of connections that are kept for superusers."),
    boolean("synchronize_seqscans", true, NO_EFFECT),
    setting(
        "synchronous_commit",
        Kind::Enum {
            words: &["local", "remote_write", "remote_apply", "on", "off"],
            aliases: &[("true", "on"), ("yes", "on"), ("1", "on"), ("false", "off"), ("no", "off"), ("0", "off")],
        },
        Value::text("on"),
        "Accepted from clients that set it; every commit is synchronous.",
    ),
    internal("synchronous_standby_names", "", "Shows the standbys that a commit waits for: there are none."),
    integer("tcp_keepalives_count", 0, i32::MAX, 0, NO_EFFECT),
    quantity("tcp_keepalives_idle", Unit::Seconds, 0, i32::MAX, 0, NO_EFFECT),
    quantity("tcp_keepalives_interval", Unit::Seconds, 0, i32::MAX, 0, NO_EFFECT),
    quantity("tcp_user_timeout", Unit::Milliseconds, 0, i32::MAX, 0, NO_EFFECT),
    quantity("temp_buffers", Unit::Pages, 100, 1_073_741_823, 1024, NO_EFFECT),
    quantity("temp_file_limit", Unit::Kilobytes, -1, i32::MAX, -1, NO_EFFECT),
    text("temp_tablespaces", Kind::Text, "", NO_EFFECT),
    text("TimeZone", Kind::TimeZone, "UTC", "Sets the time zone for displaying and interpreting time stamps.").reported(),
    word("timezone_abbreviations", &["Default"], "Default", NO_EFFECT),
    boolean("trace_notify", false, NO_EFFECT),
    boolean("trace_sort", false, NO_EFFECT),
    boolean("track_activities", true, NO_EFFECT),
    internal("track_commit_timestamp", "off", "Shows whether the times of commits are kept."),
    boolean("track_counts", true, NO_EFFECT),
    word("track_functions", &["none", "pl", "all"], "none", NO_EFFECT),
    boolean("track_io_timing", false, NO_EFFECT),
    boolean("track_wal_io_timing", false, NO_EFFECT),
    boolean("transaction_deferrable", false, "Whether to defer a read-only serializable transaction until it can be executed with no possible serialization failures.").of_transaction("default_transaction_deferrable"),
    word("transaction_isolation", ISOLATION, "read committed", "Sets the current transaction's isolation level.").of_transaction("default_transaction_isolation"),
    boolean("transaction_read_only", false, "Sets the current transaction's read-only status.").of_transaction("default_transaction_read_only"),
    boolean("transform_null_equals", false, NO_EFFECT),
    internal("unix_socket_directories", "", "Shows where Unix-domain sockets are: there are none."),
    internal("unix_socket_group", "", "Shows the owning group of Unix-domain sockets: there are none."),
    boolean("update_process_title", true, NO_EFFECT),
    real("vacuum_cost_delay", 0.0, 100.0, "0", NO_EFFECT),
    integer("vacuum_cost_limit", 1, 10_000, 200, NO_EFFECT),
    integer("vacuum_cost_page_dirty", 0, 10_000, 20, NO_EFFECT),
    integer("vacuum_cost_page_hit", 0, 10_000, 1, NO_EFFECT),
    integer("vacuum_cost_page_miss", 0, 10_000, 2, NO_EFFECT),
    integer("vacuum_failsafe_age", 0, 2_100_000_000, 1_600_000_000, NO_EFFECT),
    integer("vacuum_freeze_min_age", 0, 1_000_000_000, 50_000_000, NO_EFFECT),
    integer("vacuum_freeze_table_age", 0, 2_000_000_000, 150_000_000, NO_EFFECT),
    integer("vacuum_multixact_failsafe_age", 0, 2_100_000_000, 1_600_000_000, NO_EFFECT),
    integer("vacuum_multixact_freeze_min_age", 0, 1_000_000_000, 5_000_000, NO_EFFECT),
    integer("vacuum_multixact_freeze_table_age", 0, 2_000_000_000, 150_000_000, NO_EFFECT),
    internal("wal_block_size", "8192", "Shows the block size in the write ahead log."),
    word("wal_compression", &["pglz", "lz4", "zstd", "on", "off"], "off", NO_EFFECT),
    text("wal_consistency_checking", Kind::Text, "", NO_EFFECT),
    boolean("wal_init_zero", true, NO_EFFECT),
    internal("wal_level", "minimal", "Shows the level of information written to the WAL: there are no replication slots."),
    internal("wal_log_hints", "off", "Shows whether changes of hint bits are written to the WAL."),
    boolean("wal_recycle", true, NO_EFFECT),
    quantity("wal_sender_timeout", Unit::Milliseconds, 0, i32::MAX, 60_000, NO_EFFECT),
    quantity("wal_skip_threshold", Unit::Kilobytes, 0, i32::MAX, 2048, NO_EFFECT),
    quantity("work_mem", Unit::Kilobytes, 64, i32::MAX, 4096, NO_EFFECT),
    word("xmlbinary", &["base64", "hex"], "base64", NO_EFFECT),
    word("xmloption", &["content", "document"], "content", NO_EFFECT),
    boolean("zero_damaged_pages", false, NO_EFFECT),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_binary_search() {
        assert!(SETTINGS.is_sorted_by(|a, b| by_name(a.name, b.name).is_lt()));
    }

    #[test]
    fn every_default_is_a_value_of_its_kind() {
        for setting in SETTINGS {
            let shown = setting.default.show(&setting.kind).into_owned();
            let user = Value::text("");
            let read = setting
                .kind
                .read(setting.name, &shown, &setting.default, &user);
            assert_eq!(
                read.expect(setting.name),
                setting.default,
                "{}",
                setting.name
            );
        }
    }

    #[test]
    fn a_transaction_begins_with_settings_that_exist() {
        for setting in SETTINGS {
            if let Lifetime::Transaction { default } = setting.lifetime {
                assert_eq!(find(default).map(|found| found.name), Some(default));
            }
        }
    }
}
