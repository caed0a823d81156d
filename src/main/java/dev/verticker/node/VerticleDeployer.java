package dev.verticker.node;

import dev.verticker.context.NodeContext;
import dev.verticker.settings.SettingsException;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deploys verticles in rounds and undeploys them in reverse order. */
final class VerticleDeployer {
  private static final Logger log = LoggerFactory.getLogger(VerticleDeployer.class);
  private static final Duration MAX_START = Duration.ofSeconds(60);

  private final Vertx vertx;
  private final NodeContext node;
  private final Configuration configuration;
  private final Deque<List<String>> deployed = new ArrayDeque<>();

  VerticleDeployer(Vertx vertx, NodeContext node, Configuration configuration) {
    this.vertx = vertx;
    this.node = node;
    this.configuration = configuration;
  }

  /**
   * Deploys all verticles and waits.
   *
   * @throws StartupException if a verticle fails to start; names the verticle
   */
  void deploy() {
    for (var round : Descriptor.rounds(configuration.descriptors())) {
      var starting = round.stream().map(this::deploy).toList();
      var ids = new ArrayList<String>();
      deployed.push(ids);
      for (var i = 0; i < round.size(); i++) {
        ids.add(await(round.get(i), starting.get(i)));
      }
    }
  }

  /** Undeploys the last round first. A verticle that does not stop in time ends with the process. */
  void undeploy(long endNanos) {
    while (!deployed.isEmpty()) {
      var round = deployed.pop().stream().map(vertx::undeploy).toList();
      try {
        Future.join(round).await(Math.max(1, endNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        log.warn("undeployment did not finish in time");
      } catch (RuntimeException e) {
        log.warn("undeployment failed: {}", e.getMessage());
      }
    }
  }

  private Future<String> deploy(Descriptor descriptor) {
    var constructor = constructor(descriptor);
    var options =
        descriptor.deployment(configuration.values(), Runtime.getRuntime().availableProcessors());
    return vertx.deployVerticle(() -> instance(constructor), options);
  }

  private String await(Descriptor descriptor, Future<String> starting) {
    try {
      return starting.await(MAX_START.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new StartupException(
          StartupException.ENVIRONMENT,
          "Cannot start verticle " + descriptor.name() + ": not started within "
              + MAX_START.toSeconds() + " s",
          e);
    } catch (Throwable e) {
      throw startupException(descriptor, starting.cause() == null ? e : starting.cause());
    }
  }

  private StartupException startupException(Descriptor descriptor, Throwable cause) {
    log.debug("verticle {} failed to start", descriptor.name(), cause);
    if (cause instanceof SettingsException settings) {
      return StartupException.of(settings);
    }
    var reason = BindErrors.describe(cause, configuration.effectiveValuesOf(descriptor))
        .orElse(cause.getMessage() == null ? cause.toString() : cause.getMessage());
    return new StartupException(
        StartupException.ENVIRONMENT,
        "Cannot start verticle " + descriptor.name() + ": " + reason,
        cause);
  }

  private static Constructor<? extends Deployable> constructor(Descriptor descriptor) {
    try {
      return Class.forName(descriptor.main())
          .asSubclass(Deployable.class)
          .getConstructor(NodeContext.class);
    } catch (ReflectiveOperationException | ClassCastException e) {
      throw new StartupException(
          StartupException.CONFIGURATION,
          "verticles/" + descriptor.name()
              + ".yaml: main must be a public verticle with a constructor (NodeContext), was \""
              + descriptor.main() + "\"",
          e);
    }
  }

  private Deployable instance(Constructor<? extends Deployable> constructor) {
    try {
      return constructor.newInstance(node);
    } catch (InvocationTargetException e) {
      throw e.getCause() instanceof RuntimeException cause
          ? cause
          : new IllegalStateException(e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
