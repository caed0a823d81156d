/** Authentication of API requests: access tokens, API keys and revocations. */
package dev.verticker.api.auth;
