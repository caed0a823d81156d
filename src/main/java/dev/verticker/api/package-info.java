/** One verticle per HTTP API. The verticles store nothing and reach the domains over the bus. */
package dev.verticker.api;
