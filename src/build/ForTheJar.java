import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What only the jar has, so that a node starts faster from it: each contract as JSON beside the YAML, and the list of the files in the
 * folders that a node looks through. Run by the build when the jar is packaged.
 */
final class ForTheJar {
  private static final List<String> LOOKED_THROUGH = List.of("verticles", "db/migration");

  private ForTheJar() {}

  /** @param folders the compiled classes with their resources; where to write */
  public static void main(String[] folders) throws IOException {
    var classes = Path.of(folders[0]);
    var made = Path.of(folders[1]);
    writeContracts(classes.resolve("openapi"), Files.createDirectories(made.resolve("openapi")));
    Files.write(made.resolve("packaged-files"), files(classes));
  }

  private static void writeContracts(Path from, Path to) throws IOException {
    try (var files = Files.newDirectoryStream(from, "*.yaml")) {
      for (var yaml : files) {
        var json = to.resolve(yaml.getFileName().toString().replace(".yaml", ".json"));
        new ObjectMapper().writeValue(json.toFile(), new YAMLMapper().readTree(yaml.toFile()));
      }
    }
  }

  private static List<String> files(Path classes) throws IOException {
    var all = new ArrayList<String>();
    for (var folder : LOOKED_THROUGH) {
      try (var files = Files.walk(classes.resolve(folder))) {
        files
            .filter(Files::isRegularFile)
            .map(file -> classes.relativize(file).toString().replace('\\', '/'))
            .sorted()
            .forEach(all::add);
      }
    }
    return all;
  }
}
