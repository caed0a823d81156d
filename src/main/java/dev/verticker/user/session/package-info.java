/** Sessions: access tokens, refresh tokens, socket tickets and revocations. */
package dev.verticker.user.session;
