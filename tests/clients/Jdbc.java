import java.io.StringWriter;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.ParameterMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.UUID;
import java.util.stream.Collectors;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.postgresql.util.PGInterval;
import org.postgresql.util.PSQLException;

/**
 * pgjdbc: the conversation, DatabaseMetaData, statements that become named and binary, fetch
 * sizes. It runs in the root of the clone.
 */
public class Jdbc {
  private static int failures;

  private interface Body {
    void run(Connection connection) throws Exception;
  }

  /** One step: the answer is what is expected, or the program will fail. */
  private static void expect(String asked, Object answered, Object expected) {
    if (!Objects.equals(answered, expected)) {
      failures += 1;
      System.err.printf("asked:    %s%nexpected: %s%nanswered: %s%n%n", asked, expected, answered);
    }
  }

  /** One step: all that is expected is in the answer. */
  private static void expectIn(String asked, List<String> answered, String... expected) {
    List<String> missing = new ArrayList<>(List.of(expected));
    missing.removeAll(answered);
    if (!missing.isEmpty()) {
      expect(asked, answered, "with " + missing + " in it");
    }
  }

  /** Runs steps with a connection of their own; an error that nobody asked for is a failure. */
  private static void step(String name, Body body, String... options) {
    try (Connection connection = connect(options)) {
      body.run(connection);
    } catch (Exception error) {
      StringWriter trace = new StringWriter();
      error.printStackTrace(new java.io.PrintWriter(trace));
      expect(name, trace, "no error");
    }
  }

  private static Connection connect(String... options) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", System.getenv("PGUSER"));
    properties.setProperty("sslmode", "disable");
    for (int index = 0; index < options.length; index += 2) {
      properties.setProperty(options[index], options[index + 1]);
    }
    String server = System.getenv("PGHOST") + ":" + System.getenv("PGPORT");
    return DriverManager.getConnection("jdbc:postgresql://" + server + "/" + System.getenv("PGDATABASE"), properties);
  }

  /** The rows of a statement, each as the conversation writes it. */
  private static List<String> ask(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      return statement.execute(sql) ? lines(statement.getResultSet()) : List.of();
    }
  }

  private static List<String> lines(ResultSet rows) throws SQLException {
    List<String> lines = new ArrayList<>();
    int width = rows.getMetaData().getColumnCount();
    while (rows.next()) {
      List<String> cells = new ArrayList<>();
      for (int column = 1; column <= width; column++) {
        String cell = rows.getString(column);
        cells.add(cell == null ? "NULL" : cell);
      }
      lines.add(String.join(" | ", cells));
    }
    return lines;
  }

  /** These columns of an answer, each row as the conversation writes it. */
  private static List<String> columns(ResultSet rows, String... names) throws SQLException {
    List<String> lines = new ArrayList<>();
    while (rows.next()) {
      List<String> cells = new ArrayList<>();
      for (String name : names) {
        cells.add(String.valueOf(rows.getString(name)));
      }
      lines.add(String.join(" | ", cells));
    }
    rows.close();
    return lines;
  }

  /** The SQLSTATE of what fails. */
  private static String refused(Connection connection, String sql) {
    try {
      ask(connection, sql);
      return null;
    } catch (SQLException error) {
      return error.getSQLState();
    }
  }

  private static void conversation(Connection connection) throws Exception {
    Path file = Path.of("tests", "clients", "conversation.txt");
    for (String block : Files.readString(file).split("\n\n")) {
      List<String> lines = block.lines().filter(line -> !line.startsWith("#")).collect(Collectors.toList());
      List<String> expected =
          lines.stream().filter(line -> line.startsWith("=> ")).map(line -> line.substring(3)).collect(Collectors.toList());
      String sql = lines.stream().filter(line -> !line.startsWith("=> ")).collect(Collectors.joining("\n"));
      if (sql.isBlank()) {
        continue;
      }
      List<String> answer;
      try {
        answer = ask(connection, sql);
        answer = answer.isEmpty() ? List.of("(none)") : answer;
      } catch (SQLException error) {
        answer = List.of("ERROR " + error.getSQLState());
      }
      if (expected.isEmpty()) {
        boolean failed = answer.get(0).startsWith("ERROR");
        expect(sql, failed ? answer : List.of(), List.of());
      } else {
        expect(sql, answer, expected);
      }
    }
  }

  private static void metaData(Connection connection) throws SQLException {
    DatabaseMetaData data = connection.getMetaData();
    expect("the product", data.getDatabaseProductName(), "PostgreSQL");
    expect("its version", data.getDatabaseMajorVersion() >= 15, true);
    expect("the user", data.getUserName(), System.getenv("PGUSER"));
    expect("getCatalogs", columns(data.getCatalogs(), "TABLE_CAT"), List.of(System.getenv("PGDATABASE")));
    expectIn("getSchemas", columns(data.getSchemas(), "TABLE_SCHEM"), "public", "sales", "pg_catalog");
    expect("getSchemas of a pattern", columns(data.getSchemas(null, "sal%"), "TABLE_SCHEM"), List.of("sales"));
    expectIn("getTableTypes", columns(data.getTableTypes(), "TABLE_TYPE"), "TABLE", "VIEW", "INDEX");
    String[] tables = {"TABLE", "VIEW", "PARTITIONED TABLE"};
    expect(
        "getTables",
        columns(data.getTables(null, "sales", "%", tables), "TABLE_SCHEM", "TABLE_NAME", "TABLE_TYPE", "REMARKS"),
        List.of("sales | orders | TABLE | every order"));
    expectIn("getTables of views", columns(data.getTables(null, "rekha", "%", tables), "TABLE_NAME"), "streams");
    expectIn("getTables of all kinds", columns(data.getTables(null, null, null, null), "TABLE_NAME"), "orders", "pg_class");
    expect("getTables of nothing", columns(data.getTables(null, "sales", "no\\_such", null), "TABLE_NAME"), List.of());
    expect(
        "getColumns",
        columns(
            data.getColumns(null, "sales", "orders", "%"),
            "COLUMN_NAME", "DATA_TYPE", "TYPE_NAME", "COLUMN_SIZE", "DECIMAL_DIGITS", "IS_NULLABLE", "COLUMN_DEF"),
        List.of(
            "order_id | -5 | int8 | 19 | 0 | NO | null",
            "customer_id | 4 | int4 | 10 | 0 | NO | null",
            "amount | 2 | numeric | 10 | 2 | YES | 0.00",
            "status | 12 | varchar | 20 | 0 | NO | 'new'::character varying",
            "placed_at | 93 | timestamptz | 35 | 6 | YES | null",
            "tags | 2003 | _text | 2147483647 | 0 | YES | null",
            "payload | 1111 | jsonb | 2147483647 | 0 | YES | null"));
    String remarks = columns(data.getColumns(null, "sales", "orders", "order_id"), "REMARKS").toString();
    expect("its remarks", remarks, "[as the shop counts them]");
    expectIn("getColumns of all", columns(data.getColumns(null, null, null, null), "COLUMN_NAME"), "order_id", "relname");
    expect(
        "getPrimaryKeys",
        columns(data.getPrimaryKeys(null, "sales", "orders"), "COLUMN_NAME", "KEY_SEQ", "PK_NAME"),
        List.of("order_id | 1 | orders_pkey"));
    expect(
        "getIndexInfo",
        columns(
            data.getIndexInfo(null, "sales", "orders", false, true),
            "INDEX_NAME", "COLUMN_NAME", "NON_UNIQUE", "ORDINAL_POSITION", "TYPE"),
        List.of(
            "orders_by_customer | customer_id | f | 1 | 3",
            "orders_by_customer | placed_at | f | 2 | 3",
            "orders_pkey | order_id | f | 1 | 3"));
    expect(
        "getBestRowIdentifier",
        columns(data.getBestRowIdentifier(null, "sales", "orders", DatabaseMetaData.bestRowSession, true), "COLUMN_NAME"),
        List.of("order_id"));
    expect("getImportedKeys", lines(data.getImportedKeys(null, "sales", "orders")), List.of());
    expect("getExportedKeys", lines(data.getExportedKeys(null, "sales", "orders")), List.of());
    expect("getCrossReference", lines(data.getCrossReference(null, null, "orders", null, null, "customers")), List.of());
    expect("getVersionColumns", columns(data.getVersionColumns(null, "sales", "orders"), "COLUMN_NAME"), List.of("ctid"));
    expectIn("getTypeInfo", columns(data.getTypeInfo(), "TYPE_NAME"), "int8", "numeric", "timestamptz", "jsonb", "_text");
    expectIn("getFunctions", columns(data.getFunctions(null, "pg_catalog", "format%"), "FUNCTION_NAME"), "format_type");
    expectIn(
        "getFunctionColumns",
        columns(data.getFunctionColumns(null, "pg_catalog", "format_type", "%"), "TYPE_NAME"),
        "text", "oid", "int4");
    expect("getProcedures", lines(data.getProcedures(null, "sales", "%")), List.of());
    expect("getUDTs", lines(data.getUDTs(null, "sales", "%", new int[] {Types.DISTINCT})), List.of());
    expectIn("getTablePrivileges", columns(data.getTablePrivileges(null, "sales", "orders"), "PRIVILEGE"), "SELECT");
    expectIn("getColumnPrivileges", columns(data.getColumnPrivileges(null, "sales", "orders", "amount"), "PRIVILEGE"), "SELECT");
    expectIn("getClientInfoProperties", columns(data.getClientInfoProperties(), "NAME"), "ApplicationName");
    expectIn("getSQLKeywords", Arrays.asList(data.getSQLKeywords().split(",")), "ilike", "limit");
    expect("getMaxColumnNameLength", data.getMaxColumnNameLength(), 63);
  }

  private static void parameters(Connection connection) throws SQLException {
    String question = "SELECT stream, version FROM rekha.streams WHERE namespace = ? AND version >= ?";
    try (PreparedStatement statement = connection.prepareStatement(question)) {
      ParameterMetaData parameters = statement.getParameterMetaData();
      expect("the types of the parameters", parameters.getParameterTypeName(1) + parameters.getParameterTypeName(2), "textint4");
      expect("the columns before it runs", statement.getMetaData().getColumnName(2), "version");
      // After the fifth it is a named statement with binary answers.
      for (int time = 0; time < 8; time++) {
        statement.setString(1, "sales");
        statement.setInt(2, 1);
        expect(question, lines(statement.executeQuery()), List.of("orders | 3"));
      }
      ask(connection, "ALTER STREAM sales.orders ADD COLUMN note TEXT");
      expect(question, lines(statement.executeQuery()), List.of("orders | 4"));
      ask(connection, "ALTER STREAM sales.orders DROP COLUMN note");
      statement.setString(1, null);
      expect(question + " of null", lines(statement.executeQuery()), List.of());
    }
    String among = "SELECT column_name FROM rekha.columns WHERE column_name = ANY(?) ORDER BY 1";
    try (PreparedStatement statement = connection.prepareStatement(among)) {
      statement.setArray(1, connection.createArrayOf("text", new String[] {"order_id", "email"}));
      expect(among, lines(statement.executeQuery()), List.of("email", "order_id"));
    }
    String bad = "SELECT ?::integer";
    try (PreparedStatement statement = connection.prepareStatement(bad)) {
      statement.setString(1, "abc");
      statement.executeQuery();
      expect(bad, "an answer", "22P02");
    } catch (SQLException error) {
      expect(bad, error.getSQLState(), "22P02");
    }
    try (Statement batch = connection.createStatement()) {
      batch.addBatch("CREATE STREAM sales.batched (id INTEGER)");
      batch.addBatch("DROP STREAM sales.batched");
      expect("a batch", batch.executeBatch().length, 2);
    }
  }

  /** What is sent and comes back, as text and as binary: it changes at the fifth time, or at once. */
  private static void values(Connection connection) throws SQLException {
    Object[][] values = {
      {"boolean", true},
      {"smallint", -32768},
      {"integer", Integer.MAX_VALUE},
      {"bigint", Long.MIN_VALUE},
      {"real", 1.5f},
      {"double precision", -2.25e-7},
      {"numeric", new BigDecimal("12345678901234567890.0123456789")},
      {"numeric(10,3)", new BigDecimal("12.340")},
      {"text", "žluťoučký kůň 🐴"},
      {"varchar(7)", "it's"},
      {"date", LocalDate.of(2024, 2, 29)},
      {"time", LocalTime.of(23, 59, 59, 999_999_000)},
      {"timestamp", LocalDateTime.of(2024, 2, 29, 12, 34, 56, 789_000_000)},
      {"timestamptz", OffsetDateTime.parse("1999-12-31T23:59:59Z")},
      {"uuid", UUID.fromString("6c8b2f6e-1d5c-4f0e-9a3b-0123456789ab")},
      {"interval", new PGInterval(0, 0, 3, 4, 5, 6.5)},
    };
    for (Object[] pair : values) {
      Object value = pair[1];
      String sql = "SELECT ?::" + pair[0];
      try (PreparedStatement statement = connection.prepareStatement(sql)) {
        for (int time = 0; time < 7; time++) {
          statement.setObject(1, value);
          try (ResultSet rows = statement.executeQuery()) {
            rows.next();
            expect(sql + " of " + value, rows.getObject(1, value.getClass()), value);
          }
        }
      }
    }
  }

  /** What the driver does not write into a statement itself. */
  private static void bytesAndArrays(Connection connection) throws SQLException {
    String arrays = "SELECT ?::bytea, ?::integer[], ?::text[], ?::jsonb";
    try (PreparedStatement statement = connection.prepareStatement(arrays)) {
      for (int time = 0; time < 7; time++) {
        statement.setBytes(1, new byte[] {0, -1, 16});
        statement.setArray(2, connection.createArrayOf("int4", new Integer[] {1, null, 3}));
        statement.setArray(3, connection.createArrayOf("text", new String[] {"a", "b \"c", null, ""}));
        statement.setString(4, "{\"a\": [1, null]}");
        try (ResultSet rows = statement.executeQuery()) {
          rows.next();
          expect("bytea", Arrays.toString(rows.getBytes(1)), "[0, -1, 16]");
          expect("integer[]", Arrays.toString((Object[]) rows.getArray(2).getArray()), "[1, null, 3]");
          expect("text[]", Arrays.toString((Object[]) rows.getArray(3).getArray()), "[a, b \"c, null, ]");
          expect("jsonb", rows.getString(4), "{\"a\": [1, null]}");
        }
      }
    }
  }

  private static void columnsOfAnswers(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT amount, status AS state, 1 AS one FROM sales.orders")) {
      ResultSetMetaData data = rows.getMetaData();
      expect("the type of a column", data.getPrecision(1) + "," + data.getScale(1), "10,2");
      expect("its table", data.getTableName(1), "orders");
      String base = ((org.postgresql.PGResultSetMetaData) data).getBaseColumnName(2);
      expect("its own name", base + " as " + data.getColumnLabel(2), "status as state");
      expect("whether it may be null", data.isNullable(2), ResultSetMetaData.columnNoNulls);
      expect("its size", data.getColumnDisplaySize(2), 20);
      expect("the schema", ((org.postgresql.PGResultSetMetaData) data).getBaseSchemaName(1), "sales");
    }
  }

  private static void transactions(Connection connection) throws SQLException {
    String count = "SELECT count(*) FROM rekha.streams WHERE stream = 'returns'";
    try (Connection other = connect()) {
      connection.setAutoCommit(false);
      ask(connection, "CREATE STREAM sales.returns (id INTEGER)");
      expect("what others see before the commit", ask(other, count), List.of("0"));
      connection.commit();
      expect("what others see behind it", ask(other, count), List.of("1"));
      ask(connection, "DROP STREAM sales.returns");
      connection.rollback();
      expect("what a rollback leaves", ask(other, count), List.of("1"));
      Savepoint savepoint = connection.setSavepoint();
      expect("a mistake behind a savepoint", refused(connection, "DROP STREAM nothing"), "42P01");
      expect("what comes after it", refused(connection, "SELECT 1"), "25P02");
      connection.rollback(savepoint);
      ask(connection, "DROP STREAM sales.returns");
      connection.releaseSavepoint(connection.setSavepoint("named"));
      connection.commit();
      expect("what a savepoint saves", ask(other, count), List.of("0"));
      expect("a mistake in a transaction", refused(connection, "SELEC 1"), "42601");
      expect("what comes after it", refused(connection, "SELECT 1"), "25P02");
      connection.commit();
      expect("what comes after its COMMIT", ask(connection, "SELECT 1"), List.of("1"));
      connection.rollback();
      connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
      connection.setReadOnly(true);
      expect("DDL where one only reads", refused(connection, "CREATE SCHEMA other"), "25006");
      connection.rollback();
    }
  }

  private static void fetching(Connection connection) throws SQLException {
    connection.setAutoCommit(false);
    try (PreparedStatement statement = connection.prepareStatement("SELECT n FROM generate_series(1, ?) AS n")) {
      statement.setFetchSize(7);
      statement.setInt(1, 100);
      for (int time = 0; time < 7; time++) {
        List<String> rows = lines(statement.executeQuery());
        expect("100 rows by sevens", rows.size() + " to " + rows.get(rows.size() - 1), "100 to 100");
      }
      statement.setMaxRows(3);
      expect("at most three", lines(statement.executeQuery()), List.of("1", "2", "3"));
    }
    connection.commit();
    connection.setAutoCommit(true);
    try (Statement statement = connection.createStatement()) {
      expect("two statements in one", statement.execute("SELECT 1; SELECT 2"), true);
      expect("the second", statement.getMoreResults() && statement.getResultSet().next(), true);
    }
  }

  private static void copyAndNotifications(Connection connection) throws Exception {
    PGConnection own = connection.unwrap(PGConnection.class);
    StringWriter copied = new StringWriter();
    own.getCopyAPI().copyOut("COPY (SELECT 1, 'a b', NULL) TO STDOUT (FORMAT csv)", copied);
    expect("COPY as CSV", copied.toString(), "1,a b,\n");
    ask(connection, "LISTEN schema_changes_sales_orders");
    try (Connection speaker = connect()) {
      ask(speaker, "ALTER STREAM sales.orders ADD COLUMN heard TEXT");
      PGNotification[] heard = own.getNotifications(30_000);
      expect("how often it is told", heard.length, 1);
      String change = "{\"namespace\":\"sales\",\"stream\":\"orders\",\"version\":6,\"evolution\":\"add_column\"}";
      expect("the change that is told", heard[0].getParameter(), change);
      ask(speaker, "ALTER STREAM sales.orders DROP COLUMN heard");
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute("DROP STREAM IF EXISTS nothing");
      String warning = String.valueOf(statement.getWarnings().getMessage());
      expect("the notice", warning, "relation \"nothing\" does not exist, skipping");
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute("ALTER STREAM sales.orders ALTER COLUMN customer_id TYPE BOOLEAN");
    } catch (PSQLException error) {
      expect("the mode that refuses", error.getServerErrorMessage().getConstraint(), "BACKWARD");
    }
  }

  private static void settings(Connection connection) throws SQLException {
    expect("application_name", ask(connection, "SHOW application_name"), List.of("steps"));
    expect("the schema", connection.getSchema(), "sales");
    connection.setSchema("public");
    expect("another schema", ask(connection, "SELECT current_schema()"), List.of("public"));
    connection.setClientInfo("ApplicationName", "other");
    expect("application_name", ask(connection, "SHOW application_name"), List.of("other"));
    expect("isValid", connection.isValid(30), true);
  }

  /** Cancels until it does: a request that comes before the statement does nothing. */
  private static void cancel(Connection connection) throws Exception {
    try (Statement statement = connection.createStatement()) {
      String[] failed = {null};
      Thread asleep =
          new Thread(
              () -> {
                try {
                  statement.executeQuery("SELECT pg_sleep(60)");
                } catch (SQLException error) {
                  failed[0] = error.getSQLState();
                }
              });
      asleep.start();
      while (asleep.isAlive()) {
        statement.cancel();
        asleep.join(50);
      }
      expect("a query that is cancelled", failed[0], "57014");
    }
    try (Statement statement = connection.createStatement()) {
      statement.setQueryTimeout(1);
      expect("a time-out of the driver", failure(() -> statement.executeQuery("SELECT pg_sleep(60)")), "57014");
    }
    expect("what comes after it", ask(connection, "SELECT 1"), List.of("1"));
  }

  private interface Failing {
    void run() throws SQLException;
  }

  private static String failure(Failing body) {
    try {
      body.run();
      return null;
    } catch (SQLException error) {
      return error.getSQLState();
    }
  }

  public static void main(String[] arguments) {
    step("the conversation", Jdbc::conversation);
    step("metadata", Jdbc::metaData);
    step("parameters", Jdbc::parameters);
    step("values", Jdbc::values);
    step("values, binary at once", Jdbc::values, "prepareThreshold", "-1");
    step("bytes and arrays", Jdbc::bytesAndArrays);
    step("bytes and arrays, binary at once", Jdbc::bytesAndArrays, "prepareThreshold", "-1");
    step("columns of answers", Jdbc::columnsOfAnswers);
    step("values, in the simple protocol", Jdbc::values, "preferQueryMode", "simple");
    step("transactions", Jdbc::transactions);
    step("fetching", Jdbc::fetching);
    step("COPY and notifications", Jdbc::copyAndNotifications);
    step("settings", Jdbc::settings, "ApplicationName", "steps", "currentSchema", "sales");
    step("a cancel", Jdbc::cancel);
    System.exit(failures == 0 ? 0 : 1);
  }
}
