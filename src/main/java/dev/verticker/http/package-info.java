/** What every HTTP server of the system has in common: how it is hardened, and the shape of its refusals. */
package dev.verticker.http;
