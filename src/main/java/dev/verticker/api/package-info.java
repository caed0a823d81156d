/** One verticle per HTTP API. The verticles store nothing and call the domain verticles over the bus. */
package dev.verticker.api;
