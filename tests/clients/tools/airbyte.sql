-- Airbyte (source-postgres): discovery and the checks before it.
-- Known from airbytehq/airbyte, airbyte-integrations/connectors/source-postgres: PostgresSource.java, PostgresQueryUtils.java, PostgresCatalogHelper.java.
-- Restated: relations, functions and clauses are those, the words are ours.

-- what may be read
SELECT DISTINCT table_catalog, table_schema, table_name, privilege_type
FROM information_schema.table_privileges
WHERE grantee = 'tester' AND privilege_type = 'SELECT' AND table_schema IN ('public', 'sales')
UNION ALL
SELECT r.rolname AS table_catalog, n.nspname AS table_schema, c.relname AS table_name,
    CASE WHEN a.perm = 'r' THEN 'SELECT' WHEN a.perm = 'w' THEN 'UPDATE' ELSE 'UNKNOWN' END AS privilege_type
FROM pg_class c
JOIN pg_namespace n ON n.oid = relnamespace
JOIN pg_roles r ON r.oid = relowner
CROSS JOIN LATERAL (SELECT regexp_split_to_table(COALESCE(c.relacl[1]::varchar, 'x=r/x'), '=|/') AS perm) a
WHERE relkind = 'm' AND n.nspname <> 'pg_catalog'
UNION ALL
SELECT DISTINCT table_catalog, table_schema, table_name, privilege_type
FROM information_schema.table_privileges
WHERE grantee = 'PUBLIC' AND privilege_type = 'SELECT' AND table_schema IN ('public', 'sales');

-- privileges that are granted in lists
SELECT n.nspname, c.relname, (aclexplode(COALESCE(c.relacl, acldefault('r', c.relowner)))).privilege_type AS privilege
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'sales' AND c.relkind = 'r'
ORDER BY 1, 2, 3;

-- the write-ahead log
SELECT CASE WHEN current_setting('wal_level') IN ('replica', 'logical', 'minimal') THEN 'known' END AS wal_level;

-- replication slots
SELECT slot_name, plugin, database FROM pg_replication_slots WHERE slot_name = 'airbyte' AND plugin = 'pgoutput' AND database = 'postgres';

-- publications
SELECT * FROM pg_publication WHERE pubname = 'airbyte';

-- tables of a publication
SELECT schemaname, tablename FROM pg_publication_tables WHERE pubname = 'airbyte';

-- how a table is replicated
SELECT relreplident FROM pg_class WHERE oid = '"sales"."customers"'::regclass;

-- which tables have been vacuumed
SELECT relname, (SELECT count(*) FROM pg_stat_user_tables s WHERE s.relid = c.oid) AS seen
FROM pg_class c WHERE oid = 'sales.customers'::regclass;

-- files of tables
WITH block_sz AS (SELECT current_setting('block_size')::int AS block_size)
SELECT relname, block_size > 0 AS has_blocks FROM pg_class, block_sz WHERE oid = 'sales.customers'::regclass;

-- the largest value of a cursor
SELECT MAX("order_time") AS max FROM "public"."orders";

-- a page of a table by its key
SELECT "order_id", "customer_id" FROM "public"."orders" WHERE "order_id" > 10 AND "order_id" <= 20 ORDER BY "order_id";
