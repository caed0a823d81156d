package dev.verticker.api.web;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The lists of ETags in {@code If-Match} and {@code If-None-Match} (RFC 9110, section 13.1). */
public final class EntityTags {
  private static final String WHICHEVER = "*";
  private static final Pattern TAG = Pattern.compile("(W/)?\"([\\x21\\x23-\\x7e]*)\"");
  private static final Pattern REVISION = Pattern.compile("[0-9]{1,18}");

  private EntityTags() {}

  /** The tag of something that counts its changes. */
  public static String revision(long revision) {
    return "\"" + revision + "\"";
  }

  /**
   * What {@code If-Match} lets pass; empty = anything. Weak tags and tags of something else match nothing (section 13.1.1
   * wants the strong comparison).
   */
  public static Optional<List<Long>> revisions(Optional<String> ifMatch) {
    return ifMatch.filter(sent -> !sent.strip().equals(WHICHEVER)).map(sent -> TAG.matcher(sent)
        .results()
        .filter(tag -> tag.group(1) == null && REVISION.matcher(tag.group(2)).matches())
        .map(tag -> Long.valueOf(tag.group(2)))
        .toList());
  }

  /** Whether {@code If-None-Match} names the tag, by the weak comparison. */
  public static boolean names(Optional<String> ifNoneMatch, String current) {
    return ifNoneMatch
        .filter(sent -> sent.strip().equals(WHICHEVER)
            || TAG.matcher(sent).results().anyMatch(tag -> tag.group(2).equals(opaque(current))))
        .isPresent();
  }

  private static String opaque(String tag) {
    return tag.substring(tag.indexOf('"') + 1, tag.length() - 1);
  }
}
