-- Trino and Presto (connector postgresql): statistics and lists beside those of pgjdbc.
-- Known from trinodb/trino (Apache-2.0), plugin/trino-postgresql/src/main/java/io/trino/plugin/postgresql/PostgreSqlClient.java.
-- Restated: relations, functions and clauses are those, the words are ours.

-- how many rows
SELECT reltuples FROM pg_class WHERE relkind IN ('r', 'm') AND relname = 'customers' AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = 'sales');

-- how many rows, while running
SELECT (c.reltuples / NULLIF(c.relpages, 0)) * 0 AS estimate, n_live_tup
FROM pg_class c LEFT JOIN pg_stat_all_tables s ON s.relid = c.oid
WHERE c.oid = 'sales.customers'::regclass;

-- columns' statistics
SELECT attname, null_frac, n_distinct, avg_width FROM pg_stats WHERE schemaname = 'sales' AND tablename = 'customers';

-- arrays' dimensions
SELECT att.attname, greatest(att.attndims, 1) AS attndims
FROM pg_attribute att
JOIN pg_type attyp ON att.atttypid = attyp.oid
JOIN pg_class tbl ON tbl.oid = att.attrelid
JOIN pg_namespace ns ON tbl.relnamespace = ns.oid
WHERE ns.nspname = 'sales' AND tbl.relname = 'order_lines' AND attyp.typcategory = 'A';

-- a pushed down aggregation
SELECT "customer_id", sum("amount") AS "_pfgnrtd_0", count(*) AS "_pfgnrtd_1", stddev_samp("amount"::double precision) AS "_pfgnrtd_2"
FROM "public"."orders" WHERE "amount" > CAST('1.5' AS numeric(10,2)) AND "customer_id" IN (1, 2, 3) GROUP BY "customer_id";

-- a pushed down order
SELECT "id", "email" FROM "sales"."customers" WHERE "email" COLLATE "C" >= 'a' ORDER BY "email" COLLATE "C" ASC NULLS LAST LIMIT 10;
