-- dbt-postgres: the relations of a schema, their columns, the catalog for its documentation.
-- Known from dbt-labs/dbt-core (Apache-2.0), plugins/postgres/dbt/include/postgres/macros: adapters.sql, relations.sql, catalog.sql.
-- Restated: relations, functions and clauses are those, the words are ours.

-- schemas
SELECT DISTINCT nspname FROM pg_namespace ORDER BY nspname;

-- whether there is a schema
SELECT count(*) FROM pg_namespace WHERE nspname = 'sales';

-- relations of a schema
SELECT 'postgres' AS database, tablename AS name, schemaname AS schema, 'table' AS type FROM pg_tables WHERE schemaname ILIKE 'sales'
UNION ALL
SELECT 'postgres' AS database, viewname AS name, schemaname AS schema, 'view' AS type FROM pg_views WHERE schemaname ILIKE 'sales'
UNION ALL
SELECT 'postgres' AS database, matviewname AS name, schemaname AS schema, 'materialized_view' AS type FROM pg_matviews WHERE schemaname ILIKE 'sales';

-- columns of a relation
SELECT column_name, data_type, character_maximum_length, numeric_precision, numeric_scale
FROM "postgres".INFORMATION_SCHEMA.columns
WHERE table_name = 'order_lines' AND table_schema = 'sales'
ORDER BY ordinal_position;

-- what depends on what
WITH relation AS (
    SELECT pg_rewrite.ev_class AS class, pg_rewrite.oid AS id FROM pg_rewrite
), class AS (
    SELECT oid AS id, relname AS name, relnamespace AS schema, relkind AS kind FROM pg_class
), dependency AS (
    SELECT DISTINCT pg_depend.objid AS id, pg_depend.refobjid AS ref FROM pg_depend
), schema AS (
    SELECT pg_namespace.oid AS id, pg_namespace.nspname AS name FROM pg_namespace WHERE nspname != 'information_schema' AND nspname NOT LIKE 'pg\_%'
), referenced AS (
    SELECT relation.id AS id, referenced_class.name, referenced_class.schema, referenced_class.kind
    FROM relation JOIN class AS referenced_class ON relation.class = referenced_class.id
    WHERE referenced_class.kind IN ('r', 'v', 'm')
), relationships AS (
    SELECT referenced.name AS referenced_name, referenced.schema AS referenced_schema_id, dependent_class.name AS dependent_name,
        dependent_class.schema AS dependent_schema_id, referenced.kind AS kind
    FROM referenced
    JOIN dependency ON referenced.id = dependency.id
    JOIN class AS dependent_class ON dependency.ref = dependent_class.id
    WHERE (referenced.name != dependent_class.name OR referenced.schema != dependent_class.schema)
)
SELECT referenced_schema.name AS referenced_schema, relationships.referenced_name, dependent_schema.name AS dependent_schema, relationships.dependent_name
FROM relationships
JOIN schema AS dependent_schema ON relationships.dependent_schema_id = dependent_schema.id
JOIN schema AS referenced_schema ON relationships.referenced_schema_id = referenced_schema.id
GROUP BY referenced_schema, referenced_name, dependent_schema, dependent_name
ORDER BY referenced_schema, referenced_name, dependent_schema, dependent_name;

-- the catalog
SELECT 'postgres' AS table_database, sch.nspname AS table_schema, tbl.relname AS table_name,
    CASE tbl.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'BASE TABLE' END AS table_type,
    tbl_desc.description AS table_comment, col.attname AS column_name, col.attnum AS column_index,
    pg_catalog.format_type(col.atttypid, col.atttypmod) AS column_type, col_desc.description AS column_comment, pg_get_userbyid(tbl.relowner) AS table_owner
FROM pg_catalog.pg_namespace sch
JOIN pg_catalog.pg_class tbl ON tbl.relnamespace = sch.oid
JOIN pg_catalog.pg_attribute col ON col.attrelid = tbl.oid
LEFT OUTER JOIN pg_catalog.pg_description tbl_desc ON (tbl_desc.objoid = tbl.oid AND tbl_desc.objsubid = 0)
LEFT OUTER JOIN pg_catalog.pg_description col_desc ON (col_desc.objoid = tbl.oid AND col_desc.objsubid = col.attnum)
WHERE (upper(sch.nspname) = upper('sales')) AND NOT pg_is_other_temp_schema(sch.oid) AND tbl.relpersistence IN ('p', 'u')
    AND tbl.relkind IN ('r', 'v', 'f', 'p', 'm') AND col.attnum > 0 AND NOT col.attisdropped
ORDER BY sch.nspname, tbl.relname, col.attnum;

-- indexes
SELECT i.relname AS name, m.amname AS method, ix.indisunique AS "unique", array_to_string(array_agg(a.attname), ',') AS column_names
FROM pg_index ix
JOIN pg_class i ON i.oid = ix.indexrelid
JOIN pg_am m ON m.oid = i.relam
JOIN pg_class t ON t.oid = ix.indrelid
JOIN pg_namespace n ON n.oid = t.relnamespace
JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = ANY(ix.indkey)
WHERE t.relname = 'customers' AND n.nspname = 'sales' AND t.relkind IN ('r', 'm')
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3;

-- columns of a query
SELECT * FROM (SELECT order_id, amount FROM public.orders) AS __dbt_sbq WHERE false LIMIT 0;

-- now
SELECT pg_typeof(now())::text AS type, (current_timestamp AT TIME ZONE 'UTC') IS NOT NULL AS there;
