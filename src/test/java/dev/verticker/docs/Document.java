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

  /** Returns all Markdown files except those in build folders and hidden folders. */
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

  /** Returns the inline code. */
  List<String> code() {
    return CODE.matcher(withoutBlocks()).results().map(code -> code.group(1)).toList();
  }

  /** Returns links to missing files or anchors of the repository; links to the internet are not checked. */
  List<String> deadLinks() {
    return links()
        .filter(link -> !leads(link))
        .map(link -> path + " -> " + link)
        .toList();
  }

  /** Returns the anchors that GitHub generates from headings. */
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

  /** Returns the cells of the first table under the heading by row, without the header row. */
  List<List<String>> table(String heading) {
    return section(heading)
        .lines()
        .dropWhile(line -> !line.startsWith("|"))
        .takeWhile(line -> line.startsWith("|"))
        .skip(2)
        .map(line -> Stream.of(line.split("\\|")).skip(1).map(String::strip).toList())
        .toList();
  }

  /** Returns the text from the heading that begins with {@code heading} to the next heading of any level. */
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

  /** Returns the first fenced block of the language under the heading. */
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
