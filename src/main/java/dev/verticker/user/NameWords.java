package dev.verticker.user;

import java.text.Normalizer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Full names as they are searched. Stored is the folded name from each of its words on, so one range of one index finds
 * "Ada Lovelace King" by {@code ada}, {@code love} and {@code lovelace k}.
 */
public final class NameWords {
  private static final int MAX_WORDS = 10;
  private static final int LONGEST = 64;
  private static final Pattern ACCENTS = Pattern.compile("\\p{InCombiningDiacriticalMarks}+");
  private static final Pattern BETWEEN_WORDS = Pattern.compile("[^\\p{L}\\p{N}\\p{M}]+");

  private NameWords() {}

  /** The entries of a name, at most ten; none when it has no word. */
  public static List<String> of(String fullName) {
    var words = words(fullName);
    return IntStream.range(0, Math.min(words.size(), MAX_WORDS))
        .mapToObj(first -> shortened(String.join(" ", words.subList(first, words.size()))))
        .distinct()
        .toList();
  }

  /** What an entry must begin with to be found by this text; empty when it has no word. */
  static String prefix(String text) {
    return shortened(String.join(" ", words(text)));
  }

  private static List<String> words(String text) {
    if (text == null) {
      return List.of();
    }
    var decomposed = Normalizer.normalize(text, Normalizer.Form.NFKD);
    var folded = ACCENTS.matcher(decomposed).replaceAll("").toLowerCase(Locale.ROOT);
    return Arrays.stream(BETWEEN_WORDS.split(folded))
        .filter(word -> !word.isEmpty())
        .collect(Collectors.toUnmodifiableList());
  }

  /** An index entry has a greatest size, and folding can make a name eighteen times as long. */
  private static String shortened(String words) {
    return words.codePointCount(0, words.length()) <= LONGEST
        ? words
        : words.substring(0, words.offsetByCodePoints(0, LONGEST));
  }
}
