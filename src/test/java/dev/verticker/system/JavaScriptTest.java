package dev.verticker.system;

import static org.junit.jupiter.api.Assertions.fail;

import dev.verticker.testing.Npm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/**
 * Format, lint and types of the console, the documentation pages, the examples and the scripts of the tests. The commands are
 * the scripts of {@code src/test/npm/package.json}.
 */
class JavaScriptTest {
  @Test
  void every_file_is_formatted_with_prettier() throws Exception {
    check("format");
  }

  @Test
  void eslint_finds_no_problem() throws Exception {
    check("lint");
  }

  @Test
  void typescript_finds_no_type_error() throws Exception {
    check("types");
  }

  private static void check(String script) throws IOException, InterruptedException {
    var process = new ProcessBuilder(
            "npm", "--prefix", Npm.home().toString(), "run", "--silent", script)
        .redirectErrorStream(true)
        .start();
    var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    var cure = script.equals("types")
        ? "Correct these lines, then run: npm --prefix target/npm run types"
        : "To fix: npm --prefix target/npm run fix";
    if (process.waitFor() != 0) {
      fail(output + cure);
    }
  }
}
