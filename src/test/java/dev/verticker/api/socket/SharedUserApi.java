package dev.verticker.api.socket;

import dev.verticker.api.user.UserFrontDoor;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/** Shares one User API among the socket tests of this JVM; the first test opens it. */
final class SharedUserApi implements BeforeAllCallback, AfterEachCallback {
  static final String ALLOWED_ORIGIN = "https://app.example.org";

  private static final Namespace NAMESPACE = Namespace.create(SharedUserApi.class);

  @Override
  public void beforeAll(ExtensionContext context) {
    SocketTestCase.door = context
        .getRoot()
        .getStore(NAMESPACE)
        .getOrComputeIfAbsent(
            UserFrontDoor.class,
            absent -> UserFrontDoor.openAlone("CORS_ORIGINS", ALLOWED_ORIGIN),
            UserFrontDoor.class);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    SocketClient.closeAll(SocketTestCase.door.port());
  }
}
