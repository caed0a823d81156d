package dev.verticker.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.verticker.settings.PostgresSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that documents name only existing classes, files, settings and packages. */
class DocumentsTest {
  private static final Pattern CLASS_OR_MEMBER =
      Pattern.compile("([A-Z]\\w*[a-z]\\w*)((?:\\.\\w+)*)(?:\\(.*\\))?");
  private static final Pattern SETTING = Pattern.compile("[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+");
  private static final Pattern PATH = Pattern.compile("[\\w.-]+(?:/[\\w.-]+)+/?|[\\w-]+/");

  private static final Pattern INNER =
      Pattern.compile("^ +[a-z ]*(?:class|record|enum|interface) (\\w+)", Pattern.MULTILINE);
  private static final Pattern WORD = Pattern.compile("\\w+");
  private static final int CPU_COLUMN = 4;

  private static Map<String, String> sources;
  private static Set<String> inner;
  private static String settings;

  /** Names in alerts, the systemd unit, .env.example and the import that are not settings. */
  private static Set<String> operated;

  @BeforeAll
  static void read() throws IOException {
    sources = new HashMap<>();
    try (var files = Files.walk(Path.of("src"))) {
      for (var file : files.filter(file -> file.toString().endsWith(".java")).toList()) {
        // Tests in two packages may have a class of the same name.
        sources.merge(
            file.getFileName().toString().replace(".java", ""),
            Files.readString(file),
            String::concat);
      }
    }
    inner = sources.values().stream()
        .flatMap(source -> INNER.matcher(source).results())
        .map(type -> type.group(1))
        .collect(Collectors.toSet());
    settings = Files.readString(Path.of("conf/settings.yaml"));
    operated = new HashSet<>();
    for (var file : List.of(
        "conf/deploy/observability/alerts.yml",
        "conf/deploy/systemd/verticker.service",
        ".env.example",
        "src/main/java/dev/verticker/legacy/LegacyImport.java")) {
      WORD.matcher(Files.readString(Path.of(file)))
          .results()
          .forEach(word -> operated.add(word.group()));
    }
  }

  @Test
  void each_link_of_each_document_has_a_target() throws IOException {
    var documents = Document.all();
    assertTrue(documents.size() > 20, documents::toString);
    assertNone(
        "documents have the links",
        documents.stream().flatMap(each -> each.deadLinks().stream()).toList(),
        "which have no target: correct them");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "README.md",
        "README.th.md",
        "docs/add-an-exchange.md",
        "docs/database.md",
        "docs/how-do-i.md",
        "docs/operations.md",
        "docs/stack.md"
      })
  void each_class_method_file_and_setting_in_a_document_exists(String document) {
    var named = Document.read(Path.of(document)).code();
    assertTrue(named.size() > 10, document);
    assertNone(
        document + " names",
        named.stream().filter(name -> !exists(name)).distinct().toList(),
        "which do not exist: correct or remove them");
  }

  @Test
  void the_code_map_lists_exactly_the_packages() throws IOException {
    var mapped = Document.read(Path.of("ARCHITECTURE.md")).table("Code map").stream()
        .map(row -> row.get(0).replace("`", ""))
        .collect(Collectors.toCollection(TreeSet::new));
    var packages = packages();
    assertNone(
        "the code map of ARCHITECTURE.md lacks",
        packages.stream().filter(name -> !mapped.contains(name)).toList(),
        "add a line for each package");
    assertNone(
        "the code map of ARCHITECTURE.md has",
        mapped.stream().filter(name -> !packages.contains(name)).toList(),
        "which are not packages: remove their lines");
  }

  @Test
  void each_error_code_of_the_user_api_document_exists() throws IOException {
    var nginx = Files.readString(Path.of("conf/deploy/nginx/conf.d/verticker.locations"));
    var codes = Document.read(Path.of("docs/user-api.md")).table("Errors").stream()
        .map(row -> row.get(1).replace("`", "\""))
        .toList();
    assertTrue(codes.contains("\"origin-not-allowed\""), codes::toString);
    assertNone(
        "docs/user-api.md lists the codes",
        codes.stream()
            .filter(code -> !nginx.contains(code)
                && sources.values().stream().noneMatch(source -> source.contains(code)))
            .toList(),
        "which no response has: correct them");
  }

  private static void assertNone(String subject, List<String> names, String remedy) {
    if (!names.isEmpty()) {
      fail(subject + " " + names + ", " + remedy);
    }
  }

  @Test
  void figures_in_stack_match_those_in_performance() {
    var measured = Document.read(Path.of("docs/performance.md"));
    for (var row : Document.read(Path.of("docs/stack.md")).table("Measured")) {
      var endpoint = row.get(0).replaceFirst("^`([^`]*)`.*", "$1");
      var cpu = measured.table(endpoint).stream()
          .filter(server -> !server.get(0).equals("bare Vert.x"))
          .map(server -> server.get(CPU_COLUMN))
          .toList();
      assertEquals(cpu, row.subList(1, row.size()), endpoint);
    }
  }

  private static TreeSet<String> packages() throws IOException {
    var root = Path.of("src/main/java");
    try (var files = Files.walk(root)) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .map(file -> root.relativize(file.getParent()).toString().replace('/', '.'))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  /** Returns whether the name is neither a class, a setting nor a path. */
  private static boolean exists(String name) {
    var type = CLASS_OR_MEMBER.matcher(name);
    if (type.matches()) {
      var source = sources.get(type.group(1));
      if (source == null && type.group(2).isEmpty()) {
        return inner.contains(name) || operated.contains(name);
      }
      return source != null
          && Stream.of(type.group(2).split("\\."))
              .allMatch(member ->
                  Pattern.compile("\\b" + member + "\\b").matcher(source).find());
    }
    if (SETTING.matcher(name).matches()) {
      return operated.contains(name)
          || Pattern.compile("^" + withoutSchema(name) + ":", Pattern.MULTILINE)
              .matcher(settings)
              .find()
          || name.endsWith("_FILE") && exists(name.replaceFirst("_FILE$", ""));
    }
    // Files of a build or of make-env may be absent.
    return !PATH.matcher(name).matches()
        || name.startsWith("target/")
        || name.startsWith("secrets/")
        || Files.exists(Path.of(name));
  }

  /** A setting of PostgreSQL may have the name of a schema as prefix. */
  private static String withoutSchema(String setting) {
    return PostgresSettings.SCHEMAS.stream()
        .map(schema -> schema.toUpperCase(Locale.ROOT) + "_")
        .filter(prefix -> setting.startsWith(prefix + "POSTGRES_"))
        .map(prefix -> setting.substring(prefix.length()))
        .findAny()
        .orElse(setting);
  }
}
