package dev.verticker.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.settings.PostgresSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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

  private static Map<String, String> sources;
  private static String settings;

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
    settings = Files.readString(Path.of("conf/settings.yaml"));
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
        "docs/database.md",
        "docs/how-do-i.md",
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
      return source != null
          && Stream.of(type.group(2).split("\\."))
              .allMatch(member ->
                  Pattern.compile("\\b" + member + "\\b").matcher(source).find());
    }
    if (SETTING.matcher(name).matches()) {
      return Pattern.compile("^" + withoutSchema(name) + ":", Pattern.MULTILINE)
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
