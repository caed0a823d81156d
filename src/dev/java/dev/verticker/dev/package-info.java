/**
 * Development mode: embedded PostgreSQL and Redis, and the command that runs the whole system. Compiled as test code,
 * never packaged.
 */
package dev.verticker.dev;
