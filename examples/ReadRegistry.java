import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Reads the registry by JDBC, and changes a stream in it.
 *
 * <pre>
 * cargo run --release &
 * java -cp postgresql.jar examples/ReadRegistry.java
 * </pre>
 *
 * PGHOST and PGPORT say where the registry is, if it is not here. The driver is PostgreSQL's own
 * (Debian's package libpostgresql-jdbc-java).
 */
public class ReadRegistry {
  public static void main(String[] arguments) throws SQLException {
    String host = setting("PGHOST", "127.0.0.1");
    String port = setting("PGPORT", "7432");
    String url = "jdbc:postgresql://" + host + ":" + port + "/rekha?user=" + setting("PGUSER", "reader");
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE SCHEMA IF NOT EXISTS jdbc");
      statement.execute(
          "CREATE OR REPLACE STREAM jdbc.orders (order_id BIGINT PRIMARY KEY, amount DECIMAL(10,2) COMMENT 'in euro')");

      // What every tool asks: the tables, their columns and keys.
      DatabaseMetaData data = connection.getMetaData();
      try (ResultSet columns = data.getColumns(null, "jdbc", "orders", "%")) {
        while (columns.next()) {
          System.out.printf("%s %s%n", columns.getString("COLUMN_NAME"), columns.getString("TYPE_NAME"));
        }
      }

      // A change, in a transaction with others.
      connection.setAutoCommit(false);
      statement.execute("ALTER STREAM jdbc.orders ADD COLUMN placed_at TIMESTAMPTZ");
      connection.commit();

      // One that the stream's mode refuses: the state and the reason.
      try {
        statement.execute("ALTER STREAM jdbc.orders ALTER COLUMN amount TYPE DECIMAL(6,2)");
        throw new AssertionError("BACKWARD does not let a type become narrower");
      } catch (SQLException refusal) {
        System.out.println(refusal.getSQLState() + ": " + refusal.getMessage());
        connection.rollback();
      }

      String question = "SELECT version, evolution FROM rekha.schema_versions WHERE namespace = ? ORDER BY version";
      try (PreparedStatement history = connection.prepareStatement(question)) {
        history.setString(1, "jdbc");
        ResultSet versions = history.executeQuery();
        while (versions.next()) {
          System.out.printf("version %d: %s%n", versions.getInt("version"), versions.getString("evolution"));
        }
      }
      statement.execute("DROP SCHEMA jdbc CASCADE");
      connection.commit();
    }
  }

  private static String setting(String name, String otherwise) {
    String value = System.getenv(name);
    return value == null ? otherwise : value;
  }
}
