-- The eight tables of TPC-H as streams, and what happened to them afterwards.
--
--     psql -h 127.0.0.1 -p 7432 -f examples/tpch.sql
--
-- Types and lengths are those of the TPC-H specification, section 1.4. Some of
-- the changes below are refused on purpose; psql goes on behind them. Each is
-- marked with the SQLSTATE it is refused with.

CREATE SCHEMA tpch;

-- What applies to a stream that says nothing itself.
ALTER SCHEMA tpch SET (compatibility = 'BACKWARD_TRANSITIVE');

CREATE STREAM tpch.region (
    r_regionkey INTEGER PRIMARY KEY COMMENT '0 to 4',
    r_name CHAR(25) NOT NULL,
    r_comment VARCHAR(152)
) WITH (datasource = 'file:///data/tpch/region.csv', format = 'csv', compatibility = 'FULL_TRANSITIVE',
        comment = 'Five parts of the world.');

CREATE STREAM tpch.nation (
    n_nationkey INTEGER PRIMARY KEY COMMENT '0 to 24',
    n_name CHAR(25) NOT NULL,
    n_regionkey INTEGER NOT NULL COMMENT 'of tpch.region',
    n_comment VARCHAR(152) NOT NULL
) WITH (datasource = 'file:///data/tpch/nation.csv', format = 'csv', compatibility = 'FULL');

CREATE STREAM tpch.part (
    p_partkey INTEGER PRIMARY KEY,
    p_name VARCHAR(55) NOT NULL,
    p_mfgr CHAR(25) NOT NULL,
    p_brand CHAR(10) NOT NULL,
    p_type VARCHAR(25) NOT NULL,
    p_size INTEGER NOT NULL,
    p_container CHAR(10) NOT NULL,
    p_retailprice DECIMAL(15,2) NOT NULL,
    p_comment VARCHAR(23) NOT NULL
) WITH (datasource = 'kafka://localhost:9092/tpch.part', format = 'avro', compatibility = 'FORWARD');

CREATE STREAM tpch.supplier (
    s_suppkey INTEGER PRIMARY KEY,
    s_name CHAR(25) NOT NULL,
    s_address VARCHAR(40) NOT NULL,
    s_nationkey INTEGER NOT NULL COMMENT 'of tpch.nation',
    s_phone CHAR(15) NOT NULL,
    s_acctbal DECIMAL(15,2) NOT NULL,
    s_comment VARCHAR(101) NOT NULL
) WITH (datasource = 'kafka://localhost:9092/tpch.supplier', format = 'json', compatibility = 'BACKWARD');

CREATE STREAM tpch.partsupp (
    ps_partkey INTEGER NOT NULL COMMENT 'of tpch.part',
    ps_suppkey INTEGER NOT NULL COMMENT 'of tpch.supplier',
    ps_availqty INTEGER NOT NULL,
    ps_supplycost DECIMAL(15,2) NOT NULL,
    ps_comment VARCHAR(199) NOT NULL,
    PRIMARY KEY (ps_partkey, ps_suppkey)
) WITH (datasource = 'file:///data/tpch/partsupp.parquet', format = 'parquet', compatibility = 'NONE');

CREATE STREAM tpch.customer (
    c_custkey INTEGER PRIMARY KEY,
    c_name VARCHAR(25) NOT NULL,
    c_address VARCHAR(40) NOT NULL,
    c_nationkey INTEGER NOT NULL COMMENT 'of tpch.nation',
    c_phone CHAR(15) NOT NULL,
    c_acctbal DECIMAL(15,2) NOT NULL,
    c_mktsegment CHAR(10) NOT NULL,
    c_comment VARCHAR(117) NOT NULL
) WITH (datasource = 'kafka://localhost:9092/tpch.customer', format = 'json', schema_registry = true);

CREATE STREAM tpch.orders (
    o_orderkey BIGINT PRIMARY KEY COMMENT 'not dense',
    o_custkey INTEGER NOT NULL COMMENT 'of tpch.customer',
    o_orderstatus CHAR(1) NOT NULL COMMENT 'F, O or P',
    o_totalprice DECIMAL(15,2) NOT NULL,
    o_orderdate DATE NOT NULL,
    o_orderpriority CHAR(15) NOT NULL,
    o_clerk CHAR(15) NOT NULL,
    o_shippriority INTEGER NOT NULL,
    o_comment VARCHAR(79) NOT NULL
) WITH (datasource = 'kafka://localhost:9092/tpch.orders', format = 'json', compatibility = 'BACKWARD');

CREATE STREAM tpch.lineitem (
    l_orderkey BIGINT NOT NULL COMMENT 'of tpch.orders',
    l_partkey INTEGER NOT NULL COMMENT 'of tpch.part',
    l_suppkey INTEGER NOT NULL COMMENT 'of tpch.supplier',
    l_linenumber INTEGER NOT NULL,
    l_quantity DECIMAL(15,2) NOT NULL,
    l_extendedprice DECIMAL(15,2) NOT NULL,
    l_discount DECIMAL(15,2) NOT NULL,
    l_tax DECIMAL(15,2) NOT NULL,
    l_returnflag CHAR(1) NOT NULL,
    l_linestatus CHAR(1) NOT NULL,
    l_shipdate DATE NOT NULL,
    l_commitdate DATE NOT NULL,
    l_receiptdate DATE NOT NULL,
    l_shipinstruct CHAR(25) NOT NULL,
    l_shipmode CHAR(10) NOT NULL,
    l_comment VARCHAR(44) NOT NULL,
    PRIMARY KEY (l_orderkey, l_linenumber)
) WITH (datasource = 'kafka://localhost:9092/tpch.lineitem', format = 'protobuf', compatibility = 'FORWARD_TRANSITIVE');

COMMENT ON STREAM tpch.orders IS 'One row an order; its lines are in tpch.lineitem.';
COMMENT ON COLUMN tpch.lineitem.l_discount IS 'Between 0.00 and 0.10.';

-- ---- orders, BACKWARD: new readers read what old writers wrote

-- A default stands in for what old data does not have.
ALTER STREAM tpch.orders ADD COLUMN o_channel VARCHAR(20) NOT NULL DEFAULT 'web';

-- refused, 23514: nothing stands in for a NOT NULL column without a default.
ALTER STREAM tpch.orders ADD COLUMN o_warehouse INTEGER NOT NULL;

-- New readers do not miss a column they do not know.
ALTER STREAM tpch.orders DROP COLUMN o_clerk;

-- Every integer is a bigint.
ALTER STREAM tpch.orders ALTER COLUMN o_shippriority TYPE BIGINT;

-- refused, 23514: not every bigint is an integer.
ALTER STREAM tpch.orders ALTER COLUMN o_orderkey TYPE INTEGER;

-- refused, 22P02: a default is a value of its column's type.
ALTER STREAM tpch.orders ADD COLUMN o_rebate DECIMAL(5,2) DEFAULT 'much';

-- There is no such column, which is what was asked for: no new version.
ALTER STREAM tpch.orders DROP COLUMN IF EXISTS o_clerk;

-- ---- part, FORWARD: old readers read what new writers write

-- Old readers do not look for it.
ALTER STREAM tpch.part ADD COLUMN p_hazardous BOOLEAN NOT NULL;

-- refused, 23514: old readers need it.
ALTER STREAM tpch.part DROP COLUMN p_size;

-- refused, 23514: old readers have room for 23 characters.
ALTER STREAM tpch.part ALTER COLUMN p_comment TYPE TEXT;

-- ---- nation, FULL: both, with the version before

ALTER STREAM tpch.nation ADD COLUMN n_population BIGINT;

-- refused, 23514: old readers need it.
ALTER STREAM tpch.nation DROP COLUMN n_comment;

-- Whoever reads a nullable column can do without it.
ALTER STREAM tpch.nation DROP COLUMN n_population;

-- refused, 42701: there is one.
ALTER STREAM tpch.nation ADD COLUMN n_name TEXT;

-- ---- region, FULL_TRANSITIVE: both, with every version before

ALTER STREAM tpch.region ADD COLUMN r_code CHAR(2);
ALTER STREAM tpch.region DROP COLUMN r_code;

-- refused, 23514: the version before has no such column, but version 2 has, and there it is text.
ALTER STREAM tpch.region ADD COLUMN r_code INTEGER;

-- refused, 23514: another key is another stream.
ALTER STREAM tpch.region DROP PRIMARY KEY;

-- ---- lineitem, FORWARD_TRANSITIVE

-- All actions of a statement are one version.
ALTER STREAM tpch.lineitem ADD COLUMN l_giftwrap BOOLEAN NOT NULL DEFAULT false, ADD COLUMN l_promotion TEXT;

-- refused, 23514: old readers do not know the new name, and need the column.
ALTER STREAM tpch.lineitem RENAME COLUMN l_comment TO l_note;

-- ---- partsupp, NONE: everything goes, until the mode changes

ALTER STREAM tpch.partsupp ALTER COLUMN ps_availqty TYPE TEXT;
ALTER STREAM tpch.partsupp SET (compatibility = 'FULL');

-- refused, 23514: now it counts.
ALTER STREAM tpch.partsupp DROP COLUMN ps_comment;

-- ---- customer, BACKWARD_TRANSITIVE by its namespace

-- New readers find old data by the old name.
ALTER STREAM tpch.customer RENAME COLUMN c_mktsegment TO c_segment;
ALTER STREAM tpch.customer ALTER COLUMN c_comment TYPE TEXT;

-- refused, 23514: old comments may be longer than 40 characters.
ALTER STREAM tpch.customer ALTER COLUMN c_comment TYPE VARCHAR(40);

-- ---- two streams, one commit

BEGIN;
ALTER STREAM tpch.supplier ADD COLUMN s_rating DECIMAL(3,1) DEFAULT 2.5, ALTER COLUMN s_acctbal TYPE DECIMAL(17,2);
ALTER STREAM tpch.customer ALTER COLUMN c_acctbal TYPE DECIMAL(17,2);
COMMIT;

-- ---- how it stands

SHOW STREAMS FROM tpch;
DESCRIBE STREAM tpch.orders;
SHOW SCHEMA VERSIONS FOR tpch.orders;
SHOW SCHEMA COMPATIBILITY FOR tpch.customer;
SHOW CREATE STREAM tpch.nation;
