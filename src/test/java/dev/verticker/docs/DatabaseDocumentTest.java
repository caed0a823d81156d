package dev.verticker.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.verticker.settings.PostgresSettings;
import dev.verticker.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares the diagrams of {@code docs/database.md} with the migrated schemas. */
class DatabaseDocumentTest {
  private static final Document DOCUMENT = Document.read(Path.of("docs/database.md"));

  private static Connection connection;

  @BeforeAll
  static void migrate() throws SQLException {
    connection = TestDatabase.create().connect();
    connection.setAutoCommit(false);
  }

  @AfterAll
  static void close() throws SQLException {
    connection.close();
  }

  static List<String> schemas() {
    return PostgresSettings.SCHEMAS;
  }

  @ParameterizedTest
  @MethodSource("schemas")
  void the_diagram_of_a_service_has_exactly_the_tables_columns_and_keys_of_its_schema(String schema)
      throws SQLException {
    assertSame(
        ErDiagram.of(connection, schema), ErDiagram.parse(DOCUMENT.block(schema, "mermaid")));
  }

  @Test
  void no_foreign_key_references_another_schema() throws SQLException {
    assertEquals(
        List.of(),
        query("SELECT conname FROM pg_constraint AS f JOIN pg_class AS p ON p.oid = f.confrelid"
            + " WHERE f.contype = 'f' AND p.relnamespace <> f.connamespace"));
  }

  /** Moves every table of the four schemas into one and adds the foreign keys that the document adds. */
  @Test
  void the_diagram_of_the_monolith_has_all_four_schemas_and_the_added_foreign_keys()
      throws SQLException {
    try {
      execute("CREATE SCHEMA monolith");
      var names = new HashSet<String>();
      for (var table : query("SELECT relnamespace::regnamespace || '.' || quote_ident(relname)"
          + " FROM pg_class WHERE relkind IN ('r', 'p') AND relname <> 'migrations'"
          + " AND relnamespace::regnamespace::text IN ('" + String.join("', '", schemas())
          + "') ORDER BY 1")) {
        execute("ALTER TABLE " + withUniqueName(table, names) + " SET SCHEMA monolith");
      }
      execute("SET search_path = monolith");
      execute(DOCUMENT.block("As a monolith", "sql"));
      assertSame(
          ErDiagram.of(connection, "monolith"),
          ErDiagram.parse(DOCUMENT.block("As a monolith", "mermaid")));
    } finally {
      connection.rollback();
    }
  }

  @Test
  void every_schema_is_owned_by_exactly_one_verticle() throws IOException {
    var owned = new ArrayList<String>();
    try (var files = Files.newDirectoryStream(Path.of("verticles"), "*.yaml")) {
      for (var file : files) {
        Pattern.compile("^schemas: \\[(.*)]$", Pattern.MULTILINE)
            .matcher(Files.readString(file))
            .results()
            .flatMap(line -> Stream.of(line.group(1).split(", *")))
            .filter(schema -> !schema.isEmpty())
            .forEach(owned::add);
      }
    }
    assertEquals(schemas(), owned.stream().sorted().toList());
  }

  /** The second table of a name gets the name of its schema, too. */
  private static String withUniqueName(String table, Set<String> names) throws SQLException {
    var parts = table.split("\\.");
    if (names.add(parts[1])) {
      return table;
    }
    var unique = parts[0] + "_" + parts[1];
    execute("ALTER TABLE " + table + " RENAME TO " + unique);
    var renamed = parts[0] + "." + unique;
    // Its indexes and sequences move with it.
    for (var rename : query(
        "SELECT format('ALTER %s %s.%I RENAME TO %I', CASE relkind WHEN 'i' THEN 'INDEX' ELSE 'SEQUENCE' END, '"
            + parts[0] + "', relname, '" + parts[0] + "_' || relname) FROM pg_class"
            + " WHERE oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = '" + renamed
            + "'::regclass UNION SELECT objid FROM pg_depend WHERE refobjid = '" + renamed
            + "'::regclass AND deptype = 'i') AND relkind IN ('i', 'S')")) {
      execute(rename);
    }
    return renamed;
  }

  private static void assertSame(ErDiagram migrated, ErDiagram drawn) {
    assertEquals(
        List.of(),
        without(migrated.lines(), drawn.lines()),
        "in the database but not in the document");
    assertEquals(
        List.of(),
        without(drawn.lines(), migrated.lines()),
        "in the document but not in the database");
    // The order and the number of repetitions must match, too.
    assertEquals(migrated, drawn);
  }

  private static List<String> without(List<String> lines, List<String> others) {
    return lines.stream().filter(line -> !others.contains(line)).toList();
  }

  private static void execute(String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static List<String> query(String sql) throws SQLException {
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      var all = new ArrayList<String>();
      while (rows.next()) {
        all.add(rows.getString(1));
      }
      return all;
    }
  }
}
