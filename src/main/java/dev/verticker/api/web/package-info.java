/** HTTP handlers and helpers shared by the front doors: CORS, client addresses, entity tags, packaged files. */
package dev.verticker.api.web;
