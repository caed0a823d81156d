/**
 * Creates the routes of an API from its OpenAPI contract: authentication, validation of requests, error responses.
 *
 * <p>A handler receives a validated {@link dev.verticker.api.request.ApiRequest} and returns a future
 * {@link dev.verticker.api.openapi.ApiResponse}. It never writes an error response itself.
 */
package dev.verticker.api.openapi;
