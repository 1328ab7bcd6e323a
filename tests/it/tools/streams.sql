CREATE SCHEMA sales;
CREATE SCHEMA "Mixed Case";
CREATE STREAM orders (
    order_id BIGINT PRIMARY KEY,
    customer_id INTEGER NOT NULL,
    amount NUMERIC(10,2),
    order_time TIMESTAMP
);
COMMENT ON STREAM orders IS 'orders stream';
COMMENT ON COLUMN orders.amount IS 'order amount';
CREATE STREAM sales.customers (
    id UUID PRIMARY KEY,
    email VARCHAR(255) NOT NULL,
    full_name TEXT,
    country CHAR(2) NOT NULL DEFAULT 'DE',
    is_active BOOLEAN NOT NULL DEFAULT true,
    score DOUBLE PRECISION DEFAULT 0,
    joined_at TIMESTAMPTZ(3),
    born DATE,
    attributes JSONB,
    CONSTRAINT customers_email UNIQUE (email)
);
COMMENT ON STREAM sales.customers IS 'who buys; it''s personal';
COMMENT ON COLUMN sales.customers.email IS 'where to write';
CREATE INDEX customers_by_country ON sales.customers (country, joined_at);
CREATE STREAM sales.order_lines (
    order_id BIGINT NOT NULL,
    line_number SMALLINT NOT NULL,
    product VARCHAR(40) NOT NULL DEFAULT 'none',
    quantity INTEGER NOT NULL DEFAULT 1,
    price NUMERIC(10,2) NOT NULL DEFAULT 0.00,
    weight REAL,
    tags TEXT[],
    codes INTEGER[],
    picture BYTEA,
    packed_for INTERVAL,
    packed_at TIME,
    shipped_at TIMESTAMPTZ,
    note VARCHAR,
    PRIMARY KEY (order_id, line_number)
);
CREATE UNIQUE INDEX order_lines_by_product ON sales.order_lines (product, order_id);
CREATE STREAM "Mixed Case"."Daily Totals" (
    "Day" DATE,
    total NUMERIC,
    raw JSON
);
COMMENT ON STREAM "Mixed Case"."Daily Totals" IS 'totals of a day';
