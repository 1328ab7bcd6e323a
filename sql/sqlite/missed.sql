-- A row of the change log that is gone before anybody has seen it: everybody misses
-- it, and refreshes.
INSERT INTO __cdc_log (timestamp, tablename, operation)
VALUES (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), '__cdc_log', 'DELETE');

DELETE FROM __cdc_log WHERE id = last_insert_rowid();
