package dev.verticker.testing;

import dev.verticker.context.Health;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** Records checks, notes and ports of verticles, for tests without a node. */
public final class RecordedHealth implements Health {
  private final Map<String, Supplier<Optional<String>>> checks = new ConcurrentHashMap<>();
  private final Map<String, Supplier<Optional<String>>> notes = new ConcurrentHashMap<>();
  private final Map<String, Integer> ports = new ConcurrentHashMap<>();

  @Override
  public void notReadyWhen(String name, Supplier<Optional<String>> reason) {
    checks.put(name, reason);
  }

  @Override
  public void listening(String name, int port) {
    ports.put(name, port);
  }

  @Override
  public void note(String name, Supplier<Optional<String>> remark) {
    notes.put(name, remark);
  }

  public Optional<String> notReady(String name) {
    return checks.get(name).get();
  }

  public Optional<String> remark(String name) {
    return notes.get(name).get();
  }

  public int port(String name) {
    return ports.get(name);
  }
}
