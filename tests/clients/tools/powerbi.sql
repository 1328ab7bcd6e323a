-- Power BI Desktop over Npgsql 4: the navigator.
-- Known from a log in datafusion-contrib/datafusion-postgres issue 218, and from npgsql/npgsql 4.0,
-- src/Npgsql/PostgresDatabaseInfo.cs.
-- Restated: relations, functions and clauses are those, the words are ours.

-- types
-- any order: those of a kind are in none
SELECT ns.nspname, a.typname, a.oid, a.typrelid, a.typbasetype,
    CASE WHEN pg_proc.proname='array_recv' THEN 'a' ELSE a.typtype END AS type,
    CASE WHEN pg_proc.proname='array_recv' THEN a.typelem WHEN a.typtype='r' THEN rngsubtype ELSE 0 END AS elemoid,
    CASE WHEN pg_proc.proname IN ('array_recv','oidvectorrecv') THEN 3 WHEN a.typtype='r' THEN 2 WHEN a.typtype='d' THEN 1 ELSE 0 END AS ord
FROM pg_type AS a
JOIN pg_namespace AS ns ON (ns.oid = a.typnamespace)
JOIN pg_proc ON pg_proc.oid = a.typreceive
LEFT OUTER JOIN pg_class AS cls ON (cls.oid = a.typrelid)
LEFT OUTER JOIN pg_type AS b ON (b.oid = a.typelem)
LEFT OUTER JOIN pg_class AS elemcls ON (elemcls.oid = b.typrelid)
LEFT OUTER JOIN pg_range ON (pg_range.rngtypid = a.oid)
WHERE a.typtype IN ('b', 'r', 'e', 'd')
    OR (a.typtype = 'c' AND cls.relkind='c')
    OR (pg_proc.proname='array_recv' AND (b.typtype IN ('b', 'r', 'e', 'd') OR (b.typtype = 'p' AND b.typname IN ('record', 'void')) OR (b.typtype = 'c' AND elemcls.relkind='c')))
    OR (a.typtype = 'p' AND a.typname IN ('record', 'void'))
ORDER BY ord;

-- character sets
SELECT character_set_name FROM INFORMATION_SCHEMA.character_sets;

-- tables
SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE
FROM INFORMATION_SCHEMA.tables
WHERE TABLE_SCHEMA NOT IN ('information_schema', 'pg_catalog')
ORDER BY TABLE_SCHEMA, TABLE_NAME;

-- columns
SELECT COLUMN_NAME, ORDINAL_POSITION, IS_NULLABLE,
    CASE WHEN (data_type LIKE '%unsigned%') THEN DATA_TYPE || ' unsigned' ELSE DATA_TYPE END AS DATA_TYPE
FROM INFORMATION_SCHEMA.columns
WHERE TABLE_SCHEMA = 'sales' AND TABLE_NAME = 'order_lines'
ORDER BY TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION;

-- keys
SELECT i.CONSTRAINT_SCHEMA || '_' || i.CONSTRAINT_NAME AS INDEX_NAME, ii.COLUMN_NAME, ii.ORDINAL_POSITION,
    CASE WHEN i.CONSTRAINT_TYPE = 'PRIMARY KEY' THEN 'Y' ELSE 'N' END AS PRIMARY_KEY
FROM INFORMATION_SCHEMA.table_constraints i
INNER JOIN INFORMATION_SCHEMA.key_column_usage ii ON i.CONSTRAINT_SCHEMA = ii.CONSTRAINT_SCHEMA AND i.CONSTRAINT_NAME = ii.CONSTRAINT_NAME
    AND i.TABLE_SCHEMA = ii.TABLE_SCHEMA AND i.TABLE_NAME = ii.TABLE_NAME
WHERE i.TABLE_SCHEMA = 'sales' AND i.TABLE_NAME = 'customers' AND i.CONSTRAINT_TYPE IN ('PRIMARY KEY', 'UNIQUE')
ORDER BY INDEX_NAME, ii.ORDINAL_POSITION;

-- tables that this one refers to
SELECT pkcol.COLUMN_NAME AS PK_COLUMN_NAME, fkcol.TABLE_SCHEMA AS FK_TABLE_SCHEMA, fkcol.TABLE_NAME AS FK_TABLE_NAME,
    fkcol.COLUMN_NAME AS FK_COLUMN_NAME, fkcol.ORDINAL_POSITION AS ORDINAL,
    fkcon.CONSTRAINT_SCHEMA || '_' || fkcol.TABLE_NAME || '_' || 'customers' || '_' || fkcon.CONSTRAINT_NAME AS FK_NAME
FROM (SELECT DISTINCT constraint_catalog, constraint_schema, unique_constraint_schema, constraint_name, unique_constraint_name
        FROM INFORMATION_SCHEMA.REFERENTIAL_CONSTRAINTS) fkcon
    INNER JOIN INFORMATION_SCHEMA.KEY_COLUMN_USAGE fkcol
        ON fkcon.CONSTRAINT_SCHEMA = fkcol.CONSTRAINT_SCHEMA AND fkcon.CONSTRAINT_NAME = fkcol.CONSTRAINT_NAME
    INNER JOIN INFORMATION_SCHEMA.KEY_COLUMN_USAGE pkcol
        ON fkcon.UNIQUE_CONSTRAINT_SCHEMA = pkcol.CONSTRAINT_SCHEMA AND fkcon.UNIQUE_CONSTRAINT_NAME = pkcol.CONSTRAINT_NAME
WHERE pkcol.TABLE_SCHEMA = 'sales' AND pkcol.TABLE_NAME = 'customers' AND pkcol.ORDINAL_POSITION = fkcol.ORDINAL_POSITION
ORDER BY FK_NAME, fkcol.ORDINAL_POSITION;

-- a preview
SELECT "$Table"."id" AS "id", "$Table"."email" AS "email", "$Table"."joined_at" AS "joined_at"
FROM "sales"."customers" "$Table"
LIMIT 200 OFFSET 0;

-- a folded query
SELECT "rows"."country" AS "country", count(distinct "rows"."email") + max(CASE WHEN "rows"."email" IS NULL THEN 1 ELSE 0 END) AS "n"
FROM (SELECT "country", "email" FROM "sales"."customers" "$Table" WHERE "country" = 'DE' AND "is_active") "rows"
GROUP BY "country";
