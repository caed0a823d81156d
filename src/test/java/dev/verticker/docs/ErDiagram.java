package dev.verticker.docs;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Tables and foreign keys of a Mermaid entity relationship diagram.
 *
 * @param tables name to its columns in their order, each {@code type name [PK|FK|UK, ...]}
 * @param keys each {@code parent ||--o{ child : column, ...}}; {@code |o} when the child may be without a parent, {@code o|}
 *     when a parent has at most one
 */
record ErDiagram(Map<String, List<String>> tables, Map<String, Long> keys) {
  private static final Pattern ENTITY =
      Pattern.compile("^ +(\\w+) \\{\\n(.*?)^ +}$", Pattern.MULTILINE | Pattern.DOTALL);
  private static final Pattern RELATIONSHIP =
      Pattern.compile("^ +(\\w+ [|o]{2}--o[|{] \\w+ : (?:\\S+|\".*\"))$", Pattern.MULTILINE);

  private static final String COLUMNS =
      """
      SELECT t.relname,
             replace(pg_catalog.format_type(a.atttypid, NULL), 'timestamp with time zone', 'timestamptz')
               || ' ' || a.attname
               || coalesce((SELECT ' ' || string_agg(k.kind, ', ' ORDER BY k.kind = 'UK', k.kind DESC)
                              FROM (SELECT CASE contype WHEN 'p' THEN 'PK' WHEN 'f' THEN 'FK' ELSE 'UK' END AS kind
                                      FROM pg_catalog.pg_constraint
                                     WHERE conrelid = t.oid AND contype IN ('p', 'f', 'u') AND a.attnum = ANY (conkey)
                                    UNION
                                    SELECT 'UK'
                                      FROM pg_catalog.pg_index
                                     WHERE indrelid = t.oid AND indisunique AND NOT indisprimary
                                       AND a.attnum = ANY (indkey)) AS k), '')
        FROM pg_catalog.pg_class AS t
        JOIN pg_catalog.pg_attribute AS a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
       WHERE t.relnamespace = ?::regnamespace
         AND t.relkind IN ('r', 'p')
         AND NOT t.relispartition
         AND t.relname <> 'migrations'
       ORDER BY t.oid, a.attnum
      """;

  private static final String KEYS =
      """
      SELECT p.relname
               || CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_attribute
                                     WHERE attrelid = f.conrelid AND attnum = ANY (f.conkey) AND NOT attnotnull)
                       THEN ' |o--' ELSE ' ||--' END
               || CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_index
                                     WHERE indrelid = f.conrelid AND indisunique AND indpred IS NULL
                                       AND indkey::int2[] <@ f.conkey)
                       THEN 'o| ' ELSE 'o{ ' END
               || c.relname || ' : '
               || (SELECT string_agg(attname, ', ' ORDER BY attnum)
                     FROM pg_catalog.pg_attribute
                    WHERE attrelid = f.conrelid AND attnum = ANY (f.conkey))
        FROM pg_catalog.pg_constraint AS f
        JOIN pg_catalog.pg_class AS p ON p.oid = f.confrelid
        JOIN pg_catalog.pg_class AS c ON c.oid = f.conrelid
       WHERE f.contype = 'f' AND f.connamespace = ?::regnamespace
      """;

  /** Reads the diagram from the database, without the table of Flyway. */
  static ErDiagram of(Connection connection, String schema) throws SQLException {
    var tables = new TreeMap<String, List<String>>();
    for (var column : query(connection, COLUMNS, schema)) {
      tables.computeIfAbsent(column.get(0), table -> new ArrayList<>()).add(column.get(1));
    }
    return new ErDiagram(
        tables,
        counted(query(connection, KEYS, schema).stream().map(key -> key.get(0)).toList()));
  }

  /** @param mermaid comments of columns are left out */
  static ErDiagram parse(String mermaid) {
    var tables = new TreeMap<String, List<String>>();
    ENTITY.matcher(mermaid).results().forEach(entity -> {
      var columns =
          entity.group(2).lines().map(line -> line.replaceAll(" *\".*\" *$", "").strip());
      if (tables.put(entity.group(1), columns.toList()) != null) {
        throw new AssertionError("drawn twice: " + entity.group(1));
      }
    });
    return new ErDiagram(
        tables,
        counted(RELATIONSHIP
            .matcher(mermaid)
            .results()
            .map(key -> key.group(1).replace("\"", ""))
            .toList()));
  }

  private static Map<String, Long> counted(List<String> keys) {
    return keys.stream()
        .collect(Collectors.groupingBy(key -> key, TreeMap::new, Collectors.counting()));
  }

  private static List<List<String>> query(Connection connection, String sql, String schema)
      throws SQLException {
    try (var search = connection.createStatement();
        var query = connection.prepareStatement(sql)) {
      // Types of that schema are written without its name.
      search.execute("SET search_path = " + schema + ", trading");
      query.setString(1, schema);
      try (var rows = query.executeQuery()) {
        var all = new ArrayList<List<String>>();
        while (rows.next()) {
          var row = new ArrayList<String>();
          for (var column = 1; column <= rows.getMetaData().getColumnCount(); column++) {
            row.add(rows.getString(column));
          }
          all.add(row);
        }
        return all;
      }
    }
  }

  /** Returns one line for each foreign key and each column. */
  List<String> lines() {
    var lines = new ArrayList<String>(keys.keySet());
    tables.forEach((table, columns) -> columns.forEach(column -> lines.add(table + ": " + column)));
    return lines;
  }
}
