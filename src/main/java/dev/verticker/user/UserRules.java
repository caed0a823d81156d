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
import java.util.function.BiConsumer;
import java.util.regex.Pattern;

/** Validates the fields of users. {@code PasswordPolicy} validates passwords. */
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

  /** Throws {@link Failure.Invalid} with every error. */
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

  /** Throws {@link Failure.Invalid} with every error of the fields to update. */
  static void check(Update update) {
    var rules = new UserRules();
    rules.update(update.username(), "/username", rules::username);
    rules.update(update.fullName(), "/full_name", rules::fullName);
    rules.update(update.email(), "/email", rules::email);
    rules.update(update.roles(), "/roles", rules::roles);
    rules.update(update.password(), "/password", rules::password);
    rules.failOnErrors();
  }

  /** Throws {@link Failure.Invalid} with every error. */
  static void check(Search search) {
    var rules = new UserRules();
    rules.limit(search.limit());
    if (search.q() != null && (!printable(search.q()) || length(search.q()) > MAX_EMAIL)) {
      rules.add(
          "query/q",
          "invalid-text",
          "The search text must have at most 254 characters and no control characters.");
    }
    if (search.role() != null && !Users.ROLES.contains(search.role())) {
      rules.add("query/role", "unknown-role", "The role must be one of " + ROLES + ".");
    }
    if (search.status() == Users.Status.UNKNOWN) {
      rules.add(
          "query/status", "unknown-status", "The status must be one of active, disabled, deleted.");
    }
    rules.failOnErrors();
  }

  public static boolean isFullName(String text) {
    return text == null || length(text) <= MAX_FULL_NAME && printable(text);
  }

  public static boolean isEmail(String text) {
    return text == null || text.length() <= MAX_EMAIL && EMAIL.matcher(text).matches();
  }

  private <T> void update(FieldUpdate<T> field, String pointer, BiConsumer<String, T> rule) {
    if (field != null) {
      rule.accept(pointer, field.value());
    }
  }

  private void username(String pointer, String username) {
    if (!Account.isUsername(username)) {
      add(
          pointer,
          "invalid-username",
          "The username must have 3 to 50 ASCII letters, digits, dots, underscores or hyphens.");
    }
  }

  private void fullName(String pointer, String fullName) {
    if (!isFullName(fullName)) {
      add(
          pointer,
          "invalid-full-name",
          "The full name must have at most 100 characters and no control characters.");
    }
  }

  private void email(String pointer, String email) {
    if (!isEmail(email)) {
      add(
          pointer,
          "invalid-email",
          "The e-mail address must be valid and have at most 254 characters.");
    }
  }

  private void roles(String pointer, List<String> roles) {
    if (roles == null || roles.isEmpty() || !Users.ROLES.containsAll(roles)) {
      add(pointer, "invalid-roles", "The roles must be at least one of " + ROLES + ".");
    }
  }

  private void password(String pointer, Password password) {
    if (password == null || password.value() == null) {
      add(pointer, "required", "The password is missing.");
    }
  }

  private void limit(int limit) {
    if (limit < 1 || limit > MAX_PAGE) {
      add("query/limit", "out-of-range", "The limit must be between 1 and " + MAX_PAGE + ".");
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

  /** PostgreSQL cannot store NUL or an unpaired surrogate. */
  private static boolean printable(String text) {
    return text.codePoints()
        .noneMatch(c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE);
  }

  private static int length(String text) {
    return text.codePointCount(0, text.length());
  }
}
