/** Validates a request against its operation and gives handlers typed values. */
package dev.verticker.api.request;
