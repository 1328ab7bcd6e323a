// node-postgres: promises, named statements, cursors, COPY, notifications.

"use strict";

const fs = require("fs");
const path = require("path");
const { isDeepStrictEqual } = require("util");
const { Client, Pool } = require("pg");
const Cursor = require("pg-cursor");
const { to: copyTo } = require("pg-copy-streams");

let failures = 0;

/** One step: the answer is what is expected, or the script will fail. */
function expect(asked, answered, expected) {
  if (isDeepStrictEqual(answered, expected)) return;
  failures += 1;
  console.error(`asked:    ${asked}\nexpected: ${JSON.stringify(expected)}\nanswered: ${JSON.stringify(answered)}\n`);
}

/** Runs steps with a connection of their own; an error that nobody asked for is a failure. */
async function step(name, body, options = {}) {
  const client = new Client(options);
  try {
    await client.connect();
    await body(client);
  } catch (error) {
    expect(name, error.stack, "no error");
  } finally {
    await client.end();
  }
}

/** The SQLSTATE of what fails. */
async function refused(promise) {
  try {
    await promise;
    return null;
  } catch (error) {
    return error.code;
  }
}

/** The rows of a statement, each an array. */
async function rows(client, sql, values) {
  return (await client.query({ text: sql, values, rowMode: "array" })).rows;
}

/** A value as the conversation writes it. */
function text(value) {
  if (value === null) return "NULL";
  return typeof value === "boolean" ? (value ? "t" : "f") : String(value);
}

/** The statements of the conversation, each with the lines of its answer. */
function conversation() {
  const file = fs.readFileSync(path.join(__dirname, "conversation.txt"), "utf8");
  const blocks = file.split("\n\n").map((block) => {
    const lines = block.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    const isAnswer = (line) => line.startsWith("=> ");
    const answer = lines.filter(isAnswer).map((line) => line.slice(3));
    return { sql: lines.filter((line) => !isAnswer(line)).join("\n"), answer };
  });
  return blocks.filter(({ sql }) => sql !== "");
}

async function theConversation(client) {
  for (const { sql, answer } of conversation()) {
    let lines;
    try {
      lines = (await rows(client, sql)).map((row) => row.map(text).join(" | "));
      if (lines.length === 0) lines = ["(none)"];
    } catch (error) {
      lines = [`ERROR ${error.code}`];
    }
    if (answer.length === 0) {
      expect(sql, lines.filter((line) => line.startsWith("ERROR")), []);
    } else {
      expect(sql, lines, answer);
    }
  }
}

async function parameters(client) {
  const question = "SELECT stream, version FROM rekha.streams WHERE namespace = $1 AND version >= $2";
  expect(question, (await client.query(question, ["sales", 1])).rows, [{ stream: "orders", version: 3 }]);
  const among = "SELECT count(*) FROM rekha.columns WHERE column_name = ANY($1) LIMIT $2";
  expect(among, await rows(client, among, [["order_id", "email"], 1]), [["2"]]);
  const bad = "SELECT $1::integer";
  expect(bad, await refused(client.query(bad, ["abc"])), "22P02");
  expect(bad, await rows(client, bad, [3]), [[3]]);
}

async function namedStatements(client) {
  const columns = { name: "columns", text: "SELECT count(*)::int AS n FROM rekha.columns WHERE stream = $1" };
  for (let time = 0; time < 8; time += 1) {
    expect(columns.text, (await client.query({ ...columns, values: ["orders"] })).rows, [{ n: 7 }]);
  }
  await client.query("ALTER STREAM sales.orders ADD COLUMN note TEXT");
  expect(columns.text, (await client.query({ ...columns, values: ["orders"] })).rows, [{ n: 8 }]);
  await client.query("ALTER STREAM sales.orders DROP COLUMN note");
  expect("a bad name", await refused(client.query({ name: "bad", text: "SELECT nothing", values: [] })), "42703");
}

async function valuesOfManyTypes(client) {
  const sql = `SELECT true, 2::smallint, 3::integer, 4::bigint, 1.5::real, 2.5::double precision, 12.340::numeric(10,3),
    'ž'::text, '\\xdead'::bytea, '2024-02-29 12:34:56Z'::timestamptz, ARRAY[1, NULL, 3], ARRAY['a', 'b c'],
    '{"a": [1]}'::jsonb, '6c8b2f6e-1d5c-4f0e-9a3b-0123456789ab'::uuid, NULL::date`;
  const answer = await client.query({ text: sql, rowMode: "array" });
  expect("values", answer.rows[0], [
    true, 2, 3, "4", 1.5, 2.5, "12.340",
    "ž", Buffer.from("dead", "hex"), new Date("2024-02-29T12:34:56Z"), [1, null, 3], ["a", "b c"],
    { a: [1] }, "6c8b2f6e-1d5c-4f0e-9a3b-0123456789ab", null,
  ]);
  const types = [16, 21, 23, 20, 700, 701, 1700, 25, 17, 1184, 1007, 1009, 3802, 2950, 1082];
  expect("their types", answer.fields.map((field) => field.dataTypeID), types);
  const sent = "SELECT $1::bytea, $2::timestamptz, $3::jsonb, $4::text[], $5::numeric";
  const values = [Buffer.from("00ff", "hex"), new Date("2024-02-29T12:34:56.789Z"), { b: "ž" }, ["a", null, 'b"c'], "0.10"];
  expect(sent, (await rows(client, sent, values))[0], values);
  const binary = await client.query({ text: "SELECT 7::int4, true, 'x'::text", values: [], binary: true, rowMode: "array" });
  expect("binary", binary.rows[0], [7, true, "x"]);
  const [amount] = (await client.query("SELECT amount FROM sales.orders")).fields;
  expect("a column of a stream", [amount.name, amount.dataTypeModifier, amount.columnID], ["amount", ((10 << 16) | 2) + 4, 3]);
}

async function transactions(client) {
  const count = "SELECT count(*)::int FROM rekha.streams WHERE stream = 'returns'";
  const other = new Client();
  await other.connect();
  expect("the tag", (await client.query("BEGIN")).command, "BEGIN");
  await client.query("CREATE STREAM sales.returns (id INTEGER)");
  expect("what others see before the commit", await rows(other, count), [[0]]);
  await client.query("COMMIT");
  expect("what others see behind it", await rows(other, count), [[1]]);
  await client.query("BEGIN; DROP STREAM sales.returns; ROLLBACK");
  expect("what a rollback leaves", await rows(other, count), [[1]]);
  await client.query("BEGIN");
  expect("a mistake in a transaction", await refused(client.query("DROP STREAM nothing")), "42P01");
  expect("what comes after it", await refused(client.query("SELECT $1::int", [1])), "25P02");
  expect("the tag of a failed COMMIT", (await client.query("COMMIT")).command, "ROLLBACK");
  // Several statements in one string are one transaction.
  const string = "DROP STREAM sales.returns; SELECT 1 / 0";
  expect(string, await refused(client.query(string)), "22012");
  expect("what it leaves", await rows(other, count), [[1]]);
  const results = await client.query("DROP STREAM sales.returns; SELECT 1 AS one");
  expect("its answers", [results[0].command, results[1].rows], ["DROP", [{ one: 1 }]]);
  await other.end();
}

async function cursors(client) {
  const cursor = client.query(new Cursor("SELECT n FROM generate_series(1, $1) AS n", [5]));
  expect("two rows", await cursor.read(2), [{ n: 1 }, { n: 2 }]);
  expect("the others", await cursor.read(9), [{ n: 3 }, { n: 4 }, { n: 5 }]);
  await cursor.close();
  const left = client.query(new Cursor("SELECT n FROM generate_series(1, 1000000) AS n"));
  expect("the first of many", await left.read(1), [{ n: 1 }]);
  await left.close();
  expect("what comes after it", await rows(client, "SELECT 1"), [[1]]);
}

async function copyOut(client) {
  let copied = "";
  for await (const chunk of client.query(copyTo("COPY (SELECT 1, 'a b', NULL) TO STDOUT"))) copied += chunk;
  expect("COPY as text", copied, "1\ta b\t\\N\n");
}

async function notifications(client) {
  const heard = new Promise((resolve) => client.once("notification", resolve));
  await client.query("LISTEN schema_changes_sales_orders");
  const speaker = new Client();
  await speaker.connect();
  await speaker.query("ALTER STREAM sales.orders ADD COLUMN heard TEXT");
  const { channel, payload } = await heard;
  expect("the channel", channel, "schema_changes_sales_orders");
  expect("the change", JSON.parse(payload), { namespace: "sales", stream: "orders", version: 6, evolution: "add_column" });
  await speaker.query("ALTER STREAM sales.orders DROP COLUMN heard");
  await speaker.end();
  const notices = [];
  client.on("notice", (notice) => notices.push(notice.message));
  await client.query("DROP STREAM IF EXISTS nothing");
  expect("the notices", notices, ['relation "nothing" does not exist, skipping']);
}

async function aPool() {
  const pool = new Pool({ max: 5 });
  const answers = await Promise.all(Array.from({ length: 40 }, (_, number) => pool.query("SELECT $1::int AS n", [number])));
  expect("40 queries in a pool", answers.map((answer) => answer.rows[0].n), Array.from({ length: 40 }, (_, number) => number));
  await pool.end();
}

/** Cancels until it does: a request that comes before the statement does nothing. */
async function aCancel(client) {
  let running = true;
  const asleep = refused(client.query("SELECT pg_sleep(60)")).finally(() => (running = false));
  while (running) {
    const other = new Client();
    other.processID = client.processID;
    await new Promise((resolve) => {
      other.connection.once("end", resolve);
      other.connection.once("connect", () => other.connection.cancel(client.processID, client.secretKey));
      other.connection.connect(Number(process.env.PGPORT), process.env.PGHOST);
    });
  }
  expect("a query that is cancelled", await asleep, "57014");
  expect("what comes after it", await rows(client, "SELECT 1"), [[1]]);
}

async function startUp(client) {
  expect("statement_timeout", await rows(client, "SHOW statement_timeout"), [["100ms"]]);
  expect("application_name", await rows(client, "SHOW application_name"), [["steps"]]);
  expect("search_path", await rows(client, "SELECT current_schema()"), [["sales"]]);
  expect("a query that takes too long", await refused(client.query("SELECT pg_sleep(60)")), "57014");
}

async function main() {
  await step("the conversation", theConversation);
  await step("parameters", parameters);
  await step("named statements", namedStatements);
  await step("values", valuesOfManyTypes);
  await step("transactions", transactions);
  await step("cursors", cursors);
  await step("COPY", copyOut);
  await step("notifications", notifications);
  await step("a pool", aPool);
  await step("a cancel", aCancel);
  await step("what is said at the start", startUp, {
    statement_timeout: 100,
    application_name: "steps",
    options: "-c search_path=sales",
  });
  process.exitCode = failures === 0 ? 0 : 1;
}

main();
