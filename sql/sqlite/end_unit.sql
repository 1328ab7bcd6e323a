-- Ends a unit of the change log: the rows since ?1 are one commit.
INSERT INTO __cdc_log (timestamp, tablename, operation, after)
VALUES (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), '__commit', 'INSERT', json_object('first', ?1))
