package dev.verticker.user;

import dev.verticker.bus.Failure;
import dev.verticker.message.Password;
import dev.verticker.message.Users;
import dev.verticker.message.Users.Create;
import dev.verticker.message.Users.FieldUpdate;
import dev.verticker.message.Users.Search;
import dev.verticker.message.Users.Update;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;

/** What the fields of a user must look like. A password has a policy of its own. */
public final class UserRules {
  private static final Pattern USERNAME = Pattern.compile("[A-Za-z0-9._-]{3,50}");

  /** A valid e-mail address as HTML says (4.10.5.1.5): practical, ASCII, at most 63 characters between two dots. */
  private static final Pattern EMAIL = Pattern.compile(
      "[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@" + "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
          + "(?:\\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*");

  private static final int MAX_FULL_NAME = 100;
  private static final int MAX_EMAIL = 254;
  private static final int MAX_PAGE = 1000;

  private final List<Failure.Error> errors = new ArrayList<>();

  private UserRules() {}

  /** Throws {@link Failure.Invalid} with everything that is wrong. */
  static void check(Create create) {
    var rules = new UserRules();
    rules.username("/username", create.username());
    rules.fullName("/full_name", create.fullName());
    rules.email("/email", create.email());
    rules.password("/password", create.password());
    if (create.roles() != null) {
      rules.roles("/roles", create.roles());
    }
    rules.failOnErrors();
  }

  /** Throws {@link Failure.Invalid} with everything that is wrong with what is to change. */
  static void check(Update update) {
    var rules = new UserRules();
    rules.named(update.username(), "/username", rules::username);
    rules.named(update.fullName(), "/full_name", rules::fullName);
    rules.named(update.email(), "/email", rules::email);
    rules.named(update.roles(), "/roles", rules::roles);
    rules.named(update.password(), "/password", rules::password);
    rules.failOnErrors();
  }

  /** Throws {@link Failure.Invalid} with everything that is wrong. */
  static void check(Search search) {
    var rules = new UserRules();
    rules.limit(search.limit());
    if (search.q() != null && (!printable(search.q()) || length(search.q()) > MAX_EMAIL)) {
      rules.add("query/q", "invalid-text", "At most 254 characters, no control characters.");
    }
    if (search.role() != null && !Users.ROLES.contains(search.role())) {
      rules.add("query/role", "unknown-role", "One of " + String.join(", ", Users.ROLES) + ".");
    }
    if (search.status() == Users.Status.UNKNOWN) {
      rules.add("query/status", "unknown-status", "One of active, disabled, deleted.");
    }
    rules.failOnErrors();
  }

  /** Throws {@link Failure.Invalid}. */
  public static void checkLimit(int limit) {
    var rules = new UserRules();
    rules.limit(limit);
    rules.failOnErrors();
  }

  public static boolean isUsername(String text) {
    return text != null && USERNAME.matcher(text).matches();
  }

  public static boolean isFullName(String text) {
    return text == null || length(text) <= MAX_FULL_NAME && printable(text);
  }

  public static boolean isEmail(String text) {
    return text == null || text.length() <= MAX_EMAIL && EMAIL.matcher(text).matches();
  }

  private <T> void named(FieldUpdate<T> field, String pointer, BiConsumer<String, T> rule) {
    if (field != null) {
      rule.accept(pointer, field.value());
    }
  }

  private void username(String pointer, String username) {
    if (!isUsername(username)) {
      add(
          pointer,
          "invalid-username",
          "3 to 50 ASCII letters, digits, dots, underscores, hyphens.");
    }
  }

  private void fullName(String pointer, String fullName) {
    if (!isFullName(fullName)) {
      add(pointer, "invalid-full-name", "At most 100 characters, no control characters.");
    }
  }

  private void email(String pointer, String email) {
    if (!isEmail(email)) {
      add(pointer, "invalid-email", "An e-mail address of at most 254 characters.");
    }
  }

  private void roles(String pointer, List<String> roles) {
    if (roles == null || roles.isEmpty() || !Users.ROLES.containsAll(roles)) {
      add(pointer, "invalid-roles", "At least one of " + String.join(", ", Users.ROLES) + ".");
    }
  }

  private void password(String pointer, Password password) {
    if (password == null || password.value() == null) {
      add(pointer, "required", "A password is required.");
    }
  }

  private void limit(int limit) {
    if (limit < 1 || limit > MAX_PAGE) {
      add("query/limit", "out-of-range", "1 to " + MAX_PAGE + ".");
    }
  }

  private void add(String pointer, String code, String detail) {
    errors.add(new Failure.Error(pointer, code, detail));
  }

  private void failOnErrors() {
    if (!errors.isEmpty()) {
      throw Failure.Invalid.of(errors);
    }
  }

  /** PostgreSQL stores no NUL and no half of a surrogate pair; the other control characters help nobody. */
  private static boolean printable(String text) {
    return text.codePoints()
        .noneMatch(c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE);
  }

  private static int length(String text) {
    return text.codePointCount(0, text.length());
  }
}
