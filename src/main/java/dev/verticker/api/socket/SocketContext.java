package dev.verticker.api.socket;

import dev.verticker.api.auth.AccessTokenVerifier;
import dev.verticker.api.auth.RevocationCache;
import dev.verticker.bus.Bus;
import dev.verticker.settings.UserApiSettings.SocketSettings;
import io.vertx.core.Vertx;
import java.time.Clock;

/**
 * What the sessions of a node share.
 *
 * @param metrics also the write budget of the node: the bytes that all its sockets have not sent
 */
record SocketContext(
    Vertx vertx,
    Bus bus,
    Clock clock,
    SocketSettings settings,
    SocketMetrics metrics,
    AccessTokenVerifier verifier,
    RevocationCache revocations) {}
