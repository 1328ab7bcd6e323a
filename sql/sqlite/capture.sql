-- Change capture: one row in __cdc_log for every changed row of a monitored
-- table, in the writer's own transaction, and the position of the stream or
-- namespace it belongs to. Compared with the stored triggers at every start and
-- put right where they differ.
--
-- Only functions that every SQLite since 3.38 has: another program's write with
-- an older library must not fail here. The tables are STRICT and have no BLOBs,
-- which json_object could not take; a text that a function for JSON has just made
-- it would take for an object, unless it is put together anew (|| ''). A
-- namespace's counters are not its definition: only a change of its name or
-- options moves its position.

CREATE TRIGGER databases__capture_insert AFTER INSERT ON databases BEGIN
    INSERT INTO __cdc_log (timestamp, tablename, operation, before, after)
    VALUES (
        strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 'databases', 'INSERT',
        NULL,
        json_object(
            'id', NEW.id, 'name', NEW.name || '',
            'display_name', NEW.display_name || '',
            'description', NEW.description || '', 'is_system', NEW.is_system,
            'is_read_only', NEW.is_read_only, 'table_count', NEW.table_count,
            'total_size', NEW.total_size, 'properties', NEW.properties || '',
            'created_at', NEW.created_at || '',
            'updated_at', NEW.updated_at || ''
        )
    );
    INSERT INTO __positions (kind, id, position)
    SELECT 'namespace', NEW.id, last_insert_rowid() WHERE true
    ON CONFLICT (kind, id) DO UPDATE SET position = excluded.position;
END;

CREATE TRIGGER databases__capture_update AFTER UPDATE ON databases BEGIN
    INSERT INTO __cdc_log (timestamp, tablename, operation, before, after)
    VALUES (
        strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 'databases', 'UPDATE',
        json_object(
            'id', OLD.id, 'name', OLD.name || '',
            'display_name', OLD.display_name || '',
            'description', OLD.description || '', 'is_system', OLD.is_system,
            'is_read_only', OLD.is_read_only, 'table_count', OLD.table_count,
            'total_size', OLD.total_size, 'properties', OLD.properties || '',
            'created_at', OLD.created_at || '',
            'updated_at', OLD.updated_at || ''
        ),
        json_object(
            'id', NEW.id, 'name', NEW.name || '',
            'display_name', NEW.display_name || '',
            'description', NEW.description || '', 'is_system', NEW.is_system,
            'is_read_only', NEW.is_read_only, 'table_count', NEW.table_count,
            'total_size', NEW.total_size, 'properties', NEW.properties || '',
            'created_at', NEW.created_at || '',
            'updated_at', NEW.updated_at || ''
        )
    );
    INSERT INTO __positions (kind, id, position)
    SELECT 'namespace', NEW.id, last_insert_rowid() WHERE OLD.name IS NOT NEW.name OR OLD.properties IS NOT NEW.properties
    ON CONFLICT (kind, id) DO UPDATE SET position = excluded.position;
END;

CREATE TRIGGER databases__capture_delete AFTER DELETE ON databases BEGIN
    INSERT INTO __cdc_log (timestamp, tablename, operation, before, after)
    VALUES (
        strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 'databases', 'DELETE',
        json_object(
            'id', OLD.id, 'name', OLD.name || '',
            'display_name', OLD.display_name || '',
            'description', OLD.description || '', 'is_system', OLD.is_system,
            'is_read_only', OLD.is_read_only, 'table_count', OLD.table_count,
            'total_size', OLD.total_size, 'properties', OLD.properties || '',
            'created_at', OLD.created_at || '',
            'updated_at', OLD.updated_at || ''
        ),
        NULL
    );
    INSERT INTO __positions (kind, id, position)
    SELECT 'namespace', OLD.id, last_insert_rowid() WHERE true
    ON CONFLICT (kind, id) DO UPDATE SET position = excluded.position;
END;

CREATE TRIGGER tables__capture_insert AFTER INSERT ON tables BEGIN
    INSERT INTO __cdc_log (timestamp, tablename, operation, before, after)
    VALUES (
        strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 'tables', 'INSERT',
        NULL,
        json_object(
            'id', NEW.id, 'database_id', NEW.database_id,
            'name', NEW.name || '', 'display_name', NEW.display_name || '',
            'description', NEW.description || '',
            'table_type', NEW.table_type || '',
            'is_temporary', NEW.is_temporary, 'is_external', NEW.is_external,
            'row_count', NEW.row_count, 'file_count', NEW.file_count,
            'total_size', NEW.total_size, 'deleted_at', NEW.deleted_at || '',
            'created_at', NEW.created_at || '',
            'updated_at', NEW.updated_at || ''
        )
    );
    INSERT INTO __positions (kind, id, position)
    SELECT 'stream', NEW.id, last_insert_rowid() WHERE true
    ON CONFLICT (kind, id) DO UPDATE SET position = excluded.position;
END;

CREATE TRIGGER tables__capture_update AFTER UPDATE ON tables BEGIN
    INSERT INTO __cdc_log (timestamp, tablename, operation, before, after)
    VALUES (
        strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 'tables', 'UPDATE',
        json_object(
            'id', OLD.id, 'database_id', OLD.database_id,
            'name', OLD.name || '', 'display_name', OLD.display_name || '',
            'description', OLD.description || '',
            'table_type', OLD.table_type || '',
            'is_temporary', OLD.is_temporary, 'is_external', OLD.is_external,
            'row_count', OLD.row_count, 'file_count', OLD.file_count,
            'total_size', OLD.total_size, 'deleted_at', OLD.deleted_at || '',
            'created_at', OLD.created_at || '',
            'updated_at', OLD.updated_at || ''
        ),
        json_object(
            'id', NEW.id, 'database_id', NEW.database_id,
            'name', NEW.name || '', 'display_name', NEW.display_name || '',
            'description', NEW.description || '',
            'table_type', NEW.table_type || '',
            'is_temporary', NEW.is_temporary, 'is_external', NEW.is_external,
            'row_count', NEW.row_count, 'file_count', NEW.file_count,
            'total_size', NEW.total_size, 'deleted_at', NEW.deleted_at || '',
            'created_at', NEW.created_at || '',
            'updated_at', NEW.updated_at || ''
        )
    );
    INSERT INTO __positions (kind, id, position)
    SELECT 'stream', NEW.id, last_insert_rowid() WHERE true
    ON CONFLICT (kind, id) DO UPDATE SET position = excluded.position;
END;

CREATE TRIGGER tables__capture_delete AFTER DELETE ON tables BEGIN
    INSERT INTO __cdc_log (timestamp, tablename, operation, before, after)
    VALUES (
        strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 'tables', 'DELETE',
        json_object(
            'id', OLD.id, 'database_id', OLD.database_id,
            'name', OLD.name || '', 'display_name', OLD.display_name || '',
            'description', OLD.description || '',
            'table_type', OLD.table_type || '',
            'is_temporary', OLD.is_temporary, 'is_external', OLD.is_external,
            'row_count', OLD.row_count, 'file_count', OLD.file_count,
            'total_size', OLD.total_size, 'deleted_at', OLD.deleted_at || '',
            'created_at', OLD.created_at || '',
            'updated_at', OLD.updated_at || ''
        ),
        NULL
    );
    INSERT INTO __positions (kind, id, position)
    SELECT 'stream', OLD.id, last_insert_rowid() WHERE true
    ON CONFLICT (kind, id) DO UPDATE SET position = excluded.position;
END;

CREATE TRIGGER table_columns__capture_insert AFTER INSERT ON table_columns BEGIN
    INSERT INTO __cdc_log (timestamp, tablename, operation, before, after)
    VALUES (
        strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 'table_columns', 'INSERT',
        NULL,
        json_object(
            'id', NEW.id, 'table_id', NEW.table_id,
            'column_name', NEW.column_name || '',
            'display_name', NEW.display_name || '',
            'data_type', NEW.data_type || '', 'is_nullable', NEW.is_nullable,
            'is_primary', NEW.is_primary, 'is_unique', NEW.is_unique,
            'default_value', NEW.default_value || '',
            'description', NEW.description || '',
            'ordinal_position', NEW.ordinal_position,
            'max_length', NEW.max_length, 'precision', NEW.precision,
            'scale', NEW.scale, 'field_id', NEW.field_id,
            'key_position', NEW.key_position,
            'created_at', NEW.created_at || '',
            'updated_at', NEW.updated_at || ''
        )
    );
    INSERT INTO __positions (kind, id, position)
    SELECT 'stream', NEW.table_id, last_insert_rowid() WHERE true
    ON CONFLICT (kind, id) DO UPDATE SET position = excluded.position;
END;

CREATE TRIGGER table_columns__capture_update AFTER UPDATE ON table_columns BEGIN
    INSERT INTO __cdc_log (timestamp, tablename, operation, before, after)
    VALUES (
        strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 'table_columns', 'UPDATE',
        json_object(
            'id', OLD.id, 'table_id', OLD.table_id,
            'column_name', OLD.column_name || '',
            'display_name', OLD.display_name || '',
            'data_type', OLD.data_type || '', 'is_nullable', OLD.is_nullable,
            'is_primary', OLD.is_primary, 'is_unique', OLD.is_unique,
            'default_value', OLD.default_value || '',
            'description', OLD.description || '',
            'ordinal_position', OLD.ordinal_position,
            'max_length', OLD.max_length, 'precision', OLD.precision,
            'scale', OLD.scale, 'field_id', OLD.field_id,
            'key_position', OLD.key_position,
            'created_at', OLD.created_at || '',
            'updated_at', OLD.updated_at || ''
        ),
        json_object(
            'id', NEW.id, 'table_id', NEW.table_id,
            'column_name', NEW.column_name || '',
            'display_name', NEW.display_name || '',
            'data_type', NEW.data_type || '', 'is_nullable', NEW.is_nullable,
            'is_primary', NEW.is_primary, 'is_unique', NEW.is_unique,
            'default_value', NEW.default_value || '',
            'description', NEW.description || '',
            'ordinal_position', NEW.ordinal_position,
            'max_length', NEW.max_length, 'precision', NEW.precision,
            'scale', NEW.scale, 'field_id', NEW.field_id,
            'key_position', NEW.key_position,
            'created_at', NEW.created_at || '',
            'updated_at', NEW.updated_at || ''
        )
    );
    INSERT INTO __positions (kind, id, position)
    SELECT 'stream', NEW.table_id, last_insert_rowid() WHERE true
    ON CONFLICT (kind, id) DO UPDATE SET position = excluded.position;
    INSERT INTO __positions (kind, id, position)
    SELECT 'stream', OLD.table_id, last_insert_rowid() WHERE OLD.table_id <> NEW.table_id
    ON CONFLICT (kind, id) DO UPDATE SET position = excluded.position;
END;

CREATE TRIGGER table_columns__capture_delete AFTER DELETE ON table_columns BEGIN
    INSERT INTO __cdc_log (timestamp, tablename, operation, before, after)
    VALUES (
        strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 'table_columns', 'DELETE',
        json_object(
            'id', OLD.id, 'table_id', OLD.table_id,
            'column_name', OLD.column_name || '',
            'display_name', OLD.display_name || '',
            'data_type', OLD.data_type || '', 'is_nullable', OLD.is_nullable,
            'is_primary', OLD.is_primary, 'is_unique', OLD.is_unique,
            'default_value', OLD.default_value || '',
            'description', OLD.description || '',
            'ordinal_position', OLD.ordinal_position,
            'max_length', OLD.max_length, 'precision', OLD.precision,
            'scale', OLD.scale, 'field_id', OLD.field_id,
            'key_position', OLD.key_position,
            'created_at', OLD.created_at || '',
            'updated_at', OLD.updated_at || ''
        ),
        NULL
    );
    INSERT INTO __positions (kind, id, position)
    SELECT 'stream', OLD.table_id, last_insert_rowid() WHERE true
    ON CONFLICT (kind, id) DO UPDATE SET position = excluded.position;
END;

CREATE TRIGGER table_metadata__capture_insert AFTER INSERT ON table_metadata BEGIN
    INSERT INTO __cdc_log (timestamp, tablename, operation, before, after)
    VALUES (
        strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 'table_metadata', 'INSERT',
        NULL,
        json_object(
            'id', NEW.id, 'table_id', NEW.table_id,
            'schema_version', NEW.schema_version, 'schema', NEW.schema || '',
            'storage_engine', NEW.storage_engine || '',
            'engine_config', NEW.engine_config || '',
            'format', NEW.format || '', 'compression', NEW.compression || '',
            'partition_by', NEW.partition_by || '',
            'sort_by', NEW.sort_by || '', 'properties', NEW.properties || '',
            'table_uuid', NEW.table_uuid || '',
            'format_version', NEW.format_version,
            'last_column_id', NEW.last_column_id,
            'last_modified', NEW.last_modified || '',
            'created_at', NEW.created_at || '',
            'updated_at', NEW.updated_at || ''
        )
    );
    INSERT INTO __positions (kind, id, position)
    SELECT 'stream', NEW.table_id, last_insert_rowid() WHERE true
    ON CONFLICT (kind, id) DO UPDATE SET position = excluded.position;
END;

CREATE TRIGGER table_metadata__capture_update AFTER UPDATE ON table_metadata BEGIN
    INSERT INTO __cdc_log (timestamp, tablename, operation, before, after)
    VALUES (
        strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 'table_metadata', 'UPDATE',
        json_object(
            'id', OLD.id, 'table_id', OLD.table_id,
            'schema_version', OLD.schema_version, 'schema', OLD.schema || '',
            'storage_engine', OLD.storage_engine || '',
            'engine_config', OLD.engine_config || '',
            'format', OLD.format || '', 'compression', OLD.compression || '',
            'partition_by', OLD.partition_by || '',
            'sort_by', OLD.sort_by || '', 'properties', OLD.properties || '',
            'table_uuid', OLD.table_uuid || '',
            'format_version', OLD.format_version,
            'last_column_id', OLD.last_column_id,
            'last_modified', OLD.last_modified || '',
            'created_at', OLD.created_at || '',
            'updated_at', OLD.updated_at || ''
        ),
        json_object(
            'id', NEW.id, 'table_id', NEW.table_id,
            'schema_version', NEW.schema_version, 'schema', NEW.schema || '',
            'storage_engine', NEW.storage_engine || '',
            'engine_config', NEW.engine_config || '',
            'format', NEW.format || '', 'compression', NEW.compression || '',
            'partition_by', NEW.partition_by || '',
            'sort_by', NEW.sort_by || '', 'properties', NEW.properties || '',
            'table_uuid', NEW.table_uuid || '',
            'format_version', NEW.format_version,
            'last_column_id', NEW.last_column_id,
            'last_modified', NEW.last_modified || '',
            'created_at', NEW.created_at || '',
            'updated_at', NEW.updated_at || ''
        )
    );
    INSERT INTO __positions (kind, id, position)
    SELECT 'stream', NEW.table_id, last_insert_rowid() WHERE true
    ON CONFLICT (kind, id) DO UPDATE SET position = excluded.position;
    INSERT INTO __positions (kind, id, position)
    SELECT 'stream', OLD.table_id, last_insert_rowid() WHERE OLD.table_id <> NEW.table_id
    ON CONFLICT (kind, id) DO UPDATE SET position = excluded.position;
END;

CREATE TRIGGER table_metadata__capture_delete AFTER DELETE ON table_metadata BEGIN
    INSERT INTO __cdc_log (timestamp, tablename, operation, before, after)
    VALUES (
        strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 'table_metadata', 'DELETE',
        json_object(
            'id', OLD.id, 'table_id', OLD.table_id,
            'schema_version', OLD.schema_version, 'schema', OLD.schema || '',
            'storage_engine', OLD.storage_engine || '',
            'engine_config', OLD.engine_config || '',
            'format', OLD.format || '', 'compression', OLD.compression || '',
            'partition_by', OLD.partition_by || '',
            'sort_by', OLD.sort_by || '', 'properties', OLD.properties || '',
            'table_uuid', OLD.table_uuid || '',
            'format_version', OLD.format_version,
            'last_column_id', OLD.last_column_id,
            'last_modified', OLD.last_modified || '',
            'created_at', OLD.created_at || '',
            'updated_at', OLD.updated_at || ''
        ),
        NULL
    );
    INSERT INTO __positions (kind, id, position)
    SELECT 'stream', OLD.table_id, last_insert_rowid() WHERE true
    ON CONFLICT (kind, id) DO UPDATE SET position = excluded.position;
END;

CREATE TRIGGER table_files__capture_insert AFTER INSERT ON table_files BEGIN
    INSERT INTO __cdc_log (timestamp, tablename, operation, before, after)
    VALUES (
        strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 'table_files', 'INSERT',
        NULL,
        json_object(
            'id', NEW.id, 'table_id', NEW.table_id,
            'file_name', NEW.file_name || '', 'file_path', NEW.file_path || '',
            'file_size', NEW.file_size, 'file_type', NEW.file_type || '',
            'partition_path', NEW.partition_path || '',
            'row_count', NEW.row_count, 'checksum', NEW.checksum || '',
            'is_compressed', NEW.is_compressed,
            'iceberg_metadata_state', NEW.iceberg_metadata_state || '',
            'modified_at', NEW.modified_at || '',
            'created_at', NEW.created_at || '',
            'updated_at', NEW.updated_at || ''
        )
    );
END;

CREATE TRIGGER table_files__capture_update AFTER UPDATE ON table_files BEGIN
    INSERT INTO __cdc_log (timestamp, tablename, operation, before, after)
    VALUES (
        strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 'table_files', 'UPDATE',
        json_object(
            'id', OLD.id, 'table_id', OLD.table_id,
            'file_name', OLD.file_name || '', 'file_path', OLD.file_path || '',
            'file_size', OLD.file_size, 'file_type', OLD.file_type || '',
            'partition_path', OLD.partition_path || '',
            'row_count', OLD.row_count, 'checksum', OLD.checksum || '',
            'is_compressed', OLD.is_compressed,
            'iceberg_metadata_state', OLD.iceberg_metadata_state || '',
            'modified_at', OLD.modified_at || '',
            'created_at', OLD.created_at || '',
            'updated_at', OLD.updated_at || ''
        ),
        json_object(
            'id', NEW.id, 'table_id', NEW.table_id,
            'file_name', NEW.file_name || '', 'file_path', NEW.file_path || '',
            'file_size', NEW.file_size, 'file_type', NEW.file_type || '',
            'partition_path', NEW.partition_path || '',
            'row_count', NEW.row_count, 'checksum', NEW.checksum || '',
            'is_compressed', NEW.is_compressed,
            'iceberg_metadata_state', NEW.iceberg_metadata_state || '',
            'modified_at', NEW.modified_at || '',
            'created_at', NEW.created_at || '',
            'updated_at', NEW.updated_at || ''
        )
    );
END;

CREATE TRIGGER table_files__capture_delete AFTER DELETE ON table_files BEGIN
    INSERT INTO __cdc_log (timestamp, tablename, operation, before, after)
    VALUES (
        strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 'table_files', 'DELETE',
        json_object(
            'id', OLD.id, 'table_id', OLD.table_id,
            'file_name', OLD.file_name || '', 'file_path', OLD.file_path || '',
            'file_size', OLD.file_size, 'file_type', OLD.file_type || '',
            'partition_path', OLD.partition_path || '',
            'row_count', OLD.row_count, 'checksum', OLD.checksum || '',
            'is_compressed', OLD.is_compressed,
            'iceberg_metadata_state', OLD.iceberg_metadata_state || '',
            'modified_at', OLD.modified_at || '',
            'created_at', OLD.created_at || '',
            'updated_at', OLD.updated_at || ''
        ),
        NULL
    );
END;

CREATE TRIGGER table_statistics__capture_insert AFTER INSERT ON table_statistics BEGIN
    INSERT INTO __cdc_log (timestamp, tablename, operation, before, after)
    VALUES (
        strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 'table_statistics', 'INSERT',
        NULL,
        json_object(
            'id', NEW.id, 'table_id', NEW.table_id, 'row_count', NEW.row_count,
            'file_count', NEW.file_count, 'total_size', NEW.total_size,
            'last_modified', NEW.last_modified || '',
            'created_at', NEW.created_at || '',
            'updated_at', NEW.updated_at || ''
        )
    );
END;

CREATE TRIGGER table_statistics__capture_update AFTER UPDATE ON table_statistics BEGIN
    INSERT INTO __cdc_log (timestamp, tablename, operation, before, after)
    VALUES (
        strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 'table_statistics', 'UPDATE',
        json_object(
            'id', OLD.id, 'table_id', OLD.table_id, 'row_count', OLD.row_count,
            'file_count', OLD.file_count, 'total_size', OLD.total_size,
            'last_modified', OLD.last_modified || '',
            'created_at', OLD.created_at || '',
            'updated_at', OLD.updated_at || ''
        ),
        json_object(
            'id', NEW.id, 'table_id', NEW.table_id, 'row_count', NEW.row_count,
            'file_count', NEW.file_count, 'total_size', NEW.total_size,
            'last_modified', NEW.last_modified || '',
            'created_at', NEW.created_at || '',
            'updated_at', NEW.updated_at || ''
        )
    );
END;

CREATE TRIGGER table_statistics__capture_delete AFTER DELETE ON table_statistics BEGIN
    INSERT INTO __cdc_log (timestamp, tablename, operation, before, after)
    VALUES (
        strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 'table_statistics', 'DELETE',
        json_object(
            'id', OLD.id, 'table_id', OLD.table_id, 'row_count', OLD.row_count,
            'file_count', OLD.file_count, 'total_size', OLD.total_size,
            'last_modified', OLD.last_modified || '',
            'created_at', OLD.created_at || '',
            'updated_at', OLD.updated_at || ''
        ),
        NULL
    );
END;

CREATE TRIGGER file_statistics__capture_insert AFTER INSERT ON file_statistics BEGIN
    INSERT INTO __cdc_log (timestamp, tablename, operation, before, after)
    VALUES (
        strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 'file_statistics', 'INSERT',
        NULL,
        json_object(
            'id', NEW.id, 'file_id', NEW.file_id,
            'column_name', NEW.column_name || '',
            'value_count', NEW.value_count, 'null_count', NEW.null_count,
            'min_value', NEW.min_value || '', 'max_value', NEW.max_value || '',
            'size_bytes', NEW.size_bytes, 'created_at', NEW.created_at || '',
            'updated_at', NEW.updated_at || ''
        )
    );
END;

CREATE TRIGGER file_statistics__capture_update AFTER UPDATE ON file_statistics BEGIN
    INSERT INTO __cdc_log (timestamp, tablename, operation, before, after)
    VALUES (
        strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 'file_statistics', 'UPDATE',
        json_object(
            'id', OLD.id, 'file_id', OLD.file_id,
            'column_name', OLD.column_name || '',
            'value_count', OLD.value_count, 'null_count', OLD.null_count,
            'min_value', OLD.min_value || '', 'max_value', OLD.max_value || '',
            'size_bytes', OLD.size_bytes, 'created_at', OLD.created_at || '',
            'updated_at', OLD.updated_at || ''
        ),
        json_object(
            'id', NEW.id, 'file_id', NEW.file_id,
            'column_name', NEW.column_name || '',
            'value_count', NEW.value_count, 'null_count', NEW.null_count,
            'min_value', NEW.min_value || '', 'max_value', NEW.max_value || '',
            'size_bytes', NEW.size_bytes, 'created_at', NEW.created_at || '',
            'updated_at', NEW.updated_at || ''
        )
    );
END;

CREATE TRIGGER file_statistics__capture_delete AFTER DELETE ON file_statistics BEGIN
    INSERT INTO __cdc_log (timestamp, tablename, operation, before, after)
    VALUES (
        strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 'file_statistics', 'DELETE',
        json_object(
            'id', OLD.id, 'file_id', OLD.file_id,
            'column_name', OLD.column_name || '',
            'value_count', OLD.value_count, 'null_count', OLD.null_count,
            'min_value', OLD.min_value || '', 'max_value', OLD.max_value || '',
            'size_bytes', OLD.size_bytes, 'created_at', OLD.created_at || '',
            'updated_at', OLD.updated_at || ''
        ),
        NULL
    );
END;

CREATE TRIGGER table_snapshots__capture_insert AFTER INSERT ON table_snapshots BEGIN
    INSERT INTO __cdc_log (timestamp, tablename, operation, before, after)
    VALUES (
        strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 'table_snapshots', 'INSERT',
        NULL,
        json_object(
            'id', NEW.id, 'table_id', NEW.table_id,
            'snapshot_id', NEW.snapshot_id,
            'parent_snapshot_id', NEW.parent_snapshot_id,
            'sequence_number', NEW.sequence_number,
            'timestamp_ms', NEW.timestamp_ms, 'operation', NEW.operation || '',
            'manifest_list', NEW.manifest_list || '',
            'summary', NEW.summary || '', 'schema_id', NEW.schema_id,
            'created_at', NEW.created_at || '',
            'updated_at', NEW.updated_at || ''
        )
    );
END;

CREATE TRIGGER table_snapshots__capture_update AFTER UPDATE ON table_snapshots BEGIN
    INSERT INTO __cdc_log (timestamp, tablename, operation, before, after)
    VALUES (
        strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 'table_snapshots', 'UPDATE',
        json_object(
            'id', OLD.id, 'table_id', OLD.table_id,
            'snapshot_id', OLD.snapshot_id,
            'parent_snapshot_id', OLD.parent_snapshot_id,
            'sequence_number', OLD.sequence_number,
            'timestamp_ms', OLD.timestamp_ms, 'operation', OLD.operation || '',
            'manifest_list', OLD.manifest_list || '',
            'summary', OLD.summary || '', 'schema_id', OLD.schema_id,
            'created_at', OLD.created_at || '',
            'updated_at', OLD.updated_at || ''
        ),
        json_object(
            'id', NEW.id, 'table_id', NEW.table_id,
            'snapshot_id', NEW.snapshot_id,
            'parent_snapshot_id', NEW.parent_snapshot_id,
            'sequence_number', NEW.sequence_number,
            'timestamp_ms', NEW.timestamp_ms, 'operation', NEW.operation || '',
            'manifest_list', NEW.manifest_list || '',
            'summary', NEW.summary || '', 'schema_id', NEW.schema_id,
            'created_at', NEW.created_at || '',
            'updated_at', NEW.updated_at || ''
        )
    );
END;

CREATE TRIGGER table_snapshots__capture_delete AFTER DELETE ON table_snapshots BEGIN
    INSERT INTO __cdc_log (timestamp, tablename, operation, before, after)
    VALUES (
        strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 'table_snapshots', 'DELETE',
        json_object(
            'id', OLD.id, 'table_id', OLD.table_id,
            'snapshot_id', OLD.snapshot_id,
            'parent_snapshot_id', OLD.parent_snapshot_id,
            'sequence_number', OLD.sequence_number,
            'timestamp_ms', OLD.timestamp_ms, 'operation', OLD.operation || '',
            'manifest_list', OLD.manifest_list || '',
            'summary', OLD.summary || '', 'schema_id', OLD.schema_id,
            'created_at', OLD.created_at || '',
            'updated_at', OLD.updated_at || ''
        ),
        NULL
    );
END;
