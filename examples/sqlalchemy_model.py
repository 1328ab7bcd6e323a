"""Brings the registry to a model that is declared in SQLAlchemy: what is missing is
created, what has grown gets its new columns, and what the registry refuses stays.

    cargo run --release &
    python examples/sqlalchemy_model.py

It needs `pip install "SQLAlchemy>=2" "psycopg[binary]"`; `PGHOST` and `PGPORT` say
where the registry is, if it is not here.
"""

import os

import sqlalchemy as sa
from sqlalchemy.schema import CreateColumn

URL = sa.URL.create(
    "postgresql+psycopg",
    username=os.environ.get("PGUSER", "model"),
    host=os.environ.get("PGHOST", "127.0.0.1"),
    port=int(os.environ.get("PGPORT", "7432")),
    database="rekha",
)


def model(*more):
    """The model, with more columns of a later day."""
    metadata = sa.MetaData(schema="shop")
    sa.Table(
        "orders",
        metadata,
        sa.Column("order_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("amount", sa.Numeric(10, 2), nullable=False, comment="in euro"),
        sa.Column("placed_at", sa.DateTime(timezone=True)),
        *more,
        comment="every order",
    )
    return metadata


def bring(connection, metadata):
    """Makes the changes; answers those that were refused, with the reason."""
    metadata.create_all(connection)
    refused = {}
    inspector = sa.inspect(connection)
    preparer = connection.dialect.identifier_preparer
    for table in metadata.tables.values():
        there = {column["name"] for column in inspector.get_columns(table.name, table.schema)}
        for column in table.columns:
            if column.name in there:
                continue
            definition = CreateColumn(column).compile(dialect=connection.dialect)
            change = f"ALTER TABLE {preparer.format_table(table)} ADD COLUMN {definition}"
            try:
                # A savepoint: a refusal takes back nothing but itself.
                with connection.begin_nested():
                    connection.execute(sa.DDL(change))
            except sa.exc.IntegrityError as refusal:
                refused[column.name] = refusal.orig.diag.message_detail
    return refused


def versions(connection):
    """The history of the model's streams, from a relation that is reflected."""
    history = sa.Table("schema_versions", sa.MetaData(), autoload_with=connection, schema="rekha")
    question = sa.select(history.c.stream, history.c.version, history.c.evolution)
    return connection.execute(question.where(history.c.namespace == "shop").order_by(history.c.version)).all()


engine = sa.create_engine(URL)
with engine.begin() as connection:
    connection.execute(sa.schema.CreateSchema("shop", if_not_exists=True))
    assert bring(connection, model()) == {}

with engine.begin() as connection:
    later = model(
        sa.Column("currency", sa.String(3), nullable=False, server_default="EUR"),
        sa.Column("customer_id", sa.Integer, nullable=False),
    )
    # Old data has no customer: BACKWARD does not let it be required.
    refused = bring(connection, later)
    print(refused)
    assert list(refused) == ["customer_id"]

with engine.connect() as connection:
    for stream, version, evolution in versions(connection):
        print(f"{stream} {version}: {evolution}")
    assert [version for _, version, _ in versions(connection)] == [1, 2]

with engine.begin() as connection:
    connection.execute(sa.schema.DropSchema("shop", cascade=True))
