package dev.verticker.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A Markdown file of the repository. */
record Document(Path path, String text) {
  private static final Set<String> NOT_OURS = Set.of("target", "node_modules");
  private static final Pattern FENCED =
      Pattern.compile("^ *(```+|~~~+).*?^ *\\1 *$", Pattern.MULTILINE | Pattern.DOTALL);
  private static final Pattern CODE = Pattern.compile("`([^`\\n]+)`");
  private static final Pattern LINK = Pattern.compile(
      "]\\(<?([^)\\s>]+)>?(?: \"[^\"]*\")?\\)|^\\[[^]]+]: *(\\S+)", Pattern.MULTILINE);
  private static final Pattern HEADING = Pattern.compile("^#{1,6} +(.*?)#* *$", Pattern.MULTILINE);

  static Document read(Path path) {
    try {
      return new Document(path, Files.readString(path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Every one there is; folders of builds, and those whose name begins with a dot, are not ours. */
  static List<Document> all() throws IOException {
    var all = new ArrayList<Document>();
    Files.walkFileTree(Path.of(""), new SimpleFileVisitor<>() {
      @Override
      public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
        var name = folder.getFileName().toString();
        return NOT_OURS.contains(name) || name.startsWith(".")
            ? FileVisitResult.SKIP_SUBTREE
            : FileVisitResult.CONTINUE;
      }

      @Override
      public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
        if (file.toString().endsWith(".md")) {
          all.add(read(file));
        }
        return FileVisitResult.CONTINUE;
      }
    });
    return all;
  }

  /** What is written as code within a sentence. */
  List<String> code() {
    return CODE.matcher(withoutBlocks()).results().map(code -> code.group(1)).toList();
  }

  /** Links that lead to nothing in the repository; those to the internet are not followed. */
  List<String> deadLinks() {
    return links()
        .filter(link -> !leads(link))
        .map(link -> path + " -> " + link)
        .toList();
  }

  /** As GitHub makes them of headings. */
  Set<String> anchors() {
    var anchors = new HashSet<String>();
    var times = new HashMap<String, Integer>();
    HEADING.matcher(withoutBlocks()).results().forEach(heading -> {
      var slug = heading
          .group(1)
          .replaceAll("\\[([^]]*)]\\([^)]*\\)", "$1")
          .toLowerCase(Locale.ROOT)
          .strip()
          .replaceAll("[^\\p{L}\\p{N} _-]", "")
          .replace(' ', '-');
      var earlier = times.merge(slug, 1, Integer::sum) - 1;
      anchors.add(earlier == 0 ? slug : slug + "-" + earlier);
    });
    return anchors;
  }

  /** The rows of the first table under that heading, each with its cells; without the heads. */
  List<List<String>> table(String heading) {
    return section(heading)
        .lines()
        .dropWhile(line -> !line.startsWith("|"))
        .takeWhile(line -> line.startsWith("|"))
        .skip(2)
        .map(line -> Stream.of(line.split("\\|")).skip(1).map(String::strip).toList())
        .toList();
  }

  /** What stands under a heading that begins so, up to the next of any level. */
  String section(String heading) {
    var section = Pattern.compile(
            "^#+ `?" + Pattern.quote(heading) + "(?!\\w).*?$(.*?)(?=^#|\\z)",
            Pattern.MULTILINE | Pattern.DOTALL)
        .matcher(text);
    if (!section.find()) {
      throw new AssertionError(path + " has no section " + heading);
    }
    return section.group(1);
  }

  /** The first fenced block of that language under the heading. */
  String block(String heading, String language) {
    var block = Pattern.compile(
            "^```" + language + "\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL)
        .matcher(section(heading));
    if (!block.find()) {
      throw new AssertionError(path + ": " + heading + " has no block of " + language);
    }
    return block.group(1);
  }

  private Stream<String> links() {
    return LINK.matcher(CODE.matcher(withoutBlocks()).replaceAll("code"))
        .results()
        .map(link -> link.group(1) == null ? link.group(2) : link.group(1))
        .filter(link -> !link.matches("(?i)[a-z][a-z0-9+.-]*:.*"));
  }

  private boolean leads(String link) {
    var hash = link.indexOf('#');
    var file = hash < 0 ? link : link.substring(0, hash);
    var target = file.isEmpty() ? path : path.resolveSibling(file).normalize();
    return !file.startsWith("/")
        && Files.exists(target)
        && (hash < 0
            || target.toString().endsWith(".md")
                && read(target).anchors().contains(link.substring(hash + 1)));
  }

  private String withoutBlocks() {
    return FENCED.matcher(text).replaceAll("");
  }
}
