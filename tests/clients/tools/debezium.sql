-- Debezium: the PostgreSQL connector before it streams.
-- Known from debezium/debezium (Apache-2.0), debezium-connector-postgres/src/main/java/io/debezium/connector/postgresql:
-- connection/PostgresConnection.java, TypeRegistry.java, connection/PostgresReplicationConnection.java.
-- Restated: relations, functions and clauses are those, the words are ours.

-- types
SELECT t.oid AS oid, t.typname AS name, t.typelem AS element, t.typbasetype AS parentoid, t.typtypmod AS modifiers, t.typcategory AS category, e.values AS enum_values
FROM pg_catalog.pg_type t
JOIN pg_catalog.pg_namespace n ON (t.typnamespace = n.oid)
LEFT JOIN (SELECT t.enumtypid AS id, array_agg(t.enumlabel) AS values FROM pg_catalog.pg_enum t GROUP BY id) e ON (t.oid = e.id)
WHERE n.nspname != 'pg_toast' AND t.typcategory <> 'A';

-- a type by its name
SELECT t.oid AS oid, t.typname AS name FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON (t.typnamespace = n.oid)
WHERE n.nspname != 'pg_toast' AND t.typname = 'timestamptz';

-- SQL types of types
SELECT DISTINCT ON (typname) typname, typinput='array_in'::regproc, typtype, sp.r, pg_type.oid
FROM pg_type
LEFT JOIN (SELECT ns.oid AS nspoid, ns.nspname, r.r FROM pg_namespace AS ns
    JOIN (SELECT s.r, (current_schemas(false))[s.r] AS nspname FROM generate_series(1, array_upper(current_schemas(false), 1)) AS s(r)) AS r USING (nspname)
    ) AS sp ON sp.nspoid = typnamespace
WHERE typname IN ('int4', 'text', '_int4', 'numeric', 'jsonb')
ORDER BY typname, sp.r, pg_type.oid;

-- how a table is replicated
SELECT relreplident FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_namespace n ON c.relnamespace = n.oid WHERE n.nspname = 'sales' AND c.relname = 'customers';

-- a slot
SELECT * FROM pg_replication_slots WHERE slot_name = 'debezium' AND database = 'postgres' AND plugin = 'pgoutput';

-- a publication
SELECT COUNT(1) FROM pg_publication WHERE pubname = 'dbz_publication';

-- whether one may replicate
SELECT oid, rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication
FROM pg_roles WHERE pg_has_role('tester', oid, 'member') AND rolname = current_user;

-- the state of the server
-- rows differ: transactions have numbers of their own
SELECT CASE pg_is_in_recovery() WHEN true THEN 0 ELSE txid_current() END AS txid;

-- the server's version
-- rows differ: it is another server
SHOW server_version;

-- the encoding of the database
SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database();

-- generated columns
SELECT column_name FROM information_schema.columns WHERE table_schema = 'sales' AND table_name = 'customers' AND is_generated = 'ALWAYS';
