-- PostgREST, Hasura, PostGraphile and Supabase: schemas as JSON, keys, functions.
-- Known from PostgREST/postgrest (MIT), src/PostgREST/SchemaCache.hs; hasura/graphql-engine (Apache-2.0), server/src-rsr/pg_table_metadata.sql;
-- graphile/crystal (MIT), utils/pg-introspection/src/introspection.ts; supabase/postgres-meta (Apache-2.0), src/lib/sql/tables.sql and columns.sql.
-- Restated: relations, functions and clauses are those, the words are ours.

-- PostgREST: tables with their columns
WITH columns AS (
    SELECT c.oid AS relid, a.attname::name AS column_name, d.description AS description,
        CASE WHEN (a.attidentity <> '') OR (a.attgenerated <> '') THEN NULL ELSE pg_get_expr(ad.adbin, ad.adrelid)::text END AS column_default,
        not (a.attnotnull OR t.typtype = 'd' AND t.typnotnull) AS is_nullable,
        CASE WHEN t.typtype = 'd' THEN CASE WHEN nbt.nspname = 'pg_catalog'::name THEN format_type(t.typbasetype, NULL::integer) ELSE format_type(a.atttypid, a.atttypmod) END
            ELSE CASE WHEN t.typelem <> 0::oid AND t.typlen = '-1'::integer THEN format_type(a.atttypid, NULL::integer) ELSE format_type(a.atttypid, a.atttypmod) END END::text AS data_type,
        format_type(a.atttypid, a.atttypmod)::text AS nominal_data_type,
        information_schema._pg_char_max_length(information_schema._pg_truetypid(a.*, t.*), information_schema._pg_truetypmod(a.*, t.*))::integer AS character_maximum_length,
        a.attnum::integer AS position
    FROM pg_attribute a
    LEFT JOIN pg_description AS d ON d.objoid = a.attrelid AND d.objsubid = a.attnum
    LEFT JOIN pg_attrdef ad ON a.attrelid = ad.adrelid AND a.attnum = ad.adnum
    JOIN (pg_class c JOIN pg_namespace nc ON c.relnamespace = nc.oid) ON a.attrelid = c.oid
    JOIN (pg_type t JOIN pg_namespace nt ON t.typnamespace = nt.oid) ON a.atttypid = t.oid
    LEFT JOIN (pg_type bt JOIN pg_namespace nbt ON bt.typnamespace = nbt.oid) ON t.typtype = 'd' AND t.typbasetype = bt.oid
    LEFT JOIN (pg_collation co JOIN pg_namespace nco ON co.collnamespace = nco.oid) ON a.attcollation = co.oid AND (nco.nspname <> 'pg_catalog'::name OR co.collname <> 'default'::name)
    WHERE NOT pg_is_other_temp_schema(nc.oid) AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'v', 'f', 'm', 'p') AND nc.nspname = ANY('{public,sales}')
)
SELECT n.nspname AS table_schema, c.relname AS table_name, d.description AS table_description, c.relkind IN ('v','m') AS is_view,
    (c.relkind IN ('r','p') OR (c.relkind IN ('v','f') AND (pg_relation_is_updatable(c.oid::regclass, TRUE) & 8) = 8)) AS insertable,
    coalesce(col_agg.columns, '{}') AS columns, has_table_privilege(c.oid, 'SELECT') AS readable
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_description d ON d.objoid = c.oid AND d.objsubid = 0 AND d.classoid = 'pg_class'::regclass
LEFT JOIN (SELECT relid, array_agg(row(column_name, description, is_nullable::boolean, data_type, nominal_data_type, character_maximum_length, column_default)::text ORDER BY position) AS columns
    FROM columns GROUP BY relid) col_agg ON col_agg.relid = c.oid
WHERE c.relkind IN ('v','r','m','f','p') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND not c.relispartition AND n.nspname = ANY('{public,sales}')
ORDER BY table_schema, table_name;

-- PostgREST: relationships
SELECT ns1.nspname AS table_schema, tab.relname AS table_name, ns2.nspname AS foreign_table_schema, other.relname AS foreign_table_name,
    (ns1.nspname, tab.relname) = (ns2.nspname, other.relname) AS is_self, traint.conname AS constraint_name, column_info.cols_and_fcols
FROM pg_constraint traint
JOIN LATERAL (SELECT array_agg(row(cols.attname, refs.attname)::text ORDER BY ord) AS cols_and_fcols
    FROM unnest(traint.conkey, traint.confkey) WITH ORDINALITY AS _(col, ref, ord)
    JOIN pg_attribute cols ON cols.attrelid = traint.conrelid AND cols.attnum = col
    JOIN pg_attribute refs ON refs.attrelid = traint.confrelid AND refs.attnum = ref) column_info ON TRUE
JOIN pg_namespace ns1 ON ns1.oid = traint.connamespace
JOIN pg_class tab ON tab.oid = traint.conrelid
JOIN pg_class other ON other.oid = traint.confrelid
JOIN pg_namespace ns2 ON ns2.oid = other.relnamespace
WHERE traint.contype = 'f' AND traint.conparentid = 0
ORDER BY traint.conrelid, traint.conname;

-- PostgREST: settings of a role
SELECT r.rolname, kv.key FROM pg_roles r
LEFT JOIN LATERAL (SELECT split_part(s, '=', 1) AS key FROM unnest(r.rolconfig) s) kv ON true
WHERE r.rolname = current_user;

-- Hasura: tables as JSON
SELECT schema.nspname AS table_schema, "table".relname AS table_name,
    coalesce(columns.info, '[]') AS columns, row_to_json(primary_key)::jsonb AS primary_key, coalesce(unique_constraints.info, '[]') AS unique_constraints
FROM pg_catalog.pg_class "table"
JOIN pg_catalog.pg_namespace schema ON schema.oid = "table".relnamespace
LEFT JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_object('name', "column".attname, 'position', "column".attnum, 'type', json_build_object('name', coalesce(base_type.typname, "type".typname), 'type', "type".typtype),
        'is_nullable', NOT "column".attnotnull, 'description', pg_catalog.col_description("table".oid, "column".attnum)) ORDER BY "column".attnum) AS info
    FROM pg_catalog.pg_attribute "column"
    LEFT JOIN pg_catalog.pg_type "type" ON "type".oid = "column".atttypid
    LEFT JOIN pg_catalog.pg_type base_type ON "type".typtype = 'd' AND base_type.oid = "type".typbasetype
    WHERE "column".attrelid = "table".oid AND "column".attnum > 0 AND NOT "column".attisdropped
) columns ON true
LEFT JOIN LATERAL (
    SELECT jsonb_build_object('name', class.relname) AS constraint, coalesce(columns.info, '[]') AS columns
    FROM pg_catalog.pg_index index
    JOIN pg_catalog.pg_class class ON class.oid = index.indexrelid AND "table".oid = index.indrelid
    LEFT JOIN LATERAL (SELECT jsonb_agg("column".attname) AS info FROM pg_catalog.pg_attribute "column" WHERE "column".attrelid = "table".oid AND "column".attnum = ANY (index.indkey)) AS columns ON true
    WHERE index.indisprimary
) primary_key(constraint_, columns) ON true
LEFT JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_object('name', class.relname)) AS info
    FROM pg_catalog.pg_index index JOIN pg_catalog.pg_class class ON class.oid = index.indexrelid
    WHERE index.indrelid = "table".oid AND index.indisunique AND NOT index.indisprimary
) unique_constraints ON true
WHERE "table".relkind IN ('r', 'v', 'm', 'f', 'p') AND schema.nspname = 'sales' AND primary_key.columns IS NOT NULL
ORDER BY 1, 2;

-- PostGraphile: everything as JSON
SELECT json_build_object(
    'database', (SELECT json_build_object('datname', datname, 'datdba', datdba::regrole::text) FROM pg_catalog.pg_database WHERE datname = current_database()),
    'namespaces', (SELECT coalesce((SELECT json_agg(nspname ORDER BY nspname) FROM pg_catalog.pg_namespace WHERE nspname IN ('public', 'sales', 'Mixed Case')), '[]'::json)),
    'classes', (SELECT coalesce((SELECT json_agg(row_to_json(c) ORDER BY c.relname) FROM (SELECT relname, relkind, relnamespace::regnamespace::text AS namespace FROM pg_catalog.pg_class
        WHERE relnamespace = 'sales'::regnamespace) c), '[]'::json)),
    'current_user', current_user, 'catalog_by_oid', (SELECT json_object_agg(oid::text, relname ORDER BY relname) FROM (
        SELECT oid, relname FROM pg_class WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = 'pg_catalog') AND relkind = 'r' AND oid < 10000) x)
)::text AS introspection;

-- Supabase: tables
SELECT c.oid::int8 AS id, nc.nspname AS schema, c.relname AS name, c.relrowsecurity AS rls_enabled,
    CASE WHEN c.relreplident = 'd' THEN 'DEFAULT' WHEN c.relreplident = 'i' THEN 'INDEX' WHEN c.relreplident = 'f' THEN 'FULL' ELSE 'NOTHING' END AS replica_identity,
    pg_total_relation_size(format('%I.%I', nc.nspname, c.relname)) >= 0 AS has_size, pg_stat_get_live_tuples(c.oid) AS live_rows_estimate,
    obj_description(c.oid) AS comment, coalesce(pk.primary_keys, '[]') AS primary_keys
FROM pg_namespace nc
JOIN pg_class c ON nc.oid = c.relnamespace
LEFT JOIN (
    SELECT table_id, jsonb_agg(_pk.*) AS primary_keys
    FROM (SELECT n.nspname AS schema, c.relname AS table_name, a.attname AS name, c.oid::int8 - c.oid::int8 AS zero, c.oid::int8 AS table_id
        FROM pg_index i, pg_class c, pg_attribute a, pg_namespace n
        WHERE i.indrelid = c.oid AND c.relnamespace = n.oid AND a.attrelid = c.oid AND a.attnum = ANY (i.indkey) AND i.indisprimary AND n.nspname = 'nothing') AS _pk
    GROUP BY table_id
) AS pk ON pk.table_id = c.oid
WHERE c.relkind IN ('r', 'p') AND NOT pg_is_other_temp_schema(nc.oid)
    AND (pg_has_role(c.relowner, 'USAGE') OR has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER') OR has_any_column_privilege(c.oid, 'SELECT, INSERT, UPDATE, REFERENCES'))
    AND nc.nspname = 'sales'
ORDER BY name;
