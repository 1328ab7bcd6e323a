-- Records that were given up, of pipelines and of the change pipeline's components.
-- Those of a component name it and the event; record_data holds what is needed to
-- deliver it again.
CREATE TABLE cartridge_warp__dead_letter_queue (
    id                  TEXT    NOT NULL PRIMARY KEY,
    sync_run_id         TEXT,
    error_log_id        TEXT,
    schema_name         TEXT    NOT NULL,
    table_name          TEXT    NOT NULL,
    source_record_id    TEXT,
    operation_type      TEXT    NOT NULL
        CHECK (operation_type IN ('insert', 'update', 'delete', 'schema_change')),
    record_data         TEXT    NOT NULL CHECK (json_valid(record_data)),
    original_timestamp  TEXT,
    error_count         INTEGER NOT NULL DEFAULT 1 CHECK (error_count >= 0),
    first_error_at      TEXT    NOT NULL,
    last_error_at       TEXT    NOT NULL,
    last_error_message  TEXT,
    status              TEXT    NOT NULL DEFAULT 'pending'
        CHECK (status IN ('pending', 'processing', 'resolved', 'discarded')),
    processed_at        TEXT,
    processed_by        TEXT,
    resolution_method   TEXT
        CHECK (resolution_method IN ('reprocessed', 'manual_fix', 'discarded', 'schema_updated')),
    component           TEXT,
    event_position      INTEGER,
    event_operation     TEXT,
    failure             TEXT,
    CHECK ((component IS NULL) = (event_position IS NULL))
) STRICT;

CREATE INDEX cartridge_warp__dead_letter_queue_status
    ON cartridge_warp__dead_letter_queue (status, first_error_at);
