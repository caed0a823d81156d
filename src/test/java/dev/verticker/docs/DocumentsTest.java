package dev.verticker.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.verticker.settings.PostgresSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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

/** Documents speak of what there is. */
class DocumentsTest {
  private static final Pattern CLASS_OR_MEMBER =
      Pattern.compile("([A-Z]\\w*[a-z]\\w*)((?:\\.\\w+)*)(?:\\(.*\\))?");
  private static final Pattern SETTING = Pattern.compile("[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+");
  private static final Pattern PATH = Pattern.compile("[\\w.-]+(?:/[\\w.-]+)+/?|[\\w-]+/");

  private static final Set<String> METHODS = Set.of("GET", "POST", "PUT", "PATCH", "DELETE");
  private static final Pattern OPERATIONS =
      Pattern.compile("^\\|.*`(GET|POST|PUT|PATCH|DELETE)\\b.*$", Pattern.MULTILINE);
  private static final Pattern INNER =
      Pattern.compile("^ +[a-z ]*(?:class|record|enum|interface) (\\w+)", Pattern.MULTILINE);
  private static final Pattern WORD = Pattern.compile("\\w+");
  private static final int CPU_COLUMN = 4;

  private static Map<String, String> sources;
  private static Set<String> inner;
  private static String settings;

  /** Alerts, what systemd and Docker Compose are told, and what one command alone reads. */
  private static Set<String> operated;

  @BeforeAll
  static void read() throws IOException {
    sources = new HashMap<>();
    try (var files = Files.walk(Path.of("src"))) {
      for (var file : files.filter(file -> file.toString().endsWith(".java")).toList()) {
        // Two packages may have a class of the same name.
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
        "conf/observability/alerts.yml",
        "conf/systemd/verticker.service",
        ".env.example",
        "src/main/java/dev/verticker/legacy/LegacyImport.java")) {
      WORD.matcher(Files.readString(Path.of(file)))
          .results()
          .forEach(word -> operated.add(word.group()));
    }
  }

  @Test
  void every_link_of_every_document_leads_somewhere() throws IOException {
    var documents = Document.all();
    assertTrue(documents.size() > 20, documents::toString);
    assertEquals(
        List.of(), documents.stream().flatMap(each -> each.deadLinks().stream()).toList());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "README.md",
        "README.th.md",
        "docs/database.md",
        "docs/how-do-i.md",
        "docs/operations.md",
        "docs/stack.md"
      })
  void every_class_method_file_and_setting_it_names_exists(String document) {
    var named = Document.read(Path.of(document)).code();
    assertTrue(named.size() > 10, document);
    assertEquals(
        List.of(), named.stream().filter(name -> !exists(name)).distinct().toList());
  }

  @Test
  void the_code_map_has_every_package_and_no_other() throws IOException {
    var mapped = Document.read(Path.of("ARCHITECTURE.md")).table("Code map").stream()
        .map(row -> row.get(0).replace("`", ""))
        .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(packages(), mapped);
  }

  @ParameterizedTest
  @ValueSource(strings = {"README.md", "README.th.md"})
  void the_readme_lists_every_operation_of_the_contracts_and_no_other(String readme)
      throws IOException {
    var operations = new TreeSet<String>();
    for (var contract : List.of("user-api", "price-api")) {
      var file = Path.of("src/main/resources/openapi", contract + ".yaml");
      new YAMLMapper().readTree(file.toFile()).get("paths").properties().forEach(path -> {
        path.getValue().fieldNames().forEachRemaining(key -> {
          if (METHODS.contains(key.toUpperCase(Locale.ROOT))) {
            operations.add(key.toUpperCase(Locale.ROOT) + " " + path.getKey());
          }
        });
      });
    }
    assertTrue(operations.size() > 20, operations::toString);
    assertEquals(operations, listedOperations(Document.read(Path.of(readme)).text()));
  }

  /** As the rows write them: {@code `GET` and `POST /users`}, {@code `POST /one`, `/two`}. */
  private static TreeSet<String> listedOperations(String readme) {
    var listed = new TreeSet<String>();
    OPERATIONS.matcher(readme).results().forEach(row -> {
      var methods = new ArrayList<String>();
      var complete = false;
      for (var code : row.group().split("`")) {
        var words = List.of(code.split(" "));
        var isMethod = METHODS.contains(words.get(0));
        if (isMethod && complete) {
          methods.clear();
        }
        if (isMethod) {
          methods.add(words.get(0));
          complete = false;
        }
        var path = words.get(words.size() - 1);
        if (path.startsWith("/")) {
          methods.forEach(method -> listed.add(method + " " + path.replaceFirst("\\?.*", "")));
          complete = true;
        }
      }
    });
    return listed;
  }

  @Test
  void figures_that_stack_repeats_are_the_measured_ones() {
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

  /** What is neither a class, a setting nor a path is no name of ours. */
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
              .find();
    }
    // What a build makes need not be there.
    return !PATH.matcher(name).matches()
        || name.startsWith("target/")
        || Files.exists(Path.of(name));
  }

  /** Any schema's name may stand before a setting of PostgreSQL. */
  private static String withoutSchema(String setting) {
    return PostgresSettings.SCHEMAS.stream()
        .map(schema -> schema.toUpperCase(Locale.ROOT) + "_")
        .filter(prefix -> setting.startsWith(prefix + "POSTGRES_"))
        .map(prefix -> setting.substring(prefix.length()))
        .findAny()
        .orElse(setting);
  }
}
