-- One stream from its first version on: nested types, refusals and the way round
-- them, plans, gates and transactions.
--
--     psql -h 127.0.0.1 -p 7432 -f examples/evolution.sql
--
-- Some of the statements below are refused on purpose; psql goes on behind them.
-- Each is marked with the SQLSTATE it is refused with.

CREATE SCHEMA shop;

-- Types nest. BACKWARD: whoever has the new schema can read the old data.
CREATE STREAM shop.orders (
    order_id BIGINT PRIMARY KEY COMMENT 'never used twice',
    placed_at TIMESTAMPTZ NOT NULL,
    amount INTEGER NOT NULL COMMENT 'in cents',
    address STRUCT<street TEXT NOT NULL, city TEXT NOT NULL>,
    items ARRAY<STRUCT<sku TEXT NOT NULL, quantity INTEGER NOT NULL DEFAULT 1>>,
    labels MAP<TEXT, TEXT>
) WITH (datasource = 'kafka://localhost:9092/orders', format = 'json', compatibility = 'BACKWARD');

-- What is within a column changes by its path. All actions of one ALTER STREAM
-- make one version.
ALTER STREAM shop.orders
    ADD COLUMN address.country CHAR(2) DEFAULT 'CZ',
    ADD COLUMN items.element.price NUMERIC(10,2),
    ALTER COLUMN amount TYPE BIGINT;
ALTER STREAM shop.orders RENAME COLUMN labels TO tags;

-- What was changed between two versions, and who can read across it.
SHOW SCHEMA DIFF FOR shop.orders FROM 1 TO 3;
DESCRIBE STREAM shop.orders VERSION 1;

-- An amount was an integer number of cents in every message so far: a number of
-- crowns with two places is another type, and nobody could read the old data.
-- refused, 23514
ALTER STREAM shop.orders ALTER COLUMN amount TYPE NUMERIC(12,2);

-- Ask before: the same change, step by step, and the way that can be gone.
EXPLAIN ALTER STREAM shop.orders ALTER COLUMN amount TYPE NUMERIC(12,2);

-- It is gone in two steps: the new column comes, and once everybody fills it, the
-- old one goes.
ALTER STREAM shop.orders ADD COLUMN price NUMERIC(12,2) COMMENT 'in crowns';
ALTER STREAM shop.orders DROP COLUMN amount;

-- What the table in PostgreSQL needs for the next change.
EXPLAIN (SINK postgresql) ALTER STREAM shop.orders ADD COLUMN note TEXT NOT NULL DEFAULT '';

-- A gate for a pipeline: is the schema still the one that it was built for?
ASSERT SCHEMA FOR shop.orders VERSION 5;
-- refused, P0004
ASSERT SCHEMA FOR shop.orders VERSION 1;
ASSERT SCHEMA FOR shop.orders (
    order_id BIGINT PRIMARY KEY,
    placed_at TIMESTAMPTZ NOT NULL,
    address STRUCT<street TEXT NOT NULL, city TEXT NOT NULL, country CHAR(2) DEFAULT 'CZ'>,
    items ARRAY<STRUCT<sku TEXT NOT NULL, quantity INTEGER NOT NULL DEFAULT 1, price NUMERIC(10,2)>>,
    tags MAP<TEXT, TEXT>,
    price NUMERIC(12,2)
);

-- A stream like another one, with a history of its own, and one that is declared
-- as a whole: what differs is one new version, if its mode allows it.
CREATE STREAM shop.returns LIKE shop.orders WITH (compatibility = 'FULL');
CREATE OR REPLACE STREAM shop.returns (
    order_id BIGINT PRIMARY KEY COMMENT 'of shop.orders',
    placed_at TIMESTAMPTZ NOT NULL,
    reason TEXT,
    tags MAP<TEXT, TEXT>
);
-- refused, 23514
CREATE OR REPLACE STREAM shop.returns (order_id BIGINT PRIMARY KEY, reason TEXT NOT NULL);

-- Changes of several streams belong together: others see none of them before the
-- COMMIT and all of them after it. What went wrong is undone to a savepoint.
BEGIN;
ALTER STREAM shop.orders ADD COLUMN return_id BIGINT;
SAVEPOINT before_returns;
-- refused, 42703
ALTER STREAM shop.returns ADD COLUMN return_id BIGINT, DROP COLUMN note;
ROLLBACK TO SAVEPOINT before_returns;
ALTER STREAM shop.returns ADD COLUMN return_id BIGINT;
ASSERT SCHEMA FOR shop.returns VERSION 3;
COMMIT;
