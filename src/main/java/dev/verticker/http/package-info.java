/** Shared by all HTTP servers: their limits and the format of error responses. */
package dev.verticker.http;
