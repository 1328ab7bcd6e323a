#!/usr/bin/env bash
# Writes the files beside it out of a fresh PostgreSQL 15, whose psql connects to
# without arguments (PGHOST, PGPORT, PGUSER). What is in them is PostgreSQL's own
# (PostgreSQL licence).
#
# relations.tsv: a line for each catalog and view of a system schema
#     schema, name, kind, OID, OID of the row type, comment
# and, indented, one for each of its columns
#     name, OID of the type, modifier, whether it is NOT NULL
# and, indented twice, one for each of its indexes
#     name, OID, whether it is unique, the numbers of its columns,
#     and of its constraint the kind and the OID
# A column over a domain is told with the domain's base.
#
# The others are rows as COPY writes them, columns in the catalog's order. Objects
# are told by their OIDs, and an expression in place of its node tree.
set -euo pipefail
cd "$(dirname "$0")"
export PGOPTIONS="-c search_path=pg_catalog -c extra_float_digits=1"
ask() { psql -XAtq -v ON_ERROR_STOP=1 -c "$1"; }

ask "COPY (
    WITH relation AS (
        SELECT c.*, nspname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
        WHERE nspname IN ('pg_catalog', 'information_schema') AND relkind IN ('r', 'v')
    )
    SELECT line FROM (
        SELECT c.oid, 0 AS part, 0::bigint AS number, concat_ws(E'\t', nspname, relname, relkind, c.oid, reltype,
                   obj_description(c.oid, 'pg_class')) AS line
        FROM relation c
        UNION ALL
        SELECT c.oid, 1, attnum, E'\t' || concat_ws(E'\t', attname, coalesce(nullif(typbasetype, 0), atttypid),
                   CASE WHEN typbasetype <> 0 THEN typtypmod ELSE atttypmod END, attnotnull)
        FROM relation c JOIN pg_attribute a ON attrelid = c.oid JOIN pg_type t ON t.oid = atttypid
        WHERE attnum > 0
        UNION ALL
        SELECT c.oid, 2, i.oid, E'\t\t' || concat_ws(E'\t', i.relname, i.oid, indisunique, indkey, contype, k.oid)
        FROM relation c JOIN pg_index ON indrelid = c.oid JOIN pg_class i ON i.oid = indexrelid
             LEFT JOIN pg_constraint k ON conindid = i.oid
    ) lines ORDER BY oid, part, number
) TO STDOUT" | sed 's/\\t/\t/g' > relations.tsv

# rows RELATION [CONDITION]
rows() {
    local columns
    columns=$(ask "SELECT string_agg(CASE
            WHEN attname IN ('proacl', 'typacl', 'lanacl', 'spcacl', 'probin', 'typdefaultbin') THEN 'NULL'
            WHEN attname = 'proargdefaults' THEN 'pg_get_expr(proargdefaults, 0)'
            WHEN attname = 'prosqlbody' THEN 'pg_get_function_sqlbody(oid)'
            WHEN atttypid = 'regproc'::regtype THEN attname || '::oid'
            ELSE quote_ident(attname) END, ', ' ORDER BY attnum)
        FROM pg_attribute WHERE attrelid = '$1'::regclass AND attnum > 0")
    ask "COPY (SELECT $columns FROM $1 WHERE ${2:-true} ORDER BY 1, 2, 3) TO STDOUT" > "${1#*.}.tsv"
}
system="(SELECT oid FROM pg_class WHERE relnamespace IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace))"
for relation in pg_aggregate pg_am pg_amop pg_amproc pg_cast pg_conversion pg_opclass \
    pg_operator pg_opfamily pg_proc pg_range pg_tablespace pg_timezone_abbrevs pg_ts_config \
    pg_ts_config_map pg_ts_dict pg_ts_parser pg_ts_template \
    information_schema.sql_features information_schema.sql_implementation_info \
    information_schema.sql_parts information_schema.sql_sizing
do
    rows "$relation"
done
# Types, but for the row types of what is in no system schema or is a TOAST table.
rows pg_type "typrelid = 0 AND (typelem = 0 OR typelem NOT IN (SELECT oid FROM pg_type WHERE typrelid <> 0 AND typrelid NOT IN $system)) OR typrelid IN $system"
rows pg_collation "collprovider <> 'i'"
rows pg_language "lanname <> 'plpgsql'"
# Relations' own comments are in relations.tsv.
rows pg_description "classoid NOT IN ('pg_class'::regclass, 'pg_language'::regclass, 'pg_extension'::regclass, 'pg_namespace'::regclass)"
ask "COPY (SELECT * FROM pg_get_keywords() ORDER BY 1) TO STDOUT" > pg_get_keywords.tsv
