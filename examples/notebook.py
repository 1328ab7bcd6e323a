# %% [markdown]
# # A registry from a notebook
#
# The cells of this file run in any editor that knows `# %%`, or all at once:
#
#     cargo run --release &
#     python examples/notebook.py
#
# It needs `pip install "psycopg[binary]"`; `PGHOST` and `PGPORT` say where the
# registry is, if it is not here.

# %%
import os

import psycopg
from psycopg.rows import dict_row

registry = psycopg.connect(
    host=os.environ.get("PGHOST", "127.0.0.1"),
    port=os.environ.get("PGPORT", "7432"),
    user=os.environ.get("PGUSER", "notebook"),
    autocommit=True,
    row_factory=dict_row,
)
registry.add_notice_handler(lambda notice: print(f"{notice.severity}: {notice.message_primary}"))


def show(question, *parameters):
    """Prints the answer as a table."""
    rows = registry.execute(question, *parameters).fetchall()
    for row in [dict.fromkeys(rows[0], "") | {name: name for name in rows[0]}, *rows] if rows else []:
        print("  ".join(f"{'' if value is None else str(value):<18}" for value in row.values()).rstrip())
    return rows


# %% [markdown]
# ## What is there
#
# Streams are tables in `information_schema`; `rekha.*` knows more of them.

# %%
registry.execute("DROP STREAM IF EXISTS notebook_orders")
registry.execute(
    """
    CREATE STREAM notebook_orders (
        order_id BIGINT PRIMARY KEY,
        customer_id INTEGER NOT NULL,
        amount DECIMAL(10,2)
    ) WITH (compatibility = 'FULL', comment = 'every order')
    """
)
show(
    "SELECT column_name, data_type, is_nullable FROM information_schema.columns WHERE table_name = %s",
    ("notebook_orders",),
)

# %% [markdown]
# ## Plan a change before it is made
#
# `EXPLAIN` says what a change would do to those who read the stream.

# %%
plan = show("EXPLAIN ALTER STREAM notebook_orders ADD COLUMN discount DECIMAL(5,2) DEFAULT 0.0")
assert all(step["safety"] == "safe" for step in plan)
registry.execute("ALTER STREAM notebook_orders ADD COLUMN discount DECIMAL(5,2) DEFAULT 0.0")

# %% [markdown]
# ## What the mode refuses
#
# The error carries the reason and the way out.

# %%
try:
    registry.execute("ALTER STREAM notebook_orders DROP COLUMN customer_id")
    raise AssertionError("FULL does not let a required column go")
except psycopg.errors.CheckViolation as refusal:
    print(refusal.diag.message_detail)
    print(refusal.diag.message_hint)

# %% [markdown]
# ## Several changes, or none
#
# DDL is transactional: others see all of it, or nothing.

# %%
with registry.transaction():
    registry.execute("ALTER STREAM notebook_orders ADD COLUMN note TEXT")
    registry.execute("COMMENT ON COLUMN notebook_orders.note IS 'what the customer said'")

# %% [markdown]
# ## The history

# %%
history = show(
    "SELECT version, evolution, registered_by FROM rekha.schema_versions WHERE stream = %s ORDER BY version",
    ("notebook_orders",),
)
assert [row["evolution"] for row in history] == ["create", "add_column", "add_column"]
show("SHOW SCHEMA COMPATIBILITY FOR notebook_orders")

# %%
registry.execute("DROP STREAM notebook_orders")
registry.close()
