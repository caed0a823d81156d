package dev.verticker.user;

import java.lang.Character.UnicodeScript;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Characters that make two different texts look the same, or reverse the direction of the text around them: bidirectional and
 * other format controls, zero-width characters, fillers, line separators. Joiners are valid where a script needs them (RFC
 * 5892, appendix A), variation selectors after ideographs and symbols.
 */
final class InvisibleCharacters {
  private static final int ZERO_WIDTH_NON_JOINER = 0x200c;
  private static final int ZERO_WIDTH_JOINER = 0x200d;

  /** Without a visible form although they are letters, marks or symbols. */
  private static final Set<Integer> BLANK = Set.of(
      0x034f, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x180b, 0x180c, 0x180d, 0x180f, 0x2800, 0x3164,
      0xffa0);

  /** Scripts in which a joiner changes the form of a letter. */
  private static final Set<UnicodeScript> JOINING = EnumSet.of(
      UnicodeScript.ARABIC,
      UnicodeScript.BENGALI,
      UnicodeScript.DEVANAGARI,
      UnicodeScript.GUJARATI,
      UnicodeScript.GURMUKHI,
      UnicodeScript.KANNADA,
      UnicodeScript.KHMER,
      UnicodeScript.MALAYALAM,
      UnicodeScript.MONGOLIAN,
      UnicodeScript.MYANMAR,
      UnicodeScript.ORIYA,
      UnicodeScript.SINHALA,
      UnicodeScript.SYRIAC,
      UnicodeScript.TAMIL,
      UnicodeScript.TELUGU);

  private InvisibleCharacters() {}

  static boolean isIn(String text) {
    var points = text.codePoints().toArray();
    return IntStream.range(0, points.length).anyMatch(at -> isInvisible(points, at));
  }

  static String removeFrom(String text) {
    var points = text.codePoints().toArray();
    return IntStream.range(0, points.length)
        .filter(at -> !isInvisible(points, at))
        .map(at -> points[at])
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private static boolean isInvisible(int[] points, int at) {
    var point = points[at];
    if (point == ZERO_WIDTH_JOINER || point == ZERO_WIDTH_NON_JOINER) {
      return !joins(points, at);
    }
    if (isVariationSelector(point)) {
      return at == 0 || !hasVariants(points[at - 1]);
    }
    var type = Character.getType(point);
    return type == Character.FORMAT
        || type == Character.LINE_SEPARATOR
        || type == Character.PARAGRAPH_SEPARATOR
        || BLANK.contains(point);
  }

  private static boolean joins(int[] points, int at) {
    return at > 0
        && at + 1 < points.length
        && isJoining(points[at - 1])
        && isJoining(points[at + 1])
        && Character.isLetter(points[at + 1]);
  }

  private static boolean isJoining(int point) {
    return JOINING.contains(UnicodeScript.of(point));
  }

  private static boolean isVariationSelector(int point) {
    return point >= 0xfe00 && point <= 0xfe0f || point >= 0xe0100 && point <= 0xe01ef;
  }

  private static boolean hasVariants(int point) {
    return Character.isIdeographic(point) || Character.getType(point) == Character.OTHER_SYMBOL;
  }
}
