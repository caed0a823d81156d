import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes each YAML file of the first folder as JSON into the second. Run by the build when the jar is packaged. */
final class YamlToJson {
  private YamlToJson() {}

  public static void main(String[] folders) throws IOException {
    var made = Files.createDirectories(Path.of(folders[1]));
    try (var files = Files.newDirectoryStream(Path.of(folders[0]), "*.yaml")) {
      for (var yaml : files) {
        var json = made.resolve(yaml.getFileName().toString().replace(".yaml", ".json"));
        new ObjectMapper().writeValue(json.toFile(), new YAMLMapper().readTree(yaml.toFile()));
      }
    }
  }
}
