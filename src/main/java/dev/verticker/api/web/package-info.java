/** HTTP handlers and helpers shared by the APIs: CORS, client addresses, entity tags, packaged files. */
package dev.verticker.api.web;
