package dev.verticker.api.pages;

import dev.verticker.api.pages.Page.Asset;
import dev.verticker.api.web.PackagedFile;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.regex.Pattern;

/** The console at {@code /} and the files under {@code /console/} that it references; no other file can be requested. */
public final class ConsolePage {
  private static final String FOLDER = "web";
  private static final String PAGE = FOLDER + "/console/index.html";
  private static final Pattern REFERENCE = Pattern.compile("(?:href|src)=\"(/console/[^\"]+)\"");

  /** Allows scripts, styles and requests from the same origin only, and enforces Trusted Types. */
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
          + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
          + "require-trusted-types-for 'script'; trusted-types 'none'";

  private ConsolePage() {}

  /** Loads the console. The future fails if a referenced file is missing. */
  public static Future<Page> load(Vertx vertx) {
    return vertx.executeBlocking(() -> {
      var assets = new ArrayList<Asset>();
      assets.add(Asset.packaged("/", PAGE, Page.NO_CACHE));
      REFERENCE
          .matcher(PackagedFile.read(PAGE).toString())
          .results()
          .map(reference -> reference.group(1))
          .distinct()
          .forEach(path -> assets.add(Asset.packaged(path, FOLDER + path, Page.NO_CACHE)));
      return new Page("console", POLICY, assets);
    });
  }
}
