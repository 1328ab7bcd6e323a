-- DataGrip and the other IDEs of JetBrains: connecting and introspection.
-- Known from logs that people show: cockroachdb/cockroach issues 13998, 20641, 33296; yugabyte/yugabyte-db issue 9328;
-- risingwavelabs/risingwave issue 14224; MaterializeInc/materialize issue 9720; datafusion-contrib/datafusion-postgres
-- issue 165 and datafusion-postgres/tests/datagrip.rs (DataGrip 2025.2).
-- Restated: relations, functions and clauses are those, the words are ours.

-- where one is
SELECT current_database() AS a, current_schemas(false) AS b;

-- where one is, another way
SELECT current_database(), current_schema(), current_user;

-- isolation
SHOW TRANSACTION ISOLATION LEVEL;

-- dates
SHOW DateStyle;

-- since when the server runs
-- rows differ: it is another server
SELECT round(extract(epoch FROM pg_postmaster_start_time() AT TIME ZONE 'UTC')) AS startup_time;

-- the oldest transaction
SELECT l.transactionid::varchar::bigint AS transaction_id
FROM pg_catalog.pg_locks l
WHERE l.transactionid IS NOT NULL AND l.transactionid::varchar = 'none'
ORDER BY pg_catalog.age(l.transactionid) DESC
LIMIT 1;

-- the present transaction
-- rows differ: transactions have numbers of their own
SELECT CASE WHEN pg_catalog.pg_is_in_recovery() THEN NULL
    ELSE (pg_catalog.txid_current() % 4294967296)::varchar::bigint END AS current_txid;

-- databases
SELECT d.oid::bigint AS id, datname AS name, c.description, datistemplate AS is_template,
    datallowconn AS allow_connections, pg_catalog.pg_get_userbyid(d.datdba) AS "owner"
FROM pg_catalog.pg_database d
LEFT JOIN pg_catalog.pg_shdescription c ON d.oid = c.objoid
WHERE datname = current_database()
ORDER BY CASE WHEN datname = pg_catalog.current_database() THEN -1::bigint ELSE d.oid::bigint END;

-- schemas, with the transaction that made them
SELECT n.oid::bigint AS id, n.xmin AS state_number, nspname AS name, d.description,
    pg_catalog.pg_get_userbyid(n.nspowner) AS "owner"
FROM pg_catalog.pg_namespace n
LEFT JOIN pg_catalog.pg_description d ON n.oid = d.objoid
ORDER BY nspname;

-- the latest change of a schema
-- rows differ: transactions have numbers of their own
-- $1 = {sales}
SELECT max(last_tx) AS state_number
FROM (
    SELECT max(xmin::varchar::bigint) AS last_tx FROM pg_catalog.pg_type WHERE typnamespace = oid($1)
    UNION ALL
    SELECT max(xmin::varchar::bigint) AS last_tx FROM pg_catalog.pg_class WHERE relnamespace = oid($1)
    UNION ALL
    SELECT max(xmin::varchar::bigint) AS last_tx FROM pg_catalog.pg_proc WHERE pronamespace = oid($1)
    UNION ALL
    SELECT max(xmin::varchar::bigint) AS last_tx FROM pg_catalog.pg_operator WHERE oprnamespace = oid($1)
    UNION ALL
    SELECT max(a.xmin::varchar::bigint) AS last_tx FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class k ON k.oid = a.attrelid WHERE k.relnamespace = oid($1)
    UNION ALL
    SELECT max(xmin::varchar::bigint) AS last_tx FROM pg_catalog.pg_constraint WHERE connamespace = oid($1)
) x;

-- types for a result
-- $1 = 1034
SELECT typinput='pg_catalog.array_in'::regproc AS is_array, typtype, typname, pg_type.oid
FROM pg_catalog.pg_type
LEFT JOIN (SELECT ns.oid AS nspoid, ns.nspname, r.r
    FROM pg_namespace AS ns
    JOIN (SELECT s.r, (current_schemas(false))[s.r] AS nspname
        FROM generate_series(1, array_upper(current_schemas(false), 1)) AS s(r)) AS r USING (nspname)
    ) AS sp ON sp.nspoid = typnamespace
WHERE pg_type.oid = $1
ORDER BY sp.r, pg_type.oid DESC;

-- time zones
-- rows differ: whose list of zones is newer
SELECT name, is_dst FROM pg_catalog.pg_timezone_names
UNION DISTINCT
SELECT abbrev AS name, is_dst FROM pg_catalog.pg_timezone_abbrevs;

-- roles
SELECT r.oid::bigint AS role_id, rolname AS role_name, rolsuper is_super, rolinherit is_inherit,
    rolcreaterole can_createrole, rolcreatedb can_createdb, rolcanlogin can_login,
    rolreplication /* false */ is_replication, rolconnlimit conn_limit, rolvaliduntil valid_until,
    rolbypassrls /* false */ bypass_rls, rolconfig config, d.description
FROM pg_catalog.pg_roles r
LEFT JOIN pg_catalog.pg_shdescription d ON d.objoid = r.oid;

-- members of roles
SELECT member id, roleid role_id, admin_option FROM pg_catalog.pg_auth_members WHERE member > 16383 ORDER BY id, roleid::text;

-- tablespaces
SELECT t.oid::bigint AS id, t.spcname AS name, t.xmin AS state_number, pg_catalog.pg_get_userbyid(t.spcowner) AS owner,
    pg_catalog.pg_tablespace_location(t.oid) /* null */ AS location, t.spcoptions /* null */ AS options, d.description AS comment
FROM pg_catalog.pg_tablespace t
LEFT JOIN pg_catalog.pg_shdescription d ON d.objoid = t.oid
--  where pg_catalog.age(T.xmin) <= #TXAGE
;

-- privileges on tablespaces and databases
SELECT t.oid AS object_id, t.spcacl AS acl FROM pg_catalog.pg_tablespace t
UNION ALL
SELECT d.oid AS object_id, d.datacl AS acl FROM pg_catalog.pg_database d WHERE d.datname = current_database();

-- extensions, with what they could become
SELECT e.oid AS id, e.xmin AS state_number, extname AS name, extversion AS version, extnamespace AS schema_id, nspname AS schema_name,
    array(SELECT unnest FROM unnest(available_versions) WHERE unnest > extversion) AS available_updates
FROM pg_catalog.pg_extension e
JOIN pg_namespace n ON e.extnamespace = n.oid
LEFT JOIN (SELECT name, array_agg(version) AS available_versions FROM pg_available_extension_versions() GROUP BY name) v ON e.extname = v.name;

-- languages
SELECT l.oid AS id, l.xmin AS state_number, l.lanname AS name, l.lanpltrusted AS trusted, h.proname AS handler, hs.nspname AS handler_schema,
    i.proname AS inline, v.proname AS validator
FROM pg_catalog.pg_language l
LEFT JOIN pg_catalog.pg_proc h ON h.oid = lanplcallfoid
LEFT JOIN pg_catalog.pg_namespace hs ON hs.oid = h.pronamespace
LEFT JOIN pg_catalog.pg_proc i ON i.oid = laninline
LEFT JOIN pg_catalog.pg_proc v ON v.oid = lanvalidator
ORDER BY lanname;

-- access methods
SELECT a.oid AS access_method_id, a.xmin AS state_number, a.amname AS access_method_name, a.amhandler::oid AS handler_id,
    pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(p.proname) AS handler_name, a.amtype AS access_method_type
FROM pg_am a
JOIN pg_proc p ON a.amhandler::oid = p.oid
JOIN pg_namespace n ON p.pronamespace = n.oid;

-- casts
SELECT c.oid, c.xmin AS state_number, c.castsource AS castsource_id,
    pg_catalog.quote_ident(sn.nspname) || '.' || pg_catalog.quote_ident(s.typname) AS castsource_name,
    c.casttarget AS casttarget_id, pg_catalog.quote_ident(tn.nspname) || '.' || pg_catalog.quote_ident(t.typname) AS casttarget_name,
    c.castfunc AS castfunc_id, c.castcontext, c.castmethod
FROM pg_cast c
JOIN pg_type s ON c.castsource::oid = s.oid
JOIN pg_catalog.pg_namespace sn ON s.typnamespace = sn.oid
JOIN pg_type t ON c.casttarget::oid = t.oid
JOIN pg_catalog.pg_namespace tn ON t.typnamespace = tn.oid;

-- what a schema has
-- $1 = {sales}
SELECT t.oid AS oid, relnamespace AS schemaid, pg_catalog.translate(relkind, 'rmvpfS', 'rmvrfS') AS kind
FROM pg_catalog.pg_class t WHERE relnamespace IN ($1) AND relkind IN ('r', 'm', 'v', 'p', 'f', 'S')
UNION ALL
SELECT t.oid, t.typnamespace, 'T' FROM pg_catalog.pg_type t
LEFT OUTER JOIN pg_catalog.pg_class c ON t.typrelid = c.oid
WHERE t.typnamespace IN ($1) AND (t.typtype IN ('d', 'e') OR c.relkind = 'c'::"char" OR t.typtype = 'b' AND (t.typelem = 0 OR t.typcategory <> 'A'))
UNION ALL
SELECT oid, collnamespace, 'C' FROM pg_catalog.pg_collation WHERE collnamespace IN ($1)
UNION ALL
SELECT oid, oprnamespace, 'O' FROM pg_catalog.pg_operator WHERE oprnamespace IN ($1)
UNION ALL
SELECT oid, opcnamespace, 'c' FROM pg_catalog.pg_opclass WHERE opcnamespace IN ($1)
UNION ALL
SELECT oid, opfnamespace, 'F' FROM pg_catalog.pg_opfamily WHERE opfnamespace IN ($1)
UNION ALL
SELECT oid, pronamespace, CASE WHEN prokind <> 'a' THEN 'R' ELSE 'a' END FROM pg_catalog.pg_proc WHERE pronamespace IN ($1)
ORDER BY schemaid, oid;

-- sequences
-- $1 = {sales}
SELECT cls.xmin AS sequence_state_number, sq.seqrelid AS sequence_id, cls.relname AS sequence_name,
    pg_catalog.format_type(sq.seqtypid, NULL) AS data_type, sq.seqstart AS next_value, sq.seqincrement AS inc_value,
    sq.seqmin AS min_value, sq.seqmax AS max_value, sq.seqcache AS cache_size, sq.seqcycle AS cycle_option,
    pg_catalog.pg_get_userbyid(cls.relowner) AS "owner"
FROM pg_catalog.pg_sequence sq
JOIN pg_class cls ON sq.seqrelid = cls.oid
WHERE cls.relnamespace = $1::oid;

-- types of a schema
-- $1 = {sales}
SELECT t.oid AS type_id, t.xmin AS type_state_number, t.typname AS type_name, t.typtype AS type_sub_kind, t.typcategory AS type_category,
    t.typrelid AS class_id, t.typbasetype AS base_type_id,
    CASE WHEN t.typtype IN ('c', 'e') THEN NULL ELSE pg_catalog.format_type(t.typbasetype, t.typtypmod) END AS type_def,
    t.typndims AS dimensions_number, t.typdefault AS default_expression, t.typnotnull AS mandatory,
    pg_catalog.pg_get_userbyid(t.typowner) AS "owner"
FROM pg_catalog.pg_type t
LEFT OUTER JOIN pg_catalog.pg_class c ON t.typrelid = c.oid
WHERE t.typnamespace = $1::oid AND (t.typtype IN ('d', 'e') OR c.relkind = 'c'::"char" OR t.typtype = 'b' AND (t.typelem = 0 OR t.typcategory <> 'A'))
ORDER BY 1;

-- types of the catalog
SELECT t.oid AS type_id, t.xmin AS type_state_number, t.typname AS type_name, t.typtype AS type_sub_kind, t.typcategory AS type_category,
    t.typrelid AS class_id, t.typbasetype AS base_type_id,
    CASE WHEN t.typtype IN ('c', 'e') THEN NULL ELSE pg_catalog.format_type(t.typbasetype, t.typtypmod) END AS type_def,
    t.typndims AS dimensions_number, t.typdefault AS default_expression, t.typnotnull AS mandatory
FROM pg_catalog.pg_type t
LEFT OUTER JOIN pg_catalog.pg_class c ON t.typrelid = c.oid
WHERE t.typnamespace = 'pg_catalog'::regnamespace AND (t.typtype IN ('d', 'e') OR c.relkind = 'c'::"char" OR t.typtype = 'b' AND (t.typelem = 0 OR t.typcategory <> 'A'))
ORDER BY 1;

-- tables
-- $1 = {sales}
SELECT t.relkind AS table_kind, t.relname AS table_name, t.oid AS table_id, t.xmin AS table_state_number, false /* oids */ AS table_with_oids,
    t.reltablespace AS tablespace_id, t.reloptions AS options, t.relpersistence AS persistence,
    (SELECT pg_catalog.array_agg(inhparent::bigint ORDER BY inhseqno)::varchar FROM pg_catalog.pg_inherits WHERE t.oid = inhrelid) AS ancestors,
    (SELECT pg_catalog.array_agg(inhrelid::bigint ORDER BY inhrelid)::varchar FROM pg_catalog.pg_inherits WHERE t.oid = inhparent) AS successors,
    t.relispartition /* false */ AS is_partition, pg_catalog.pg_get_partkeydef(t.oid) /* null */ AS partition_key,
    pg_catalog.pg_get_expr(t.relpartbound, t.oid) /* null */ AS partition_expression, t.relam am_id,
    pg_catalog.pg_get_userbyid(t.relowner) AS "owner"
FROM pg_catalog.pg_class t
WHERE relnamespace = $1::oid AND relkind IN ('r', 'm', 'v', 'f', 'p')
ORDER BY table_kind, table_name;

-- columns
-- $1 = {sales}
WITH t AS (
    SELECT DISTINCT t.oid AS table_id, t.relname AS table_name
    FROM pg_catalog.pg_class t, pg_catalog.pg_attribute a
    WHERE t.relnamespace = $1::oid AND t.relkind IN ('r', 'm', 'v', 'f', 'p') AND a.attrelid = t.oid
)
SELECT t.table_id, c.attnum AS column_position, c.attname AS column_name, c.xmin AS column_state_number, c.atttypmod AS type_mod,
    c.attndims AS dimensions_number, pg_catalog.format_type(c.atttypid, c.atttypmod) AS type_spec, c.atttypid AS type_id,
    c.attnotnull AS mandatory, pg_catalog.pg_get_expr(d.adbin, t.table_id) AS column_default_expression,
    NOT c.attislocal AS column_is_inherited, c.attfdwoptions AS options, c.attisdropped AS column_is_dropped,
    c.attidentity AS identity_kind, c.attgenerated AS generated
FROM t
JOIN pg_catalog.pg_attribute c ON t.table_id = c.attrelid
LEFT JOIN pg_catalog.pg_attrdef d ON (c.attrelid, c.attnum) = (d.adrelid, d.adnum)
WHERE attnum > 0
ORDER BY table_name, attnum;

-- indexes
-- $1 = {sales}
SELECT tab.oid table_id, tab.relkind table_kind, ind_stor.relname index_name, ind_head.indexrelid index_id, ind_stor.xmin state_number,
    ind_head.indisunique is_unique, ind_head.indisprimary is_primary, ind_head.indnullsnotdistinct has_nulls_not_distinct,
    pg_catalog.pg_get_expr(ind_head.indpred, ind_head.indrelid) AS condition,
    (SELECT pg_catalog.array_agg(inhparent::bigint ORDER BY inhseqno)::varchar FROM pg_catalog.pg_inherits WHERE ind_stor.oid = inhrelid) AS ancestors,
    ind_stor.reltablespace tablespace_id, opcmethod AS access_method_id
FROM pg_catalog.pg_class tab
JOIN pg_catalog.pg_index ind_head ON ind_head.indrelid = tab.oid
JOIN pg_catalog.pg_class ind_stor ON tab.relnamespace = ind_stor.relnamespace AND ind_stor.oid = ind_head.indexrelid
LEFT JOIN pg_catalog.pg_opclass ON pg_opclass.oid = ANY(indclass)
WHERE tab.relnamespace = $1::oid AND tab.relkind IN ('r', 'm', 'v', 'p') AND ind_stor.relkind IN ('i', 'I')
ORDER BY index_name;

-- columns of indexes
-- $1 = {sales}
SELECT ind_head.indexrelid index_id, k col_idx, k <= indnkeyatts /* true */ in_key, ind_head.indkey[k-1] column_position,
    ind_head.indoption[k-1] column_options, ind_head.indcollation[k-1] AS collation, colln.nspname AS collation_schema,
    collname AS collation_str, ind_head.indclass[k-1] AS opclass, CASE WHEN opcdefault THEN NULL ELSE opcn.nspname END AS opclass_schema,
    CASE WHEN opcdefault THEN NULL ELSE opcname END AS opclass_str,
    CASE WHEN indexprs IS NULL THEN NULL
        WHEN ind_head.indkey[k-1] = 0 THEN chr(27) || pg_catalog.pg_get_indexdef(ind_head.indexrelid, k::int, true)
        ELSE pg_catalog.pg_get_indexdef(ind_head.indexrelid, k::int, true) END AS expression,
    pg_catalog.pg_indexam_has_property(am.oid, 'can_order') AS can_order
FROM pg_catalog.pg_index ind_head
JOIN pg_catalog.pg_class ind_stor ON ind_stor.oid = ind_head.indexrelid
CROSS JOIN unnest(ind_head.indkey) WITH ORDINALITY u(u, k)
LEFT JOIN pg_catalog.pg_collation ON pg_collation.oid = ind_head.indcollation[k-1]
LEFT JOIN pg_catalog.pg_namespace colln ON collnamespace = colln.oid
JOIN pg_catalog.pg_am am ON ind_stor.relam = am.oid
LEFT JOIN pg_catalog.pg_opclass ON pg_opclass.oid = ind_head.indclass[k-1]
LEFT JOIN pg_catalog.pg_namespace opcn ON opcnamespace = opcn.oid
WHERE ind_stor.relnamespace = $1::oid AND ind_stor.relkind IN ('i', 'I')
ORDER BY ind_stor.relname, k;

-- constraints
-- $1 = {sales}
SELECT t.oid table_id, relkind table_kind, c.oid::bigint con_id, c.xmin::varchar = '' con_state_id, conname con_name, contype con_kind,
    conkey con_columns, conindid index_id, confrelid ref_table_id, condeferrable is_deferrable, condeferred is_init_deferred,
    confupdtype on_update, confdeltype on_delete, connoinherit no_inherit, pg_catalog.pg_get_expr(conbin, t.oid) /* consrc */ con_expression,
    confkey ref_columns, conexclop::int[] excl_operators,
    array(SELECT unnest::regoper::varchar FROM unnest(conexclop)) excl_operators_str
FROM pg_catalog.pg_constraint c
JOIN pg_catalog.pg_class t ON c.conrelid = t.oid
WHERE relkind IN ('r', 'v', 'f', 'p') AND relnamespace = $1::oid AND contype IN ('p', 'u', 'f', 'c', 'x') AND connamespace = $1::oid
ORDER BY conname;

-- comments
-- $1 = {sales}
SELECT t.relkind::char AS kind, t.oid AS id, d.objsubid AS position, d.description
FROM pg_catalog.pg_class t
JOIN pg_catalog.pg_description d ON t.oid = d.objoid AND d.classoid = 'pg_catalog.pg_class'::regclass
WHERE t.relnamespace = $1::oid
UNION ALL
SELECT 'c'::char, c.oid, NULL, d.description
FROM pg_catalog.pg_constraint c
JOIN pg_catalog.pg_description d ON c.oid = d.objoid AND d.classoid = 'pg_catalog.pg_constraint'::regclass
WHERE c.connamespace = $1::oid
ORDER BY kind, description;

-- types that functions take and answer
WITH schema_procs AS (
    SELECT prorettype, proargtypes, proallargtypes FROM pg_catalog.pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace
), schema_arg_types AS (
    SELECT prorettype AS type_id FROM schema_procs
    UNION SELECT DISTINCT unnest(proargtypes) AS type_id FROM schema_procs
    UNION SELECT DISTINCT unnest(proallargtypes) AS type_id FROM schema_procs
)
SELECT type_id, pg_catalog.format_type(type_id, NULL) AS type_spec FROM schema_arg_types WHERE type_id <> 0;

-- functions
WITH languages AS (SELECT oid AS lang_oid, lanname AS lang FROM pg_catalog.pg_language),
routines AS (
    SELECT proname AS r_name, prolang AS lang_oid, oid AS r_id, proargnames AS arg_names, proargmodes AS arg_modes,
        proargtypes::int[] AS in_arg_types, proallargtypes::int[] AS all_arg_types, provariadic AS arg_variadic_id,
        prorettype AS ret_type_id, proretset AS ret_set, prokind AS kind, provolatile AS volatile_kind, proisstrict AS is_strict,
        prosecdef AS is_security_definer, proconfig AS configuration_parameters, procost AS cost, prorows AS rows,
        proleakproof AS is_leakproof, proparallel AS concurrency_kind
    FROM pg_catalog.pg_proc
    WHERE pronamespace = 'pg_catalog'::regnamespace AND NOT (prokind = 'a') AND proname LIKE 'pg_get%'
)
SELECT * FROM routines NATURAL JOIN languages ORDER BY r_id;

-- aggregates
SELECT p.oid AS aggregate_id, p.proname AS aggregate_name, p.proargtypes::int[] AS in_arg_types, a.aggtransfn::oid AS transition_function_id,
    a.aggtransfn::regproc::text AS transition_function_name, a.aggtranstype AS transition_type, a.aggfinalfn::oid AS final_function_id,
    CASE WHEN a.aggfinalfn::oid = 0 THEN NULL ELSE a.aggfinalfn::regproc::varchar END AS final_function_name,
    a.agginitval AS initial_value, a.aggsortop AS sort_operator_id,
    CASE WHEN a.aggsortop = 0 THEN NULL ELSE a.aggsortop::regoper::varchar END AS sort_operator_name
FROM pg_catalog.pg_aggregate a
JOIN pg_catalog.pg_proc p ON a.aggfnoid = p.oid
WHERE p.pronamespace = 'pg_catalog'::regnamespace
ORDER BY p.oid;

-- operators
SELECT o.oid AS op_id, oprname AS op_name, oprkind AS op_kind, oprleft AS arg_left_type_id, oprright AS arg_right_type_id,
    oprresult AS arg_result_type_id, oprcode::oid AS main_id, oprcode::varchar AS main_name, oprrest::varchar AS restrict_name,
    oprjoin::varchar AS join_name, oprcom AS com_id, oprcom::regoper::varchar AS com_name, oprnegate AS neg_id, oprcanmerge AS merges, oprcanhash AS hashes
FROM pg_catalog.pg_operator o
WHERE oprnamespace = 'pg_catalog'::regnamespace
ORDER BY op_id;

-- views
-- $1 = {sales}
SELECT t.relkind AS view_kind, t.oid AS view_id, pg_catalog.pg_get_viewdef(t.oid, true) AS source_text
FROM pg_catalog.pg_class t
JOIN pg_catalog.pg_namespace n ON t.relnamespace = n.oid
WHERE n.oid = $1::oid AND t.relkind IN ('m', 'v');

-- sequences that belong to columns
-- $1 = {sales}
SELECT d.objid AS dependent_id, d.refobjid AS owner_id, d.refobjsubid AS owner_subobject_id
FROM pg_depend d
JOIN pg_class c_seq ON d.objid = c_seq.oid AND d.classid = 'pg_class'::regclass::oid
JOIN pg_class c_tab ON d.refobjid = c_tab.oid AND d.refclassid = 'pg_class'::regclass::oid
WHERE c_seq.relkind = 'S' AND c_tab.relkind = 'r' AND c_tab.relnamespace = $1::oid AND (d.deptype = 'a' OR d.deptype = 'i')
ORDER BY owner_id;

-- privileges
-- $1 = {sales}
SELECT t.oid AS object_id, t.relacl AS acl FROM pg_catalog.pg_class t WHERE relnamespace = $1::oid AND relkind IN ('r', 'm', 'v', 'f', 'p', 'S')
UNION ALL
SELECT t.oid AS object_id, t.proacl AS acl FROM pg_catalog.pg_proc t WHERE pronamespace = $1::oid;

-- privileges on columns
-- $1 = {sales}
SELECT t.oid AS object_id, a.attnum AS attr_position, a.attacl AS acl
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class t ON t.oid = a.attrelid
WHERE relnamespace = $1::oid AND a.attacl IS NOT NULL;

-- rows of a table
SELECT t.* FROM sales.customers t LIMIT 501;

-- whether the connection is encrypted
SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid();
