-- The change log, filled by triggers in the writer's transaction. AUTOINCREMENT:
-- its counter is the position of the registry, and outlives pruning. The
-- registry's own commits end with a row of the table '__commit' whose `after`
-- names the first row of the commit; rows without one are another program's.
CREATE TABLE IF NOT EXISTS __cdc_log (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    timestamp   TEXT    NOT NULL,
    tablename   TEXT    NOT NULL,
    operation   TEXT    NOT NULL CHECK (operation IN ('INSERT', 'UPDATE', 'DELETE')),
    before      TEXT,
    after       TEXT,
    created_at  TEXT    NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
) STRICT;

-- How far each subscriber of the log has come. The instance '' is the
-- component's durable offset for the store; others are leases of one process.
CREATE TABLE IF NOT EXISTS __cdc_offsets (
    component   TEXT    NOT NULL,
    instance    TEXT    NOT NULL,
    position    INTEGER NOT NULL,
    renewed_at  TEXT    NOT NULL,
    PRIMARY KEY (component, instance)
) STRICT, WITHOUT ROWID;

-- Rows of the log at or below pruned_through are gone: one that is there was given a
-- number for the second time.
CREATE TABLE IF NOT EXISTS __cdc_horizon (
    id              INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    pruned_through  INTEGER NOT NULL
) STRICT;

INSERT OR IGNORE INTO __cdc_horizon (id, pruned_through) VALUES (1, 0);

-- Whoever deletes rows by hand moves the horizon with them, so that those who miss
-- them know. (Pruning moves it first.)
CREATE TRIGGER IF NOT EXISTS __cdc_log__horizon AFTER DELETE ON __cdc_log
WHEN OLD.id > (SELECT pruned_through FROM __cdc_horizon) BEGIN
    UPDATE __cdc_horizon SET pruned_through = OLD.id;
    DELETE FROM __cdc_log WHERE id < OLD.id;
END;
