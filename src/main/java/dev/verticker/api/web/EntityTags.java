package dev.verticker.api.web;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/** Entity tags, and the lists of them in {@code If-Match} and {@code If-None-Match} (RFC 9110, section 13.1). */
public final class EntityTags {
  private static final String ANY = "*";
  private static final Pattern TAG = Pattern.compile("(W/)?\"([\\x21\\x23-\\x7e]*)\"");
  private static final Pattern REVISION = Pattern.compile("[0-9]{1,18}");

  private EntityTags() {}

  /** The entity tag of a revision number. */
  public static String revision(long revision) {
    return "\"" + revision + "\"";
  }

  /** The entity tag of some content. */
  public static String of(byte[] content) {
    return "\"" + UUID.nameUUIDFromBytes(content) + "\"";
  }

  /**
   * Returns the revisions that {@code If-Match} accepts; empty = any. Weak and foreign tags match nothing (section 13.1.1
   * requires the strong comparison).
   */
  public static Optional<List<Long>> revisions(Optional<String> ifMatch) {
    return ifMatch.filter(sent -> !sent.strip().equals(ANY)).map(sent -> TAG.matcher(sent)
        .results()
        .filter(tag -> tag.group(1) == null && REVISION.matcher(tag.group(2)).matches())
        .map(tag -> Long.valueOf(tag.group(2)))
        .toList());
  }

  /** Returns whether {@code If-None-Match} contains the tag, by weak comparison. */
  public static boolean names(Optional<String> ifNoneMatch, String current) {
    return ifNoneMatch
        .filter(sent -> sent.strip().equals(ANY)
            || TAG.matcher(sent).results().anyMatch(tag -> tag.group(2).equals(opaque(current))))
        .isPresent();
  }

  private static String opaque(String tag) {
    return tag.substring(tag.indexOf('"') + 1, tag.length() - 1);
  }
}
