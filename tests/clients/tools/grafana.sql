-- Grafana: the query editor's lists, and what its macros make of a query.
-- Known from grafana/grafana: public/app/plugins/datasource/grafana-postgresql-datasource/postgresMetaQuery.ts and
-- pkg/tsdb/grafana-postgresql-datasource/macros.go.
-- Restated: relations, functions and clauses are those, the words are ours.

-- the version as a number
SELECT current_setting('server_version_num')::int/100 AS version;

-- whether TimescaleDB is there
SELECT extversion FROM pg_extension WHERE extname = 'timescaledb';

-- schemas
SELECT schema_name AS "name" FROM information_schema.schemata
WHERE schema_name NOT IN ('information_schema', 'pg_catalog', 'pg_toast', '_timescaledb_cache', '_timescaledb_catalog')
ORDER BY schema_name;

-- tables of a schema
SELECT quote_ident(table_name) AS "table" FROM information_schema.tables WHERE quote_ident(table_schema) = 'sales' ORDER BY 1;

-- tables, those of the search path first
SELECT
    CASE WHEN quote_ident(table_schema) IN (
        SELECT CASE WHEN trim(s[i]) = '"$user"' THEN user ELSE trim(s[i]) END
        FROM generate_series(
            array_lower(string_to_array(current_setting('search_path'),','),1),
            array_upper(string_to_array(current_setting('search_path'),','),1)) AS i,
            string_to_array(current_setting('search_path'),',') s)
        THEN quote_ident(table_name)
        ELSE quote_ident(table_schema) || '.' || quote_ident(table_name)
    END AS "table"
FROM information_schema.tables
WHERE quote_ident(table_schema) NOT IN ('information_schema', 'pg_catalog', 'rekha', 'registry', 'cartridge_warp')
ORDER BY CASE WHEN quote_ident(table_schema) IN (
        SELECT CASE WHEN trim(s[i]) = '"$user"' THEN user ELSE trim(s[i]) END
        FROM generate_series(
            array_lower(string_to_array(current_setting('search_path'),','),1),
            array_upper(string_to_array(current_setting('search_path'),','),1)) AS i,
            string_to_array(current_setting('search_path'),',') s)
    THEN 0 ELSE 1 END, 1;

-- columns of a table of the search path
SELECT quote_ident(column_name) AS "column", data_type AS "type"
FROM information_schema.columns
WHERE CASE WHEN array_length(parse_ident('orders'),1) = 2
    THEN quote_ident(table_schema) = (parse_ident('orders'))[1] AND quote_ident(table_name) = (parse_ident('orders'))[2]
    ELSE quote_ident(table_name) = 'orders' AND quote_ident(table_schema) IN (
        SELECT CASE WHEN trim(s[i]) = '"$user"' THEN user ELSE trim(s[i]) END
        FROM generate_series(
            array_lower(string_to_array(current_setting('search_path'),','),1),
            array_upper(string_to_array(current_setting('search_path'),','),1)) AS i,
            string_to_array(current_setting('search_path'),',') s)
    END;

-- columns of a table with its schema
SELECT quote_ident(column_name) AS "column", data_type AS "type"
FROM information_schema.columns
WHERE CASE WHEN array_length(parse_ident('sales.customers'),1) = 2
    THEN quote_ident(table_schema) = (parse_ident('sales.customers'))[1] AND quote_ident(table_name) = (parse_ident('sales.customers'))[2]
    ELSE false END;

-- a series in groups of time
SELECT floor(extract(epoch FROM order_time)/300)*300 AS "time", sum(amount) AS value
FROM orders
WHERE order_time BETWEEN '2024-01-01T00:00:00Z' AND '2024-01-02T00:00:00Z'
GROUP BY time
ORDER BY 1;

-- a series with epochs
SELECT extract(epoch FROM order_time) AS time, customer_id::text AS metric, avg(amount) AS "avg"
FROM orders
WHERE extract(epoch FROM order_time) >= 1704067200 AND extract(epoch FROM order_time) <= 1704153600
GROUP BY extract(epoch FROM order_time), customer_id
ORDER BY time;

-- the health check
SELECT 1;
