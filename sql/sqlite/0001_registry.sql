-- The registry's tables. Names and enums are a contract with the pipelines
-- that read and write them. Times are UTC, RFC 3339 with sub-seconds.

CREATE TABLE databases (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    name          TEXT    NOT NULL UNIQUE,
    display_name  TEXT,
    description   TEXT,
    is_system     INTEGER NOT NULL DEFAULT 0 CHECK (is_system IN (0, 1)),
    is_read_only  INTEGER NOT NULL DEFAULT 0 CHECK (is_read_only IN (0, 1)),
    table_count   INTEGER NOT NULL DEFAULT 0,
    total_size    INTEGER NOT NULL DEFAULT 0,
    properties    TEXT,
    created_at    TEXT    NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    updated_at    TEXT    NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
) STRICT;

CREATE TABLE tables (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    database_id   INTEGER NOT NULL REFERENCES databases (id),
    name          TEXT    NOT NULL,
    display_name  TEXT,
    description   TEXT,
    table_type    TEXT    NOT NULL DEFAULT 'user'
                  CHECK (table_type IN ('user', 'system', 'temporary', 'external')),
    is_temporary  INTEGER NOT NULL DEFAULT 0 CHECK (is_temporary IN (0, 1)),
    is_external   INTEGER NOT NULL DEFAULT 0 CHECK (is_external IN (0, 1)),
    row_count     INTEGER NOT NULL DEFAULT 0,
    file_count    INTEGER NOT NULL DEFAULT 0,
    total_size    INTEGER NOT NULL DEFAULT 0,
    deleted_at    TEXT,
    created_at    TEXT    NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    updated_at    TEXT    NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    UNIQUE (database_id, name)
) STRICT;

-- field_id is the field's identity through renames (null until the registry has
-- seen a row another program inserted); key_position orders a composite key.
CREATE TABLE table_columns (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    table_id          INTEGER NOT NULL REFERENCES tables (id) ON DELETE CASCADE,
    column_name       TEXT    NOT NULL,
    display_name      TEXT,
    data_type         TEXT    NOT NULL,
    is_nullable       INTEGER NOT NULL DEFAULT 1 CHECK (is_nullable IN (0, 1)),
    is_primary        INTEGER NOT NULL DEFAULT 0 CHECK (is_primary IN (0, 1)),
    is_unique         INTEGER NOT NULL DEFAULT 0 CHECK (is_unique IN (0, 1)),
    default_value     TEXT,
    description       TEXT,
    ordinal_position  INTEGER NOT NULL,
    max_length        INTEGER,
    precision         INTEGER,
    scale             INTEGER,
    field_id          INTEGER,
    key_position      INTEGER,
    created_at        TEXT    NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    updated_at        TEXT    NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    UNIQUE (table_id, column_name)
) STRICT;

CREATE TABLE table_metadata (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    table_id        INTEGER NOT NULL UNIQUE REFERENCES tables (id) ON DELETE CASCADE,
    schema_version  INTEGER NOT NULL,
    schema          TEXT    NOT NULL,
    storage_engine  TEXT    NOT NULL DEFAULT 'stream',
    engine_config   TEXT,
    format          TEXT,
    compression     TEXT,
    partition_by    TEXT,
    sort_by         TEXT,
    properties      TEXT,
    table_uuid      TEXT,
    format_version  INTEGER,
    last_column_id  INTEGER,
    last_modified   TEXT    NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    created_at      TEXT    NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    updated_at      TEXT    NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
) STRICT;

-- Declared indexes and UNIQUE constraints, by name: the projection that finds
-- the stream of an index and keeps names unique in their namespace.
CREATE TABLE table_indexes (
    id             INTEGER PRIMARY KEY,
    database_id    INTEGER NOT NULL REFERENCES databases (id),
    table_id       INTEGER NOT NULL REFERENCES tables (id) ON DELETE CASCADE,
    name           TEXT    NOT NULL,
    is_unique      INTEGER NOT NULL CHECK (is_unique IN (0, 1)),
    is_constraint  INTEGER NOT NULL CHECK (is_constraint IN (0, 1)),
    columns        TEXT    NOT NULL,
    UNIQUE (database_id, name)
) STRICT;

CREATE INDEX table_indexes_table_id ON table_indexes (table_id);

CREATE TABLE table_files (
    id                      INTEGER PRIMARY KEY AUTOINCREMENT,
    table_id                INTEGER NOT NULL REFERENCES tables (id) ON DELETE CASCADE,
    file_name               TEXT    NOT NULL,
    file_path               TEXT    NOT NULL,
    file_size               INTEGER NOT NULL,
    file_type               TEXT    NOT NULL CHECK (file_type IN ('parquet', 'json', 'csv', 'avro')),
    partition_path          TEXT,
    row_count               INTEGER NOT NULL DEFAULT 0,
    checksum                TEXT,
    is_compressed           INTEGER NOT NULL DEFAULT 0 CHECK (is_compressed IN (0, 1)),
    iceberg_metadata_state  TEXT    NOT NULL DEFAULT 'pending'
                            CHECK (iceberg_metadata_state IN ('pending', 'processing', 'completed', 'failed')),
    modified_at             TEXT,
    created_at              TEXT    NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    updated_at              TEXT    NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    UNIQUE (table_id, file_path)
) STRICT;

CREATE TABLE table_statistics (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    table_id       INTEGER NOT NULL REFERENCES tables (id) ON DELETE CASCADE,
    row_count      INTEGER NOT NULL DEFAULT 0,
    file_count     INTEGER NOT NULL DEFAULT 0,
    total_size     INTEGER NOT NULL DEFAULT 0,
    last_modified  TEXT    NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    created_at     TEXT    NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    updated_at     TEXT    NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
) STRICT;

CREATE INDEX table_statistics_table_id ON table_statistics (table_id);

CREATE TABLE file_statistics (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    file_id      INTEGER NOT NULL REFERENCES table_files (id) ON DELETE CASCADE,
    column_name  TEXT    NOT NULL,
    value_count  INTEGER,
    null_count   INTEGER,
    min_value    TEXT,
    max_value    TEXT,
    size_bytes   INTEGER,
    created_at   TEXT    NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    updated_at   TEXT    NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
) STRICT;

CREATE INDEX file_statistics_file_id ON file_statistics (file_id);

CREATE TABLE table_snapshots (
    id                  INTEGER PRIMARY KEY AUTOINCREMENT,
    table_id            INTEGER NOT NULL REFERENCES tables (id) ON DELETE CASCADE,
    snapshot_id         INTEGER NOT NULL,
    parent_snapshot_id  INTEGER,
    sequence_number     INTEGER NOT NULL,
    timestamp_ms        INTEGER NOT NULL,
    operation           TEXT    NOT NULL CHECK (operation IN ('append', 'replace', 'overwrite', 'delete')),
    manifest_list       TEXT    NOT NULL,
    summary             TEXT    NOT NULL,
    schema_id           INTEGER NOT NULL,
    created_at          TEXT    NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    updated_at          TEXT    NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
) STRICT;

CREATE INDEX table_snapshots_table_id ON table_snapshots (table_id);

-- What a schema is and was: every version of every stream, for ever, and of
-- the foreign tables that pipelines register (those have no table_id).
CREATE TABLE cartridge_warp__schema_registry (
    id                    TEXT    NOT NULL PRIMARY KEY,
    schema_name           TEXT    NOT NULL,
    table_name            TEXT    NOT NULL,
    version               INTEGER NOT NULL CHECK (version >= 1),
    schema_definition     TEXT    NOT NULL CHECK (json_valid(schema_definition)),
    schema_hash           TEXT    NOT NULL,
    evolution_type        TEXT,
    previous_version      INTEGER,
    compatibility_status  TEXT    NOT NULL
                          CHECK (compatibility_status IN ('compatible', 'breaking', 'unknown')),
    compatibility_mode    TEXT,
    registered_at         TEXT    NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    registered_by         TEXT,
    table_id              INTEGER,
    UNIQUE (schema_name, table_name, version)
) STRICT;

CREATE UNIQUE INDEX cartridge_warp__schema_registry_table_id
    ON cartridge_warp__schema_registry (table_id, version) WHERE table_id IS NOT NULL;

-- The position of the last change of a namespace or stream, kept by the same
-- triggers: what a commit's requirements are checked against. Rows of dropped
-- ones stay, so that an id never looks untouched.
CREATE TABLE __positions (
    kind      TEXT    NOT NULL CHECK (kind IN ('namespace', 'stream')),
    id        INTEGER NOT NULL,
    position  INTEGER NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

-- The one sequence of the ids of namespaces, streams, indexes and constraints.
CREATE TABLE __object_ids (
    id       INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    next_id  INTEGER NOT NULL
) STRICT;

INSERT INTO __object_ids (id, next_id) VALUES (1, 2);

INSERT INTO databases (id, name, description) VALUES (1, 'public', 'The default namespace');
