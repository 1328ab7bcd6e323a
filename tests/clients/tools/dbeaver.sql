-- DBeaver: what it asks when it connects, and what its navigator reads.
-- Known from dbeaver/dbeaver (Apache-2.0), plugins/org.jkiss.dbeaver.ext.postgresql, package
-- org.jkiss.dbeaver.ext.postgresql.model: PostgreDataSource, PostgreExecutionContext, PostgreDatabase,
-- PostgreSchema, PostgreDataTypeCache, PostgreTableBase, PostgreRole, PostgreDependency.
-- What is asked is as there; the layout is ours.

-- where one is
SELECT current_schema(),session_user;

-- the search path
SHOW search_path;

-- the version
SELECT version();

-- databases
-- $1 = postgres
SELECT db.oid,db.* FROM pg_catalog.pg_database db WHERE datallowconn AND NOT datistemplate OR db.datname = $1 ORDER BY db.datname;

-- whether there are type categories
SELECT typcategory FROM pg_catalog.pg_type WHERE 1<>1 LIMIT 1;

-- whether there are row types
SELECT reltype FROM pg_catalog.pg_class WHERE 1<>1 LIMIT 1;

-- a setting
-- $1 = standard_conforming_strings
SELECT name, setting FROM pg_catalog.pg_settings WHERE name = $1;

-- settings
-- rows differ: a server has its own
SELECT * FROM pg_catalog.pg_settings;

-- schemas
SELECT n.oid,n.*,d.description FROM pg_catalog.pg_namespace n
LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid=n.oid AND d.objsubid=0 AND d.classoid='pg_namespace'::regclass
ORDER BY nspname;

-- data types
SELECT t.oid,t.*,c.relkind,format_type(nullif(t.typbasetype, 0), t.typtypmod) AS base_type_name,d.description
FROM pg_catalog.pg_type t
LEFT OUTER JOIN pg_catalog.pg_type et ON et.oid=t.typelem
LEFT OUTER JOIN pg_catalog.pg_class c ON c.oid=t.typrelid
LEFT OUTER JOIN pg_catalog.pg_description d ON t.oid=d.objoid
WHERE t.typname IS NOT NULL AND (c.relkind IS NULL OR c.relkind = 'c') AND (et.typcategory IS NULL OR et.typcategory <> 'C')
ORDER BY t.oid;

-- the values of an enumeration
-- $1 = 0
SELECT e.enumlabel FROM pg_catalog.pg_enum e WHERE e.enumtypid=$1 ORDER BY e.enumsortorder;

-- the attributes of a composite type
-- $1 = 0
SELECT c.relname,a.*,pg_catalog.pg_get_expr(ad.adbin, ad.adrelid, true) AS def_value,dsc.description
FROM pg_catalog.pg_attribute a
INNER JOIN pg_catalog.pg_class c ON (a.attrelid=c.oid)
LEFT OUTER JOIN pg_catalog.pg_attrdef ad ON (a.attrelid=ad.adrelid AND a.attnum = ad.adnum)
LEFT OUTER JOIN pg_catalog.pg_description dsc ON (c.oid=dsc.objoid AND a.attnum = dsc.objsubid)
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.oid=$1
ORDER BY a.attnum;

-- the relations of a schema
-- $1 = {sales}
SELECT c.oid,c.*,d.description,
    pg_catalog.pg_get_expr(c.relpartbound, c.oid) AS partition_expr,
    pg_catalog.pg_get_partkeydef(c.oid) AS partition_key
FROM pg_catalog.pg_class c
LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid=c.oid AND d.objsubid=0 AND d.classoid='pg_class'::regclass
WHERE c.relnamespace=$1 AND c.relkind NOT IN ('i','I','c');

-- the columns of a table
-- $1 = {sales.order_lines}
SELECT c.relname,a.*,pg_catalog.pg_get_expr(ad.adbin, ad.adrelid, true) AS def_value,dsc.description,dep.objid
FROM pg_catalog.pg_attribute a
INNER JOIN pg_catalog.pg_class c ON (a.attrelid=c.oid)
LEFT OUTER JOIN pg_catalog.pg_attrdef ad ON (a.attrelid=ad.adrelid AND a.attnum = ad.adnum)
LEFT OUTER JOIN pg_catalog.pg_description dsc ON (c.oid=dsc.objoid AND a.attnum = dsc.objsubid)
LEFT OUTER JOIN pg_depend dep ON dep.refobjid = a.attrelid AND dep.deptype = 'i' AND dep.refobjsubid = a.attnum AND dep.classid = dep.refclassid
WHERE NOT a.attisdropped AND c.relkind NOT IN ('i','I','c') AND c.oid=$1
ORDER BY a.attnum;

-- the columns of a schema
-- $1 = {sales}
SELECT c.relname,a.*,pg_catalog.pg_get_expr(ad.adbin, ad.adrelid, true) AS def_value,dsc.description,dep.objid
FROM pg_catalog.pg_attribute a
INNER JOIN pg_catalog.pg_class c ON (a.attrelid=c.oid)
LEFT OUTER JOIN pg_catalog.pg_attrdef ad ON (a.attrelid=ad.adrelid AND a.attnum = ad.adnum)
LEFT OUTER JOIN pg_catalog.pg_description dsc ON (c.oid=dsc.objoid AND a.attnum = dsc.objsubid)
LEFT OUTER JOIN pg_depend dep ON dep.refobjid = a.attrelid AND dep.deptype = 'i' AND dep.refobjsubid = a.attnum AND dep.classid = dep.refclassid
WHERE NOT a.attisdropped AND c.relkind NOT IN ('i','I','c') AND c.relnamespace=$1
ORDER BY c.relname,a.attnum;

-- the constraints of a schema
-- $1 = {sales}
SELECT c.oid,c.*,t.relname AS tabrelname,rt.relnamespace AS refnamespace,d.description,
    CASE WHEN c.contype='c' THEN "substring"(pg_get_constraintdef(c.oid), 7) ELSE NULL END consrc_copy
FROM pg_catalog.pg_constraint c
INNER JOIN pg_catalog.pg_class t ON t.oid=c.conrelid
LEFT OUTER JOIN pg_catalog.pg_class rt ON rt.oid=c.confrelid
LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid=c.oid AND d.objsubid=0 AND d.classoid='pg_constraint'::regclass
WHERE c.contype NOT IN ('n') AND t.relnamespace=$1
ORDER BY c.conname;

-- the indexes of a table
-- $1 = {sales.order_lines}
SELECT i.*,i.indkey AS keys,c.relname,c.relnamespace,c.relam,c.reltablespace,tc.relname AS tabrelname,dsc.description,
    pg_catalog.pg_get_expr(i.indpred, i.indrelid) AS pred_expr,pg_catalog.pg_get_expr(i.indexprs, i.indrelid, true) AS expr,
    pg_catalog.pg_relation_size(i.indexrelid) AS index_rel_size,pg_catalog.pg_stat_get_numscans(i.indexrelid) AS index_num_scans
FROM pg_catalog.pg_index i
INNER JOIN pg_catalog.pg_class c ON c.oid=i.indexrelid
INNER JOIN pg_catalog.pg_class tc ON tc.oid=i.indrelid
LEFT OUTER JOIN pg_catalog.pg_description dsc ON i.indexrelid=dsc.objoid
WHERE i.indrelid=$1
ORDER BY tabrelname, c.relname;

-- a column of an index
-- $1 = {sales.customers_by_country}
-- $2 = 2
SELECT pg_catalog.pg_get_indexdef($1, $2, true);

-- an index
-- $1 = {sales.customers_by_country}
SELECT pg_catalog.pg_get_indexdef($1);

-- constraints as SQL
-- $1 = {sales.customers}
SELECT conname, pg_catalog.pg_get_constraintdef(oid), pg_catalog.pg_get_constraintdef(oid, true) FROM pg_catalog.pg_constraint WHERE conrelid=$1 ORDER BY conname;

-- the functions of a schema
-- $1 = {sales}
SELECT p.oid AS poid,p.*,pg_catalog.pg_get_expr(p.proargdefaults, 0) AS arg_defaults,d.description
FROM pg_catalog.pg_proc p
LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid=p.oid
WHERE p.pronamespace=$1
ORDER BY p.proname;

-- the functions of the catalog
SELECT p.oid,p.proname,p.prorettype,p.proargtypes,p.proallargtypes,p.proargmodes,p.proargnames,p.prokind,d.description
FROM pg_catalog.pg_proc p
LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid=p.oid AND d.classoid='pg_proc'::regclass
WHERE p.pronamespace='pg_catalog'::regnamespace
ORDER BY p.proname, p.oid;

-- a function as SQL
SELECT pg_catalog.pg_get_functiondef('pg_catalog.pg_get_keywords'::regproc::oid);

-- triggers
-- $1 = {sales}
SELECT x.oid,x.*,p.pronamespace AS func_schema_id,tc.relname AS tabrelname,d.description
FROM pg_catalog.pg_trigger x
INNER JOIN pg_catalog.pg_class tc ON tc.oid=x.tgrelid
INNER JOIN pg_catalog.pg_proc p ON p.oid=x.tgfoid
LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid=x.oid AND d.objsubid=0
WHERE NOT x.tgisinternal AND tc.relnamespace=$1;

-- rules
-- $1 = {sales}
SELECT c.relname,r.oid,r.*,pg_catalog.pg_get_ruledef(r.oid) AS definition
FROM pg_catalog.pg_rewrite r
INNER JOIN pg_catalog.pg_class c ON c.oid=r.ev_class
WHERE c.relnamespace=$1 AND r.rulename <> '_RETURN'::name
ORDER BY r.rulename;

-- row policies
-- $1 = sales
-- $2 = customers
SELECT policyname,permissive,roles,cmd,qual,with_check FROM pg_catalog.pg_policies WHERE schemaname=$1 AND tablename=$2;

-- sequences
-- $1 = {sales}
SELECT c.oid,c.relname,s.*,d.description
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_sequence s ON s.seqrelid=c.oid
LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid=c.oid
WHERE c.relnamespace=$1 AND c.relkind='S';

-- what a table inherits
-- $1 = {sales.customers}
SELECT i.*,c.relnamespace
FROM pg_catalog.pg_inherits i,pg_catalog.pg_class c
WHERE i.inhrelid=$1 AND c.oid=i.inhparent
ORDER BY i.inhseqno;

-- what inherits a table
-- $1 = {sales.customers}
SELECT i.*,c.relnamespace
FROM pg_catalog.pg_inherits i,pg_catalog.pg_class c
WHERE i.inhparent=$1 AND c.oid=i.inhrelid;

-- sizes
-- $1 = {sales}
-- rows differ: nothing is stored
SELECT c.oid,c.relname,pg_catalog.pg_total_relation_size(c.oid) AS total_rel_size,pg_catalog.pg_relation_size(c.oid) AS rel_size
FROM pg_catalog.pg_class c
WHERE c.relnamespace=$1;

-- the size of a database
-- $1 = postgres
-- rows differ: nothing is stored
SELECT pg_catalog.pg_database_size($1);

-- roles
SELECT a.oid,a.*,pd.description
FROM pg_catalog.pg_roles a
LEFT JOIN pg_catalog.pg_shdescription pd ON a.oid = pd.objoid
ORDER BY a.rolname;

-- the members of a role
-- $1 = 10
SELECT * FROM pg_catalog.pg_auth_members WHERE roleid=$1;

-- to which roles one belongs
-- $1 = 10
SELECT * FROM pg_catalog.pg_auth_members WHERE member=$1;

-- encodings
SELECT c.contoencoding AS encid,pg_catalog.pg_encoding_to_char(c.contoencoding) AS encname
FROM pg_catalog.pg_conversion c
GROUP BY c.contoencoding
ORDER BY 2;

-- access methods
SELECT am.oid,am.* FROM pg_catalog.pg_am am ORDER BY am.oid;

-- operator classes of an access method
-- $1 = 403
SELECT oc.oid,oc.* FROM pg_catalog.pg_opclass oc WHERE oc.opcmethod=$1 ORDER BY oc.oid;

-- operator families of an access method
-- $1 = 403
SELECT f.oid,f.* FROM pg_catalog.pg_opfamily f WHERE f.opfmethod=$1 ORDER BY f.oid;

-- languages
SELECT l.oid,l.* FROM pg_catalog.pg_language l ORDER BY l.oid;

-- foreign data wrappers
SELECT l.oid,l.*,p.pronamespace AS handler_schema_id
FROM pg_catalog.pg_foreign_data_wrapper l
LEFT OUTER JOIN pg_catalog.pg_proc p ON p.oid=l.fdwhandler
ORDER BY l.fdwname;

-- foreign servers
SELECT l.oid,l.* FROM pg_catalog.pg_foreign_server l ORDER BY l.srvname;

-- tablespaces
SELECT t.oid,t.*,pg_tablespace_location(t.oid) loc FROM pg_catalog.pg_tablespace t ORDER BY t.oid;

-- collations of a schema
SELECT c.oid,c.* FROM pg_catalog.pg_collation c WHERE c.collnamespace='pg_catalog'::regnamespace AND c.collname IN ('C', 'POSIX', 'default') ORDER BY c.oid;

-- extensions
SELECT e.oid,cfg.tbls,n.nspname AS schema_name,e.*
FROM pg_catalog.pg_extension e
JOIN pg_namespace n ON n.oid = e.extnamespace
LEFT JOIN (
    SELECT ARRAY_AGG(ns.nspname || '.' || cls.relname) tbls, oid_ext
    FROM (SELECT unnest(e1.extconfig) oid, e1.oid oid_ext FROM pg_catalog.pg_extension e1) c
    JOIN pg_class cls ON cls.oid = c.oid
    JOIN pg_namespace ns ON ns.oid = cls.relnamespace
    GROUP BY oid_ext
) cfg ON cfg.oid_ext = e.oid
ORDER BY e.oid;

-- extensions that could be had
-- rows differ: an installation has its own
SELECT * FROM pg_catalog.pg_available_extensions;

-- event triggers
SELECT t.oid,t.*,p.pronamespace AS func_schema_id FROM pg_catalog.pg_event_trigger t LEFT OUTER JOIN pg_catalog.pg_proc p ON p.oid=t.evtfoid ORDER BY t.evtname;

-- default privileges
-- $1 = {sales}
SELECT defaclrole::regrole, defaclobjtype, defaclacl FROM pg_catalog.pg_default_acl WHERE defaclnamespace=$1;

-- what depends on a table
-- $1 = {sales.customers}
SELECT DISTINCT dep.deptype, dep.classid, dep.objid, cl.relkind, attr.attname, pg_get_expr(ad.adbin, ad.adrelid) adefval,
    CASE WHEN cl.relkind IS NOT NULL THEN cl.relkind::text || COALESCE(dep.objsubid::text, '')
        WHEN tg.oid IS NOT NULL THEN 'T'::text
        WHEN ty.oid IS NOT NULL AND ty.typbasetype = 0 THEN 'y'::text
        WHEN ty.oid IS NOT NULL AND ty.typbasetype <> 0 THEN 'd'::text
        WHEN ns.oid IS NOT NULL THEN 'n'::text
        WHEN pr.oid IS NOT NULL AND prtyp.typname = 'trigger' THEN 't'::text
        WHEN pr.oid IS NOT NULL THEN 'P'::text
        WHEN la.oid IS NOT NULL THEN 'l'::text
        WHEN rw.oid IS NOT NULL THEN 'R'::text
        WHEN co.oid IS NOT NULL THEN 'C'::text || contype::text
        WHEN ad.oid IS NOT NULL THEN 'A'::text
        ELSE ''
    END AS type,
    COALESCE(coc.relname, clrw.relname) AS ownertable,
    CASE WHEN cl.relname IS NOT NULL AND att.attname IS NOT NULL THEN cl.relname || COALESCE('.' || att.attname, '')
        ELSE COALESCE(cl.relname, co.conname, pr.proname, tg.tgname, ty.typname, la.lanname, rw.rulename, ns.nspname)
    END AS refname,
    COALESCE(nsc.nspname, nso.nspname, nsp.nspname, nst.nspname, nsrw.nspname) AS nspname
FROM pg_depend dep
LEFT JOIN pg_class cl ON dep.objid=cl.oid
LEFT JOIN pg_attribute att ON dep.objid=att.attrelid AND dep.objsubid=att.attnum
LEFT JOIN pg_namespace nsc ON cl.relnamespace=nsc.oid
LEFT JOIN pg_proc pr ON dep.objid=pr.oid
LEFT JOIN pg_namespace nsp ON pr.pronamespace=nsp.oid
LEFT JOIN pg_trigger tg ON dep.objid=tg.oid
LEFT JOIN pg_type ty ON dep.objid=ty.oid
LEFT JOIN pg_namespace nst ON ty.typnamespace=nst.oid
LEFT JOIN pg_constraint co ON dep.objid=co.oid
LEFT JOIN pg_class coc ON co.conrelid=coc.oid
LEFT JOIN pg_namespace nso ON co.connamespace=nso.oid
LEFT JOIN pg_rewrite rw ON dep.objid=rw.oid
LEFT JOIN pg_class clrw ON clrw.oid=rw.ev_class
LEFT JOIN pg_namespace nsrw ON clrw.relnamespace=nsrw.oid
LEFT JOIN pg_language la ON dep.objid=la.oid
LEFT JOIN pg_namespace ns ON dep.objid=ns.oid
LEFT JOIN pg_attrdef ad ON ad.oid=dep.objid
LEFT JOIN pg_attribute attr ON attr.attrelid=ad.adrelid AND attr.attnum=ad.adnum
LEFT JOIN pg_type prtyp ON prtyp.oid = pr.prorettype
WHERE dep.refobjid=$1
ORDER BY type;

-- the privileges on tables
-- $1 = postgres
-- $2 = tester
-- rows differ: those on the catalogs are the server's own
SELECT * FROM information_schema.table_privileges WHERE table_catalog=$1 AND grantee=$2 AND table_schema='sales';

-- sessions
-- rows differ: they are
SELECT sa.* FROM pg_catalog.pg_stat_activity sa;

-- locks
-- rows differ: they are
SELECT l.pid, l.mode, l.granted, c.relname, pg_blocking_pids(l.pid) AS blocked_by
FROM pg_catalog.pg_locks l
LEFT JOIN pg_catalog.pg_class c ON c.oid = l.relation
LEFT JOIN pg_catalog.pg_database d ON d.oid = l.database
WHERE l.pid <> pg_backend_pid();

-- search by name
-- $1 = %order%
SELECT x.oid,x.relname,x.relnamespace,x.relkind
FROM pg_catalog.pg_class x
LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid=x.oid AND d.objsubid=0
WHERE x.relkind IN ('r','v','m','f','p') AND x.relname ILIKE $1
ORDER BY x.relname LIMIT 100;

-- search for columns
-- any order: two are called so
-- $1 = %email%
SELECT x.attname,x.attrelid,x.atttypid,c.relnamespace
FROM pg_catalog.pg_attribute x, pg_catalog.pg_class c
WHERE c.oid=x.attrelid AND x.attname ILIKE $1
ORDER BY x.attname LIMIT 100;
