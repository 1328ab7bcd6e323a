-- The rows that one ALTER STREAM writes, in PostgreSQL, with a change log by
-- triggers: what a registry on PostgreSQL would do. One function call is one
-- ALTER, so that a round trip and a commit are all it takes.

CREATE TABLE databases (id bigserial PRIMARY KEY, name text NOT NULL UNIQUE);
CREATE TABLE tables (
    id bigserial PRIMARY KEY, database_id bigint NOT NULL REFERENCES databases, name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (database_id, name));
CREATE TABLE table_columns (
    id bigserial PRIMARY KEY, table_id bigint NOT NULL REFERENCES tables, column_name text NOT NULL,
    data_type text NOT NULL, is_nullable bool NOT NULL, is_primary bool NOT NULL,
    default_value text, ordinal_position int NOT NULL, updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (table_id, column_name));
CREATE TABLE table_metadata (
    id bigserial PRIMARY KEY, table_id bigint NOT NULL UNIQUE REFERENCES tables,
    schema_version int NOT NULL, schema jsonb NOT NULL, last_modified timestamptz NOT NULL DEFAULT now());
CREATE TABLE schema_registry (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), schema_name text NOT NULL, table_name text NOT NULL,
    table_id bigint NOT NULL, version int NOT NULL, schema_definition jsonb NOT NULL,
    schema_hash text NOT NULL, evolution_type text NOT NULL, previous_version int,
    registered_at timestamptz NOT NULL DEFAULT now(), registered_by text NOT NULL,
    UNIQUE (schema_name, table_name, version));
CREATE TABLE __cdc_log (
    id bigserial PRIMARY KEY, "timestamp" timestamptz NOT NULL DEFAULT now(), tablename text NOT NULL,
    operation text NOT NULL, before jsonb, after jsonb);

CREATE FUNCTION log_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO __cdc_log (tablename, operation, before, after)
    VALUES (TG_TABLE_NAME, TG_OP, CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END, to_jsonb(NEW));
    RETURN NULL;
END $$;
CREATE TRIGGER log AFTER INSERT OR UPDATE ON tables FOR EACH ROW EXECUTE FUNCTION log_change();
CREATE TRIGGER log AFTER INSERT OR UPDATE ON table_columns FOR EACH ROW EXECUTE FUNCTION log_change();
CREATE TRIGGER log AFTER INSERT OR UPDATE ON table_metadata FOR EACH ROW EXECUTE FUNCTION log_change();

INSERT INTO databases (name) VALUES ('bench');
INSERT INTO tables (database_id, name) SELECT 1, 'c_' || n FROM generate_series(0, 99) AS n;
INSERT INTO table_columns (table_id, column_name, data_type, is_nullable, is_primary, default_value, ordinal_position)
SELECT t.id, c.* FROM tables t, (VALUES
    ('id', 'bigint', false, true, NULL, 1),
    ('customer_id', 'integer', false, false, NULL, 2),
    ('amount', 'numeric(10,2)', true, false, NULL, 3),
    ('v', 'integer', true, false, '0', 4)) AS c;

-- The schema as it is stored with every version.
CREATE FUNCTION definition_of(stream_id bigint) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object('columns', jsonb_agg(jsonb_build_object(
        'name', column_name, 'type', data_type, 'nullable', is_nullable, 'default', default_value)
        ORDER BY ordinal_position), 'primary_keys', jsonb_build_array('id'))
    FROM table_columns WHERE table_id = stream_id
$$;
INSERT INTO table_metadata (table_id, schema_version, schema) SELECT id, 1, definition_of(id) FROM tables;
INSERT INTO schema_registry (schema_name, table_name, table_id, version, schema_definition, schema_hash, evolution_type, registered_by)
SELECT 'bench', name, id, 1, definition_of(id), encode(sha256(definition_of(id)::text::bytea), 'hex'), 'create', 'bench' FROM tables;
TRUNCATE __cdc_log;

CREATE FUNCTION alter_default(stream text, value int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    stream_id bigint;
    new_version int;
    definition jsonb;
BEGIN
    SELECT id INTO stream_id FROM tables WHERE database_id = 1 AND name = stream FOR UPDATE;
    UPDATE table_columns SET default_value = value, updated_at = now()
        WHERE table_id = stream_id AND column_name = 'v';
    definition := definition_of(stream_id);
    UPDATE table_metadata SET schema_version = schema_version + 1, schema = definition, last_modified = now()
        WHERE table_id = stream_id RETURNING schema_version INTO new_version;
    UPDATE tables SET updated_at = now() WHERE id = stream_id;
    INSERT INTO schema_registry (schema_name, table_name, table_id, version, schema_definition, schema_hash,
                                 evolution_type, previous_version, registered_by)
    VALUES ('bench', stream, stream_id, new_version, definition,
            encode(sha256(definition::text::bytea), 'hex'), 'modify_column', new_version - 1, 'bench');
    RETURN new_version;
END $$;
