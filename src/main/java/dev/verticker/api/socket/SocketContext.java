package dev.verticker.api.socket;

import dev.verticker.api.auth.AccessTokenVerifier;
import dev.verticker.api.auth.RevocationCache;
import dev.verticker.bus.Bus;
import dev.verticker.settings.UserApiSettings.SocketSettings;
import io.vertx.core.Vertx;
import java.time.Clock;

/**
 * The objects that all socket sessions of a node use.
 *
 * @param metrics also counts the unsent bytes of all sockets, which limit the memory that slow clients use
 */
record SocketContext(
    Vertx vertx,
    Bus bus,
    Clock clock,
    SocketSettings settings,
    SocketMetrics metrics,
    UserSockets users,
    PublicSockets publicSockets,
    AccessTokenVerifier verifier,
    RevocationCache revocations) {}
