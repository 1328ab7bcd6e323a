-- Tableau Desktop over its PostgreSQL connector (pgjdbc): connecting and the data source page. The catalog itself comes
-- from the queries in pgjdbc.sql and psqlodbc.sql.
-- Known from logs that people show: risingwavelabs/risingwave issue 10459, treasure-data/prestogres issue 29,
-- cube-js/cube issue 10721, tableau/connector-plugin-sdk (docs/capabilities.md, docs/metadata-enumeration.md).
-- Restated: relations, functions and clauses are those, the words are ours.

-- the collation
-- rows differ: it is a choice of who makes the database
SHOW "lc_collate";

-- where one is
SELECT current_schema(), current_database();

-- a sub-query, probed
SELECT "SUBCOL" AS "COL" FROM (SELECT 1 AS "SUBCOL") "SUBQUERY" GROUP BY 1;

-- a limit, probed
SELECT "SUBCOL" AS "COL" FROM (SELECT 1 AS "SUBCOL") "SUBQUERY" LIMIT 1;

-- columns of a table, described by no rows
SELECT * FROM "sales"."customers" "customers" LIMIT 0;

-- columns of a query, described by no rows
SELECT * FROM (SELECT id, email FROM sales.customers) "Custom SQL Query" LIMIT 0;

-- the whole of a table counted
SELECT COUNT(1) AS "cnt:orders:ok" FROM "public"."orders" "orders" HAVING (COUNT(1) > 0);

-- a sheet
SELECT CAST("orders"."customer_id" AS TEXT) AS "customer_id", SUM("orders"."amount") AS "sum:amount:ok",
    DATE_TRUNC('YEAR', CAST("orders"."order_time" AS TIMESTAMP)) AS "tyr:order_time:ok"
FROM "public"."orders" "orders"
GROUP BY 1, 3;

-- the range of a date
SELECT MAX(CAST("orders"."order_time" AS DATE)) AS "max", MIN(CAST("orders"."order_time" AS DATE)) AS "min", (COUNT(1) > 0) AS "any" FROM "public"."orders" "orders" HAVING COUNT(1) >= 0;
