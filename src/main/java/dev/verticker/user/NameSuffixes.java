package dev.verticker.user;

import java.text.Normalizer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Search index entries of a full name: one for each word, holding the folded name from that word on. A range scan of one
 * index finds "Ada Lovelace King" by {@code ada}, {@code love} and {@code lovelace k}.
 */
public final class NameSuffixes {
  private static final int MAX_WORDS = 10;
  private static final int MAX_LENGTH = 64;
  private static final Pattern ACCENTS = Pattern.compile("\\p{InCombiningDiacriticalMarks}+");
  private static final Pattern SEPARATOR = Pattern.compile("[^\\p{L}\\p{N}\\p{M}]+");

  private NameSuffixes() {}

  /**
   * Returns the suffixes of the folded name that begin at a word, at most ten and at most 64 code points each; empty for
   * null.
   */
  public static List<String> of(String fullName) {
    var words = words(fullName);
    return IntStream.range(0, Math.min(words.size(), MAX_WORDS))
        .mapToObj(first -> truncated(String.join(" ", words.subList(first, words.size()))))
        .distinct()
        .toList();
  }

  /** The prefix of the entries that the search text matches; empty if it has no word. */
  static String prefix(String text) {
    return truncated(String.join(" ", words(text)));
  }

  private static List<String> words(String text) {
    if (text == null) {
      return List.of();
    }
    var decomposed = Normalizer.normalize(text, Normalizer.Form.NFKD);
    var folded = ACCENTS.matcher(decomposed).replaceAll("").toLowerCase(Locale.ROOT);
    return Arrays.stream(SEPARATOR.split(folded))
        .filter(word -> !word.isEmpty())
        .collect(Collectors.toUnmodifiableList());
  }

  /** Limits the length: PostgreSQL limits index entries, and folding can make a name eighteen times as long. */
  private static String truncated(String words) {
    return words.codePointCount(0, words.length()) <= MAX_LENGTH
        ? words
        : words.substring(0, words.offsetByCodePoints(0, MAX_LENGTH));
  }
}
