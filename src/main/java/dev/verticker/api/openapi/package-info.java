/**
 * What every front door has in common: a contract that drives the routes, one shape of refusals, who is asking, the
 * documentation page, and what is measured of each request.
 *
 * <p>A handler gets an {@link dev.verticker.api.request.ApiRequest} that already keeps the contract, and returns a future
 * {@link dev.verticker.api.openapi.ApiResponse}; it never writes an error itself.
 */
package dev.verticker.api.openapi;
