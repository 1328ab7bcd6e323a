-- Looker, Hex, Mode, Redash, Retool, Lightdash and others: the lists of tables and columns that such tools make from
-- information_schema and pg_catalog.
-- Known from getredash/redash (BSD-2-Clause), redash/query_runner/pg.py; lightdash/lightdash, packages/warehouses/src/warehouseClients/PostgresWarehouseClient.ts;
-- MaterializeInc/materialize issue 9531 (Looker).
-- Restated: relations, functions and clauses are those, the words are ours.

-- Redash: tables and columns
SELECT s.nspname AS table_schema, c.relname AS table_name, a.attname AS column_name, null AS data_type
FROM pg_class c
JOIN pg_namespace s ON c.relnamespace = s.oid AND s.nspname NOT IN ('pg_catalog', 'information_schema')
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind = 'm' AND has_table_privilege(quote_ident(s.nspname) || '.' || quote_ident(c.relname), 'select')
UNION
SELECT table_schema, table_name, column_name, data_type
FROM information_schema.columns
WHERE table_schema NOT IN ('pg_catalog', 'information_schema');

-- Lightdash: columns
SELECT table_catalog, table_schema, table_name, column_name, data_type
FROM information_schema.columns
WHERE table_catalog = 'postgres' AND table_schema = 'sales' AND table_name = 'order_lines'
ORDER BY ordinal_position;

-- Lightdash: tables
SELECT table_catalog, table_schema, table_name
FROM information_schema.tables
WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('information_schema', 'pg_catalog')
ORDER BY 1, 2, 3;

-- Looker: may a query be cancelled
-- rows differ: a server has its own
SELECT pid, usename, datname, query, state FROM pg_stat_activity WHERE state = 'active';

-- Looker: a derived table's time
SELECT (DATE(orders.order_time)) AS "orders.order_date", COALESCE(SUM(orders.amount), 0) AS "orders.total"
FROM public.orders AS orders
WHERE ((orders.order_time) >= ((SELECT (DATE_TRUNC('day', CURRENT_TIMESTAMP AT TIME ZONE 'UTC') + (-6 || ' day')::INTERVAL))))
GROUP BY (DATE(orders.order_time))
ORDER BY 1 DESC
FETCH NEXT 500 ROWS ONLY;

-- Hex, Mode: tables with comments
SELECT t.table_schema, t.table_name, t.table_type, obj_description((quote_ident(t.table_schema) || '.' || quote_ident(t.table_name))::regclass, 'pg_class') AS comment
FROM information_schema.tables t
WHERE t.table_schema IN ('public', 'sales', 'Mixed Case')
ORDER BY 1, 2;

-- columns with comments and keys
SELECT c.table_schema, c.table_name, c.column_name, c.ordinal_position, c.is_nullable, c.data_type, c.udt_name, c.column_default,
    c.character_maximum_length, c.numeric_precision, c.numeric_scale, c.datetime_precision,
    col_description((quote_ident(c.table_schema) || '.' || quote_ident(c.table_name))::regclass::oid, c.ordinal_position) AS comment,
    EXISTS (SELECT 1 FROM information_schema.table_constraints tc
        JOIN information_schema.key_column_usage k USING (constraint_schema, constraint_name)
        WHERE tc.constraint_type = 'PRIMARY KEY' AND k.table_schema = c.table_schema AND k.table_name = c.table_name AND k.column_name = c.column_name) AS is_key
FROM information_schema.columns c
WHERE c.table_schema IN ('public', 'sales', 'Mixed Case')
ORDER BY 1, 2, 4;

-- every column of information_schema.columns
SELECT * FROM information_schema.columns WHERE table_schema = 'sales' ORDER BY table_name, ordinal_position;

-- every column of information_schema.tables
SELECT * FROM information_schema.tables WHERE table_schema IN ('public', 'sales') ORDER BY table_name;

-- constraints
SELECT * FROM information_schema.table_constraints WHERE constraint_type <> 'CHECK' AND table_schema = 'sales' ORDER BY constraint_name;

-- key columns
SELECT * FROM information_schema.key_column_usage WHERE table_schema = 'sales' ORDER BY constraint_name, ordinal_position;

-- columns of constraints
SELECT * FROM information_schema.constraint_column_usage WHERE table_schema = 'sales' ORDER BY constraint_name, column_name;

-- tables of constraints
SELECT * FROM information_schema.constraint_table_usage WHERE table_schema = 'sales' ORDER BY constraint_name;

-- schemas
SELECT * FROM information_schema.schemata WHERE schema_name IN ('public', 'sales', 'Mixed Case') ORDER BY schema_name;

-- elements of arrays
SELECT * FROM information_schema.element_types WHERE object_schema = 'sales' ORDER BY object_name, collection_type_identifier;

-- privileges on columns
SELECT grantor, grantee, table_name, column_name, privilege_type, is_grantable FROM information_schema.column_privileges WHERE table_schema = 'sales' AND table_name = 'customers' ORDER BY 4, 5;

-- privileges on tables
SELECT * FROM information_schema.role_table_grants WHERE table_schema = 'sales' ORDER BY table_name, privilege_type;

-- what is enabled
SELECT * FROM information_schema.enabled_roles WHERE role_name = current_user;

-- the catalog's name
SELECT * FROM information_schema.information_schema_catalog_name;

-- character sets and collations
SELECT collation_name, pad_attribute FROM information_schema.collations WHERE collation_name IN ('C', 'default', 'POSIX') ORDER BY 1;

-- indexes
SELECT * FROM pg_indexes WHERE schemaname = 'sales' ORDER BY indexname;

-- tables
SELECT * FROM pg_tables WHERE schemaname IN ('public', 'sales', 'Mixed Case') ORDER BY schemaname, tablename;
