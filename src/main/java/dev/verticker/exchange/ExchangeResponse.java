package dev.verticker.exchange;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;

/** A complete HTTP response of an exchange. */
public record ExchangeResponse(int status, MultiMap headers, Buffer body) {}
