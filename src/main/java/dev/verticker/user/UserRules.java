package dev.verticker.user;

import dev.verticker.bus.Failure;
import dev.verticker.message.Password;
import dev.verticker.message.Users;
import dev.verticker.message.Users.Create;
import dev.verticker.message.Users.FieldUpdate;
import dev.verticker.message.Users.Search;
import dev.verticker.message.Users.Update;
import dev.verticker.user.session.Account;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** Validates the fields of users; fails with all errors at once. {@code PasswordPolicy} validates passwords. */
public final class UserRules {
  /** A valid e-mail address as HTML defines it (4.10.5.1.5). */
  private static final Pattern EMAIL = Pattern.compile(
      "[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@" + "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
          + "(?:\\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*");

  private static final String ROLES = String.join(", ", Users.ROLES);
  private static final int MAX_FULL_NAME = 100;
  private static final int MAX_EMAIL = 254;
  private static final int MAX_PAGE = 1000;

  private final List<Failure.Error> errors = new ArrayList<>();

  private UserRules() {}

  static void check(Create create) {
    var rules = new UserRules();
    rules.username(create.username());
    rules.fullName(create.fullName());
    rules.email(create.email());
    rules.password(create.password());
    if (create.roles() != null) {
      rules.roles(create.roles());
    }
    rules.failOnErrors();
  }

  static void check(Update update) {
    var rules = new UserRules();
    update(update.username(), rules::username);
    update(update.fullName(), rules::fullName);
    update(update.email(), rules::email);
    update(update.roles(), rules::roles);
    update(update.password(), rules::password);
    rules.failOnErrors();
  }

  static void check(Search search) {
    var rules = new UserRules();
    rules.require(
        search.limit() >= 1 && search.limit() <= MAX_PAGE,
        "query/limit",
        "out-of-range",
        "The limit must be between 1 and " + MAX_PAGE + ".");
    rules.require(
        search.q() == null || length(search.q()) <= MAX_EMAIL && printable(search.q()),
        "query/q",
        "invalid-text",
        "The search text must have at most 254 characters and no control characters.");
    rules.require(
        search.role() == null || Users.ROLES.contains(search.role()),
        "query/role",
        "unknown-role",
        "The role must be one of " + ROLES + ".");
    rules.require(
        search.status() != Users.Status.UNKNOWN,
        "query/status",
        "unknown-status",
        "The status must be one of active, disabled, deleted.");
    rules.failOnErrors();
  }

  public static boolean isFullName(String text) {
    return text == null
        || length(text) <= MAX_FULL_NAME && printable(text) && !InvisibleCharacters.isIn(text);
  }

  /** Removes invisible characters, which the earlier system accepted; null if nothing remains. */
  public static String cleanedFullName(String text) {
    var cleaned = text == null ? "" : InvisibleCharacters.removeFrom(text);
    return cleaned.isEmpty() ? null : cleaned;
  }

  public static boolean isEmail(String text) {
    return text == null || text.length() <= MAX_EMAIL && EMAIL.matcher(text).matches();
  }

  private static <T> void update(FieldUpdate<T> field, Consumer<T> rule) {
    if (field != null) {
      rule.accept(field.value());
    }
  }

  private void username(String username) {
    require(
        Account.isUsername(username),
        "/username",
        "invalid-username",
        "The username must have 3 to 50 ASCII letters, digits, dots, underscores or hyphens.");
  }

  private void fullName(String fullName) {
    require(
        isFullName(fullName),
        "/full_name",
        "invalid-full-name",
        "The full name must have at most 100 characters, none of them control or invisible characters.");
  }

  private void email(String email) {
    require(
        isEmail(email),
        "/email",
        "invalid-email",
        "The e-mail address must be valid and have at most 254 characters.");
  }

  private void roles(List<String> roles) {
    require(
        roles != null && !roles.isEmpty() && Users.ROLES.containsAll(roles),
        "/roles",
        "invalid-roles",
        "The roles must be at least one of " + ROLES + ".");
  }

  private void password(Password password) {
    require(
        password != null && password.value() != null,
        "/password",
        "required",
        "The password is missing.");
  }

  private void require(boolean valid, String pointer, String code, String detail) {
    if (!valid) {
      errors.add(new Failure.Error(pointer, code, detail));
    }
  }

  private void failOnErrors() {
    if (!errors.isEmpty()) {
      throw Failure.Invalid.of(errors);
    }
  }

  /** Returns whether all characters are printable; PostgreSQL cannot store NUL or an unpaired surrogate. */
  private static boolean printable(String text) {
    return text.codePoints()
        .noneMatch(c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE);
  }

  private static int length(String text) {
    return text.codePointCount(0, text.length());
  }
}
