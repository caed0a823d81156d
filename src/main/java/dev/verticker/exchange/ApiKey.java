package dev.verticker.exchange;

import dev.verticker.message.Confidential;

/**
 * An API key of an account at a venue.
 *
 * @param key sent with each request
 * @param secret signs requests and is never sent: a shared secret, or a private key in PEM format
 */
public record ApiKey(Confidential key, Confidential secret) {}
